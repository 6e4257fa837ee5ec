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

    /// Quoted where it must be, and wherever a spreadsheet of another language would split. What spreadsheets take for a
    /// formula is text to us: paths and names come from visitors (OWASP, "CSV Injection").
    private static func quoted(_ field: String) -> String {
        var field = field
        if isFormula(field) { field = "'" + field }
        guard field.utf8.contains(where: { ",;\t|\"\r\n".utf8.contains($0) }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Whether a cell begins as a formula does, full-width signs included; plain numbers do not.
    private static func isFormula(_ field: String) -> Bool {
        guard let first = field.unicodeScalars.first else { return false }
        switch first {
        case "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": break
        default: return false
        }
        let isNumber = field.utf8.dropFirst().allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): true
            default: false
            }
        }
        return !(isNumber && Double(field) != nil)
    }
}
