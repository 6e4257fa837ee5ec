import CSystem
import Glibc

/// This process and its children.
public enum Process {
    /// Forbids core dumps, which would carry addresses and user agents to disk (DESIGN section 1, promise 2).
    public static func forbidCoreDumps() {
        _ = csystem_forbid_core_dumps()
    }

    /// Sets the allocator for a server: the buffers of a request are freed at once, without a walk through what is free
    /// already.
    public static func tuneAllocator() {
        csystem_tune_allocator()
    }

    /// Makes the kernel stop this process when its parent dies, so that a killed supervisor leaves nothing behind.
    /// `parent` is the process id that the parent had: if it is gone already, this process ends at once.
    public static func stopWhenParentDies(parent: Int32) {
        _ = csystem_die_with_parent(SIGTERM)
        if getppid() != parent { exit(0) }
    }

    /// The id of this process.
    public static var id: Int32 { getpid() }

    /// The number of the user as whom this process runs.
    public static var userID: UInt32 { geteuid() }

    /// Processors that this process may use.
    public static var processors: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The id of the process that started this one.
    public static var parentID: Int32 { getppid() }

    /// The file that this process runs; empty when that cannot be found out.
    public static var executable: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { path in
            guard let start = path.baseAddress else { return "" }
            let length = unsafe readlink("/proc/self/exe", start, path.count - 1)
            guard length > 0 else { return "" }
            unsafe path[length] = 0
            return unsafe String(cString: start)
        }
    }

    /// Starts this very program with other arguments, and hands it a descriptor, if there is one, as number 3, where
    /// `sd_listen_fds(3)` has the first. Returns its process id.
    public static func startSelf(
        arguments: [String], environment: [String: String], descriptor: Int32? = nil
    ) throws(PlatformError) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let descriptor { unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, 3) }
        var argv = unsafe (["footfall"] + arguments).map { unsafe strdup($0) } + [nil]
        var envp = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            unsafe argv.forEach { unsafe free($0) }
            unsafe envp.forEach { unsafe free($0) }
        }
        var child: pid_t = 0
        // It inherits the signals that are blocked here, and has no moment in which one of them would end it.
        let result = unsafe posix_spawn(&child, "/proc/self/exe", &actions, nil, &argv, &envp)
        guard result == 0 else { throw PlatformError(call: "posix_spawn", code: result) }
        return child
    }

    /// How a child process ended.
    public struct Ending: Sendable {
        /// The child's process id.
        public var child: Int32
        /// Its exit status, or 128 plus the signal that killed it.
        public var status: Int32
    }

    /// A child that has ended and was not asked for yet; `nil` when there is none.
    public static func reap() -> Ending? {
        var status: Int32 = 0
        let child = unsafe waitpid(-1, &status, WNOHANG)
        guard child > 0 else { return nil }
        let signal = status & 0x7f
        return Ending(child: child, status: signal == 0 ? (status >> 8) & 0xff : 128 + signal)
    }

    /// Asks a process to stop in an orderly way.
    public static func terminate(_ process: Int32) {
        _ = kill(process, SIGTERM)
    }

    /// Asks a process to reload its configuration.
    public static func reload(_ process: Int32) {
        _ = kill(process, SIGHUP)
    }

    /// Ends a process that did not stop when asked.
    public static func kill9(_ process: Int32) {
        _ = kill(process, SIGKILL)
    }

    /// Ends this process at once, without anything that usually happens at an end.
    public static func exit(_ code: Int32) {
        _exit(code)
    }

    /// The environment, read once: every look-up in Foundation's costs a copy of all of it.
    public static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = unsafe csystem_environment()
        while let text = unsafe entry.pointee {
            let pair = unsafe String(cString: text)
            if let split = pair.firstIndex(of: "=") {
                variables[String(pair[..<split])] = String(pair[pair.index(after: split)...])
            }
            unsafe entry += 1
        }
        return variables
    }

    /// Resident memory in bytes, from `/proc/self/statm`; 0 when it cannot be read.
    public static func residentBytes() -> Int {
        guard let text = try? Files.read("/proc/self/statm"),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
