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
        let bytes = text.utf8
        guard let afterScheme = WebAddress.skipScheme(bytes) else { return nil }
        let rest = bytes[afterScheme...]
        let authorityEnd = rest.firstIndex(where: WebAddress.endsAuthority) ?? rest.endIndex
        guard let host = WebAddress.host(of: rest[..<authorityEnd]) else { return nil }
        self.host = host

        let afterAuthority = rest[authorityEnd...]
        let fragmentStart = afterAuthority.firstIndex(of: UInt8(ascii: "#")) ?? afterAuthority.endIndex
        fragment = String(Substring(afterAuthority[fragmentStart...].dropFirst()))
        let beforeFragment = afterAuthority[..<fragmentStart]
        let queryStart = beforeFragment.firstIndex(of: UInt8(ascii: "?")) ?? beforeFragment.endIndex
        query = String(Substring(beforeFragment[queryStart...].dropFirst()))
        let path = String(Substring(beforeFragment[..<queryStart]))
        self.path = path.isEmpty ? "/" : path
    }

    /// Schemes are compared without regard to case (RFC 3986 section 3.1).
    private static func skipScheme(_ bytes: Substring.UTF8View.SubSequence) -> String.Index? {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = bytes[..<colon].map { $0 | 0x20 }
        guard scheme == Array("http".utf8) || scheme == Array("https".utf8) else { return nil }
        let slashes = bytes[colon...].dropFirst().prefix(2)
        guard slashes.elementsEqual("//".utf8) else { return nil }
        return slashes.endIndex
    }

    private static func skipScheme(_ bytes: String.UTF8View) -> String.Index? {
        skipScheme(bytes[bytes.startIndex...])
    }

    /// A backslash ends the authority too: browsers read it as a slash (WHATWG URL, "special authority").
    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
            || byte == UInt8(ascii: "\\")
    }

    private static func host(of authority: Substring.UTF8View) -> String? {
        var host = authority
        if let at = host.lastIndex(of: UInt8(ascii: "@")) { host = host[host.index(after: at)...] }
        if host.first == UInt8(ascii: "[") {
            guard let bracket = host.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = host[...bracket]
        } else if let colon = host.firstIndex(of: UInt8(ascii: ":")) {
            host = host[..<colon]
        }
        if host.last == UInt8(ascii: ".") { host = host.dropLast() }
        guard !host.isEmpty, host.count <= 253, host.allSatisfy(isHostByte) else { return nil }
        return String(Substring(host)).lowercasedASCII
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

    /// The longest beginning of at most `limit` bytes that does not cut a character in two.
    public func prefix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while end > utf8.startIndex, utf8[end] & 0xc0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
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
