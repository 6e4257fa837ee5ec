/// The number under which the database knows a site.
public struct SiteID: RawRepresentable, Hashable, Sendable, Codable {
    /// `site.site_id` in PostgreSQL.
    public var rawValue: Int32

    /// A site's number as the database has it.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }
}

/// Names one event for ever, so that a retry of any kind can be recognised (DESIGN section 3).
public struct EventID: Hashable, Comparable, Sendable {
    /// The 128 bits, also PostgreSQL's `uuid`.
    public var value: UInt128

    /// An id of these bits.
    public init(_ value: UInt128) {
        self.value = value
    }

    /// Ties between events of one millisecond are broken by id, so that every loader orders them alike.
    public static func < (left: EventID, right: EventID) -> Bool {
        left.value < right.value
    }

    /// An id from hexadecimal text: up to 32 digits, hyphens ignored (so a UUID in its usual form is read too).
    /// `nil` for anything else; whoever receives free text hashes it instead.
    public init?(hexadecimal text: String) {
        // Two halves: 128-bit shifts for each digit cost five times as much.
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        for byte in text.utf8 where byte != UInt8(ascii: "-") {
            guard let digit = byte.hexadecimalDigit, digits < 32 else { return nil }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(digit)
            digits += 1
        }
        guard digits > 0 else { return nil }
        value = UInt128(high) << 64 | UInt128(low)
    }
}

/// The pseudonym of a visitor for one identity period: a keyed hash whose key is gone soon after (DESIGN section 7).
public struct VisitorID: RawRepresentable, Hashable, Sendable {
    /// 64 bits of keyed hash.
    public var rawValue: UInt64

    /// A pseudonym of these bits.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// Stands for a user of a site: a keyed hash of the id that the site's own server gave, under a key of the site. Whoever has
/// neither the id nor the key learns nothing from it; whoever has both finds the user's events again.
public struct UserID: RawRepresentable, Hashable, Sendable {
    /// 64 bits of keyed hash.
    public var rawValue: UInt64

    /// A user of these bits.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

extension UInt8 {
    /// The value of an ASCII hexadecimal digit, `nil` for every other byte.
    public var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
