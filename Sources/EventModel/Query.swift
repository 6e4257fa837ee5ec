/// The parameters of a URL's query, in one pass and without a copy.
public enum Query {
    /// Calls `body` with each name and value as they stand, percent-encoded; a name without a value has an empty one.
    /// At most 100: nobody means more, and somebody may send thousands.
    @inline(__always)
    public static func forEach(in url: String, _ body: (_ name: Substring, _ value: Substring) -> Void) {
        let bytes = url.utf8
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else { return }
        var index = bytes.index(after: mark)
        var name: Substring?
        var start = index
        var count = 0
        func end(at index: String.Index) {
            let piece = url[start..<index]
            if let name { body(name, piece) } else if !piece.isEmpty { body(piece, "") }
        }
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "#"):
                return end(at: index)
            case UInt8(ascii: "&"):
                end(at: index)
                count += 1
                if count == 100 { return }
                name = nil
                start = bytes.index(after: index)
            case UInt8(ascii: "=") where name == nil:
                name = url[start..<index]
                start = bytes.index(after: index)
            default: break
            }
            index = bytes.index(after: index)
        }
        end(at: bytes.endIndex)
    }

    /// A value as a person reads it: decoded, on one line, without blanks at its ends, at most `limit` bytes long.
    public static func text(_ value: Substring, limit: Int) -> String {
        // Each byte may take three while it is encoded.
        let raw = value.utf8.count > 4 * limit ? Substring(String(value).prefix(bytes: 4 * limit)) : value
        let decoded = String(raw).percentDecoded(plusIsSpace: true).withoutControlCharacters
        guard let first = decoded.utf8.first, let last = decoded.utf8.last else { return "" }
        guard first == 0x20 || last == 0x20 else { return decoded.prefix(bytes: limit) }
        let trimmed = decoded.drop { $0 == " " }
        let end = trimmed.lastIndex { $0 != " " }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
        return String(trimmed[..<end]).prefix(bytes: limit)
    }
}
