import Configuration
import EventModel
import RegularExpressions

/// An operator's list of programs in the format of crawler-user-agents
/// (https://github.com/monperrus/crawler-user-agents): JSON, a list of objects with `pattern`, a regular expression, and
/// `tags`. Patterns that are plain text, as almost all are, become one automaton.
final class BotList: Sendable {
    /// How many patterns are used.
    let count: Int
    /// What is wrong with those that are not, without their text.
    let problems: [String]
    private let literals: TokenAutomaton
    private let patterns: [(kind: BotClass, pattern: Pattern)]

    /// A list that cannot be used at all.
    struct Unusable: Error, CustomStringConvertible {
        var description: String
    }

    /// Shorter than this, a text is in every other user agent.
    static let leastLength = 3

    /// Reads a list. Throws where the text is none; single patterns that cannot be used are left out.
    init(json text: String) throws {
        guard case .list(let entries) = try ConfigValue(json5: text) else {
            throw Unusable(description: "is not a list of objects with a \"pattern\"")
        }
        var tokens: [TokenAutomaton.Token] = []
        var sources: [(kind: BotClass, source: String)] = []
        var problems: [String] = []
        for (index, entry) in entries.enumerated() {
            guard case .table(let table) = entry, case .text(let source)? = table["pattern"] else {
                problems.append("entry \(index + 1) has no \"pattern\"")
                continue
            }
            let kind = BotList.kind(ofTags: table["tags"])
            let literal = BotList.literal(of: source)
            if (literal ?? source).utf8.count < BotList.leastLength {
                problems.append("entry \(index + 1) is shorter than \(BotList.leastLength) bytes")
            } else if let literal {
                tokens.append(TokenAutomaton.Token(text: literal, finding: Finding(kind: kind, reason: .listed)))
            } else if let reason = BotList.problem(of: source) {
                problems.append("entry \(index + 1) \(reason)")
            } else {
                sources.append((kind, source))
            }
        }
        guard !tokens.isEmpty || !sources.isEmpty || entries.isEmpty else {
            throw Unusable(description: "has no pattern that can be used: \(problems.first ?? "")")
        }
        literals = try TokenAutomaton(tokens, ignoringCase: false)
        patterns = try BotList.compiled(sources)
        count = tokens.count + sources.count
        self.problems = problems
    }

    /// The kind of program whose pattern occurs in the user agent; `nil` for none.
    func kind(of agent: String) -> BotClass? {
        var kind: BotClass?
        literals.scan(agent.utf8.span) { meaning, _ in
            kind = meaning.finding?.kind
            return kind == nil
        }
        if let kind { return kind }
        return patterns.first { $0.pattern.occurs(in: agent) }?.kind
    }

    /// The text that is all that a pattern matches; `nil` where it is a real regular expression.
    static func literal(of pattern: String) -> String? {
        var text: [UInt8] = []
        var isEscaped = false
        for byte in pattern.utf8 {
            switch byte {
            case _ where isEscaped:
                // \d, \s and their like; of other characters the backslash takes the meaning away.
                if isWordByte(byte) { return nil }
                text.append(byte)
                isEscaped = false
            case UInt8(ascii: "\\"): isEscaped = true
            case _ where special.contains(byte): return nil
            default: text.append(byte)
            }
        }
        return isEscaped ? nil : String(decoding: text, as: UTF8.self)
    }

    private static let special = Array("^$.|?*+()[]{}".utf8)

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
    }

    /// The kind by the list's tags, the telling ones first.
    private static func kind(ofTags value: ConfigValue?) -> BotClass {
        guard case .list(let tags)? = value else { return .crawler }
        let kinds: [(tag: String, kind: BotClass)] = [
            ("ai-crawler", .ai), ("monitoring", .monitor), ("social-preview", .preview), ("http-library", .library),
            ("browser-automation", .headless),
        ]
        return kinds.first { tags.contains(.text($0.tag)) }?.kind ?? .crawler
    }

    private static func problem(of source: String) -> String? {
        do throws(PatternError) {
            // What matches nothing matches everywhere.
            return try Pattern(source).occurs(in: "") ? "matches every user agent" : nil
        } catch {
            return error.message
        }
    }

    /// One pattern for each kind instead of one for each entry, where they can be joined: back references count groups.
    private static func compiled(
        _ sources: [(kind: BotClass, source: String)]
    ) throws(PatternError) -> [(kind: BotClass, pattern: Pattern)] {
        var compiled: [(kind: BotClass, pattern: Pattern)] = []
        for kind in BotClass.allCases {
            var alternatives: [String] = []
            for entry in sources where entry.kind == kind {
                if isJoinable(entry.source) {
                    alternatives.append("(?:\(entry.source))")
                } else {
                    compiled.append((kind, try Pattern(entry.source)))
                }
            }
            guard !alternatives.isEmpty else { continue }
            compiled.append((kind, try Pattern(alternatives.joined(separator: "|"))))
        }
        return compiled
    }

    /// Whether a pattern means the same within a larger one: no back reference, no named group, no verb, no comment or
    /// quotation that could swallow the bracket after it.
    private static func isJoinable(_ source: String) -> Bool {
        var previous: UInt8 = 0
        var isEscaped = false
        for byte in source.utf8 {
            if isEscaped {
                let isReference = (0x31...0x39).contains(byte) || [0x67, 0x6b, 0x51].contains(byte)  // 1-9 g k Q
                if isReference { return false }
                isEscaped = false
                previous = 0
                continue
            }
            isEscaped = byte == UInt8(ascii: "\\")
            let followsBracket = previous == UInt8(ascii: "(")
            if followsBracket, byte == UInt8(ascii: "?") || byte == UInt8(ascii: "*") { return false }
            previous = byte
        }
        return true
    }
}
