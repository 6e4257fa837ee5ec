/// Reads CSV as RFC 4180 has it: commas, quotes that are doubled inside of quotes, lines that end with CRLF or LF. A byte
/// order mark at the beginning is passed over, and so are rows in which every field is empty.
struct CSVReader {
    private let bytes: [UInt8]
    private var place = 0
    private var line = 1
    /// The line on which the row that was read last begins, from 1.
    private(set) var rowLine = 1

    /// What is wrong with a file, and where.
    struct Mistake: Error, CustomStringConvertible {
        /// The line, from 1.
        var line: Int
        /// What is wrong, without what stands there: a table may hold personal data.
        var message: String

        var description: String { "line \(line): \(message)" }
    }

    /// The fields of one row, end to end; used again for each, so that a million rows need no memory for each field.
    struct Row {
        fileprivate(set) var bytes: [UInt8] = []
        fileprivate(set) var ends: [Int] = []

        /// How many fields there are.
        var count: Int { ends.count }

        /// The bytes of a field.
        subscript(field: Int) -> ArraySlice<UInt8> {
            bytes[(field == 0 ? 0 : ends[field - 1])..<ends[field]]
        }
    }

    /// Begins before the first row.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { place = 3 }
    }

    /// Reads the next row. Returns `false` at the end.
    mutating func next(_ row: inout Row) throws(Mistake) -> Bool {
        while place < bytes.count {
            row.bytes.removeAll(keepingCapacity: true)
            row.ends.removeAll(keepingCapacity: true)
            rowLine = line
            repeat {
                if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
                    try readQuoted(&row)
                } else {
                    try readPlain(&row)
                }
                row.ends.append(row.bytes.count)
            } while try isFollowedByField()
            if !row.bytes.isEmpty { return true }
        }
        return false
    }

    private mutating func readPlain(_ row: inout Row) throws(Mistake) {
        while place < bytes.count {
            let byte = bytes[place]
            switch byte {
            case UInt8(ascii: ","), 0x0a, 0x0d: return
            case UInt8(ascii: "\""):
                throw Mistake(
                    line: line,
                    message: "has a quote within a field: put the whole field in quotes, and double those within")
            default:
                row.bytes.append(byte)
                place += 1
            }
        }
    }

    private mutating func readQuoted(_ row: inout Row) throws(Mistake) {
        let begin = line
        place += 1
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\"") {
                guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return }
                place += 1
            } else if byte == 0x0a {
                line += 1
            }
            row.bytes.append(byte)
        }
        throw Mistake(line: begin, message: "opens a quote that is never closed")
    }

    /// Moves past the comma, or past the end of the line.
    private mutating func isFollowedByField() throws(Mistake) -> Bool {
        guard place < bytes.count else { return false }
        switch bytes[place] {
        case UInt8(ascii: ","):
            place += 1
            return true
        case 0x0a: place += 1
        case 0x0d:
            guard place + 1 < bytes.count, bytes[place + 1] == 0x0a else {
                throw Mistake(
                    line: line, message: "has a carriage return without a line feed: lines end with CRLF or LF")
            }
            place += 2
        default:
            throw Mistake(line: line, message: "has text behind a closing quote: a comma or the line's end must follow")
        }
        line += 1
        return false
    }
}
