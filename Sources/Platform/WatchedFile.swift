import Glibc
import Synchronization

/// Something made of a file, made anew when the file has changed: an operator's list, a database of places. The old one
/// serves until the new one is there; one that cannot be read leaves the old one at work, and says so.
///
/// Looks at the file's time, size and number every `intervalSeconds` on a thread of its own, so that whoever asks for the
/// value never waits for a disk.
public final class WatchedFile<Value: Sendable>: Sendable {
    /// Where the file is.
    public let path: String
    private let current: Published<Value?>
    private let state = Mutex(State())
    private let make: @Sendable (String) throws -> Value
    private let log: Log
    private let seconds: Int
    private let isStopped = Monitor(false)
    private let watcher: Mutex<Thread?> = Mutex(nil)

    /// A file that is not read before `start`. `make` gets the path and throws what is wrong with the file.
    public init(
        _ path: String, intervalSeconds: Int = 60, log: Log, make: @escaping @Sendable (String) throws -> Value
    ) {
        self.path = path
        self.make = make
        self.log = log
        seconds = intervalSeconds
        current = Published(nil)
    }

    /// What the file holds; `nil` before `start`.
    public var value: Value? { current.value }

    /// When that content of the file was written which is in use, in seconds since 1970; `nil` before `start`.
    public var modifiedAt: Int64? { state.withLock { $0.used?.seconds } }

    /// What is in use and how old it is, as a plugin's note has it: `/etc/list: 12 networks, 3 days old`.
    public func note(_ content: (Value) -> String) -> String {
        guard let value else { return "\(path): not read yet" }
        return "\(path): \(content(value)), \(age)"
    }

    /// How old the content in use is: `3 days old`, and whether the file is gone.
    public var age: String {
        guard let modifiedAt else { return "not read yet" }
        let days = max(0, Clock.wallMilliseconds() / 1000 - modifiedAt) / 86_400
        return "\(days) days old" + (Files.exists(path) ? "" : "; the file is gone")
    }

    /// Reads the file and begins to watch it. Throws what `make` throws, and `PlatformError` when there is no such file.
    public func start() throws {
        let version = try FileVersion(path)
        current.publish(try make(path))
        state.withLock { $0.used = version }
        let thread = try Thread(name: "file-watch") { self.watch() }
        watcher.withLock { $0 = thread }
    }

    /// Ends the watch; the value stays.
    public func stop() {
        isStopped.withLock { $0 = true }
        watcher.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }

    private func watch() {
        while isStopped.wait(milliseconds: seconds * 1000, until: { $0 ? true : nil }) == nil { look() }
    }

    /// Reads the file again if it is another one than that in use. Returns whether it did. One that cannot be read is
    /// tried again at the next look, for its owner may mend its mode, which leaves its time as it was.
    @discardableResult public func look() -> Bool {
        // A file that is away for a moment is being replaced.
        guard Files.exists(path) else { return false }
        do {
            let version = try FileVersion(path)
            if state.withLock({ $0.used == version }) { return false }
            current.publish(try make(path))
            state.withLock { $0 = State(used: version) }
            log.info("\(path) was read again")
            return true
        } catch {
            complain("\(error)")
            return false
        }
    }

    /// Once for each kind of trouble: a look comes every minute.
    private func complain(_ message: String) {
        let isKnown = state.withLock { state in
            defer { state.trouble = message }
            return state.trouble == message
        }
        if isKnown { return }
        log.error("\(path) has changed and cannot be read; what was read before stays in use: \(message)")
    }

    private struct State {
        /// The file as it was when it was read what is in use.
        var used: FileVersion?
        var trouble = ""
    }
}

/// Tells one content of a file from another without reading it.
private struct FileVersion: Equatable {
    var inode: UInt64
    var size: Int64
    var seconds: Int64
    var nanoseconds: Int64

    /// Throws when there is no such file, and when it is none: a pipe would keep the reader waiting, a device has no end.
    init(_ path: String) throws(PlatformError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw PlatformError(call: "open \(path)", code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw PlatformError(call: "read \(path), which is no regular file", code: EINVAL)
        }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = Int64(status.st_mtim.tv_sec)
        nanoseconds = Int64(status.st_mtim.tv_nsec)
    }
}
