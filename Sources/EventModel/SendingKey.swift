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
