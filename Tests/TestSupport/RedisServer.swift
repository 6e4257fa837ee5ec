import FoundationEssentials
import Glibc
import Platform

/// A Redis of the test's own on a unix socket: one that may be killed and frozen.
///
/// `FOOTFALL_TEST_REDIS_URL` names a Redis that tests may use; it cannot be killed, so tests of trouble start their own
/// and are skipped where `redis-server` is not installed.
public final class RedisServer {
    /// Where it is, as `redis.url` has it.
    public let url: String
    private let folder: String
    private var pid: pid_t = 0

    /// The program; `nil` where it is not installed.
    public static let program: String? = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    /// Whether tests of trouble can run.
    public static var isInstalled: Bool { program != nil }

    /// It could not be started.
    public struct Failure: Error {}

    /// A server that answers.
    public init() throws {
        folder = "/tmp/footfall-redis-\(UInt32.random(in: .min ... .max))"
        url = "unix:\(folder)/redis.sock"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Starts it again after `kill`, without what it had.
    public func start() throws {
        guard let program = RedisServer.program else { throw Failure() }
        let arguments = [
            program, "--port", "0", "--unixsocket", "\(folder)/redis.sock", "--save", "", "--appendonly", "no",
            "--dir", folder, "--logfile", "\(folder)/log", "--daemonize", "no",
        ]
        var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        guard unsafe posix_spawn(&pid, program, nil, nil, &pointers, nil) == 0 else { throw Failure() }
        // Not when the file is there: between bind and listen, connections are refused.
        for _ in 0..<6000 {
            if UnixSocket.isLive("\(folder)/redis.sock") { return }
            Clock.sleep(milliseconds: 10)
        }
        throw Failure()
    }

    /// Stops it in the middle of whatever it does.
    public func freeze() { _ = Glibc.kill(pid, SIGSTOP) }
    /// Lets it go on.
    public func thaw() { _ = Glibc.kill(pid, SIGCONT) }

    /// Ends it, with all that it had.
    public func kill() {
        guard pid > 0 else { return }
        _ = Glibc.kill(pid, SIGKILL)
        _ = waitpid(pid, nil, 0)
        pid = 0
        try? FileManager.default.removeItem(atPath: "\(folder)/redis.sock")
    }
}
