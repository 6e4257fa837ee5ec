/// An internet address. IPv4 mapped into IPv6 (`::ffff:a.b.c.d`) is IPv4, so that one person has one address.
public enum IPAddress: Hashable, Sendable {
    /// The 32 bits of an IPv4 address, most significant first.
    case v4(UInt32)
    /// The 128 bits of an IPv6 address, most significant first.
    case v6(UInt128)

    /// Reads the text of nginx's `REMOTE_ADDR`: dotted IPv4 or RFC 4291 IPv6, with or without a zone (`%eth0`).
    /// `nil` for anything else, such as `unix:`, which nginx gives for a client on a unix socket.
    public init?(_ text: String) {
        let bytes = Array(text.utf8.prefix(64)).prefix { $0 != UInt8(ascii: "%") }
        if bytes.contains(UInt8(ascii: ":")) {
            guard let value = IPAddress.parseV6(bytes) else { return nil }
            self = value >> 32 == 0xffff ? .v4(UInt32(truncatingIfNeeded: value)) : .v6(value)
        } else {
            guard let value = IPAddress.parseV4(bytes) else { return nil }
            self = .v4(value)
        }
    }

    private static func parseV4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var parts = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                // Some read 010 as eight (RFC 6943 section 3.1.1): it names no machine for sure.
                guard digits == 0 || part > 0 else { return nil }
                part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                guard digits <= 3, part <= 255 else { return nil }
            case UInt8(ascii: "."):
                guard digits > 0, parts < 3 else { return nil }
                value = value << 8 | part
                (part, digits, parts) = (0, 0, parts + 1)
            default:
                return nil
            }
        }
        guard digits > 0, parts == 3 else { return nil }
        return value << 8 | part
    }

    /// Groups before and after `::` are collected apart; the gap between them is zero.
    private static func parseV6(_ bytes: ArraySlice<UInt8>) -> UInt128? {
        var groups: [UInt16] = []
        var gap: Int?
        var part: [UInt8] = []
        var previousWasColon = false
        var isFirst = true
        var startsWithColon = false
        for byte in bytes {
            defer { isFirst = false }
            guard byte == UInt8(ascii: ":") else {
                if startsWithColon, groups.isEmpty, gap == nil { return nil }
                part.append(byte)
                previousWasColon = false
                guard part.count <= 15 else { return nil }
                continue
            }
            if previousWasColon {
                guard gap == nil else { return nil }
                gap = groups.count
            } else if isFirst {
                startsWithColon = true
            } else {
                guard let group = hexadecimalGroup(part) else { return nil }
                groups.append(group)
            }
            part = []
            previousWasColon = true
        }
        if part.isEmpty {
            guard previousWasColon, let gap, gap == groups.count else { return nil }
        } else if part.contains(UInt8(ascii: ".")) {
            guard let tail = parseV4(part[...]) else { return nil }
            groups.append(UInt16(truncatingIfNeeded: tail >> 16))
            groups.append(UInt16(truncatingIfNeeded: tail))
        } else {
            guard let group = hexadecimalGroup(part) else { return nil }
            groups.append(group)
        }
        return assemble(groups, gap: gap)
    }

    private static func assemble(_ groups: [UInt16], gap: Int?) -> UInt128? {
        guard gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
        let zeros = 8 - groups.count
        var value: UInt128 = 0
        for (index, group) in groups.enumerated() {
            if index == gap { value <<= UInt128(16 * zeros) }
            value = value << 16 | UInt128(group)
        }
        if gap == groups.count { value = zeros == 8 ? 0 : value << UInt128(16 * zeros) }
        return value
    }

    private static func hexadecimalGroup(_ bytes: [UInt8]) -> UInt16? {
        guard (1...4).contains(bytes.count) else { return nil }
        var value: UInt16 = 0
        for byte in bytes {
            guard let digit = byte.hexadecimalDigit else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// The network part that stands for one connection: all of IPv4, the first 64 bits of IPv6, because privacy
    /// extensions (RFC 8981) change the rest every day within one household.
    public var network: IPAddress {
        switch self {
        case .v4: self
        case .v6(let bits): .v6((bits >> 64) << 64)
        }
    }

    /// Four or sixteen bytes, most significant first.
    public var bytes: [UInt8] {
        switch self {
        case .v4(let bits): (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0)) }
        case .v6(let bits): (0..<16).map { UInt8(truncatingIfNeeded: bits >> (120 - 8 * UInt128($0))) }
        }
    }

    /// Whether the address is this very machine (127.0.0.0/8, ::1).
    public var isLoopback: Bool {
        switch self {
        case .v4(let bits): bits >> 24 == 127
        case .v6(let bits): bits == 1
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted, or eight groups of hexadecimal digits. For whoever may see it: no log or error gets one.
    public var description: String {
        switch self {
        case .v4: bytes.map { "\($0)" }.joined(separator: ".")
        case .v6(let bits):
            (0..<8).map { String(UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)), radix: 16) }
                .joined(separator: ":")
        }
    }
}
