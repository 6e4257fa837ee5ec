import EventModel

/// Hosts that stand for their subdomains too; `www.` in front of them is left out, as it is of the hosts that are asked for.
struct HostSet: Sendable {
    private let hosts: Set<String>

    init(_ hosts: [String]) {
        self.hosts = Set(hosts.map { $0.lowercasedASCII.withoutWWW })
    }

    var isEmpty: Bool { hosts.isEmpty }

    /// Whether the host, which is in lower case, or one above it is among them. As many look-ups as the host has labels,
    /// however long the list is.
    func contains(_ host: String) -> Bool {
        if hosts.isEmpty { return false }
        if hosts.contains(host) { return true }
        var rest = host.utf8[...]
        while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
            rest = rest[rest.index(after: dot)...]
            if hosts.contains(String(host[rest.startIndex...])) { return true }
        }
        return false
    }
}

/// Tells links within a site from others without taking them apart: most referrers are such.
enum OwnPage {
    /// Whether the referrer is surely a page of this host, with `www.` or without. `false` where it takes a closer look:
    /// capital letters, a port, user information.
    static func isCertain(_ referrer: String, host: String) -> Bool {
        var rest = referrer.utf8[...]
        guard skip("https://", &rest) || skip("http://", &rest) else { return false }
        skip("www.", &rest)
        var own = host.utf8[...]
        skip("www.", &own)
        guard !own.isEmpty, rest.starts(with: own) else { return false }
        guard let next = rest.dropFirst(own.count).first else { return true }
        return next == UInt8(ascii: "/") || next == UInt8(ascii: "?") || next == UInt8(ascii: "#")
    }

    @discardableResult
    private static func skip(_ word: String, _ rest: inout Substring.UTF8View) -> Bool {
        guard rest.starts(with: word.utf8) else { return false }
        rest = rest.dropFirst(word.utf8.count)
        return true
    }
}
