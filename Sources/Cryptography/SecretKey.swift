/// Keys of programs: `ff_sk_` (may send) or `ff_rk_` (may read) and 32 characters that nobody can guess. Shown once; only
/// their hash is kept.
public enum SecretKey {
    /// Beginning of every key that may send.
    public static let prefix = "ff_sk_"
    /// Beginning of every key that may read reports.
    public static let readPrefix = "ff_rk_"

    /// Another key: 160 random bits.
    public static func make(prefix: String = SecretKey.prefix) -> String {
        prefix + Randomness.text(32)
    }

    /// The key's hash in hexadecimal. A fast hash is enough for a key of more than 112 random bits (OWASP ASVS 5.0, 6.5.2).
    public static func hash(_ key: String) -> String {
        String(ContentHash.bits128(of: Array(key.utf8)), radix: 16)
    }
}
