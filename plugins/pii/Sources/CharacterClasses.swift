/// What a byte can be part of, looked up in a table: the one pass over a text that most texts see.
struct CharacterClasses: Sendable {
    private let table: [UInt8]
    /// Whether UUIDs are looked for, which look like words with dashes.
    private let wantsUUIDs: Bool

    static let digit: UInt8 = 1
    /// A to F.
    static let hexLetter: UInt8 = 2
    static let lower: UInt8 = 4
    static let upper: UInt8 = 8
    /// Dash and underscore, which join words and belong to base64url.
    static let joint: UInt8 = 16
    /// Space and dash, which part the groups of a card's number.
    static let gap: UInt8 = 32
    /// Before the `@` of an e-mail address.
    static let local: UInt8 = 64
    /// To be looked at with its neighbours.
    static let trigger: UInt8 = 128

    static let alphanumeric = digit | lower | upper
    /// Of tokens: base64url.
    static let token = alphanumeric | joint
    static let hexadecimal = digit | hexLetter

    init(wantsUUIDs: Bool) {
        self.wantsUUIDs = wantsUUIDs
        var table = [UInt8](repeating: 0, count: 256)
        func add(_ kind: UInt8, _ characters: String) {
            for byte in characters.utf8 { table[Int(byte)] |= kind }
        }
        add(Self.digit | Self.local, "0123456789")
        add(Self.hexLetter, "abcdefABCDEF")
        add(Self.lower | Self.local, "abcdefghijklmnopqrstuvwxyz")
        add(Self.upper | Self.local, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        add(Self.joint | Self.local, "-_")
        add(Self.gap, " -")
        add(Self.local, ".%+")
        add(Self.trigger, "@%+:.J")
        for byte in 0x80...0xff { table[byte] |= Self.local }
        self.table = table
    }

    /// The kinds of a byte.
    func kinds(_ byte: UInt8) -> UInt8 { table[Int(byte)] }

    /// Whether a rule could find something in the text: never `false` where one does.
    func isSuspicious(_ bytes: Span<UInt8>) -> Bool {
        let table = table.span
        var word = Word()
        for index in bytes.indices {
            let byte = bytes[index]
            let kinds = table[Int(byte)]
            if kinds & Self.token != 0 {
                if word.add(kinds) { return true }
                if kinds & Self.digit != 0, beginsIBAN(bytes, index, table) { return true }
            } else {
                if word.isToken(wantsUUIDs) { return true }
                word.end(kinds)
            }
            if kinds & Self.trigger != 0, triggers(bytes, index, byte, &word, table) { return true }
        }
        return word.isToken(wantsUUIDs)
    }

    /// What has been seen since the last byte that ended it.
    private struct Word {
        /// Characters of base64url in a row, and their kinds.
        var length = 0
        var kinds: UInt8 = 0
        /// Hexadecimal digits in a row.
        var hexadecimals = 0
        /// Digits in a row, with gaps.
        var digits = 0
        /// Colons among hexadecimal digits in a row, and dots among digits.
        var colons = 0
        var dots = 0

        /// One more character of base64url. Whether they are a long number now, decimal or hexadecimal.
        mutating func add(_ kind: UInt8) -> Bool {
            length &+= 1
            kinds |= kind
            if kind & CharacterClasses.hexadecimal != 0 {
                hexadecimals &+= 1
                if kind & CharacterClasses.digit != 0 {
                    digits &+= 1
                    return digits >= CardRule.lengths.lowerBound || hexadecimals >= TokenRule.shortestHexadecimal
                }
                digits = 0
                dots = 0
                return hexadecimals >= TokenRule.shortestHexadecimal
            }
            hexadecimals = 0
            colons = 0
            dots = 0
            if kind & CharacterClasses.gap == 0 { digits = 0 }
            return false
        }

        /// A character of another kind.
        mutating func end(_ kind: UInt8) {
            length = 0
            kinds = 0
            hexadecimals = 0
            if kind & CharacterClasses.gap == 0 { digits = 0 }
            if kind & CharacterClasses.trigger == 0 {
                colons = 0
                dots = 0
            }
        }

        func isToken(_ wantsUUIDs: Bool) -> Bool {
            if length < TokenRule.shortestMixed { return false }
            return kinds & CharacterClasses.alphanumeric == CharacterClasses.alphanumeric
                || (wantsUUIDs && length >= UUIDRule.length)
        }
    }

    /// Two letters and two digits, with which an account number begins.
    private func beginsIBAN(_ bytes: Span<UInt8>, _ index: Int, _ table: Span<UInt8>) -> Bool {
        guard index >= 3, table[Int(bytes[index &- 1])] & Self.digit != 0 else { return false }
        let letter = Self.lower | Self.upper
        return table[Int(bytes[index &- 2])] & letter != 0 && table[Int(bytes[index &- 3])] & letter != 0
    }

    private func triggers(
        _ bytes: Span<UInt8>, _ index: Int, _ byte: UInt8, _ word: inout Word, _ table: Span<UInt8>
    ) -> Bool {
        let before = index > 0 ? bytes[index &- 1] : 0
        let after = index &+ 1 < bytes.count ? bytes[index &+ 1] : 0
        switch byte {
        case UInt8(ascii: "@"):
            word.colons = 0
            word.dots = 0
            return (table[Int(before)] & Self.local != 0 || EmailRule.isOdd(before))
                && table[Int(after)] & Self.local != 0
        case UInt8(ascii: "%"):
            word.colons = 0
            word.dots = 0
            return table[Int(after)] & Self.hexadecimal != 0 && index &+ 2 < bytes.count
                && table[Int(bytes[index &+ 2])] & Self.hexadecimal != 0
        case UInt8(ascii: "+"):
            word.colons = 0
            word.dots = 0
            return table[Int(after)] & Self.digit != 0 || after == UInt8(ascii: "(")
        case UInt8(ascii: ":"):
            word.dots = 0
            word.colons &+= 1
            return word.colons >= 2
        case UInt8(ascii: "."):
            word.colons = 0
            word.dots = table[Int(before)] & Self.digit != 0 ? word.dots &+ 1 : 0
            return word.dots >= 3
        default:  // J
            return before == UInt8(ascii: "y") && index >= 2 && bytes[index &- 2] == UInt8(ascii: "e")
        }
    }
}
