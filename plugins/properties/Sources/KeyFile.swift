import Cryptography
import Glibc
import Platform

/// The file with the key of the keyed hash.
enum KeyFile {
    static let shortest = 32

    /// Why a file cannot be used.
    struct Mistake: Error, CustomStringConvertible {
        var message: String
        var description: String { message }
    }

    /// The key that SipHash takes, made of all bytes of the file. Throws when others could read it too, or when it is
    /// short.
    static func read(_ path: String) throws -> [UInt8] {
        try checkOwner(path)
        let bytes: [UInt8]
        do {
            bytes = try Files.readBytes(path)
        } catch {
            throw Mistake(message: "cannot be read: \(error)")
        }
        guard bytes.count >= shortest else {
            throw Mistake(
                message: "\(path) holds \(bytes.count) bytes, and must hold \(shortest) or more: "
                    + "head -c 32 /dev/urandom > \(path)")
        }
        let hash = ContentHash.bits128(of: bytes)
        return (0..<SipHash.keyLength).map { UInt8(truncatingIfNeeded: hash >> UInt128(8 * $0)) }
    }

    /// The file belongs to this user, and to nobody else in any way; or to root, who may let our group read it.
    private static func checkOwner(_ path: String) throws(Mistake) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw Mistake(message: "\(path) is not there") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Mistake(message: "\(path) is no file") }
        let isOwn = status.st_uid == geteuid() && status.st_mode & 0o077 == 0
        let isLent = status.st_uid == 0 && status.st_mode & 0o037 == 0
        guard isOwn || isLent else {
            throw Mistake(
                message: "others can read \(path), or it is another user's: chown it to the gateway's user, chmod 600")
        }
    }
}
