import FastCGI

/// What somebody sent with a form.
struct Form {
    private var values: [String: [String]] = [:]
    /// Files, by the name of their field: multipart forms have them.
    private(set) var files: [String: [UInt8]] = [:]

    /// Fields that are read at most: no form of ours has more.
    private static let mostFields = 200

    /// The fields of a request's body.
    init(_ request: Request) {
        let type = request.parameters["CONTENT_TYPE"] ?? ""
        if type.hasPrefix("multipart/form-data") {
            for part in Multipart.parts(of: request.body, type: type).prefix(Form.mostFields) {
                if part.isFile {
                    files[part.name] = part.bytes
                } else {
                    add(part.name, String(decoding: part.bytes, as: UTF8.self))
                }
            }
        } else {
            read(request.body)
        }
    }

    /// The fields of an address's query.
    init(query: some Collection<UInt8>) {
        read(query)
    }

    private mutating func read(_ query: some Collection<UInt8>) {
        for pair in query.split(separator: UInt8(ascii: "&")).prefix(Form.mostFields) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            add(PercentText.decoded(parts[0]), parts.count > 1 ? PercentText.decoded(parts[1]) : "")
        }
    }

    private mutating func add(_ name: String, _ value: String) {
        // PostgreSQL knows no text with a zero in it, and no form of ours sends one.
        guard !name.utf8.contains(0), !value.utf8.contains(0) else { return }
        values[name, default: []].append(value)
    }

    /// The first value of a field; empty where there is none.
    subscript(_ name: String) -> String { values[name]?.first ?? "" }

    /// All fields but files, by name.
    var fields: [(name: String, value: String)] {
        values.keys.sorted().flatMap { name in all(name).map { (name, $0) } }
    }

    /// All values of a field, such as those of several ticks.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// A number; `nil` for what is none.
    func number(_ name: String) -> Int32? { Int32(self[name]) }

    /// Whether a tick is set.
    func isTicked(_ name: String) -> Bool { !self[name].isEmpty }

    /// The words of a field, such as hosts, whatever separates them.
    func words(_ name: String) -> [String] {
        self[name].split(whereSeparator: { $0.isWhitespace || $0 == "," || $0 == ";" }).map(String.init)
    }
}

/// Bodies of forms with files (RFC 7578).
enum Multipart {
    /// A field or a file.
    struct Part {
        var name: String
        var isFile: Bool
        var bytes: [UInt8]
    }

    /// The parts of a body; none where it is not one.
    static func parts(of body: [UInt8], type: String) -> [Part] {
        guard let boundary = boundary(in: type) else { return [] }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter has no line before it.
        let text = Array("\r\n".utf8) + body
        var parts: [Part] = []
        var places = text.places(of: delimiter)[...]
        while let place = places.popFirst(), let next = places.first {
            let part = text[(place + delimiter.count)..<next]
            guard let end = Array(part).places(of: Array("\r\n\r\n".utf8)).first else { continue }
            let head = String(decoding: part.prefix(end), as: UTF8.self)
            guard let name = parameter("name", in: head) else { continue }
            parts.append(
                Part(name: name, isFile: parameter("filename", in: head) != nil, bytes: Array(part.dropFirst(end + 4))))
        }
        return parts
    }

    private static func boundary(in type: String) -> String? {
        guard let range = type.utf8.firstRangeOf("boundary=") else { return nil }
        let value = String(type[range...].prefix { $0 != ";" }.filter { $0 != "\"" })
        return (1...70).contains(value.utf8.count) ? value : nil
    }

    private static func parameter(_ name: String, in head: String) -> String? {
        // `; name="` is not found within `filename="`.
        guard let start = head.utf8.firstRangeOf("; \(name)=\"") else { return nil }
        return String(head[start...].prefix { $0 != "\"" })
    }
}

extension String.UTF8View {
    /// The place behind the first occurrence of a text.
    fileprivate func firstRangeOf(_ text: String) -> String.Index? {
        var place = startIndex
        while place < endIndex {
            if self[place...].starts(with: text.utf8) { return index(place, offsetBy: text.utf8.count) }
            formIndex(after: &place)
        }
        return nil
    }
}

extension [UInt8] {
    /// Where a pattern begins, without overlaps.
    fileprivate func places(of pattern: [UInt8]) -> [Int] {
        guard let first = pattern.first else { return [] }
        var places: [Int] = []
        var index = 0
        while index + pattern.count <= count {
            if self[index] == first, self[index..<(index + pattern.count)].elementsEqual(pattern) {
                places.append(index)
                index += pattern.count
            } else {
                index += 1
            }
        }
        return places
    }
}
