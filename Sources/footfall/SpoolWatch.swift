import Platform
import Replay

/// Starts `footfall replay --once` as a process of its own whenever nginx's spool holds files that are over.
struct SpoolWatch {
    private let configuration: GatewayConfiguration
    private let environment: [String: String]
    private let log: Log
    private let folder: SpoolFolder
    private var process: Int32?
    /// When to look again, on the monotonic clock.
    private var lookAt: UInt64 = 0

    init(_ configuration: GatewayConfiguration, environment: [String: String], log: Log) {
        self.configuration = configuration
        self.environment = environment
        self.log = log
        folder = SpoolFolder(configuration.settings.replay.spool)
    }

    /// Whether a replay runs.
    var isBusy: Bool { process != nil }

    /// Looks, if it is time to, and starts a replay if there is something to do.
    mutating func look() {
        let now = Clock.monotonicNanoseconds()
        guard !folder.path.isEmpty, process == nil, now >= lookAt else { return }
        lookAt = now &+ UInt64(configuration.settings.replay.every_seconds) * 1_000_000_000
        // Without the folder nginx keeps nothing.
        guard let files = try? folder.finished(), !files.isEmpty else { return }
        var variables = environment
        for name in ["LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID"] { variables[name] = nil }
        variables["FOOTFALL_SUPERVISOR"] = "\(Process.id)"
        variables["FOOTFALL_CONFIG"] = configuration.file
        do throws(PlatformError) {
            process = try Process.startSelf(arguments: ["replay", "--once"], environment: variables)
        } catch {
            log.error("cannot start the replay of nginx's spool: \(error)")
        }
    }

    /// Takes note of the end of a child, if it was the replay. A replay that failed has said why, and is tried again.
    mutating func note(_ ending: Process.Ending) {
        if ending.child == process { process = nil }
    }

    /// Asks the replay to stop. What it did not hand in stays in its file.
    func stop() {
        process.map(Process.terminate)
    }
}
