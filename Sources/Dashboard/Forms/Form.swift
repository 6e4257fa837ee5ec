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
