import Database
import EventModel

/// What a site may be called, and which hosts it may name.
enum SiteRules {
    static func check(domain: String) throws(DatabaseError) {
        guard isHost(domain[...]) else {
            throw .invalid("domain \"\(domain)\" is not a host name such as example.com")
        }
    }

    static func check(key: String) throws(DatabaseError) {
        let isPlain = key.utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: "_") }
        guard isPlain, (1...64).contains(key.utf8.count) else {
            throw .invalid("key \"\(key)\" may have letters, digits, - and _ only, at most 64")
        }
    }

    /// Hosts whose pages may send events.
    static func check(hosts: [String]) throws(DatabaseError) {
        guard hosts.count <= 100 else { throw .invalid("a site may have 100 hosts at most") }
        for host in hosts where !isHost(host.utf8.starts(with: "*.".utf8) ? host.dropFirst(2) : host[...]) {
            throw .invalid("host \"\(host.cut(bytes: 100))\" is neither a host name nor of the form *.example.com")
        }
    }

    /// Hosts whose pages may show shared links in a frame: they are part of a header, for which nginx has 4 KiB in all.
    static func check(embedHosts: [String]) throws(DatabaseError) {
        try check(hosts: embedHosts)
        guard embedHosts.reduce(0, { $0 + $1.utf8.count + 1 }) <= 1024 else {
            throw .invalid("the hosts for frames may have 1024 characters at most, all together")
        }
    }

    /// A name as DNS has it (RFC 1123), an IPv4 address, or an IPv6 address in brackets.
    private static func isHost(_ text: Substring) -> Bool {
        if text.utf8.first == UInt8(ascii: "["), text.utf8.last == UInt8(ascii: "]") {
            return text.utf8.count > 3
                && text.utf8.dropFirst().dropLast().allSatisfy { $0 == UInt8(ascii: ":") || $0.hexadecimalDigit != nil }
        }
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: "_") }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
