import CSodium

/// SHA-256 (FIPS 180-4): names bytes by their content, and stands for tokens of more than 112 random bits where they are
/// kept. Passwords and shorter codes need `PasswordHash` or a key.
public enum SHA256 {
    /// Bytes of a hash.
    public static let length = 32

    /// The hash of `message`.
    public static func hash(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: length)
        _ = unsafe crypto_hash_sha256(&digest, message, UInt64(message.count))
        return digest
    }

    /// The hash as 64 small hexadecimal digits.
    public static func hexadecimal(_ message: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = hash(message).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// The hash of a text's UTF-8 as 64 small hexadecimal digits.
    public static func hexadecimal(_ text: String) -> String {
        hexadecimal(Array(text.utf8))
    }
}

/// HMAC (RFC 2104) with SHA-256: who does not know the key can neither make nor check one.
public enum HMACSHA256 {
    /// Bytes of a code.
    public static let length = 32

    /// The code of `message` under a key of any length; 32 random bytes are the usual one.
    public static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        var state = crypto_auth_hmacsha256_state()
        var code = [UInt8](repeating: 0, count: length)
        _ = unsafe crypto_auth_hmacsha256_init(&state, key, key.count)
        _ = unsafe crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        _ = unsafe crypto_auth_hmacsha256_final(&state, &code)
        // What is left in it is as good as the key.
        unsafe withUnsafeMutableBytes(of: &state) { unsafe sodium_memzero($0.baseAddress, $0.count) }
        return code
    }
}

/// Comparisons that take as long for a wrong value as for the right one, so that nobody can find a secret byte by byte.
public enum ConstantTime {
    /// Whether both are the same. Bytes of different lengths never are, and that is found at once: a length is no secret.
    public static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return unsafe sodium_memcmp(one, other, one.count) == 0
    }
}
