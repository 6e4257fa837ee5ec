import Glibc
public import Platform

/// A program that a test runs to its end.
public struct Program {
    /// Where it is.
    public let path: String

    /// The program of this name, where Debian puts programs; `nil` when it is not installed.
    public init?(_ name: String) {
        let places = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"].map { "\($0)/\(name)" }
        guard let path = places.first(where: { unsafe access($0, X_OK) == 0 }) else { return nil }
        self.path = path
    }

    /// How a program ended.
    public struct Outcome {
        /// Its exit status; `nil` when a signal ended it, or when it could not be started.
        public var status: Int32?
        /// What it wrote to standard output.
        public var output: [UInt8]
    }

    /// Runs it without input.
    public func run(_ arguments: [String]) throws(PlatformError) -> Outcome {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/output"
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, file, O_WRONLY | O_CREAT, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var pointers = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        var process: pid_t = 0
        guard unsafe posix_spawn(&process, path, &actions, nil, &pointers, nil) == 0 else {
            return Outcome(status: nil, output: [])
        }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        let output = try Files.readBytes(file)
        return Outcome(status: status & 0x7f == 0 ? (status >> 8) & 0xff : nil, output: output)
    }
}

/// The program `zstd`, which judges what we compress.
public enum Zstd {
    /// Whether it is there.
    public static var isInstalled: Bool { Program("zstd") != nil }

    /// It does not take the bytes.
    public struct Failure: Error {}

    /// What `zstd -dc` makes of a file.
    public static func decompress(file: String) throws -> [UInt8] {
        guard let outcome = try Program("zstd")?.run(["-dc", "--", file]), outcome.status == 0 else { throw Failure() }
        return outcome.output
    }

    /// What `zstd -dc` makes of these bytes.
    public static func decompress(_ bytes: [UInt8]) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        _ = try Files.createOnce("\(folder.path)/frames.zst", bytes: bytes, mode: 0o600)
        return try decompress(file: "\(folder.path)/frames.zst")
    }
}

/// Whether memory can be locked: the sanitizers replace `mlock` by nothing.
public let memoryCanBeLocked = Process.environment()["FOOTFALL_SANITIZER"] == nil

/// Whether what the process takes of the address space is its own: sanitizers take a shadow for each thread.
public let addressSpaceIsOurs = Process.environment()["FOOTFALL_SANITIZER"] == nil
