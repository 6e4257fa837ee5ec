/// Spaces, dashes and characters of other widths in their plain form: a number with no-break spaces, as web pages print it, is
/// the same number.
enum Folding {
    /// The text folded; `nil` where that cannot matter: nothing to fold, or neither an `@` nor five digits in it.
    static func fold(_ text: String) -> String? {
        let utf8 = text.utf8
        let bytes = utf8.span
        guard isWorthwhile(bytes) else { return nil }
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let (replacement, length) = character(bytes, at: index)
            switch replacement {
            case .itself: folded.append(bytes[index])
            case .nothing: break
            case .byte(let byte): folded.append(byte)
            }
            index += length
        }
        return String(decoding: folded, as: UTF8.self)
    }

    private enum Replacement {
        case itself, nothing
        case byte(UInt8)
    }

    private static func isWorthwhile(_ bytes: Span<UInt8>) -> Bool {
        var hasOther = false
        var digits = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte &- 48 < 10 { digits &+= 1 }
            if byte == UInt8(ascii: "@") { digits = .max / 2 }
            if byte >= 0xc2, case (let replacement, _) = character(bytes, at: index) {
                switch replacement {
                case .itself: break
                case .nothing: hasOther = true
                case .byte(let plain):
                    hasOther = true
                    if plain &- 48 < 10 { digits &+= 1 }
                    if plain == UInt8(ascii: "@") { digits = .max / 2 }
                }
            }
            index &+= 1
        }
        return hasOther && digits >= 5
    }

    private static let space = Replacement.byte(UInt8(ascii: " "))
    private static let dash = Replacement.byte(UInt8(ascii: "-"))

    /// What the character at a place becomes, and how many bytes it has.
    private static func character(_ bytes: Span<UInt8>, at index: Int) -> (Replacement, length: Int) {
        let second = index + 1 < bytes.count ? bytes[index + 1] : 0
        let third = index + 2 < bytes.count ? bytes[index + 2] : 0
        switch (bytes[index], second, third) {
        case (0xc2, 0xa0, _): return (space, 2)  // no-break space
        case (0xc2, 0xad, _): return (.nothing, 2)  // soft hyphen
        case (0xe2, 0x80, 0x80...0x8a), (0xe2, 0x80, 0xa8...0xa9), (0xe2, 0x80, 0xaf), (0xe2, 0x81, 0x9f),
            (0xe3, 0x80, 0x80):
            return (space, 3)
        case (0xe2, 0x80, 0x8b), (0xe2, 0x80, 0x8e...0x8f), (0xe2, 0x81, 0xa0), (0xef, 0xbb, 0xbf):
            return (.nothing, 3)  // of no width; not the joiners of which emoji are made
        case (0xe2, 0x80, 0x90...0x95), (0xe2, 0x88, 0x92): return (dash, 3)
        case (0xef, 0xbc, 0x81...0xbf): return (.byte(third &- 0x60), 3)  // full width, ! to _
        case (0xef, 0xbd, 0x80...0x9e): return (.byte(third &- 0x20), 3)  // full width, ` to ~
        default: return (.itself, 1)
        }
    }
}
