import CSodium

/// Random bytes from the kernel, through libsodium.
public enum Randomness {
    /// `count` bytes that nobody can guess.
    public static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe randombytes_buf(&bytes, count)
        return bytes
    }

    /// `count` characters that nobody can guess, five bits each, without letters and digits that look alike.
    public static func text(_ count: Int) -> String {
        let alphabet = Array("23456789abcdefghjkmnpqrstuvwxyzZ".utf8)
        return String(decoding: bytes(count).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    }

    /// 128 bits that nobody can guess.
    public static func bits128() -> UInt128 {
        bytes(16).reduce(0) { $0 << 8 | UInt128($1) }
    }
}

/// BLAKE2b (RFC 7693) shortened to 64 bits: names a text by its content, so that loaders need not agree on numbers.
///
/// Unkeyed: equal texts have equal hashes for ever. Of n texts of one site, two collide with a probability of about
/// n²/2⁶⁵; for a hundred million that is one in four thousand.
public enum ContentHash {
    /// The hash as PostgreSQL's `bigint` has it.
    public static func sixtyFourBits(of text: String) -> Int64 {
        sixtyFourBits(of: Array(text.utf8))
    }

    /// The hash as PostgreSQL's `bigint` has it.
    public static func sixtyFourBits(of bytes: [UInt8]) -> Int64 {
        Int64(bitPattern: UInt64(truncatingIfNeeded: bits128(of: bytes) >> 64))
    }

    /// 128 bits of the hash, the shortest that libsodium gives.
    public static func bits128(of bytes: [UInt8]) -> UInt128 {
        var digest = [UInt8](repeating: 0, count: 16)
        _ = unsafe crypto_generichash(&digest, digest.count, bytes, UInt64(bytes.count), nil, 0)
        return digest.reduce(0) { $0 << 8 | UInt128($1) }
    }
}

/// What is kept of the ids that sites have for their users: a keyed hash. The same id and key give the same hash for ever, so
/// that a user's events are found when the user asks for them; other sites' keys give others.
public enum UserHash {
    /// Another site's key.
    public static func makeKey() -> [UInt8] { Randomness.bytes(SipHash.keyLength) }

    /// The hash of an id; `nil` for an empty one, and under what is no key.
    public static func bits(of id: String, key: [UInt8]) -> UInt64? {
        id.isEmpty ? nil : SipHash.hash(Array(id.utf8), key: key)
    }
}

/// SipHash-2-4 with 64 bits of output (Aumasson and Bernstein, 2012): a keyed hash that nobody can invert or collide
/// without its key, fast on short messages.
public enum SipHash {
    /// Bytes in a key.
    public static let keyLength = 16

    /// The hash of `message` under `key`; `nil` when the key is not 16 bytes long.
    public static func hash(_ message: [UInt8], key: [UInt8]) -> UInt64? {
        guard key.count == keyLength else { return nil }
        var digest = [UInt8](repeating: 0, count: 8)
        _ = unsafe crypto_shorthash(&digest, message, UInt64(message.count), key)
        // The reference writes its output least significant byte first.
        return digest.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
