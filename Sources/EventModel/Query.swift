/// The parameters of a URL's query, in one pass and without a copy.
public enum Query {
    /// Calls `body` with each name and value as they stand, percent-encoded; a name without a value has an empty one.
    /// At most 100: nobody means more, and somebody may send thousands. Semicolons separate too, as HTML 4 once advised
    /// and as `url_scrub` reads them: what follows one is no part of the value before it. A question mark within the
    /// fragment begins no query.
    @inline(__always)
    public static func forEach(in url: String, _ body: (_ name: Substring, _ value: Substring) -> Void) {
        let bytes = url.utf8
        let sign = bytes.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        guard let mark = sign, bytes[mark] == UInt8(ascii: "?") else { return }
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
            case UInt8(ascii: "&"), UInt8(ascii: ";"):
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

    /// A value as a person reads it: decoded, on one line, without blanks at its ends, at most `limit` bytes long. Of a
    /// link only the host is left, however often it was encoded: its path and query may be anybody's.
    public static func text(_ value: Substring, limit: Int) -> String {
        // Each byte may take three while it is encoded; what follows shows how the last word goes on.
        let most = 3 * limit + 1024
        var raw = value.utf8.count > most ? Substring(String(value).prefix(bytes: most)) : value
        if raw.utf8.count < value.utf8.count, let half = raw.utf8.suffix(2).firstIndex(of: UInt8(ascii: "%")) {
            raw = raw[..<half]
        }
        let decoded = String(raw).percentDecoded(plusIsSpace: true).withoutControlCharacters
        return withoutLinks(decoded).trimmedBlanks.cut(bytes: limit).trimmedBlanks
    }

    private static func withoutLinks(_ text: String) -> String {
        guard text.utf8.contains(where: { "/%?".utf8.contains($0) }) else { return text }
        return text.split(separator: " ", omittingEmptySubsequences: false).map(withoutLink).joined(separator: " ")
    }

    /// The host of a word that is a link, and the beginning of one that carries a query; any other as it is.
    private static func withoutLink(_ word: Substring) -> String {
        var plain = String(word)
        for _ in 0..<4 where plain.utf8.contains(UInt8(ascii: "%")) { plain = plain.percentDecoded() }
        let scheme = plain.hasPrefix("//") ? plain.firstRange(of: "//") : plain.firstRange(of: "://")
        if let scheme { return WebAddress("https://" + plain[scheme.upperBound...])?.host ?? "" }
        guard plain.utf8.contains(UInt8(ascii: "=")), let mark = plain.firstIndex(of: "?") else { return String(word) }
        return String(plain[..<mark])
    }
}
