import EventModel
import Glibc

/// Addresses of pages and of machines, ids, and the texts around them. The first byte chooses what the rest is.
enum TextTarget: FuzzTarget {
    static let name = "text"

    private static let kinds: [@Sendable (String) -> Void] = [
        checkWebAddress, checkIPAddress, checkEventID, checkPercentDecoding, checkCutting, checkControlCharacters,
    ]

    static func seeds() -> [[UInt8]] {
        let texts: [(UInt8, String)] = [
            (0, "https://user:pw@Example.COM.:8080/a/b?c=d#e"), (0, "http://[2001:DB8::1]:80/x"),
            (0, "http://h\\@evil.example/"), (1, "192.0.2.1"), (1, "2001:db8::1%eth0"), (1, "::ffff:192.0.2.1"),
            (1, "1:2:3:4:5:6:7::"), (2, "01234567-89ab-cdef-0123-456789abcdef"), (3, "a%20b+%C3%BC%zz%f"),
            (4, "\u{7}aü€😀e\u{301}"), (5, "a\u{0}b\r\nc\u{7f}"),
        ]
        return texts.map { [$0.0] + Array($0.1.utf8) }
    }

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        kinds[Int(first) % kinds.count](String(decoding: bytes.dropFirst(), as: UTF8.self))
    }

    private static func checkWebAddress(_ text: String) {
        guard let address = WebAddress(text) else { return }
        let host = Array(address.host.utf8)
        promise((1...253).contains(host.count), "a host has 1 to 253 bytes, not \(host.count)")
        promise(host.allSatisfy { $0 > 0x20 && $0 != 0x7f }, "a host has no control characters: \(host)")
        promise(!host.contains(where: "/\\?#@%<>\"".utf8.contains), "a host is nothing but a host: \(host)")
        promise(host == Array(address.host.lowercasedASCII.utf8), "a host is in lower case: \(host)")
        promise(host.last != UInt8(ascii: "."), "a host does not end with a dot: \(host)")
        promise(host.first == UInt8(ascii: "[") || !host.contains(UInt8(ascii: ":")), "a host has no port: \(host)")
        promise("/\\".utf8.contains(address.path.utf8.first ?? 0), "a path begins with a slash")
        promise(!address.path.utf8.contains(where: "?#".utf8.contains), "a path ends where the query begins")
        promise(!address.query.utf8.contains(UInt8(ascii: "#")), "a query ends where the fragment begins")
        let parts = "https://\(address.host)\(address.path)?\(address.query)#\(address.fragment)"
        promise(WebAddress(parts) == address, "the parts together are read as the same parts: \(parts)")
    }

    /// glibc is the judge: what it takes we take, for the same address, and nothing else, except for a zone.
    private static func checkIPAddress(_ text: String) {
        let address = IPAddress(text)
        if let address {
            promise([4, 16].contains(address.bytes.count), "an address has 4 or 16 bytes")
            promise(address.network.network == address.network, "the network of a network is itself")
            promise(IPAddress(written(address)) == address, "an address is read as it is written")
        }
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == 0 }) else { return }
        promise(
            address == judged(text),
            "\(text) is \(String(describing: judged(text))), not \(String(describing: address))")
    }

    private static func judged(_ text: String) -> IPAddress? {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 { return .v4(UInt32(bigEndian: four.s_addr)) }
        var six = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let value = unsafe withUnsafeBytes(of: &six) { bytes in
            unsafe bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        }
        return value >> 32 == 0xffff ? .v4(UInt32(truncatingIfNeeded: value)) : .v6(value)
    }

    private static func written(_ address: IPAddress) -> String {
        switch address {
        case .v4: address.bytes.map { "\($0)" }.joined(separator: ".")
        case .v6(let bits):
            (0..<8).map { String(UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)), radix: 16) }
                .joined(separator: ":")
        }
    }

    private static func checkEventID(_ text: String) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        // Swift's own reader takes a sign in front.
        let isSigned = digits.first == UInt8(ascii: "+")
        let value = isSigned || digits.count > 32 ? nil : UInt128(String(decoding: digits, as: UTF8.self), radix: 16)
        promise(EventID(hexadecimal: text)?.value == value, "an id is the number that its digits are: \(text)")
    }

    private static func checkPercentDecoding(_ text: String) {
        for plusIsSpace in [false, true] {
            let decoded = text.percentDecoded(plusIsSpace: plusIsSpace)
            promise(decoded.utf8.count <= text.utf8.count, "decoding makes nothing longer")
            let hasCodes = text.utf8.contains { $0 == UInt8(ascii: "%") || plusIsSpace && $0 == UInt8(ascii: "+") }
            promise(hasCodes || decoded == text, "a text without codes stays as it is")
        }
        let encoded = text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        promise(Array(encoded.percentDecoded().utf8) == Array(text.utf8), "what was encoded is decoded as it was")
    }

    private static func checkCutting(_ text: String) {
        guard let limit = text.utf8.first.map(Int.init) else { return }
        let cut = Array(text.prefix(bytes: limit).utf8)
        promise(cut.count <= limit, "the beginning is not longer than asked for")
        promise(text.utf8.starts(with: cut), "the beginning is one: no character was split")
        promise(cut.count > limit - 4 || cut.count == text.utf8.count, "not more than one character is given up")
        promise(String(validating: cut, as: UTF8.self) != nil, "the beginning is UTF-8")
    }

    private static func checkControlCharacters(_ text: String) {
        let clean = text.withoutControlCharacters
        promise(!clean.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "no control character is left")
        promise(clean.unicodeScalars.count == text.unicodeScalars.count, "each character stands for one")
    }
}
