import Glibc

extension Files {
    /// Sets the permission bits of a file, whatever the process's umask.
    public static func setMode(_ path: String, _ mode: UInt32) throws(PlatformError) {
        guard unsafe chmod(path, mode) == 0 else { throw PlatformError(call: "chmod \(path)", code: errno) }
    }
}

extension PlatformError {
    /// Whether trying again is no use before a person has changed something: permissions, a read-only filesystem, a name
    /// that cannot be.
    public var needsPerson: Bool {
        [EACCES, EPERM, EROFS, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG].contains(code)
    }
}
