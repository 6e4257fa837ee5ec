/// A secret key of a server, as the gateway needs to know it at the edge. The key itself is known to its owner only.
public struct SendingKey: Sendable, Equatable, Codable {
    /// What a key may do.
    public enum Scope: String, Sendable, Codable {
        /// Send events.
        case send
        /// Read reports.
        case read
    }

    /// Its number in the database; 0 where that is not known.
    public var number: Int32
    /// The sites that it is good for.
    public var sites: [SiteID]
    /// What it may do.
    public var scopes: [Scope]
    /// From when on it is worthless; `nil` for never.
    public var expiresAt: Timestamp?

    /// A key with these properties.
    public init(number: Int32, sites: [SiteID], scopes: [Scope] = [.send], expiresAt: Timestamp? = nil) {
        self.number = number
        self.sites = sites
        self.scopes = scopes
        self.expiresAt = expiresAt
    }

    /// Whether it may send events.
    public var maySend: Bool { scopes.contains(.send) }

    /// Whether it is worthless at this moment.
    public func isExpired(at time: Timestamp) -> Bool {
        expiresAt.map { $0 <= time } ?? false
    }
}

/// Secret bytes of a site or of an installation, in memory and in the file beside the journal; no description shows them.
public struct StoredSecret: Sendable, Equatable, Codable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private var bytes: [UInt8]

    /// These bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The bytes, for who makes or checks codes with them.
    public func reveal() -> [UInt8] { bytes }

    /// Whether there are none.
    public var isEmpty: Bool { bytes.isEmpty }

    /// Never the bytes.
    public var description: String { "[secret]" }

    /// Never the bytes.
    public var debugDescription: String { "[secret]" }

    /// Nothing to reflect.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws {
        bytes = try decoder.singleValueContainer().decode([UInt8].self)
    }

    /// Writes a list of numbers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}
