/// Decides which parameters stay.
struct ParameterRule: Sendable {
    let mode: URLScrub.Settings.Mode
    let allow: NameList
    let deny: NameList

    /// Whether the query's parameter in `range`, `name=value` or a name alone, stays.
    func keeps(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        if !needsDecoding(bytes, range) { return keepsName(bytes, name(bytes, range)) }
        guard let decoded = PercentCode.decoded(bytes, range) else { return false }
        let text = decoded.span
        let first = part(text, from: 0)
        return keepsName(text, name(text, first)) && !deniesParts(text, from: first.upperBound + 1)
    }

    /// Whether the path's parameter in `range` goes. What has no value is part of the path, whatever it is called.
    func denies(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        if !needsDecoding(bytes, range) {
            let name = name(bytes, range)
            return name.upperBound < range.upperBound && deniesName(bytes, name)
        }
        guard let decoded = PercentCode.decoded(bytes, range) else { return true }
        return deniesParts(decoded.span, from: 0)
    }

    /// A value may be a URL with a query of its own: `return=https%3A%2F%2Fexample.com%2F%3Ftoken%3Dsecret`. Whatever its
    /// outer name, it goes with what it holds.
    private func deniesParts(_ text: Span<UInt8>, from start: Int) -> Bool {
        var start = start
        while start < text.count {
            let part = part(text, from: start)
            let name = name(text, part)
            if name.upperBound < part.upperBound, deniesName(text, name) { return true }
            start = part.upperBound + 1
        }
        return false
    }

    private func part(_ text: Span<UInt8>, from start: Int) -> Range<Int> {
        var end = start
        while end < text.count, !ParameterRule.separates(text[end]) { end += 1 }
        return start..<end
    }

    private static func separates(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "&") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "?")
            || byte == UInt8(ascii: "#")
    }

    private func needsDecoding(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+") || ParameterRule.separates(byte) { return true }
        }
        return false
    }

    /// What stands before the equals sign.
    private func name(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var end = range.lowerBound
        while end < range.upperBound, bytes[end] != UInt8(ascii: "=") { end += 1 }
        return range.lowerBound..<end
    }

    /// A name that is empty stands for nothing that anybody could have listed.
    private func keepsName(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let name = trimmed(bytes, range)
        guard !name.isEmpty else { return false }
        guard mode == .allow else { return !deniesName(bytes, name) }
        if allow.contains(bytes, name) { return true }
        let base = base(bytes, name)
        return base.upperBound < name.upperBound && allow.contains(bytes, base) && !deniesName(bytes, name)
    }

    /// Also where the name is that of a list or a field: `email[]`, `user[email]`.
    private func deniesName(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let name = trimmed(bytes, range)
        if deny.contains(bytes, name) { return true }
        var start = name.lowerBound
        guard base(bytes, name).upperBound < name.upperBound else { return false }
        while start < name.upperBound {
            var end = start
            while end < name.upperBound, !ParameterRule.isBracket(bytes[end]) { end += 1 }
            if end > start, deny.contains(bytes, trimmed(bytes, start..<end)) { return true }
            start = end + 1
        }
        return false
    }

    private func base(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Range<Int> {
        var end = name.lowerBound
        while end < name.upperBound, !ParameterRule.isBracket(bytes[end]) { end += 1 }
        return name.lowerBound..<end
    }

    private static func isBracket(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
    }

    /// Without spaces and control characters at both ends, which some servers ignore.
    private func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, bytes[start] <= 0x20 { start += 1 }
        while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
        return start..<end
    }
}
