import Configuration
import EventModel
import Platform

/// The rows of an operator's file by their key, with the columns that are wanted.
///
/// A class, so that an event that asks holds one reference and not the parts.
final class LookupTable: Sendable {
    private let rows: [String: Int32]
    /// Numbers of the texts, row by row.
    private let cells: [Int32]
    /// Each text once: a hundred thousand products have a dozen categories.
    private let texts: [String]
    private let columnCount: Int

    /// How much is read at most.
    enum Limit {
        static let fileBytes = 256 * 1024 * 1024
        static let keyBytes = 512
        static let valueBytes = 200
    }

    /// How many rows there are.
    var count: Int { rows.count }

    /// The file at this path. Throws what is wrong with it, with the line.
    static func read(_ path: String, key: String, columns: [String], maximumRows: Int) throws -> LookupTable {
        guard Files.size(path) <= Limit.fileBytes else {
            throw CSVReader.Mistake(line: 1, message: "the file is larger than \(Limit.fileBytes >> 20) MiB")
        }
        return try LookupTable(Files.readBytes(path), key: key, columns: columns, maximumRows: maximumRows)
    }

    /// The table in these bytes. Throws what is wrong with them, with the line.
    init(_ bytes: [UInt8], key: String, columns: [String], maximumRows: Int) throws(CSVReader.Mistake) {
        var reader = CSVReader(bytes)
        var builder = try Builder(&reader, key: key, columns: columns, maximumRows: maximumRows)
        try builder.readRows(&reader)
        rows = builder.rows
        cells = builder.cells
        texts = builder.texts
        columnCount = columns.count
    }

    /// The row with this key.
    func row(of key: String) -> Int? {
        rows[key].map { Int($0) }
    }

    /// The text in a wanted column of a row; empty when there is none.
    func text(row: Int, column: Int) -> String {
        let cell = row * columnCount + column
        guard cell >= 0, cell < cells.count else { return "" }
        return texts[Int(cells[cell])]
    }
}

/// Fills a table, row by row.
private struct Builder {
    var rows: [String: Int32] = [:]
    var cells: [Int32] = []
    var texts = [""]
    private var numbers: [String: Int32] = ["": 0]
    private let fieldCount: Int
    private let keyField: Int
    private let fields: [Int]
    private let maximumRows: Int

    /// Reads the header.
    init(_ reader: inout CSVReader, key: String, columns: [String], maximumRows: Int) throws(CSVReader.Mistake) {
        var row = CSVReader.Row()
        guard try reader.next(&row) else {
            throw CSVReader.Mistake(line: 1, message: "the file is empty: its first line must name the columns")
        }
        var header: [String] = []
        for field in 0..<row.count { header.append(try Builder.text(row[field], line: reader.rowLine)) }
        fieldCount = header.count
        keyField = try Builder.field(key, in: header, line: reader.rowLine)
        var fields: [Int] = []
        for column in columns { fields.append(try Builder.field(column, in: header, line: reader.rowLine)) }
        self.fields = fields
        self.maximumRows = maximumRows
    }

    private static func field(_ name: String, in header: [String], line: Int) throws(CSVReader.Mistake) -> Int {
        guard let field = header.firstIndex(of: name) else {
            let hint = ConfigProblem.suggestion(for: name, among: header)
            throw CSVReader.Mistake(line: line, message: "names no column \"\(name)\"\(hint)")
        }
        guard header.lastIndex(of: name) == field else {
            throw CSVReader.Mistake(line: line, message: "names two columns \"\(name)\"")
        }
        return field
    }

    mutating func readRows(_ reader: inout CSVReader) throws(CSVReader.Mistake) {
        var row = CSVReader.Row()
        while try reader.next(&row) {
            guard row.count == fieldCount else {
                throw CSVReader.Mistake(
                    line: reader.rowLine, message: "has \(row.count) fields, and the header has \(fieldCount)")
            }
            guard rows.count < maximumRows else {
                throw CSVReader.Mistake(
                    line: reader.rowLine, message: "is beyond max_rows, which is \(maximumRows)")
            }
            try add(row, line: reader.rowLine)
        }
    }

    private mutating func add(_ row: CSVReader.Row, line: Int) throws(CSVReader.Mistake) {
        let key = try Builder.text(row[keyField], line: line)
        guard (1...LookupTable.Limit.keyBytes).contains(key.utf8.count) else {
            throw CSVReader.Mistake(
                line: line, message: "must have a key of 1 to \(LookupTable.Limit.keyBytes) bytes")
        }
        let number = Int32(truncatingIfNeeded: rows.count)
        guard rows.updateValue(number, forKey: key) == nil else {
            throw CSVReader.Mistake(line: line, message: "has the key of an earlier line")
        }
        for field in fields {
            guard row[field].count <= LookupTable.Limit.valueBytes else {
                throw CSVReader.Mistake(
                    line: line, message: "has a value of more than \(LookupTable.Limit.valueBytes) bytes")
            }
            cells.append(self.number(of: try Builder.text(row[field], line: line).withoutControlCharacters))
        }
    }

    private mutating func number(of text: String) -> Int32 {
        if let known = numbers[text] { return known }
        let number = Int32(truncatingIfNeeded: texts.count)
        texts.append(text)
        numbers[text] = number
        return number
    }

    private static func text(_ bytes: ArraySlice<UInt8>, line: Int) throws(CSVReader.Mistake) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CSVReader.Mistake(line: line, message: "is not UTF-8: export the file as \"CSV UTF-8\"")
        }
        return text
    }
}
