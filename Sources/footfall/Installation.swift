import Cryptography

/// Names of installations.
enum Installation {
    /// Sixteen hexadecimal digits for the place of a database.
    static func name(of place: String) -> String {
        let digits = String(UInt64(bitPattern: ContentHash.sixtyFourBits(of: place)), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
