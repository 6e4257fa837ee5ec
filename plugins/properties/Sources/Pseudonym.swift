import Cryptography
import EventModel

/// A value under a keyed hash: the same value of the same property has the same pseudonym on one site for as long as the
/// key lives, and nobody without the key finds out the value by trying.
enum Pseudonym {
    /// 16 hexadecimal digits; nothing where there is no value. Site and name go into the hash, so that neither two sites
    /// nor two properties can be joined by it, and the length of the name, so that no two values meet by shifting bytes.
    /// `nil` for a key of the wrong length.
    static func make(of property: Property, site: SiteID, key: [UInt8]) -> String? {
        let value = property.value.plainText
        guard !value.isEmpty else { return "" }
        var message: [UInt8] = []
        message.reserveCapacity(8 + property.name.utf8.count + value.utf8.count)
        append(UInt32(bitPattern: site.rawValue), to: &message)
        append(UInt32(truncatingIfNeeded: property.name.utf8.count), to: &message)
        message.append(contentsOf: property.name.utf8)
        message.append(contentsOf: value.utf8)
        return SipHash.hash(message, key: key).map(hexadecimal)
    }

    private static func append(_ number: UInt32, to message: inout [UInt8]) {
        for shift in [24, 16, 8, 0] as [UInt32] { message.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
