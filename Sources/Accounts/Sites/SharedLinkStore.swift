import Cryptography
import Database
public import EventModel

/// Links that show the reports of a site to whoever has them.
struct SharedLinkStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func add(_ link: NewSharedLink, site: SiteID, passwordHash: String?, by person: Int32) throws(DatabaseError) {
        try connection.execute(
            """
            INSERT INTO shared_link (site_id, name, token, password_hash, filters, may_embed, created_by)
            VALUES (\(site.rawValue), \(link.name), \(Randomness.text(26)), \(passwordHash), \(link.filters),
                \(link.mayEmbed), \(person))
            """)
    }

    func list(of site: SiteID) throws(DatabaseError) -> [SharedLink] {
        try read("shared_link.site_id = \(site.rawValue)")
    }

    func link(token: String) throws(DatabaseError) -> SharedLink? {
        try read("token = \(token)").first
    }

    private func read(_ condition: SQL) throws(DatabaseError) -> [SharedLink] {
        var links: [SharedLink] = []
        for row in try connection.query(
            """
            SELECT shared_link_id, site_id, name, token, password_hash, filters, may_embed, last_used_on::text
            FROM shared_link WHERE \(condition) ORDER BY created_at, shared_link_id
            """)
        {
            links.append(
                SharedLink(
                    number: try row.value(0), site: SiteID(rawValue: try row.value(1)), name: try row.value(2),
                    token: try row.value(3), passwordHash: try row.value(4, as: String?.self),
                    filters: try row.value(5), mayEmbed: try row.value(6),
                    lastUsedOn: try row.value(7, as: String?.self)))
        }
        return links
    }

    func remove(_ number: Int32, of site: SiteID) throws(DatabaseError) -> Bool {
        try connection.execute(
            "DELETE FROM shared_link WHERE shared_link_id = \(number) AND site_id = \(site.rawValue)") == 1
    }

    /// Notes the day of a use, once a day.
    func noteUse(of number: Int32) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE shared_link SET last_used_on = (now() AT TIME ZONE 'UTC')::date
            WHERE shared_link_id = \(number)
                AND last_used_on IS DISTINCT FROM (now() AT TIME ZONE 'UTC')::date
            """)
    }
}

/// A shared link to be.
public struct NewSharedLink: Sendable, Equatable {
    /// What its makers call it.
    public var name: String
    /// Asked of whoever opens it; empty for nobody.
    public var password: String
    /// Filters that cannot be taken away, as they stand in a report's address.
    public var filters: String
    /// Whether pages of the site's embedding hosts may show it in a frame.
    public var mayEmbed: Bool

    /// A link.
    public init(name: String, password: String = "", filters: String = "", mayEmbed: Bool = false) {
        self.name = name
        self.password = password
        self.filters = filters
        self.mayEmbed = mayEmbed
    }
}

/// A link that shows the reports of a site.
public struct SharedLink: Sendable, Equatable {
    /// Its number.
    public var number: Int32
    /// The site that it shows.
    public var site: SiteID
    /// What its makers call it.
    public var name: String
    /// The secret in its address.
    public var token: String
    /// argon2id; `nil` where no password is asked for.
    var passwordHash: String?
    /// Filters that cannot be taken away, as they stand in a report's address.
    public var filters: String
    /// Whether pages of the site's embedding hosts may show it in a frame.
    public var mayEmbed: Bool
    /// Day (UTC) of the last use, as PostgreSQL writes it.
    public var lastUsedOn: String?

    /// A link with these properties, for tests.
    public init(
        number: Int32, site: SiteID, name: String = "", token: String = "", passwordHash: String? = nil,
        filters: String = "", mayEmbed: Bool = false, lastUsedOn: String? = nil
    ) {
        self.number = number
        self.site = site
        self.name = name
        self.token = token
        self.passwordHash = passwordHash
        self.filters = filters
        self.mayEmbed = mayEmbed
        self.lastUsedOn = lastUsedOn
    }

    /// Whether a password is asked for.
    public var hasPassword: Bool { passwordHash != nil }
}
