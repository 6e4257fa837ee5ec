/// Reads the part of YAML in which uap-core is written: sections, each a list of flat tables of texts.
///
///     user_agent_parsers:
///       # a comment
///       - regex: '(Name)/(\d+)'
///         family_replacement: 'It''s name'
enum RuleFile {
    /// One table, and the line it began in.
    struct Entry: Sendable, Equatable {
        var line: Int
        var values: [String: String]
    }

    /// The sections by name. Throws at the first line that is none of these.
    static func sections(_ text: String) throws(RuleFileError) -> [String: [Entry]] {
        var sections: [String: [Entry]] = [:]
        var section: String?
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            var reader = LineOfYAML(line)
            reader.skipSpaces()
            if reader.isAtEnd { continue }
            if reader.indent == 0, !reader.isAt(UInt8(ascii: "-")) {
                let name = try key(&reader, number)
                try end(&reader, number)
                section = name
                sections[name] = sections[name] ?? []
                continue
            }
            guard let section else { throw RuleFileError(line: number, message: "stands before the first section") }
            let isFirst = reader.take(UInt8(ascii: "-"))
            reader.skipSpaces()
            if reader.isAtEnd { continue }
            let name = try key(&reader, number)
            let value = try scalar(&reader, number)
            try end(&reader, number)
            if isFirst { sections[section, default: []].append(Entry(line: number, values: [:])) }
            guard let last = sections[section]?.indices.last else {
                throw RuleFileError(line: number, message: "belongs to no list")
            }
            sections[section]?[last].values[name] = value
        }
        return sections
    }

    private static func key(_ reader: inout LineOfYAML, _ line: Int) throws(RuleFileError) -> String {
        let name = reader.word()
        guard !name.isEmpty, reader.take(UInt8(ascii: ":")) else {
            throw RuleFileError(line: line, message: "is not a key with its value")
        }
        reader.skipSpaces()
        return name
    }

    private static func scalar(_ reader: inout LineOfYAML, _ line: Int) throws(RuleFileError) -> String {
        if reader.isAt(UInt8(ascii: "'")) || reader.isAt(UInt8(ascii: "\"")) {
            guard let text = reader.quoted() else {
                throw RuleFileError(line: line, message: "has a quote without end")
            }
            return text
        }
        return reader.plain()
    }

    private static func end(_ reader: inout LineOfYAML, _ line: Int) throws(RuleFileError) {
        reader.skipSpaces()
        guard reader.isAtEnd else { throw RuleFileError(line: line, message: "goes on after its value") }
    }
}

/// What is wrong with a file of rules.
struct RuleFileError: Error, Equatable, CustomStringConvertible {
    /// The line, from 1; 0 for the whole file.
    var line: Int
    var message: String

    var description: String { line > 0 ? "line \(line) \(message)" : message }
}

/// A place in a line.
private struct LineOfYAML {
    private var rest: Substring.UTF8View.SubSequence
    let indent: Int

    init(_ line: String.UTF8View.SubSequence) {
        rest = line
        indent = line.prefix { $0 == UInt8(ascii: " ") }.count
    }

    /// Whether nothing is left but a comment.
    var isAtEnd: Bool { rest.isEmpty || rest.first == UInt8(ascii: "#") }

    func isAt(_ byte: UInt8) -> Bool { rest.first == byte }

    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    mutating func skipSpaces() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    }

    mutating func word() -> String {
        let word = rest.prefix { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
        rest = rest[word.endIndex...]
        return String(decoding: word, as: UTF8.self)
    }

    /// Up to a comment or the end, without spaces at the end.
    mutating func plain() -> String {
        var bytes: [UInt8] = []
        while let byte = rest.first {
            if byte == UInt8(ascii: "#"), bytes.last == UInt8(ascii: " ") { break }
            bytes.append(byte)
            rest.removeFirst()
        }
        while let last = bytes.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A text in single quotes, where '' is one, or in double quotes, where \ escapes. `nil` when it does not end.
    mutating func quoted() -> String? {
        let quote = rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.first {
            rest.removeFirst()
            if byte == quote {
                guard quote == UInt8(ascii: "'"), take(quote) else { return String(decoding: bytes, as: UTF8.self) }
                bytes.append(quote)
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), let escaped = rest.first {
                rest.removeFirst()
                bytes.append(escaped)
            } else {
                bytes.append(byte)
            }
        }
        return nil
    }
}
