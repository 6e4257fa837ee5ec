import EventModel

@testable import BotPlugin

/// User agents, and words of the operator's: the automaton finds a word where a plain search finds it, whatever the words;
/// what is read of a user agent is always the same, and an exception of the operator's outweighs every word.
enum BotTarget: FuzzTarget {
    static let name = "bot"

    static func seeds() -> [[UInt8]] {
        let agents = [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "curl/8.1", "CUBOT X30", "bot",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/155.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/605 (KHTML, like Gecko) Version/99999.9 Safari/1",
        ]
        let words = ["bot", "abc,bc,c", "a,aa,aaa", "Chrome/,ome/", "\u{0},é,ö"]
        return agents.flatMap { agent in
            words.map { [UInt8($0.utf8.count)] + Array($0.utf8) + Array(agent.utf8) }
        }
    }

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = bytes.dropFirst()
        let words = rest.prefix(Int(first)).split(separator: UInt8(ascii: ",")).map {
            String(decoding: $0, as: UTF8.self)
        }
        let agent = String(decoding: rest.dropFirst(Int(first)), as: UTF8.self)
        checkSearch(for: words, in: Array(agent.utf8))
        checkReading(of: agent, words)
    }

    private static func checkSearch(for words: [String], in text: [UInt8]) {
        let tokens = words.map { TokenAutomaton.Token(text: $0, finding: Finding(kind: .crawler, reason: .word)) }
        guard let automaton = try? TokenAutomaton(tokens, ignoringCase: false) else {
            return promise(false, "few words have a table")
        }
        var found: [Int] = []
        automaton.scan(text.span) { _, end in
            found.append(end)
            return true
        }
        let patterns = words.map { Array($0.utf8) }
        let expected = text.indices.map { $0 + 1 }.filter { end in
            patterns.contains { end >= $0.count && text[(end - $0.count)..<end].elementsEqual($0) }
        }
        promise(found == expected, "a word is found where it stands: \(words)")
    }

    private static func checkReading(of agent: String, _ words: [String]) {
        let extra = Dictionary(words.map { ($0, "person") }, uniquingKeysWith: { first, _ in first })
        guard !agent.isEmpty, let automaton = try? TokenAutomaton(KnownBots.tokens(extra: extra), ignoringCase: true)
        else {
            return
        }
        let reading = AgentReading(agent.utf8.span, automaton)
        promise(reading == AgentReading(agent.utf8.span, automaton), "always the same: \(agent)")
        promise(!reading.traits.contains(.person) || reading.finding == nil, "the operator's word counts: \(agent)")
        promise((0...9999).contains(reading.chrome) && (0...9999).contains(reading.firefox), "four digits: \(agent)")
        promise((0...99_999).contains(reading.safari), "four digits and a tenth: \(agent)")
    }
}
