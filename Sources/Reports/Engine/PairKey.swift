/// Keys of pairs of values.
enum PairKey {
    /// The key of a pair.
    static func of(_ first: Int64, _ second: Int64) -> Int64 {
        var hash = UInt64(bitPattern: first) &* 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ (hash >> 29) ^ UInt64(bitPattern: second)) &* 0xbf58_476d_1ce4_e5b9
        hash ^= hash >> 32
        return Int64(bitPattern: hash)
    }

    /// The pair as the text of its key: each value is a number of the dictionary (`#…`) or a text (`=…`), the first one
    /// behind its length.
    static func text(_ first: Int64, _ firstText: String?, _ second: Int64, _ secondText: String?) -> String {
        func part(_ key: Int64, _ text: String?) -> String { text.map { "=" + $0 } ?? (key == 0 ? "=" : "#\(key)") }
        let head = part(first, firstText)
        return "\(head.utf8.count):\(head)\(part(second, secondText))"
    }

    /// The two values out of such a text.
    static func parts(_ text: String) -> (Substring, Substring)? {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), let length = Int(text[..<colon]) else {
            return nil
        }
        let start = text.utf8.index(after: colon)
        guard length >= 0, let end = text.utf8.index(start, offsetBy: length, limitedBy: text.utf8.endIndex) else {
            return nil
        }
        return (text[start..<end], text[end...])
    }
}
