/// Telephone numbers: a plus sign and 8 to 15 digits (ITU-T E.164), with what people write between them.
enum PhoneRule {
    private static let lengths = 8...15
    /// In a property that is called a telephone's, so many digits are one.
    private static let shortestByName = 5

    static func find(in bytes: Span<UInt8>, _ matches: inout [PIIMatch]) {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "+") {
            guard let end = end(bytes, from: index + 1) else { continue }
            matches.append(PIIMatch(start: index, end: end, rule: .phone))
        }
    }

    /// The end of the longest number of at most 15 digits that ends with a group of digits.
    private static func end(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        if index < bytes.count, bytes[index] == UInt8(ascii: "(") { index += 1 }
        var digits = 0
        var longest: Int?
        while index < bytes.count, isDigit(bytes[index]) {
            digits += 1
            index += 1
            if index < bytes.count, isDigit(bytes[index]) { continue }
            guard digits <= lengths.upperBound else { break }
            if digits >= lengths.lowerBound { longest = index }
            index = behindGap(bytes, index)
        }
        return longest
    }

    /// Every number in a text that is known to be one of a telephone, with or without a plus sign.
    static func findByName(in bytes: Span<UInt8>, _ matches: inout [PIIMatch]) {
        var index = 0
        while index < bytes.count {
            guard isDigit(bytes[index]) else {
                index += 1
                continue
            }
            var start = index
            while start > 0, bytes[start - 1] == UInt8(ascii: "+") || bytes[start - 1] == UInt8(ascii: "(") {
                start -= 1
            }
            var digits = 0
            var end = index
            while index < bytes.count, isDigit(bytes[index]) {
                digits += 1
                index += 1
                end = index
                index = behindGap(bytes, index)
            }
            if digits >= shortestByName { matches.append(PIIMatch(start: start, end: end, rule: .phone)) }
            index = end
        }
    }

    /// Behind one to three characters that part groups: `-`, `) `, ` (`, ` / `.
    private static func behindGap(_ bytes: Span<UInt8>, _ index: Int) -> Int {
        var index = index
        for _ in 0..<3 where index < bytes.count && " -.()/".utf8.contains(bytes[index]) { index += 1 }
        return index
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    /// Whether a property is called a telephone's: `phone`, `userPhone`, `mobile_number`, `tel`, `tel_private`, `fax`.
    static func isName(_ name: String) -> Bool {
        let text = name.utf8
        let bytes = text.span
        for index in bytes.indices {
            switch bytes[index] | 0x20 {
            case UInt8(ascii: "p"): if stands(bytes, index, "phone") { return true }
            case UInt8(ascii: "m"): if stands(bytes, index, "mobile") || stands(bytes, index, "msisdn") { return true }
            case UInt8(ascii: "t"):
                if stands(bytes, index, "telefon") || stands(bytes, index, "telephon") { return true }
                if stands(bytes, index, "tel"), isWord(bytes, index..<index + 3) { return true }
            case UInt8(ascii: "f"): if stands(bytes, index, "fax"), isWord(bytes, index..<index + 3) { return true }
            default: break
            }
        }
        return false
    }

    private static func stands(_ bytes: Span<UInt8>, _ start: Int, _ word: String) -> Bool {
        guard bytes.count - start >= word.utf8.count else { return false }
        var index = start
        for byte in word.utf8 {
            guard bytes[index] | 0x20 == byte else { return false }
            index += 1
        }
        return true
    }

    /// `tel_home`, `homeTel` and `tel2`, but neither `hotel` nor `tell`.
    private static func isWord(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let beginsLower = bytes[range.lowerBound] & 0x20 != 0
        let endsLower = bytes[range.upperBound - 1] & 0x20 != 0
        let isBegin =
            range.lowerBound == 0 || !isLetter(bytes[range.lowerBound - 1])
            || (!beginsLower && bytes[range.lowerBound - 1] & 0x20 != 0)
        let isEnd =
            range.upperBound == bytes.count || !isLetter(bytes[range.upperBound])
            || (endsLower && bytes[range.upperBound] & 0x20 == 0)
        return isBegin && isEnd
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 }
}
