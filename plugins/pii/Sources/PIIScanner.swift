/// Finds personal data in a text by its form, and puts the name of the rule in its place. A pure value: equal texts give
/// equal results, a result is its own result, and nothing is left in it that a rule would find.
struct PIIScanner: Sendable {
    let rules: PIIRules
    private let classes: CharacterClasses

    init(_ rules: PIIRules) {
        self.rules = rules
        classes = CharacterClasses(wantsUUIDs: rules.contains(PIIRules(.uuid)))
    }

    /// The text without personal data; `nil` when there is none in it.
    func scrub(_ text: String) -> String? {
        var counts = PIICounts()
        return scrub(text, counting: &counts)
    }

    /// The text without personal data; `nil` when there is none in it. In a text that is a telephone's by its name, any
    /// number is one.
    func scrub(_ text: String, isPhone: Bool = false, counting counts: inout PIICounts) -> String? {
        // What stands in place of a find may let a neighbour be seen as one. Each round takes something away, so there is
        // a last one; nearly always it is the second. A text made to need hundreds of them goes as a whole.
        var result: String?
        for _ in 0..<PIIScanner.mostRounds {
            guard let next = look(result ?? text, isPhone, &counts) else { return result }
            result = next
        }
        return PIIRule.token.placeholder
    }

    /// Rounds after which a text is hostile.
    static let mostRounds = 8

    /// One look at a text as it stands, and, where nothing is found, in its plain form.
    private func look(_ text: String, _ isPhone: Bool, _ counts: inout PIICounts) -> String? {
        let utf8 = text.utf8
        if isPhone || classes.isSuspicious(utf8.span), let result = round(text, isPhone: isPhone, &counts) {
            return result
        }
        return Folding.fold(text).flatMap { round($0, isPhone: isPhone, &counts) }
    }

    /// Whether the one pass over the text agrees with the rules that nothing can be found, or has doubts.
    func isQuickLookRight(_ text: String) -> Bool {
        let utf8 = text.utf8
        var counts = PIICounts()
        return classes.isSuspicious(utf8.span) || round(text, isPhone: false, &counts) == nil
    }

    private func round(_ text: String, isPhone: Bool, _ counts: inout PIICounts) -> String? {
        let utf8 = text.utf8
        let bytes = utf8.span
        var matches: [PIIMatch] = []
        find(in: bytes, isPhone: isPhone, &matches)
        if DecodedText.hasCode(bytes, classes) { findDecoded(in: bytes, isPhone: isPhone, &matches) }
        if matches.isEmpty { return nil }
        merge(&matches)
        for match in matches { counts[match.rule] &+= 1 }
        return replaced(bytes, matches)
    }

    private func find(in bytes: Span<UInt8>, isPhone: Bool, _ matches: inout [PIIMatch]) {
        if rules.contains(PIIRules(.email)) { EmailRule.find(in: bytes, classes, &matches) }
        if rules.contains(PIIRules(.jwt)) { JWTRule.find(in: bytes, classes, &matches) }
        if rules.contains(PIIRules(.iban)) { IBANRule.find(in: bytes, classes, &matches) }
        if rules.contains(PIIRules(.card)) { CardRule.find(in: bytes, &matches) }
        if rules.contains(PIIRules(.phone)) {
            PhoneRule.find(in: bytes, &matches)
            if isPhone { PhoneRule.findByName(in: bytes, &matches) }
        }
        if rules.contains(PIIRules(.address)) { AddressRule.find(in: bytes, classes, &matches) }
        if rules.contains(PIIRules(.uuid)) { UUIDRule.find(in: bytes, classes, &matches) }
        if rules.contains(PIIRules(.token)) { TokenRule.find(in: bytes, classes, &matches) }
    }

    /// Looks at the text decoded once and twice, and says where in the original what it found stands.
    private func findDecoded(in bytes: Span<UInt8>, isPhone: Bool, _ matches: inout [PIIMatch]) {
        var text = DecodedText(bytes, classes)
        for _ in 0..<2 {
            let first = matches.count
            find(in: text.bytes.span, isPhone: isPhone, &matches)
            for index in first..<matches.count {
                matches[index].start = text.places[matches[index].start]
                matches[index].end = text.places[matches[index].end]
            }
            guard DecodedText.hasCode(text.bytes.span, classes) else { return }
            text.decode(classes)
        }
    }

    /// Puts finds in order, and makes one of those that overlap.
    private func merge(_ matches: inout [PIIMatch]) {
        matches.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        var last = 0
        for match in matches.dropFirst() {
            if match.start < matches[last].end {
                matches[last].end = max(matches[last].end, match.end)
                if match.rule.rawValue < matches[last].rule.rawValue { matches[last].rule = match.rule }
            } else {
                last += 1
                matches[last] = match
            }
        }
        matches.removeLast(matches.count - last - 1)
    }

    private func replaced(_ bytes: Span<UInt8>, _ matches: [PIIMatch]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        for match in matches {
            while index < match.start {
                output.append(bytes[index])
                index += 1
            }
            output.append(contentsOf: match.rule.placeholder.utf8)
            index = match.end
        }
        while index < bytes.count {
            output.append(bytes[index])
            index += 1
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// A text with its percent-encoding resolved, and where each byte of it began in the original.
struct DecodedText {
    private(set) var bytes: [UInt8]
    /// For each byte, and for the end of the text, its place in the original.
    private(set) var places: [Int]

    /// The text decoded once.
    init(_ original: Span<UInt8>, _ classes: CharacterClasses) {
        bytes = []
        places = []
        bytes.reserveCapacity(original.count)
        places.reserveCapacity(original.count + 1)
        for index in original.indices { bytes.append(original[index]) }
        places.append(contentsOf: 0...original.count)
        decode(classes)
    }

    /// Decodes once more.
    mutating func decode(_ classes: CharacterClasses) {
        var index = 0
        var count = 0
        while index < bytes.count {
            let code = DecodedText.code(bytes.span, at: index, classes)
            let place = places[index]
            bytes[count] = code ?? bytes[index]
            places[count] = place
            index += code == nil ? 1 : 3
            count += 1
        }
        places[count] = places[bytes.count]
        bytes.removeLast(bytes.count - count)
        places.removeLast(places.count - count - 1)
    }

    /// Whether there is something to decode.
    static func hasCode(_ bytes: Span<UInt8>, _ classes: CharacterClasses) -> Bool {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "%") {
            if code(bytes, at: index, classes) != nil { return true }
        }
        return false
    }

    private static func code(_ bytes: Span<UInt8>, at index: Int, _ classes: CharacterClasses) -> UInt8? {
        guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let high = digit(bytes[index + 1], classes), let low = digit(bytes[index + 2], classes)
        else { return nil }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8, _ classes: CharacterClasses) -> UInt8? {
        let kinds = classes.kinds(byte)
        if kinds & CharacterClasses.digit != 0 { return byte &- 48 }
        return kinds & CharacterClasses.hexLetter != 0 ? (byte | 0x20) &- 87 : nil
    }
}
