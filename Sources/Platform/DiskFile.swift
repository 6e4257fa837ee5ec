import CSystem
import Glibc

/// A file that is read and written in places, for journals and cursors.
public final class DiskFile: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Opens the file, and makes it (mode 0600) when `create` is set and it is missing.
    public init(_ path: String, create: Bool) throws(PlatformError) {
        self.path = path
        descriptor = unsafe csystem_open_file(path, create)
        guard descriptor >= 0 else { throw PlatformError(call: "open \(path)", code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Length in bytes.
    public func size() throws(PlatformError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw error("fstat") }
        return Int(status.st_size)
    }

    /// The bytes from `offset` on, `count` of them or as many as there are.
    public func read(at offset: Int, count: Int) throws(PlatformError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = unsafe pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, offset + filled)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { return }
                filled += got
            }
        }
        guard failure == 0 else { throw PlatformError(call: "pread \(path)", code: failure) }
        return bytes
    }

    /// Writes all bytes at `offset`. When it throws, some of them may stand there.
    public func write(_ bytes: [UInt8], at offset: Int) throws(PlatformError) {
        var failure: Int32 = 0
        unsafe bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = unsafe pwrite(
                    descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written, offset + written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    failure = count < 0 ? errno : EIO
                    return
                }
                written += count
            }
        }
        guard failure == 0 else { throw PlatformError(call: "pwrite \(path)", code: failure) }
    }

    /// Reserves room for the first `size` bytes, so that writing them cannot fail for want of it. New bytes are zero.
    public func allocate(_ size: Int) throws(PlatformError) {
        let result = posix_fallocate(descriptor, 0, size)
        guard result == 0 else { throw PlatformError(call: "posix_fallocate \(path)", code: result) }
    }

    /// Cuts the file off, or lengthens it with zeros.
    public func truncate(_ size: Int) throws(PlatformError) {
        guard ftruncate(descriptor, size) == 0 else { throw error("ftruncate") }
    }

    /// Waits until the file's bytes are on the disk (fdatasync). After an error nobody knows which of them are; never
    /// call it again for the same bytes: the kernel may have dropped them and would call that a success.
    public func sync() throws(PlatformError) {
        while fdatasync(descriptor) != 0 {
            if errno != EINTR { throw error("fdatasync") }
        }
    }

    private func error(_ call: String) -> PlatformError {
        PlatformError(call: "\(call) \(path)", code: errno)
    }
}

/// A lock on a file that ends with this value or with the process (flock(2)): for folders that belong to one process.
public final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock of the file, which is made when it is missing; waits at most so long. `nil` when another process has
    /// it.
    public init?(_ path: String, waitMilliseconds: Int) throws(PlatformError) {
        let opened = unsafe csystem_open_file(path, true)
        guard opened >= 0 else { throw PlatformError(call: "open \(path)", code: errno) }
        let deadline = Clock.monotonicNanoseconds() &+ UInt64(waitMilliseconds) * 1_000_000
        while flock(opened, LOCK_EX | LOCK_NB) != 0 {
            let isTaken = errno == EWOULDBLOCK
            guard isTaken, Clock.monotonicNanoseconds() < deadline else {
                let code = errno
                close(opened)
                if isTaken { return nil }
                throw PlatformError(call: "flock \(path)", code: code)
            }
            Clock.sleep(milliseconds: 20)
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }
}

extension Files {
    /// Gives a file another name, in place of what bears it.
    public static func rename(_ path: String, to new: String) throws(PlatformError) {
        guard unsafe Glibc.rename(path, new) == 0 else { throw PlatformError(call: "rename \(path)", code: errno) }
    }

    /// Removes a file; nothing happens when it is not there. Throws when it stays.
    public static func removeExisting(_ path: String) throws(PlatformError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw PlatformError(call: "unlink \(path)", code: errno)
        }
    }

    /// Waits until the names in a folder are on the disk: a file that was made or renamed is only then sure to be found.
    public static func syncFolder(_ path: String) throws(PlatformError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PlatformError(call: "open \(path)", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw PlatformError(call: "fsync \(path)", code: errno) }
    }

    /// Bytes that this user may still write on the path's filesystem.
    public static func freeBytes(_ path: String) throws(PlatformError) -> Int {
        let bytes = unsafe csystem_free_bytes(path)
        guard bytes >= 0 else { throw PlatformError(call: "statfs \(path)", code: errno) }
        return Int(bytes)
    }

    /// Puts these bytes into the file in one step, mode 0600: after a crash it holds the old or the new ones, whole.
    public static func replace(_ path: String, bytes: [UInt8]) throws(PlatformError) {
        let temporary = "\(path).new"
        let file = try DiskFile(temporary, create: true)
        try file.truncate(0)
        try file.write(bytes, at: 0)
        try file.sync()
        try rename(temporary, to: path)
        if let slash = path.lastIndex(of: "/") { try syncFolder(String(path[..<slash])) }
    }
}

extension PlatformError {
    /// Whether the disk, or the user's share of it, is full.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    /// Whether the disk could not read what stands on it.
    public var isUnreadable: Bool { code == EIO }
}
