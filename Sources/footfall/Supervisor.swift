import FastCGI
import Platform

/// Starts the two processes, watches them, and owns their sockets: while a process is away, nginx's connections wait
/// in the socket's backlog.
struct Supervisor {
    private let configuration: GatewayConfiguration
    private let environment: [String: String]
    private let log = Log(process: "serve")
    private var children: [Child] = []
    private var spool: SpoolWatch
    private var isStopping = false
    private var exitCode = ExitCode.success

    private struct Child {
        let name: String
        let listener: Listener
        var process: Int32?
        /// Whether it is not to be started again before somebody has changed the configuration.
        var isOff = false
        var startedAt: UInt64 = 0
        /// When to start it again, on the monotonic clock, and how long the last pause was.
        var restartAt: UInt64?
        var pause: UInt64 = 0
    }

    /// Nanoseconds: shortest and longest pause before a restart; a child that lived this long was well.
    private static let pauses: ClosedRange<UInt64> = 200_000_000...30_000_000_000
    private static let healthyLife: UInt64 = 60_000_000_000

    init(_ configuration: GatewayConfiguration, environment: [String: String]) {
        self.configuration = configuration
        self.environment = environment
        spool = SpoolWatch(configuration, environment: environment, log: log)
    }

    /// Runs until told to stop. Returns the exit code.
    mutating func run() throws(CommandFailure) -> Int32 {
        let listen = configuration.settings.listen
        for (name, path) in [("ingest", listen.ingest), ("web", listen.web)] {
            do throws(PlatformError) {
                let listener = try Listener.open(name: name, path: path, environment: environment)
                children.append(Child(name: name, listener: listener))
            } catch {
                for child in children { child.listener.close() }
                throw .fault("\(error)")
            }
        }
        defer { for child in children { child.listener.close() } }
        for index in children.indices { start(index) }
        watch()
        stop()
        return exitCode
    }

    private mutating func watch() {
        while !isStopping {
            switch Signals.wait(milliseconds: 100) {
            case .stop: return
            case .reload: reload()
            case .childEnded, nil: break
            }
            while let ending = Process.reap() { note(ending) }
            for index in children.indices {
                if let moment = children[index].restartAt, moment <= Clock.monotonicNanoseconds() { start(index) }
                if children[index].isOff { children[index].listener.turnAway() }
            }
            spool.look()
        }
    }

    /// Has the children read the configuration again, and tries once more with one that could do nothing with it.
    private mutating func reload() {
        for index in children.indices {
            if let process = children[index].process {
                Process.reload(process)
            } else if children[index].isOff {
                start(index)
            }
        }
    }

    private mutating func start(_ index: Int) {
        children[index].isOff = false
        children[index].restartAt = nil
        children[index].startedAt = Clock.monotonicNanoseconds()
        var variables = environment
        variables["LISTEN_FDS"] = "1"
        variables["LISTEN_FDNAMES"] = children[index].name
        variables["LISTEN_PID"] = nil
        variables["FOOTFALL_SUPERVISOR"] = "\(Process.id)"
        variables["FOOTFALL_CONFIG"] = configuration.file
        do throws(PlatformError) {
            children[index].process = try Process.startSelf(
                arguments: ["serve", children[index].name], environment: variables,
                descriptor: children[index].listener.descriptor)
        } catch {
            log.error("cannot start the \(children[index].name) process: \(error)")
            postpone(index)
        }
    }

    private mutating func note(_ ending: Process.Ending) {
        spool.note(ending)
        guard let index = children.firstIndex(where: { $0.process == ending.child }) else { return }
        children[index].process = nil
        guard !isStopping else { return }
        if ending.status == ExitCode.configuration {
            turnOff(index)
            return
        }
        log.error("the \(children[index].name) process ended with \(ending.status); starting it again")
        // One that ended orderly was told to by somebody, and is not about to end again.
        postpone(index, isOrderly: ending.status == 0)
    }

    /// A process that can do nothing with its configuration has said why, and another try would say the same. Without one
    /// that takes events there is nothing left to do; without pages, events are taken as before: no mistake that concerns
    /// pages alone, such as the dashboard's login, may cost a site its numbers.
    private mutating func turnOff(_ index: Int) {
        guard children[index].name == "web" else {
            exitCode = ExitCode.configuration
            isStopping = true
            return
        }
        children[index].isOff = true
        log.error(
            "the web process cannot work with the configuration and stays off; events are taken. Mend what it says above, "
                + "then send SIGHUP (systemctl reload footfall) or start anew")
    }

    private mutating func postpone(_ index: Int, isOrderly: Bool = false) {
        let now = Clock.monotonicNanoseconds()
        let wasHealthy = now &- children[index].startedAt > Supervisor.healthyLife
        let pause = wasHealthy || isOrderly ? 0 : children[index].pause * 2
        children[index].pause = min(max(pause, Supervisor.pauses.lowerBound), Supervisor.pauses.upperBound)
        children[index].restartAt = now &+ children[index].pause
    }

    /// Asks both to stop, waits as long as they may take, and ends what is left.
    private mutating func stop() {
        isStopping = true
        spool.stop()
        for child in children { child.process.map(Process.terminate) }
        let patience = UInt64(configuration.settings.ingest.stop_seconds * 2 + 5) * 1_000_000_000
        let deadline = Clock.monotonicNanoseconds() &+ patience
        while spool.isBusy || children.contains(where: { $0.process != nil }), Clock.monotonicNanoseconds() < deadline {
            _ = Signals.wait(milliseconds: 100)
            while let ending = Process.reap() { note(ending) }
        }
        for child in children {
            guard let process = child.process else { continue }
            log.error("the \(child.name) process does not stop; ending it")
            Process.kill9(process)
        }
    }
}
