/// The parts of an `http` or `https` URL, found in one pass over its bytes. Not a validator: browsers send what they
/// have, and what matters here is where each part begins and ends.
public struct WebAddress: Sendable, Equatable {
    /// Host in lower case without port, user information or a trailing dot; IPv6 with its brackets.
    public var host: String
    /// Path as it stands, `/` when there is none.
    public var path: String
    /// Query without its question mark, as it stands; empty when there is none.
    public var query: String
    /// Fragment without its number sign, as it stands; empty when there is none.
    public var fragment: String

    /// `nil` when the text is not an absolute `http` or `https` URL with a host.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let start = WebAddress.skipScheme(bytes) else { return nil }
        let authorityEnd = bytes[start...].firstIndex(where: WebAddress.endsAuthority) ?? bytes.count
        guard let host = WebAddress.host(bytes, start..<authorityEnd) else { return nil }
        self.host = host
        var pathEnd = authorityEnd
        while pathEnd < bytes.count, bytes[pathEnd] != UInt8(ascii: "?"), bytes[pathEnd] != UInt8(ascii: "#") {
            pathEnd += 1
        }
        var queryEnd = pathEnd
        while queryEnd < bytes.count, bytes[queryEnd] != UInt8(ascii: "#") { queryEnd += 1 }
        path = pathEnd == authorityEnd ? "/" : String(decoding: bytes[authorityEnd..<pathEnd], as: UTF8.self)
        query = pathEnd == queryEnd ? "" : String(decoding: bytes[(pathEnd + 1)..<queryEnd], as: UTF8.self)
        fragment = queryEnd == bytes.count ? "" : String(decoding: bytes[(queryEnd + 1)...], as: UTF8.self)
    }

    /// Where the authority begins. Schemes are compared without regard to case (RFC 3986 section 3.1).
    private static func skipScheme(_ bytes: [UInt8]) -> Int? {
        guard bytes.count > 7, bytes[0] | 0x20 == UInt8(ascii: "h"), bytes[1] | 0x20 == UInt8(ascii: "t"),
            bytes[2] | 0x20 == UInt8(ascii: "t"), bytes[3] | 0x20 == UInt8(ascii: "p")
        else { return nil }
        let colon = bytes[4] | 0x20 == UInt8(ascii: "s") ? 5 : 4
        guard bytes[colon] == UInt8(ascii: ":"), bytes[colon + 1] == UInt8(ascii: "/"), bytes.count > colon + 2,
            bytes[colon + 2] == UInt8(ascii: "/")
        else { return nil }
        return colon + 3
    }

    /// A backslash ends the authority too: browsers read it as a slash (WHATWG URL, "special authority").
    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
            || byte == UInt8(ascii: "\\")
    }

    private static func host(_ bytes: [UInt8], _ authority: Range<Int>) -> String? {
        var range = authority
        if let at = bytes[range].lastIndex(of: UInt8(ascii: "@")) { range = at + 1..<range.upperBound }
        if range.isEmpty { return nil }
        if bytes[range.lowerBound] == UInt8(ascii: "[") {
            guard let bracket = bytes[range].firstIndex(of: UInt8(ascii: "]")) else { return nil }
            range = range.lowerBound..<bracket + 1
        } else if let colon = bytes[range].firstIndex(of: UInt8(ascii: ":")) {
            range = range.lowerBound..<colon
        }
        while !range.isEmpty, bytes[range.upperBound - 1] == UInt8(ascii: ".") {
            range = range.lowerBound..<range.upperBound - 1
        }
        guard !range.isEmpty, range.count <= 253, bytes[range].allSatisfy(isHostByte) else { return nil }
        return String(decoding: bytes[range], as: UTF8.self).lowercasedASCII
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != 0x7f && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">")
            && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "%")
    }
}

extension String {
    /// ASCII letters in lower case, everything else as it is: hosts and header names know no other letters.
    public var lowercasedASCII: String {
        guard utf8.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else { return self }
        return String(decoding: utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// A host without `www.` in front, unless that is all but the top-level domain: `www.com` is a name of its own.
    public var withoutWWW: String {
        guard hasPrefix("www."), utf8.dropFirst(4).contains(UInt8(ascii: ".")) else { return self }
        return String(dropFirst(4))
    }

    /// The longest beginning of at most `limit` bytes that does not cut a character in two.
    public func prefix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while end > utf8.startIndex, utf8[end] & 0xc0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
    }

    /// The longest beginning of at most `limit` bytes that ends in no half address, number or token: what looks for
    /// personal data afterwards would not know `john@exam` or `0170 123 4` for what it was. A word that the limit cuts
    /// goes as a whole where it holds an `@` or a percent sign, else from its first digit on, and so do groups of digits
    /// before a number. A text that is not too long stays as it is.
    public func cut(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var head = prefix(bytes: limit)[...]
        let word = head.utf8.lastIndex(where: String.endsWord).map { head.utf8.index(after: $0) } ?? head.startIndex
        let rest = utf8.dropFirst(head.utf8.count).prefix { !String.endsWord($0) }
        let cutWord = Array(head.utf8[word...]) + rest
        if cutWord.contains(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "%") }) {
            head = head[..<word]
        } else if let digit = head.utf8[word...].firstIndex(where: String.isDigit) {
            head = head[..<digit]
        }
        guard cutWord.contains(where: String.isDigit) else { return String(head) }
        // `0170 123 ` and `DE89 3704 `, of which the end is gone.
        while let last = head.split(whereSeparator: { $0 == " " || $0 == "/" }).last,
            last.utf8.contains(where: String.isDigit)
        {
            head = head[..<last.startIndex]
        }
        return String(head)
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        byte == 0x20 || "/?&=;#".utf8.contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- 48 < 10
    }

    /// The text without spaces at its ends.
    public var trimmedBlanks: String {
        guard utf8.first == 0x20 || utf8.last == 0x20 else { return self }
        let start = utf8.firstIndex { $0 != 0x20 } ?? utf8.endIndex
        let end = utf8.lastIndex { $0 != 0x20 }.map { utf8.index(after: $0) } ?? start
        return String(self[start..<end])
    }

    /// The text with percent-encoding resolved; `plusIsSpace` for form encoding. What is not valid stays as it is, and
    /// bytes that are not UTF-8 become U+FFFD.
    public func percentDecoded(plusIsSpace: Bool = false) -> String {
        let source = utf8
        guard source.contains(where: { $0 == UInt8(ascii: "%") || (plusIsSpace && $0 == UInt8(ascii: "+")) }) else {
            return self
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(source.count)
        var index = source.startIndex
        while index < source.endIndex {
            let byte = source[index]
            let next = source.index(after: index)
            if byte == UInt8(ascii: "%"), let high = source[next...].first?.hexadecimalDigit,
                let low = source[next...].dropFirst().first?.hexadecimalDigit
            {
                decoded.append(high << 4 | low)
                index = source.index(next, offsetBy: 2)
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
                index = next
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    /// The text without characters that PostgreSQL or a log could not take: U+0000 becomes U+FFFD, other control
    /// characters become spaces.
    public var withoutControlCharacters: String {
        guard utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return self }
        return String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
    }
}
