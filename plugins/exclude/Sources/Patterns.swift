import EventModel

/// A host, or with a leading `*.` every host below one.
struct HostPattern: Sendable {
    private let host: String
    private let isBelow: Bool

    /// Compared without regard to case, port-less, as `WebAddress` has it.
    init(_ text: String) {
        isBelow = text.hasPrefix("*.")
        // The dot stays: "badexample.com" does not lie below "example.com".
        var host = (isBelow ? String(text.dropFirst()) : text).lowercasedASCII
        while host.hasSuffix(".") { host.removeLast() }
        self.host = host
    }

    /// Whether it can ever match: a bare host, a star in front only.
    static func isValid(_ text: String) -> Bool {
        let rest = text.hasPrefix("*.") ? String(text.dropFirst(2)) : text
        guard !rest.utf8.contains(UInt8(ascii: "*")), !rest.hasPrefix(".") else { return false }
        guard let page = WebAddress("http://\(rest)/") else { return false }
        return page.path == "/" && page.host == HostPattern(rest).host
    }

    /// Whether a host in lower case is meant.
    func matches(_ host: String) -> Bool {
        guard isBelow else { return host == self.host }
        return host.utf8.count > self.host.utf8.count && host.hasSuffix(self.host)
    }
}

/// A path in which `*` stands for any run of characters, also none, also slashes: as the browser sends it,
/// `/stra%C3%9Fe`, or as reports show it, `/straße`.
struct PathPattern: Sendable {
    private let sent: Wildcard
    private let shown: Wildcard

    init(_ text: String) {
        sent = Wildcard(text)
        // A star that only decoding brings about is none.
        let decoded = text.percentDecoded()
        let stars = [text, decoded].map { $0.utf8.count { $0 == UInt8(ascii: "*") } }
        shown = stars[0] == stars[1] ? Wildcard(decoded) : sent
    }

    /// Whether it can ever match.
    static func isValid(_ text: String) -> Bool {
        guard text.hasPrefix("/") || text.hasPrefix("*"), text.utf8.count <= Wildcard.mostBytes else { return false }
        return !text.utf8.contains { $0 <= 0x20 || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
    }

    /// Whether a path is meant, of which the caller has the decoded form too.
    func matches(_ path: String, decoded: String) -> Bool {
        sent.fits(path) || shown.fits(decoded)
    }
}

/// Pages that only their makers see.
enum OwnTraffic {
    /// Whether a host is this machine (RFC 6761 section 6.3, 127.0.0.0/8, ::1) or one of the local network by multicast DNS
    /// (RFC 6762).
    static func includes(host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host.hasSuffix(".local") { return true }
        if host.hasPrefix("[") { return IPAddress(String(host.dropFirst().dropLast()))?.isLoopback ?? false }
        return host.hasPrefix("127.") && IPAddress(host)?.isLoopback ?? false
    }
}
