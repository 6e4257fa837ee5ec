import EventModel
import TestSupport
import Testing

@Suite struct WildcardTests {
    @Test(
        arguments: [
            ("abc", "abc", true), ("abc", "a*", true), ("abc", "*c", true), ("abc", "a*c", true), ("abc", "*", true),
            ("", "*", true), ("", "", true), ("abc", "ab", false), ("abc", "*b", false), ("aab", "*ab", true),
            ("ABC", "abc", true), ("a*c", "a*c", true), ("abcbc", "a*bc", true), ("ab", "a*b*c", false),
        ] as [(String, String, Bool)])
    func wildcardsFit(text: String, pattern: String, fits: Bool) {
        #expect(Wildcard(pattern, ignoresCase: true).fits(text) == fits)
        #expect(Wildcard(pattern).fits(text) == (fits && text != "ABC"))
    }

    @Test func aPatternOfManyStarsEndsSoon() {
        let text = String(repeating: "a", count: 8000)
        let pattern = Wildcard(String(repeating: "*a", count: 99) + "b")
        #expect(!pattern.fits(text))
        #expect(pattern.fits(text + "b"))
    }

    /// Patterns of few letters against all that they could mean, found by the definition of a star.
    @Test func patternsAgreeWithTheirDefinition() {
        func fits(_ pattern: Substring, _ text: Substring) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            if first != "*" { return text.first == first && fits(pattern.dropFirst(), text.dropFirst()) }
            return fits(pattern.dropFirst(), text) || (!text.isEmpty && fits(pattern, text.dropFirst()))
        }
        var random = SeededRandom(4)
        for _ in 0..<5000 {
            let pattern = String(
                (0..<Int.random(in: 0...7, using: &random)).map { _ in "ab*".randomElement(using: &random)! })
            let text = String(
                (0..<Int.random(in: 0...9, using: &random)).map { _ in "ab".randomElement(using: &random)! })
            #expect(Wildcard(pattern).fits(text) == fits(pattern[...], text[...]), "\(pattern) \(text)")
        }
    }
}
