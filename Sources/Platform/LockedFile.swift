import Glibc

/// A small file of secrets on a memory-backed filesystem whose page is kept out of swap for as long as this value lives.
///
/// The kernel may write pages of tmpfs to swap like any others. A page that some process has mapped and locked stays
/// where it is, whoever uses it (mlock(2), "shared mappings"); it is left out of core dumps as well. What is mapped here
/// is never looked at: a file that somebody cuts off would end the process.
@safe public final class LockedFile: @unchecked Sendable {
    // @unchecked: nothing changes after the initialiser.
    private let page: UnsafeMutableRawPointer
    private let count: Int

    /// Why the page could not be locked; `nil` when it is.
    public let lockError: PlatformError?

    private init(page: UnsafeMutableRawPointer, count: Int, isLocking: Bool) {
        unsafe self.page = unsafe page
        self.count = count
        let isLocked = unsafe isLocking && mlock(page, count) == 0
        lockError = isLocked ? nil : PlatformError(call: "mlock", code: isLocking ? errno : EPERM)
        _ = unsafe madvise(page, count, MADV_DONTDUMP)
    }

    deinit {
        unsafe munmap(page, count)
    }

    /// Makes a file of these bytes, mode 0600, unless there is one: whoever comes first wins, and readers never see half a
    /// file. `nil` when there is one already. The page is locked before the bytes are in it.
    public static func create(
        _ path: String, bytes: RawSpan, isLocking: Bool = true
    ) throws(PlatformError) -> LockedFile? {
        let temporary = "\(path).\(getpid()).\(Clock.monotonicNanoseconds())"
        let file = unsafe Glibc.open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw PlatformError(call: "create \(temporary)", code: errno) }
        defer {
            close(file)
            unsafe unlink(temporary)
        }
        // Its blocks first: on a full filesystem, writing to a hole would end the process.
        let refusal = posix_fallocate(file, 0, bytes.byteCount)
        guard refusal == 0 else { throw PlatformError(call: "posix_fallocate \(temporary)", code: refusal) }
        let locked = try map(file, count: bytes.byteCount, PROT_READ | PROT_WRITE, temporary, isLocking)
        unsafe bytes.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(start: locked.page, count: locked.count).copyMemory(from: source)
        }
        _ = unsafe mprotect(locked.page, locked.count, PROT_READ)
        if unsafe link(temporary, path) == 0 { return locked }
        guard errno == EEXIST else { throw PlatformError(call: "link \(path)", code: errno) }
        return nil
    }

    /// Locks a file that is there, and reads it if it is just as long as `bytes`. `nil` when it is not there.
    public static func open(
        _ path: String, into bytes: inout MutableRawSpan, isLocking: Bool = true
    ) throws(PlatformError) -> LockedFile? {
        guard let file = try openRegular(path) else { return nil }
        defer { close(file.descriptor) }
        guard file.size == bytes.byteCount else {
            throw PlatformError(call: "\(path) has \(file.size) bytes, not \(bytes.byteCount)", code: EINVAL)
        }
        let locked = try map(file.descriptor, count: file.size, PROT_READ, path, isLocking)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file.descriptor, $0.baseAddress, $0.count, 0) }
        guard count == file.size else { throw PlatformError(call: "read \(path)", code: count < 0 ? errno : EINVAL) }
        return locked
    }

    /// Locks a file without reading it. `nil` when it is not there, or empty.
    public static func lock(_ path: String, isLocking: Bool = true) throws(PlatformError) -> LockedFile? {
        guard let file = try openRegular(path) else { return nil }
        defer { close(file.descriptor) }
        return file.size > 0 ? try map(file.descriptor, count: file.size, PROT_READ, path, isLocking) : nil
    }

    /// Overwrites a file with zeros and removes it; nothing happens when it is not there. Links are not followed.
    public static func wipe(_ path: String) {
        let file = unsafe Glibc.open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if file >= 0 {
            var status = stat()
            if unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
                let zeros = [UInt8](repeating: 0, count: 4096)
                var offset = 0
                while offset < Int(status.st_size) {
                    let count = min(zeros.count, Int(status.st_size) - offset)
                    let written = unsafe zeros.withUnsafeBytes { unsafe pwrite(file, $0.baseAddress, count, offset) }
                    if written <= 0 { break }
                    offset += written
                }
            }
            close(file)
        }
        _ = unsafe unlink(path)
    }

    private static func openRegular(_ path: String) throws(PlatformError) -> (descriptor: Int32, size: Int)? {
        let file = unsafe Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if file < 0, errno == ENOENT { return nil }
        guard file >= 0 else { throw PlatformError(call: "open \(path)", code: errno) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw PlatformError(call: "\(path) is no file", code: EINVAL)
        }
        return (file, Int(status.st_size))
    }

    private static func map(
        _ file: Int32, count: Int, _ protection: Int32, _ path: String, _ isLocking: Bool
    ) throws(PlatformError) -> LockedFile {
        guard let page = unsafe mmap(nil, count, protection, MAP_SHARED, file, 0), unsafe page != MAP_FAILED else {
            throw PlatformError(call: "mmap \(path)", code: errno)
        }
        return unsafe LockedFile(page: page, count: count, isLocking: isLocking)
    }
}

/// Whether memory may reach a disk.
public enum Swap {
    /// Whether the machine has swap in use, as `/proc/swaps` lists it; also when that cannot be read.
    public static var isActive: Bool {
        guard let text = try? Files.read("/proc/swaps") else { return true }
        // The first line has the headings.
        return text.utf8.count { $0 == UInt8(ascii: "\n") } > 1
    }
}
