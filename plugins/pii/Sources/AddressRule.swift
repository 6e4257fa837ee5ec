/// Internet addresses: four numbers with dots, or up to eight groups of hexadecimal digits with colons (RFC 4291).
enum AddressRule {
    static func find(in bytes: Span<UInt8>, _ classes: CharacterClasses, _ matches: inout [PIIMatch]) {
        findV4(in: bytes, classes, &matches)
        findV6(in: bytes, classes, &matches)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    private static func findV4(in bytes: Span<UInt8>, _ classes: CharacterClasses, _ matches: inout [PIIMatch]) {
        var index = 0
        while index < bytes.count {
            guard isDigit(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            var numbers = 1
            index = numberEnd(bytes, index)
            var areBytes = isByte(bytes, start..<index)
            while index + 1 < bytes.count, bytes[index] == UInt8(ascii: "."), isDigit(bytes[index + 1]) {
                let end = numberEnd(bytes, index + 1)
                areBytes = areBytes && isByte(bytes, index + 1..<end)
                numbers += 1
                index = end
            }
            // Three or five numbers are a version, and so are four behind a `v`.
            if numbers == 4, areBytes, !isVersion(bytes, start, classes) {
                matches.append(PIIMatch(start: start, end: index, rule: .address))
            }
        }
    }

    private static func numberEnd(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var end = start
        while end < bytes.count, isDigit(bytes[end]) { end += 1 }
        return end
    }

    private static func isByte(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= 3 else { return false }
        var value = 0
        for index in range { value = value * 10 + Int(bytes[index] &- 48) }
        return value <= 255
    }

    private static func isVersion(_ bytes: Span<UInt8>, _ start: Int, _ classes: CharacterClasses) -> Bool {
        guard start > 0, bytes[start - 1] | 0x20 == UInt8(ascii: "v") else { return false }
        return start == 1 || classes.kinds(bytes[start - 2]) & CharacterClasses.alphanumeric == 0
    }

    /// Tries every group with which an address could begin: what stands before it may be a word and a colon.
    private static func findV6(in bytes: Span<UInt8>, _ classes: CharacterClasses, _ matches: inout [PIIMatch]) {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let before = index > 0 ? bytes[index - 1] : UInt8(ascii: " ")
            let isBegin = byte == UInt8(ascii: ":") || classes.kinds(byte) & CharacterClasses.hexadecimal != 0
            // In the middle of a word, or of a group.
            guard isBegin, classes.kinds(before) & CharacterClasses.alphanumeric == 0,
                let end = endV6(bytes, from: index, classes)
            else {
                index += 1
                continue
            }
            matches.append(PIIMatch(start: index, end: end, rule: .address))
            index = end
        }
    }

    /// The end of the longest address that begins at `start`. Of the short forms, `::1` and `a::b` are not worth it: the
    /// one names nobody, the other is more often a name of a programming language.
    private static func endV6(_ bytes: Span<UInt8>, from start: Int, _ classes: CharacterClasses) -> Int? {
        var index = start
        var groups = 0
        var hasGap = false
        var hasDigit = false
        var longest: Int?
        if isGap(bytes, index) {
            hasGap = true
            index += 2
        }
        while groups < 8 {
            let group = index
            while index < bytes.count, index - group < 5,
                classes.kinds(bytes[index]) & CharacterClasses.hexadecimal != 0
            {
                hasDigit = hasDigit || isDigit(bytes[index])
                index += 1
            }
            guard (1...4).contains(index - group) else { break }
            groups += 1
            let isComplete = hasGap ? groups >= 2 && groups <= 7 && (hasDigit || groups > 2) : groups == 8
            if isComplete, isEnd(bytes, index, classes) { longest = index }
            guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else { break }
            if isGap(bytes, index) {
                guard !hasGap else { break }
                hasGap = true
                index += 2
                if groups >= 2, groups <= 7, hasDigit, isEnd(bytes, index, classes) { longest = index }
            } else {
                index += 1
            }
        }
        return longest
    }

    private static func isGap(_ bytes: Span<UInt8>, _ index: Int) -> Bool {
        index + 1 < bytes.count && bytes[index] == UInt8(ascii: ":") && bytes[index + 1] == UInt8(ascii: ":")
    }

    private static func isEnd(_ bytes: Span<UInt8>, _ index: Int, _ classes: CharacterClasses) -> Bool {
        index >= bytes.count || classes.kinds(bytes[index]) & CharacterClasses.alphanumeric == 0
    }
}
