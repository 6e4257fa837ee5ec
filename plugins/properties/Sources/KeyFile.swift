import Cryptography
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
        if let problem = Files.secrecyProblem(of: path) { throw Mistake(message: problem) }
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
}
