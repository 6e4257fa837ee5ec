/// E-mail addresses: something before an `@`, and behind it a host with a dot and a top-level domain of letters.
enum EmailRule {
    static func find(in bytes: Span<UInt8>, _ classes: CharacterClasses, _ matches: inout [PIIMatch]) {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "@") {
            let start = localStart(bytes, before: index, classes)
            guard start < index, let end = hostEnd(bytes, from: index + 1, classes) else { continue }
            matches.append(PIIMatch(start: start, end: end, rule: .email))
        }
    }

    /// Where the part before the `@` begins. Longer ones than the 64 bytes of RFC 5321 go as a whole.
    private static func localStart(_ bytes: Span<UInt8>, before at: Int, _ classes: CharacterClasses) -> Int {
        var start = at
        while start > 0, isOdd(bytes[start - 1]) { start -= 1 }
        // Letters of the east stand without spaces beside words of ours: a name is of the ones or of the others.
        let isEastern = start >= 3 && bytes[start - 1] & 0xc0 == 0x80 && letterEnding(bytes, at: start) == 3
        while start > 0 {
            let byte = bytes[start - 1]
            if byte >= 0x80 {
                guard at - start < 64, let length = letterEnding(bytes, at: start), length == 2 || isEastern else {
                    return start
                }
                start -= length
                continue
            }
            guard classes.kinds(byte) & CharacterClasses.local != 0 else { return start }
            // The digits of a code are no part of the address: what it stands for is seen when it is decoded.
            if start >= 3, bytes[start - 3] == UInt8(ascii: "%"), isHexadecimal(bytes[start - 2], classes),
                isHexadecimal(byte, classes)
            {
                return start
            }
            start -= 1
        }
        return start
    }

    /// What RFC 5322 allows before the `@` and nobody has there; within a text it parts words.
    static func isOdd(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func isHexadecimal(_ byte: UInt8, _ classes: CharacterClasses) -> Bool {
        classes.kinds(byte) & CharacterClasses.hexadecimal != 0
    }

    /// Letters of the alphabets from Latin to Arabic (U+00C0 to U+07FF) are two bytes long in UTF-8, those of the east three
    /// (from U+1000 on; not U+2000 to U+303F, which are signs, nor those of other widths). Texts of the latter have no
    /// spaces: the 64 bytes of an address are the bound there.
    private static func letterEnding(_ bytes: Span<UInt8>, at end: Int) -> Int? {
        guard end >= 2, bytes[end - 1] & 0xc0 == 0x80 else { return nil }
        if (0xc3...0xdf).contains(bytes[end - 2]) { return 2 }
        return end >= 3 && bytes[end - 2] & 0xc0 == 0x80 && isEastern(bytes[end - 3], bytes[end - 2]) ? 3 : nil
    }

    private static func letterBeginning(_ bytes: Span<UInt8>, at start: Int) -> Int? {
        guard start + 1 < bytes.count, bytes[start + 1] & 0xc0 == 0x80 else { return nil }
        if (0xc3...0xdf).contains(bytes[start]) { return 2 }
        return start + 2 < bytes.count && bytes[start + 2] & 0xc0 == 0x80 && isEastern(bytes[start], bytes[start + 1])
            ? 3 : nil
    }

    private static func isEastern(_ first: UInt8, _ second: UInt8) -> Bool {
        first == 0xe1 || (first == 0xe3 && second > 0x80) || (0xe4...0xed).contains(first)
    }

    /// Where the host ends: behind the last label that begins with two letters and is not the first.
    private static func hostEnd(_ bytes: Span<UInt8>, from start: Int, _ classes: CharacterClasses) -> Int? {
        var end: Int?
        var label = start
        while true {
            let next = labelEnd(bytes, from: label, classes)
            guard next > label else { break }
            var last = next
            while last > label, bytes[last - 1] == UInt8(ascii: "-") { last -= 1 }
            if label > start, beginsWithTwoLetters(bytes, label, classes),
                !isPictureName(bytes, start..<label, label..<next)
            {
                end = last
            }
            guard next < bytes.count, bytes[next] == UInt8(ascii: ".") else { break }
            label = next + 1
        }
        return end
    }

    private static func labelEnd(_ bytes: Span<UInt8>, from start: Int, _ classes: CharacterClasses) -> Int {
        var end = start
        while end < bytes.count {
            if classes.kinds(bytes[end]) & CharacterClasses.token != 0 {
                end += 1
            } else if let length = letterBeginning(bytes, at: end) {
                end += length
            } else {
                break
            }
        }
        return end
    }

    private static func beginsWithTwoLetters(_ bytes: Span<UInt8>, _ label: Int, _ classes: CharacterClasses) -> Bool {
        var place = label
        for _ in 0..<2 {
            guard place < bytes.count else { return false }
            if classes.kinds(bytes[place]) & (CharacterClasses.lower | CharacterClasses.upper) != 0 {
                place += 1
            } else if let length = letterBeginning(bytes, at: place) {
                place += length
            } else {
                return false
            }
        }
        return true
    }

    /// `logo@2x.png`: a picture for fine screens. No top-level domain is called so.
    private static func isPictureName(_ bytes: Span<UInt8>, _ first: Range<Int>, _ last: Range<Int>) -> Bool {
        guard first.count == 3, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(bytes[first.lowerBound]),
            bytes[first.lowerBound + 1] | 0x20 == UInt8(ascii: "x")
        else { return false }
        return ["png", "jpg", "jpeg", "gif", "webp", "avif", "svg"].contains { name in
            name.utf8.count == last.count && zip(name.utf8, last).allSatisfy { $0 == bytes[$1] | 0x20 }
        }
    }
}
