/// One element of an `Accept-Language` header (RFC 9110 section 12.5.4), by the places of its parts: `de-AT;q=0.9`.
struct LanguageRange {
    /// The primary subtag, two or three letters.
    private var language: Range<Int>
    /// The region, two letters or three digits; empty when there is none.
    private var region: Range<Int>
    /// The weight in thousandths, at least 1.
    private(set) var weight: Int

    /// The element with the highest weight, the first of several. `nil` when the header names no language.
    static func preferred(in header: Span<UInt8>) -> LanguageRange? {
        var best: LanguageRange?
        var start = 0
        while start < header.count {
            var end = start
            while end < header.count, header[end] != UInt8(ascii: ",") { end += 1 }
            if let element = LanguageRange(header, start..<end), element.weight > best?.weight ?? 0 {
                best = element
                // Nothing weighs more, and of equals the first counts.
                if element.weight == fullWeight { break }
            }
            start = end + 1
        }
        return best
    }

    /// The language in lower case, its region in upper case, as RFC 5646 section 2.1.1 writes them.
    func text(of header: Span<UInt8>, withRegion: Bool) -> String {
        var text = ""
        for place in language { text.unicodeScalars.append(UnicodeScalar(header[place] | 0x20)) }
        guard withRegion, !region.isEmpty else { return text }
        text += "-"
        for place in region {
            let byte = header[place]
            text.unicodeScalars.append(UnicodeScalar(LanguageRange.isLetter(byte) ? byte & 0xdf : byte))
        }
        return text
    }

    /// `nil` for `*`, for what is no language tag, and for what the visitor does not accept (`q=0`).
    private init?(_ header: Span<UInt8>, _ element: Range<Int>) {
        var tagEnd = element.lowerBound
        while tagEnd < element.upperBound, header[tagEnd] != UInt8(ascii: ";") { tagEnd += 1 }
        let tag = LanguageRange.trimmed(header, element.lowerBound..<tagEnd)
        let language = LanguageRange.subtag(header, tag)
        guard LanguageRange.isLanguage(header, language) else { return nil }
        let weight = LanguageRange.weight(header, tagEnd..<element.upperBound)
        guard weight > 0 else { return nil }
        self.language = language
        self.weight = weight
        region = LanguageRange.region(header, language.upperBound..<tag.upperBound)
    }

    private static let fullWeight = 1000

    /// The weight of `;q=0.9`, in thousandths; 0 when it cannot be read.
    private static func weight(_ header: Span<UInt8>, _ parameters: Range<Int>) -> Int {
        guard !parameters.isEmpty else { return fullWeight }
        let parameter = trimmed(header, parameters.lowerBound + 1..<parameters.upperBound)
        if parameter.isEmpty { return fullWeight }
        guard parameter.count >= 3, header[parameter.lowerBound] | 0x20 == UInt8(ascii: "q"),
            header[parameter.lowerBound + 1] == UInt8(ascii: "=")
        else { return 0 }
        var weight = 0
        // Four digits, a whole one and thousandths: what is missing is zero, what is beyond does not matter.
        var digits = 0
        for place in parameter.dropFirst(2) {
            let byte = header[place]
            if byte == UInt8(ascii: "."), digits == 1 { continue }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return 0 }
            if digits < 4 { weight = weight * 10 + Int(byte - UInt8(ascii: "0")) }
            digits += 1
        }
        while digits < 4 {
            weight *= 10
            digits += 1
        }
        return min(weight, fullWeight)
    }

    /// The region behind an extended language (three letters) and a script (four), as in `zh-yue-Hant-HK`.
    private static func region(_ header: Span<UInt8>, _ rest: Range<Int>) -> Range<Int> {
        var start = rest.lowerBound
        while start < rest.upperBound {
            let part = subtag(header, start + 1..<rest.upperBound)
            if part.count == 2, isAll(header, part, isLetter) { return part }
            if part.count == 3, isAll(header, part, isDigit) { return part }
            guard part.count == 3 || part.count == 4, isAll(header, part, isLetter) else { break }
            start = part.upperBound
        }
        return rest.lowerBound..<rest.lowerBound
    }

    /// From the beginning of the range to the next hyphen.
    private static func subtag(_ header: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var end = range.lowerBound
        while end < range.upperBound, header[end] != UInt8(ascii: "-") { end += 1 }
        return range.lowerBound..<end
    }

    /// Two or three letters, but for the codes that say "none" or "several": `und`, `mis`, `mul` and `zxx` of ISO 639-2.
    private static func isLanguage(_ header: Span<UInt8>, _ subtag: Range<Int>) -> Bool {
        guard subtag.count == 2 || subtag.count == 3, isAll(header, subtag, isLetter) else { return false }
        guard subtag.count == 3 else { return true }
        var code: UInt32 = 0
        for place in subtag { code = code << 8 | UInt32(header[place] | 0x20) }
        return code != 0x75_6e64 && code != 0x6d_6973 && code != 0x6d_756c && code != 0x7a_7878
    }

    private static func trimmed(_ header: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, header[start] == 0x20 || header[start] == 0x09 { start += 1 }
        while start < end, header[end - 1] == 0x20 || header[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }

    private static func isAll(_ header: Span<UInt8>, _ range: Range<Int>, _ holds: (UInt8) -> Bool) -> Bool {
        for place in range where !holds(header[place]) { return false }
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
