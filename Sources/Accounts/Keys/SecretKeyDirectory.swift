import Cryptography
import Database
public import EventModel

/// The keys of programs, by organisation. Only hashes are kept.
struct SecretKeyDirectory {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func add(_ new: NewSecretKey, organisation: Int32, by person: Int32?) throws(DatabaseError) -> String {
        let key = SecretKey.make(prefix: new.mayRead ? SecretKey.readPrefix : SecretKey.prefix)
        try connection.execute(
            """
            INSERT INTO secret_key (key_hash, beginning, organisation_id, site_ids, name, scopes, created_by, expires_at)
            VALUES (\(SecretKey.hash(key)), \(key.prefix(bytes: SecretKeyStore.beginningLength)), \(organisation),
                \(list: new.sites?.map(\.rawValue)), \(new.name), \([new.mayRead ? "read" : "send"]), \(person),
                \(timestamp: new.expiresAt?.milliseconds))
            """)
        return key
    }

    func list(of organisation: Int32) throws(DatabaseError) -> [SecretKeyListing] {
        var keys: [SecretKeyListing] = []
        for row in try connection.query(
            """
            SELECT secret_key_id, name, beginning, scopes, site_ids, expires_at, last_used_on::text, created_at
            FROM secret_key WHERE organisation_id = \(organisation) ORDER BY created_at, secret_key_id
            """)
        {
            keys.append(
                SecretKeyListing(
                    number: try row.value(0), name: try row.value(1), beginning: try row.value(2),
                    mayRead: try row.value(3, as: [String].self).contains("read"),
                    sites: try row.value(4, as: [Int32]?.self)?.map { SiteID(rawValue: $0) },
                    expiresAt: try row.optionalMilliseconds(5).map { Timestamp(milliseconds: $0) },
                    lastUsedOn: try row.value(6, as: String?.self),
                    createdAt: Timestamp(milliseconds: try row.milliseconds(7))))
        }
        return keys
    }

    func remove(_ number: Int32, of organisation: Int32) throws(DatabaseError) -> String? {
        try connection.query(
            """
            DELETE FROM secret_key WHERE secret_key_id = \(number) AND organisation_id = \(organisation)
            RETURNING name
            """
        ).first?.value(0)
    }

    func readingKey(hash: String, now: Timestamp) throws(DatabaseError) -> ReadingKey? {
        let rows = try connection.query(
            """
            SELECT organisation_id, site_ids, secret_key_id, last_used_on IS DISTINCT FROM (now() AT TIME ZONE 'UTC')::date
            FROM secret_key
            WHERE key_hash = \(hash) AND 'read' = ANY (scopes)
                AND (expires_at IS NULL OR expires_at > \(timestamp: now.milliseconds))
            """)
        guard let row = rows.first else { return nil }
        // Once a day: a key that is used all the time must not cost a write each time.
        if try row.value(3) {
            try connection.execute(
                """
                UPDATE secret_key SET last_used_on = (now() AT TIME ZONE 'UTC')::date
                WHERE secret_key_id = \(try row.value(2, as: Int32.self))
                """)
        }
        return ReadingKey(
            organisation: try row.value(0, as: Int32?.self), sites: try row.value(1, as: [Int32]?.self))
    }
}

/// A key to be.
public struct NewSecretKey: Sendable, Equatable {
    /// What its makers call it.
    public var name: String
    /// Whether it reads reports; otherwise it sends events.
    public var mayRead: Bool
    /// The sites that it is good for; `nil` for all of the organisation.
    public var sites: [SiteID]?
    /// When it ends by itself; `nil` for never.
    public var expiresAt: Timestamp?

    /// A key.
    public init(name: String, mayRead: Bool, sites: [SiteID]? = nil, expiresAt: Timestamp? = nil) {
        self.name = name
        self.mayRead = mayRead
        self.sites = sites
        self.expiresAt = expiresAt
    }
}

/// A key as it is listed.
public struct SecretKeyListing: Sendable, Equatable {
    /// Its number.
    public var number: Int32
    /// What its makers call it.
    public var name: String
    /// Its first characters, which tell it from others and are of no use by themselves.
    public var beginning: String
    /// Whether it reads reports; otherwise it sends events.
    public var mayRead: Bool
    /// The sites that it is good for; `nil` for all of the organisation.
    public var sites: [SiteID]?
    /// When it ends by itself.
    public var expiresAt: Timestamp?
    /// Day (UTC) of the last use, as PostgreSQL writes it.
    public var lastUsedOn: String?
    /// When it was made.
    public var createdAt: Timestamp
}
