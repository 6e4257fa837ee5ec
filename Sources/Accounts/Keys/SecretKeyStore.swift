import Cryptography
public import Database
import EventModel

/// The secret keys with which servers send. Only hashes are kept.
public struct SecretKeyStore {
    private let connection: Connection

    /// A store on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// A key as it is listed: the beginning tells it from others and is of no use by itself.
    public struct Listed: Sendable, Equatable {
        /// The site's domain.
        public var domain: String
        /// The key's first characters.
        public var beginning: String
        /// When it was made, as PostgreSQL writes it, UTC.
        public var createdAt: String
    }

    /// Characters of a key that are kept.
    static let beginningLength = SecretKey.prefix.utf8.count + 6

    /// Makes a key for a site and returns it: the only time that anybody sees it.
    ///
    /// - Parameter mayRead: whether it reads the site's reports; otherwise it sends events.
    public func add(domain: String, mayRead: Bool = false) throws(AccountError) -> String {
        guard let site = try SiteStore(connection).site(domain: domain) else {
            throw .invalid("there is no site \"\(domain)\"; footfall site list names them")
        }
        let key = SecretKey.make(prefix: mayRead ? SecretKey.readPrefix : SecretKey.prefix)
        do throws(DatabaseError) {
            try connection.execute(
                """
                INSERT INTO secret_key (key_hash, organisation_id, site_ids, scopes, beginning)
                SELECT \(SecretKey.hash(key)), organisation_id, ARRAY[site_id], \([mayRead ? "read" : "send"]),
                    \(key.prefix(bytes: SecretKeyStore.beginningLength))
                FROM site WHERE site_id = \(site.id.rawValue)
                """)
        } catch {
            throw .database(error)
        }
        return key
    }

    /// All keys by site and age.
    public func list() throws(AccountError) -> [Listed] {
        do throws(DatabaseError) {
            let rows = try connection.query(
                """
                SELECT coalesce(domain, 'all of ' || organisation.name, 'no site'), beginning,
                    to_char(secret_key.created_at, 'YYYY-MM-DD HH24:MI')
                FROM secret_key LEFT JOIN site ON site_id = ANY (site_ids)
                    LEFT JOIN organisation ON organisation.organisation_id = secret_key.organisation_id
                ORDER BY 1, secret_key.created_at, beginning
                """)
            var keys: [Listed] = []
            for row in rows {
                keys.append(
                    Listed(domain: try row.value(0), beginning: try row.value(1), createdAt: try row.value(2)))
            }
            return keys
        } catch {
            throw .database(error)
        }
    }

    /// Makes the key worthless that is this one, or begins like this. A running gateway notices within five seconds.
    public func revoke(_ key: String) throws(AccountError) {
        do throws(DatabaseError) {
            let beginning = key.prefix(bytes: SecretKeyStore.beginningLength)
            let removed = try connection.execute("DELETE FROM secret_key WHERE beginning = \(beginning)")
            guard removed > 0 else { throw DatabaseError(kind: .poison, message: "") }
        } catch {
            throw error.kind == .poison
                ? .invalid("no secret key begins like this; footfall key list shows them") : .database(error)
        }
    }

    /// All keys that are good for anything, by their hashes. A key for all sites of an organisation names those that it has
    /// now.
    func keys() throws(DatabaseError) -> [String: SendingKey] {
        var keys: [String: SendingKey] = [:]
        let rows = try connection.query(
            """
            SELECT key_hash, secret_key_id, scopes, expires_at,
                ARRAY(
                    SELECT site_id FROM site
                    WHERE site_id = ANY (site_ids)
                        OR site_ids IS NULL AND site.organisation_id = secret_key.organisation_id
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

    /// The secret of this installation that names buckets in Redis.
    func limitSecret() throws(DatabaseError) -> StoredSecret {
        let rows = try connection.query("SELECT secret FROM gateway_secret WHERE name = 'limits'")
        return StoredSecret(try rows.first?.value(0) ?? [])
    }
}
