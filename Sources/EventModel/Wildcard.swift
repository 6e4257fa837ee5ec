/// A pattern in which `*` stands for any run of characters, also none; compared byte by byte.
public struct Wildcard: Sendable {
    /// Longest pattern that a setting should take: the work grows with the product of pattern and text.
    public static let mostBytes = 200

    private let pattern: [UInt8]
    private let ignoresCase: Bool

    /// `ignoresCase` is about ASCII letters.
    public init(_ pattern: String, ignoresCase: Bool = false) {
        self.pattern = Array((ignoresCase ? pattern.lowercasedASCII : pattern).utf8)
        self.ignoresCase = ignoresCase
    }

    /// Whether the whole text fits. After a mismatch the last star takes one byte more: earlier stars never need to
    /// (Krauss, "Matching Wildcards", 2008). Nothing is copied.
    public func fits(_ text: String) -> Bool {
        let text = text.utf8.span
        var (place, rule) = (0, 0)
        var star: (rule: Int, place: Int)?
        while place < text.count {
            if rule < pattern.count, pattern[rule] == UInt8(ascii: "*") {
                star = (rule, place)
                rule += 1
            } else if rule < pattern.count, pattern[rule] == folded(text[place]) {
                place += 1
                rule += 1
            } else if let last = star {
                star = (last.rule, last.place + 1)
                (place, rule) = (last.place + 1, last.rule + 1)
            } else {
                return false
            }
        }
        return pattern[rule...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private func folded(_ byte: UInt8) -> UInt8 {
        ignoresCase && byte &- 65 < 26 ? byte | 0x20 : byte
    }
}
