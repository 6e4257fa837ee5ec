import CSystem
import Glibc

/// Small files, whole: configuration, migrations, secrets.
public enum Files {
    /// The file's text. Throws `PlatformError` with the path in its call.
    public static func read(_ path: String) throws(PlatformError) -> String {
        String(decoding: try readBytes(path), as: UTF8.self)
    }

    /// The file's bytes.
    public static func readBytes(_ path: String) throws(PlatformError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PlatformError(call: "open \(path)", code: errno) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw PlatformError(call: "read \(path)", code: errno) }
            if count == 0 { return content }
            content.append(contentsOf: chunk[..<count])
        }
    }

    /// Creates the file with these bytes, or leaves the one that is there as it is: whoever comes first wins, and
    /// readers never see half a file. Returns whether this call created it.
    public static func createOnce(_ path: String, bytes: [UInt8], mode: UInt32) throws(PlatformError) -> Bool {
        let temporary = "\(path).\(getpid()).\(Clock.monotonicNanoseconds())"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw PlatformError(call: "create \(temporary)", code: errno) }
        defer { unsafe unlink(temporary) }
        let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        let failure = errno
        close(descriptor)
        guard written == bytes.count else { throw PlatformError(call: "write \(temporary)", code: failure) }
        if unsafe link(temporary, path) == 0 { return true }
        guard errno == EEXIST else { throw PlatformError(call: "link \(path)", code: errno) }
        return false
    }

    /// Adds the bytes at the end of the file, which is made if it is not there.
    public static func append(_ path: String, bytes: [UInt8], mode: UInt32) throws(PlatformError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw PlatformError(call: "open \(path)", code: errno) }
        defer { close(descriptor) }
        let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count else {
            throw PlatformError(call: "write \(path)", code: written < 0 ? errno : ENOSPC)
        }
    }

    /// The file's size in bytes; 0 when it is not there.
    public static func size(_ path: String) -> Int {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Makes the folder and those above it that are missing.
    public static func makeFolder(_ path: String, mode: UInt32) throws(PlatformError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made.hasSuffix("/") ? "\(part)" : "/\(part)"
            if unsafe mkdir(made, mode) != 0, errno != EEXIST {
                throw PlatformError(call: "mkdir \(made)", code: errno)
            }
        }
    }

    /// Names in a folder, sorted, without `.` and `..`.
    public static func list(_ path: String) throws(PlatformError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw PlatformError(call: "opendir \(path)", code: errno) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file; nothing happens when it is not there.
    public static func remove(_ path: String) {
        _ = unsafe unlink(path)
    }

    /// Whether something exists at the path.
    public static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    /// Whether this process may make and remove files in the folder.
    public static func isWritable(_ path: String) -> Bool {
        unsafe access(path, W_OK | X_OK) == 0
    }

    /// Whether the folder, and not a link to one, is this user's and nobody else can enter it.
    public static func isOwnAndPrivate(_ path: String) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid() && status.st_mode & 0o077 == 0
    }

    /// What is wrong with a file that holds a secret: it is this user's and nobody else can open it, or root's, who may
    /// let our group read it. `nil` when it is so.
    public static func secrecyProblem(of path: String) -> String? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return "\(path) is not there" }
        guard status.st_mode & S_IFMT == S_IFREG else { return "\(path) is no file" }
        let isOwn = status.st_uid == geteuid() && status.st_mode & 0o077 == 0
        let isLent = status.st_uid == 0 && status.st_mode & 0o037 == 0
        return isOwn || isLent
            ? nil : "others can read \(path), or it is another user's: chown it to the gateway's user, chmod 600"
    }

    /// Whether the folder lies on a memory-backed filesystem, so that what is written there reaches no disk.
    public static func isMemoryBacked(_ path: String) -> Bool {
        unsafe csystem_is_memory_backed(path)
    }
}
