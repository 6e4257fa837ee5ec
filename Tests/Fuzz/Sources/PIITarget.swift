@testable import PIIPlugin

/// Personal data in texts: what is found goes, nothing that a rule would find is left, and the quick look at a text
/// agrees with the long one. The first byte chooses the rules, its highest bit whether the text is a telephone's by name.
enum PIITarget: FuzzTarget {
    static let name = "pii"

    static func seeds() -> [[UInt8]] {
        let texts = [
            "Ann.B+tag@mail.example.co.uk", "a%20j%C3%B6rg%2540example.com", "logo@2x.png", "4111 1111-1111 1111",
            "2024-01-15 378282246310005", "4006381333931", "IBAN DE89 3704 0044 0532 0130 00, at611904300234573201",
            "+43 (664) 123-45-67 / 2", "%2B436641234567", "192.0.2.1:80, v1.2.3.4, 1.2.3.4.5", "ip:2001:db8::1%eth0",
            "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.x.y.z",
            "/item/123e4567-e89b-12d3-a456-426614174000", "9f86d081884c7d659a2feaa0c55ad015",
            "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "[email][card]", "(0664) 123 45-67",
        ]
        return texts.map { [0x7f] + Array($0.utf8) } + texts.map { [0xff] + Array($0.utf8) }
    }

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        // Seven bits for eight rules: the last two go together.
        let rules = PIIRules(rawValue: first & 0x7f | (first & 0x40) << 1)
        check(String(decoding: bytes.dropFirst(), as: UTF8.self), PIIScanner(rules), isPhone: first & 0x80 != 0)
    }

    private static func check(_ text: String, _ scanner: PIIScanner, isPhone: Bool) {
        promise(scanner.isQuickLookRight(text), "the quick look misses nothing: \(text)")
        var counts = PIICounts()
        guard let result = scanner.scrub(text, isPhone: isPhone, counting: &counts) else {
            return promise(counts == PIICounts(), "nothing is counted where nothing is found: \(text)")
        }
        let found = PIIRule.allCases.filter { counts[$0] > 0 }
        promise(!found.isEmpty, "what is found is counted: \(text)")
        for rule in found {
            promise(scanner.rules.contains(PIIRules(rule)), "only a rule that is on finds something: \(text)")
            // Not by `contains` of a text, for which a bracket with an accent is no bracket.
            let isShown = Array(result.utf8).firstRange(of: Array(rule.placeholder.utf8)) != nil
            promise(isShown, "what was found has its kind in its place: \(text) → \(result)")
        }
        var none = PIICounts()
        promise(
            scanner.scrub(result, isPhone: isPhone, counting: &none) == nil && none == PIICounts(),
            "nothing is left: \(text) → \(result)")
    }
}
