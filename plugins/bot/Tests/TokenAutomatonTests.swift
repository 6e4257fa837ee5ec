import EventModel
import TestSupport
import Testing

@testable import BotPlugin

@Suite struct TokenAutomatonTests {
    @Test func findsWhatASearchForEachWordFinds() throws {
        var random = SeededRandom(4)
        for _ in 0..<300 {
            let words = (0..<Int.random(in: 1...8, using: &random)).map { _ in text(1...4, using: &random) }
            let tokens = words.map {
                TokenAutomaton.Token(text: $0, finding: Finding(kind: .crawler, reason: .word))
            }
            let automaton = try TokenAutomaton(tokens, ignoringCase: false)
            let haystack = text(0...30, using: &random)
            var found: Set<Int> = []
            automaton.scan(haystack.utf8.span) { _, end in
                found.insert(end)
                return true
            }
            let bytes = Array(haystack.utf8)
            let expected = bytes.indices.map { $0 + 1 }.filter { end in
                words.contains { word in
                    end >= word.utf8.count && bytes[..<end].suffix(word.utf8.count) == ArraySlice(Array(word.utf8))
                }
            }
            #expect(found == Set(expected), "\(words) in \(haystack)")
        }
    }

    private func text(_ count: ClosedRange<Int>, using random: inout SeededRandom) -> String {
        String((0..<Int.random(in: count, using: &random)).map { _ in "abc".randomElement(using: &random) ?? "a" })
    }

    @Test func shorterWordsAtTheSamePlaceAddTheirTraits() throws {
        let automaton = try TokenAutomaton(
            [
                TokenAutomaton.Token(text: "/", traits: .slash),
                TokenAutomaton.Token(text: "chrome/", traits: .chrome),
                TokenAutomaton.Token(text: "bot", finding: Finding(kind: .crawler, reason: .word)),
                TokenAutomaton.Token(text: "cubot", isException: true),
            ], ignoringCase: true)
        var traits: Traits = []
        var findings = 0
        automaton.scan("CHROME/1 cuBot".utf8.span) { meaning, _ in
            traits.formUnion(meaning.traits)
            if meaning.finding != nil { findings += 1 }
            return true
        }
        #expect(traits == [.slash, .chrome])
        #expect(findings == 0)
    }

    @Test func tooMuchTextIsRefused() {
        let tokens = (0..<70_000).map { TokenAutomaton.Token(text: "\($0) is a number") }
        #expect(throws: TokenAutomaton.TooManyStates.self) { try TokenAutomaton(tokens, ignoringCase: false) }
    }
}
