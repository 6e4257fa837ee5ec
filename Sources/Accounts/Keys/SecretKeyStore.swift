import Cryptography
public import Database
public import EventModel

/// The secret keys with which programs send events and read reports. Only hashes are kept.
public struct SecretKeyStore {
    private let connection: Connection

    /// A store on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Characters of a key that are kept: they tell it from others, and are of no use by themselves.
    private static let beginningLength = SecretKey.prefix.utf8.count + 6

    /// Makes a key and returns it: the only time that anybody sees it.
    ///
    /// - Parameters:
    ///   - organisation: whose it is; `nil` for a site that was added before there was anybody.
    ///   - person: who makes it; `nil` for the operator's terminal.
    public func add(
        _ new: NewSecretKey, organisation: Int32?, by person: Int32?
    ) throws(DatabaseError) -> String {
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

    /// Makes a key for a single site, as the operator does.
    public func add(domain: String, mayRead: Bool = false) throws(DatabaseError) -> String {
        guard let site = try SiteReader(connection).site(domain: domain) else {
            throw .invalid("there is no site \"\(domain)\"; footfall site list names them")
        }
        let key = NewSecretKey(name: "", mayRead: mayRead, sites: [site.site.id])
        return try add(key, organisation: site.organisation, by: nil)
    }

    /// The keys of an organisation, by age.
    func list(of organisation: Int32) throws(DatabaseError) -> [SecretKeyListing] {
        try read("secret_key.organisation_id = \(organisation)")
    }

    /// All keys of this installation, by organisation and age; or those that begin like this.
    public func list(beginning: String? = nil) throws(DatabaseError) -> [SecretKeyListing] {
        let beginning = beginning.map { String($0.prefix(bytes: SecretKeyStore.beginningLength)) }
        return try read("\(beginning)::text IS NULL OR beginning = \(beginning)")
    }

    private func read(_ condition: SQL) throws(DatabaseError) -> [SecretKeyListing] {
        var keys: [SecretKeyListing] = []
        for row in try connection.query(
            """
            SELECT secret_key_id, secret_key.name, beginning, scopes, site_ids, expires_at, last_used_on::text,
                secret_key.created_at,
                ARRAY(SELECT domain FROM site WHERE site_id = ANY (site_ids) ORDER BY domain), organisation_id,
                organisation.name
            FROM secret_key LEFT JOIN organisation USING (organisation_id)
            WHERE \(condition)
            ORDER BY organisation.name NULLS FIRST, organisation_id, secret_key.created_at, secret_key_id
            """)
        {
            keys.append(
                SecretKeyListing(
                    number: try row.value(0), name: try row.value(1), beginning: try row.value(2),
                    mayRead: try row.value(3, as: [String].self).contains(SendingKey.Scope.read.rawValue),
                    sites: try row.value(4, as: [Int32]?.self)?.map { SiteID(rawValue: $0) },
                    domains: try row.value(8), organisation: try row.value(9, as: Int32?.self),
                    organisationName: try row.value(10, as: String?.self),
                    expiresAt: try row.optionalMilliseconds(5).map { Timestamp(milliseconds: $0) },
                    lastUsedOn: try row.value(6, as: String?.self),
                    createdAt: Timestamp(milliseconds: try row.milliseconds(7))))
        }
        return keys
    }

    /// Makes a key of an organisation worthless. Returns its name; `nil` when it was gone.
    func remove(_ number: Int32, of organisation: Int32) throws(DatabaseError) -> String? {
        try connection.query(
            """
            DELETE FROM secret_key WHERE secret_key_id = \(number) AND organisation_id = \(organisation)
            RETURNING name
            """
        ).first?.value(0)
    }

    /// Makes the key worthless that is this one, or begins like this. A running gateway notices within five seconds.
    public func revoke(_ key: String) throws(DatabaseError) {
        let beginning = key.prefix(bytes: SecretKeyStore.beginningLength)
        let removed = try connection.execute("DELETE FROM secret_key WHERE beginning = \(beginning)")
        guard removed > 0 else { throw .invalid("no secret key begins like this; footfall key list shows them") }
    }

    // MARK: What they open

    /// What a key opens that may read; `nil` for one that is wrong, expired, or may not.
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

    /// All keys that the gateway has to know, by their hashes; expired ones for a while, so that their owners are told what
    /// is wrong. A key for all sites of an organisation names those that it has now.
    func sendingKeys() throws(DatabaseError) -> [String: SendingKey] {
        var keys: [String: SendingKey] = [:]
        let rows = try connection.query(
            """
            SELECT key_hash, secret_key_id, scopes, expires_at,
                ARRAY(
                    SELECT site_id FROM site
                    WHERE (site_ids IS NULL OR site_id = ANY (site_ids))
                        AND site.organisation_id IS NOT DISTINCT FROM secret_key.organisation_id
                        AND (site_ids IS NOT NULL OR secret_key.organisation_id IS NOT NULL)
                    ORDER BY site_id)
            FROM secret_key WHERE expires_at IS NULL OR expires_at > now() - interval '30 days'
            """)
        for row in rows {
            keys[try row.value(0)] = SendingKey(
                number: try row.value(1), sites: try row.value(4, as: [Int32].self).map { SiteID(rawValue: $0) },
                scopes: try row.value(2, as: [String].self).compactMap { SendingKey.Scope(rawValue: $0) },
                expiresAt: try row.optionalMilliseconds(3).map { Timestamp(milliseconds: $0) })
        }
        return keys
    }

    /// Writes down on which day (since 1970-01-01, UTC) keys were used last.
    public func setLastUse(of keys: [Int32], day: Int32) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE secret_key SET last_used_on = date '1970-01-01' + \(day)
            WHERE secret_key_id = ANY (\(keys))
                AND (last_used_on IS NULL OR last_used_on < date '1970-01-01' + \(day))
            """)
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
    /// Their domains, in order; empty for all of the organisation.
    public var domains: [String] = []
    /// Whose it is; `nil` before there is anybody.
    public var organisation: Int32?
    /// The name of that organisation.
    public var organisationName: String?
    /// When it ends by itself.
    public var expiresAt: Timestamp?
    /// Day (UTC) of the last use, as PostgreSQL writes it.
    public var lastUsedOn: String?
    /// When it was made.
    public var createdAt: Timestamp
}
