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
    private let make: @Sendable (String) throws -> Value
    private let log: Log
    private let seconds: Int
    private let known: Mutex<FileVersion?> = Mutex(nil)
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

    /// When the file was last changed, in seconds since 1970; `nil` when it is not there.
    public var modifiedAt: Int64? { FileVersion(path)?.seconds }

    /// Reads the file and begins to watch it. Throws what `make` throws.
    public func start() throws {
        known.withLock { $0 = FileVersion(path) }
        current.publish(try make(path))
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

    /// Reads the file again if it is another one than before. Returns whether it did.
    @discardableResult public func look() -> Bool {
        // A file that is away for a moment is being replaced.
        guard let version = FileVersion(path), known.withLock({ $0 != version }) else { return false }
        known.withLock { $0 = version }
        do {
            current.publish(try make(path))
            log.info("\(path) was read again")
            return true
        } catch {
            log.error("\(path) has changed and cannot be read; what was read before stays in use: \(error)")
            return false
        }
    }
}

/// Tells one content of a file from another without reading it.
private struct FileVersion: Equatable {
    var inode: UInt64
    var size: Int64
    var seconds: Int64
    var nanoseconds: Int64

    init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = Int64(status.st_mtim.tv_sec)
        nanoseconds = Int64(status.st_mtim.tv_nsec)
    }
}
