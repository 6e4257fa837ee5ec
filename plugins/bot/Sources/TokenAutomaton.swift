/// Finds all of many words in one pass over a text (Aho and Corasick, "Efficient string matching", CACM 18 (6), 1975), as a
/// table of states and byte classes: one look-up for each byte, however many words there are.
struct TokenAutomaton: Sendable {
    /// A word and what it says.
    struct Token: Sendable {
        /// The bytes to look for; in lower case where case is ignored.
        var text: String
        /// What it says of the browser.
        var traits: Traits = []
        /// What it says of the program.
        var finding: Finding?
        /// Whether a shorter word that ends at the same place says nothing: CUBOT is a phone, and no bot.
        var isException = false
        /// Whether a letter after it makes it another word: "bot", but not "bottle".
        var needsEnd = false
    }

    /// What is known in a state.
    struct Meaning: Sendable {
        var traits: Traits
        var finding: Finding?
        var needsEnd: Bool
    }

    /// More states than their 16-bit numbers can tell apart.
    struct TooManyStates: Error, CustomStringConvertible {
        var description: String { "holds more text than \(TokenAutomaton.mostStates) states can tell apart" }
    }

    static let mostStates = Int(UInt16.max)

    /// The column of each byte; bytes of no word share the first.
    private let columns: [UInt8]
    private let width: Int
    private let next: [UInt16]
    /// For each state one more than its place in `meanings`, 0 where it has none.
    private let places: [UInt16]
    private let meanings: [Meaning]

    /// Made of these words; of two that are the same, the later one says what it finds.
    init(_ tokens: [Token], ignoringCase: Bool) throws(TooManyStates) {
        let columns = TokenAutomaton.columns(of: tokens, ignoringCase: ignoringCase)
        let width = Int(columns.max() ?? 0) + 1
        var trie = Trie(width: width)
        for token in tokens where !token.text.isEmpty {
            try trie.insert(token, columns: columns)
        }
        self.columns = columns
        self.width = width
        (next, places, meanings) = trie.finished()
    }

    /// Whether there is no word.
    var isEmpty: Bool { meanings.isEmpty }

    /// Calls `found` for each place at which a word ends, with the place after it; `found` says whether to go on.
    func scan(_ bytes: Span<UInt8>, _ found: (Meaning, Int) -> Bool) {
        var state = 0
        for place in bytes.indices {
            state = Int(next[state &* width &+ Int(columns[Int(bytes[place])])])
            let meaning = places[state]
            if meaning != 0, !found(meanings[Int(meaning) &- 1], place &+ 1) { return }
        }
    }

    private static func columns(of tokens: [Token], ignoringCase: Bool) -> [UInt8] {
        var columns = [UInt8](repeating: 0, count: 256)
        var count: UInt8 = 0
        for byte in tokens.lazy.flatMap(\.text.utf8) where columns[Int(byte)] == 0 {
            // Of UTF-8's 243 bytes each can have a column of its own.
            count += 1
            columns[Int(byte)] = count
        }
        guard ignoringCase else { return columns }
        for lower in UInt8(ascii: "a")...UInt8(ascii: "z") { columns[Int(lower) - 32] = columns[Int(lower)] }
        return columns
    }
}

/// The words as a tree, which becomes the table.
private struct Trie {
    let width: Int
    private var next: [UInt16]
    private var tokens: [TokenAutomaton.Token?] = [nil]

    init(width: Int) {
        self.width = width
        next = [UInt16](repeating: 0, count: width)
    }

    /// Adds a word. 0, the root, stands for a child that is not there.
    mutating func insert(_ token: TokenAutomaton.Token, columns: [UInt8]) throws(TokenAutomaton.TooManyStates) {
        var state = 0
        for byte in token.text.utf8 {
            let cell = state * width + Int(columns[Int(byte)])
            if next[cell] == 0 {
                guard tokens.count < TokenAutomaton.mostStates else { throw TokenAutomaton.TooManyStates() }
                next[cell] = UInt16(tokens.count)
                tokens.append(nil)
                next.append(contentsOf: repeatElement(0, count: width))
            }
            state = Int(next[cell])
        }
        var token = token
        token.traits.formUnion(tokens[state]?.traits ?? [])
        tokens[state] = token
    }

    /// Fills the gaps: where a state has no child, the search goes on in the longest ending that has one. Breadth first, so
    /// that what shorter texts lead to is known before.
    consuming func finished() -> (next: [UInt16], places: [UInt16], meanings: [TokenAutomaton.Meaning]) {
        var endings = [Int](repeating: 0, count: tokens.count)
        var known = [TokenAutomaton.Meaning?](repeating: nil, count: tokens.count)
        var queue: [Int] = [0]
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            if state != 0 { known[state] = Trie.meaning(tokens[state], known[endings[state]]) }
            for column in 0..<width {
                let cell = state * width + column
                let fallback = state == 0 ? 0 : Int(next[endings[state] * width + column])
                let child = Int(next[cell])
                if child == 0 {
                    next[cell] = UInt16(fallback)
                } else {
                    endings[child] = fallback
                    queue.append(child)
                }
            }
        }
        var meanings: [TokenAutomaton.Meaning] = []
        let places = known.map { meaning -> UInt16 in
            guard let meaning else { return 0 }
            meanings.append(meaning)
            return UInt16(meanings.count)
        }
        return (next, places, meanings)
    }

    /// A word says what it says, and also what a shorter one at its end says.
    private static func meaning(
        _ token: TokenAutomaton.Token?, _ ending: TokenAutomaton.Meaning?
    ) -> TokenAutomaton.Meaning? {
        guard let token else { return ending }
        var meaning = TokenAutomaton.Meaning(traits: token.traits, finding: token.finding, needsEnd: token.needsEnd)
        if let ending {
            meaning.traits.formUnion(ending.traits)
            if meaning.finding == nil, !token.isException {
                meaning.finding = ending.finding
                meaning.needsEnd = ending.needsEnd
            }
        }
        return meaning
    }
}
