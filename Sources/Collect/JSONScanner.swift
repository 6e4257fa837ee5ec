import EventModel

/// Reads JSON (RFC 8259) from bytes in one pass, for the few shapes that events come in. A general decoder took 7.7 µs
/// for a 240-byte event and builds a tree that nobody needs; this one hands each value to whoever knows its type.
///
/// Hostile input: nesting is limited, numbers and escapes are checked, invalid UTF-8, lone surrogates and U+0000
/// become U+FFFD, so that no text leaves here that PostgreSQL refuses.
struct JSONScanner {
    private let bytes: [UInt8]
    private var index = 0

    /// Deepest nesting that is skipped without complaint.
    static let depthLimit = 16

    /// What is wrong with the text, and where.
    struct Malformed: Error, Equatable {
        /// Offset in bytes.
        var offset: Int
    }

    /// The kinds of values by their first byte.
    enum Kind {
        case object, array, string, number, flag, null
    }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // RFC 8259 section 8.1 lets a reader ignore a byte order mark.
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
    }

    /// The kind of the value that comes next.
    mutating func kind() throws(Malformed) -> Kind {
        skipSpace()
        guard index < bytes.count else { throw malformed }
        switch bytes[index] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .flag
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw malformed
        }
    }

    /// Steps into an object or array, past its first bracket.
    mutating func enter() {
        index += 1
    }

    /// The next key of the object that was entered; `nil` at its end, which is passed.
    mutating func nextKey(isFirst: Bool) throws(Malformed) -> String? {
        guard try !passes(end: UInt8(ascii: "}"), isFirst: isFirst) else { return nil }
        skipSpace()
        let key = try string()
        skipSpace()
        try expect(UInt8(ascii: ":"))
        return key
    }

    /// Whether the array that was entered has another element; at its end the bracket is passed.
    mutating func hasElement(isFirst: Bool) throws(Malformed) -> Bool {
        try !passes(end: UInt8(ascii: "]"), isFirst: isFirst)
    }

    /// Whether nothing but space follows.
    mutating func isAtEnd() -> Bool {
        skipSpace()
        return index == bytes.count
    }

    /// Says that nothing but space may follow.
    mutating func end() throws(Malformed) {
        skipSpace()
        guard index == bytes.count else { throw malformed }
    }

    /// The string that comes next, without control characters (`String.withoutControlCharacters`).
    mutating func string() throws(Malformed) -> String {
        try expect(UInt8(ascii: "\""))
        let start = index
        // Only an escape or a DEL can bring a control character: most texts need no second look.
        var isPlain = true
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let text = String(decoding: bytes[start..<index], as: UTF8.self)
                index += 1
                return isPlain ? text : text.withoutControlCharacters
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start).withoutControlCharacters }
            if byte < 0x20 { throw malformed }
            if byte == 0x7f { isPlain = false }
            index += 1
        }
        throw malformed
    }

    /// The number that comes next. It must be finite.
    mutating func number() throws(Malformed) -> Double {
        let start = index
        if let whole = wholeNumber() { return whole }
        if peek == UInt8(ascii: "-") { index += 1 }
        if peek == UInt8(ascii: "0") { index += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            index += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            index += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
            try digits()
        }
        guard let value = Double(String(decoding: bytes[start..<index], as: UTF8.self)), value.isFinite else {
            throw Malformed(offset: start)
        }
        return value
    }

    /// A whole number of at most fifteen digits, which a `Double` holds exactly and which is nearly every number; `nil`, and
    /// nothing is passed, for all others.
    private mutating func wholeNumber() -> Double? {
        var place = index
        var value = 0
        while place < bytes.count, place - index < 15, (0x30...0x39).contains(bytes[place]) {
            value = value * 10 + Int(bytes[place] - 0x30)
            place += 1
        }
        guard place > index, bytes[index] != UInt8(ascii: "0") || place == index + 1 else { return nil }
        if place < bytes.count {
            switch bytes[place] {
            case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return nil
            default: break
            }
        }
        index = place
        return Double(value)
    }

    /// The `true` or `false` that comes next.
    mutating func flag() throws(Malformed) -> Bool {
        if peek == UInt8(ascii: "t") {
            try word("true")
            return true
        }
        try word("false")
        return false
    }

    /// Passes the value that comes next, whatever it is.
    mutating func skip(depth: Int = 0) throws(Malformed) {
        guard depth < JSONScanner.depthLimit else { throw malformed }
        switch try kind() {
        case .string: _ = try string()
        case .number: _ = try number()
        case .flag: _ = try flag()
        case .null: try word("null")
        case .array:
            enter()
            var isFirst = true
            while try hasElement(isFirst: isFirst) {
                try skip(depth: depth + 1)
                isFirst = false
            }
        case .object:
            enter()
            var isFirst = true
            while try nextKey(isFirst: isFirst) != nil {
                try skip(depth: depth + 1)
                isFirst = false
            }
        }
    }

    private var malformed: Malformed { Malformed(offset: index) }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0a, 0x0d: index += 1
            default: return
            }
        }
    }

    private mutating func expect(_ byte: UInt8) throws(Malformed) {
        guard peek == byte else { throw malformed }
        index += 1
    }

    private mutating func word(_ word: StaticString) throws(Malformed) {
        for byte in "\(word)".utf8 { try expect(byte) }
    }

    private mutating func digits() throws(Malformed) {
        let start = index
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        guard index > start else { throw malformed }
    }

    /// Whether the closing bracket comes next, which is then passed; otherwise the comma before the next entry is.
    private mutating func passes(end: UInt8, isFirst: Bool) throws(Malformed) -> Bool {
        skipSpace()
        if peek == end {
            index += 1
            return true
        }
        if !isFirst { try expect(UInt8(ascii: ",")) }
        return false
    }

    private mutating func escapedString(from start: Int) throws(Malformed) -> String {
        var text = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw malformed
            default: text.append(byte)
            }
        }
        throw malformed
    }

    private mutating func escape(into text: inout [UInt8]) throws(Malformed) {
        guard let byte = peek else { throw malformed }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: Array(String(try scalar()).utf8))
        default: throw malformed
        }
    }

    /// The character of a `\u` escape, or of two that make a surrogate pair. A lone surrogate is no character.
    private mutating func scalar() throws(Malformed) -> Character {
        let first = try codeUnit()
        if (0xd800...0xdbff).contains(first), peek == UInt8(ascii: "\\"), index + 1 < bytes.count,
            bytes[index + 1] == UInt8(ascii: "u")
        {
            let mark = index
            index += 2
            let second = try codeUnit()
            if (0xdc00...0xdfff).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
            {
                return Character(scalar)
            }
            // What follows is a character of its own.
            index = mark
        }
        guard first != 0, let scalar = Unicode.Scalar(first) else { return "\u{FFFD}" }
        return Character(scalar)
    }

    private mutating func codeUnit() throws(Malformed) -> UInt32 {
        guard index + 4 <= bytes.count else { throw malformed }
        var value: UInt32 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = byte.hexadecimalDigit else { throw malformed }
            value = value << 4 | UInt32(digit)
        }
        index += 4
        return value
    }
}
