/// JSON Web Tokens (RFC 7519): two or more parts of base64url with dots, of which the first begins as `{"` does.
enum JWTRule {
    /// Parts of a signed token, and of an encrypted one (RFC 7516).
    private static let parts = 3...5

    static func find(in bytes: Span<UInt8>, _ classes: CharacterClasses, _ matches: inout [PIIMatch]) {
        var index = 0
        while index + 2 < bytes.count {
            guard bytes[index] == UInt8(ascii: "e"), bytes[index + 1] == UInt8(ascii: "y"),
                bytes[index + 2] == UInt8(ascii: "J")
            else {
                index += 1
                continue
            }
            var end = TokenRule.runEnd(bytes, index, classes)
            let first = end
            var count = 1
            while count < parts.upperBound, end < bytes.count, bytes[end] == UInt8(ascii: ".") {
                let next = TokenRule.runEnd(bytes, end + 1, classes)
                // Only the signature may be empty: then nobody has signed.
                if next == end + 1, count < parts.lowerBound - 1 { break }
                end = next
                count += 1
            }
            if count >= parts.lowerBound { matches.append(PIIMatch(start: index, end: end, rule: .jwt)) }
            index = max(first, index + 1)
        }
    }
}

/// UUIDs (RFC 9562) in their usual form: 32 hexadecimal digits with four dashes.
enum UUIDRule {
    static let length = 36

    static func find(in bytes: Span<UInt8>, _ classes: CharacterClasses, _ matches: inout [PIIMatch]) {
        var index = 0
        while index + length <= bytes.count {
            let isInWord = index > 0 && isHexadecimal(bytes[index - 1], classes)
            guard !isInWord, stands(bytes, index, classes) else {
                index += 1
                continue
            }
            matches.append(PIIMatch(start: index, end: index + length, rule: .uuid))
            index += length
        }
    }

    private static func stands(_ bytes: Span<UInt8>, _ start: Int, _ classes: CharacterClasses) -> Bool {
        for place in 0..<length {
            let byte = bytes[start + place]
            let isDash = place == 8 || place == 13 || place == 18 || place == 23
            guard isDash ? byte == UInt8(ascii: "-") : isHexadecimal(byte, classes) else { return false }
        }
        return start + length == bytes.count || !isHexadecimal(bytes[start + length], classes)
    }

    private static func isHexadecimal(_ byte: UInt8, _ classes: CharacterClasses) -> Bool {
        classes.kinds(byte) & CharacterClasses.hexadecimal != 0
    }
}

/// What only a machine writes: 24 or more hexadecimal digits in a row, or 32 or more characters of base64url in which
/// small letters, capitals and digits change all the time.
enum TokenRule {
    static let shortestHexadecimal = 24
    static let shortestMixed = 32

    static func find(in bytes: Span<UInt8>, _ classes: CharacterClasses, _ matches: inout [PIIMatch]) {
        var index = 0
        while index < bytes.count {
            let end = runEnd(bytes, index, classes)
            if end > index { look(at: bytes, index..<end, classes, &matches) }
            index = end + 1
        }
    }

    /// Where the characters of base64url end.
    static func runEnd(_ bytes: Span<UInt8>, _ start: Int, _ classes: CharacterClasses) -> Int {
        var end = start
        while end < bytes.count, classes.kinds(bytes[end]) & CharacterClasses.token != 0 { end += 1 }
        return end
    }

    private static func look(
        at bytes: Span<UInt8>, _ run: Range<Int>, _ classes: CharacterClasses, _ matches: inout [PIIMatch]
    ) {
        guard run.count >= shortestHexadecimal else { return }
        if isMixed(bytes, run, classes) {
            matches.append(PIIMatch(start: run.lowerBound, end: run.upperBound, rule: .token))
            return
        }
        var start = run.lowerBound
        for index in run.lowerBound...run.upperBound {
            let isHexadecimal =
                index < run.upperBound && classes.kinds(bytes[index]) & CharacterClasses.hexadecimal != 0
            if isHexadecimal { continue }
            if index - start >= shortestHexadecimal {
                matches.append(PIIMatch(start: start, end: index, rule: .token))
            }
            start = index + 1
        }
    }

    /// Random characters change their kind two times in three, the words of a title one time in six: the bar is at one in
    /// four. Dashes and underscores part words and do not count; no title has a word of 20 characters that changes often.
    private static func isMixed(_ bytes: Span<UInt8>, _ run: Range<Int>, _ classes: CharacterClasses) -> Bool {
        guard run.count >= shortestMixed else { return false }
        var whole = Mixture()
        var word = Mixture()
        var isWordMixed = false
        for index in run {
            let kind = classes.kinds(bytes[index]) & CharacterClasses.alphanumeric
            whole.add(kind)
            if kind == 0 { word = Mixture() } else { word.add(kind) }
            isWordMixed = isWordMixed || (word.hasAll && word.count >= 20 && word.changes >= 4)
        }
        return whole.hasAll && (isWordMixed || whole.changes * 4 >= run.count)
    }

    /// How letters and digits follow each other.
    private struct Mixture {
        private var last: UInt8 = 0
        private var all: UInt8 = 0
        private(set) var count = 0
        private(set) var changes = 0

        mutating func add(_ kind: UInt8) {
            if kind != 0, last != 0, kind != last { changes += 1 }
            last = kind
            all |= kind
            count += 1
        }

        /// Whether small letters, capitals and digits are there.
        var hasAll: Bool { all == CharacterClasses.alphanumeric }
    }
}
