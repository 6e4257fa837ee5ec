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
    public func add(domain: String) throws(SiteError) -> String {
        guard let site = try SiteStore(connection).site(domain: domain) else {
            throw .invalid("there is no site \"\(domain)\"; footfall site list names them")
        }
        let key = SecretKey.make()
        do throws(DatabaseError) {
            try connection.execute(
                """
                INSERT INTO secret_key (key_hash, organisation_id, site_ids, beginning)
                SELECT \(SecretKey.hash(key)), organisation_id, ARRAY[site_id],
                    \(key.prefix(bytes: SecretKeyStore.beginningLength))
                FROM site WHERE site_id = \(site.id.rawValue)
                """)
        } catch {
            throw .database(error)
        }
        return key
    }

    /// All keys by site and age.
    public func list() throws(SiteError) -> [Listed] {
        do throws(DatabaseError) {
            let rows = try connection.query(
                """
                SELECT domain, beginning, to_char(secret_key.created_at, 'YYYY-MM-DD HH24:MI')
                FROM secret_key JOIN site ON site_id = ANY (site_ids) ORDER BY domain, secret_key.created_at, beginning
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
    public func revoke(_ key: String) throws(SiteError) {
        do throws(DatabaseError) {
            let beginning = key.prefix(bytes: SecretKeyStore.beginningLength)
            let removed = try connection.execute("DELETE FROM secret_key WHERE beginning = \(beginning)")
            guard removed > 0 else { throw DatabaseError(kind: .poison, message: "") }
        } catch {
            throw error.kind == .poison
                ? .invalid("no secret key begins like this; footfall key list shows them") : .database(error)
        }
    }

    /// The sites by the hashes of their keys.
    func hashes() throws(DatabaseError) -> [String: SiteID] {
        var sites: [String: SiteID] = [:]
        for row in try connection.query("SELECT key_hash, site_ids[1] FROM secret_key WHERE site_ids <> '{}'") {
            sites[try row.value(0)] = SiteID(rawValue: try row.value(1))
        }
        return sites
    }
}
