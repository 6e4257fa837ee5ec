/// Percent-encoding that may be nested: `%3B`, `%253B` and `%25253B` are all a semicolon in the end.
enum PercentCode {
    /// The byte that stands at `index` when everything is decoded, and where what stands for it ends. A percent sign that
    /// begins no code is one.
    static func character(_ bytes: Span<UInt8>, at index: Int) -> (byte: UInt8, end: Int) {
        guard bytes[index] == UInt8(ascii: "%"), var value = code(bytes, at: index + 1) else {
            return (bytes[index], index + 1)
        }
        var place = index + 1
        while value == UInt8(ascii: "%"), let inner = code(bytes, at: place + 2) {
            value = inner
            place += 2
        }
        return (value, place + 2)
    }

    /// The byte of two hexadecimal digits.
    private static func code(_ bytes: Span<UInt8>, at index: Int) -> UInt8? {
        guard index + 1 < bytes.count, let high = digit(bytes[index]), let low = digit(bytes[index + 1]) else {
            return nil
        }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        if byte &- 48 < 10 { return byte &- 48 }
        let letter = byte | 0x20
        return letter &- 97 < 6 ? letter &- 87 : nil
    }

    /// The text in `range` with all codes resolved, also those that only decoding brings about, and `+` as space; `nil`
    /// when there is no end to it: nobody writes so who does not want to hide something.
    static func decoded(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        for index in range { text.append(bytes[index] == UInt8(ascii: "+") ? 0x20 : bytes[index]) }
        for _ in 0..<4 {
            let shorter = once(text)
            if shorter.count == text.count { return text }
            text = shorter
        }
        return nil
    }

    private static func once(_ text: [UInt8]) -> [UInt8] {
        let bytes = text.span
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var index = 0
        while index < bytes.count {
            let character = character(bytes, at: index)
            decoded.append(character.byte)
            index = character.end
        }
        return decoded
    }
}
