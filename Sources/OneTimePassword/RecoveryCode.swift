import Cryptography

/// Codes that stand in for an authenticator app that was lost, each good once: `xxxxx-xxxxx`, 50 random bits.
///
/// Crockford's base32 (https://www.crockford.com/base32.html): digits and small letters without `i`, `l`, `o` and `u`, so
/// that no two look alike; who types these nevertheless, or capitals, is understood.
///
/// 50 bits are too few to be kept as a plain hash (OWASP ASVS 5.0, 6.5.2 wants 112): keep `PasswordHash`, or an HMAC under
/// a key that is not in the database.
public enum RecoveryCode {
    /// Characters of a code without its hyphen.
    private static let length = 10
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// So many codes that nobody can guess, no two the same. At most 1000.
    public static func make(count: Int = 10) -> [String] {
        var codes: [String] = []
        let wanted = min(max(0, count), 1000)
        while codes.count < wanted {
            let code = text(Randomness.bytes(length).map { alphabet[Int($0 & 31)] })
            if !codes.contains(code) { codes.append(code) }
        }
        return codes
    }

    /// What somebody typed in the form in which codes are made: small, with the hyphen in its place, `i` and `l` as `1`, `o`
    /// as `0`, without spaces. `nil` for what cannot be a code.
    public static func normalised(_ input: String) -> String? {
        // More than anybody types; the rest of a long text costs nothing.
        guard input.utf8.count <= 64 else { return nil }
        var characters: [UInt8] = []
        for byte in input.utf8 {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                continue
            case UInt8(ascii: "i"), UInt8(ascii: "I"), UInt8(ascii: "l"), UInt8(ascii: "L"):
                characters.append(UInt8(ascii: "1"))
            case UInt8(ascii: "o"), UInt8(ascii: "O"): characters.append(UInt8(ascii: "0"))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): characters.append(byte + 32)
            default: characters.append(byte)
            }
        }
        guard characters.count == length, characters.allSatisfy(alphabet.contains) else { return nil }
        return text(characters)
    }

    private static func text(_ characters: [UInt8]) -> String {
        let halves = [characters.prefix(length / 2), characters.dropFirst(length / 2)]
        return halves.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }
}
