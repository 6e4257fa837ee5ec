import Glibc

/// A copy of a file that nobody else can change, for mapping it into memory: when a mapped file is cut short, reading what
/// was there ends the process (SIGBUS), and shell scripts that fetch a database every month write over the old one.
struct PrivateCopy: ~Copyable {
    /// Where the copy is, until it is unlinked; the original where there is no room for a copy.
    let path: String
    private let isCopy: Bool

    /// On a disk where possible, for a database of cities has over 100 MB; a read-only container still has its memory.
    static let folders = ["/var/tmp", "/dev/shm"]

    /// Copies the file into the first of the folders that has room. Throws when it cannot be read.
    init(_ original: String, in folders: [String] = PrivateCopy.folders) throws(PlaceDatabaseError) {
        let source = unsafe open(original, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw PrivateCopy.failure(original) }
        defer { close(source) }
        for folder in folders {
            guard let (file, path) = PrivateCopy.make(in: folder) else { continue }
            defer { close(file) }
            var isWhole = false
            // Also when the original cannot be read to its end: nobody else would take the copy away.
            defer { if !isWhole { _ = unsafe Glibc.unlink(path) } }
            isWhole = try PrivateCopy.copy(source, to: file, of: original)
            if isWhole {
                (self.path, isCopy) = (path, true)
                return
            }
            _ = lseek(source, 0, SEEK_SET)
        }
        (path, isCopy) = (original, false)
    }

    /// Takes the copy's name away: it lives on as long as it is open or mapped.
    func unlink() {
        if isCopy { _ = unsafe Glibc.unlink(path) }
    }

    private static func make(in folder: String) -> (file: Int32, path: String)? {
        var name = Array("\(folder)/footfall-places-XXXXXX".utf8CString)
        let file = unsafe name.withUnsafeMutableBufferPointer { name in
            guard let start = name.baseAddress else { return -1 as Int32 }
            return unsafe mkstemp(start)
        }
        guard file >= 0 else { return nil }
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        return (file, String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// Returns whether there was room; throws when the original cannot be read.
    private static func copy(
        _ source: Int32, to file: Int32, of original: String
    ) throws(PlaceDatabaseError) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(source, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(original) }
            if count == 0 { return true }
            var written = 0
            while written < count {
                let more = unsafe chunk.withUnsafeBytes {
                    unsafe write(file, $0.baseAddress.map { unsafe $0 + written }, count - written)
                }
                if more < 0, errno == EINTR { continue }
                guard more > 0 else { return false }
                written += more
            }
        }
    }

    private static func failure(_ original: String) -> PlaceDatabaseError {
        PlaceDatabaseError(message: "\(original) cannot be read: \(unsafe String(cString: strerror(errno)))")
    }
}
