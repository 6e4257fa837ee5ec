import Reports

/// A table as comma-separated values (RFC 4180), with a byte order mark, without which Excel takes UTF-8 for something else.
struct CSV {
    private(set) var bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The table of an answer.
    init(_ answer: ReportAnswer, dimension: Dimension, metrics: [Metric]) {
        add([dimension.name] + metrics.map(\.rawValue))
        for row in answer.rows {
            add([row.keys.first ?? ""] + row.values.map { CSV.number($0) })
        }
    }

    /// A table with these columns and no rows yet.
    init(header: [String]) { add(header) }

    /// Adds a row.
    mutating func add(_ fields: [String]) {
        for (place, field) in fields.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += CSV.quoted(field).utf8
        }
        bytes += "\r\n".utf8
    }

    private static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
    }

    /// Quoted where it must be. What spreadsheets take for a formula is text to us: paths and names come from visitors
    /// (OWASP, "CSV Injection").
    private static func quoted(_ field: String) -> String {
        var field = field
        if let first = field.utf8.first, "=+-@\t\r".utf8.contains(first), Double(field) == nil { field = "'" + field }
        guard field.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
