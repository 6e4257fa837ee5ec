import Cryptography
public import Database
public import EventModel

/// Adds and finds sites.
public struct SiteStore {
    private let connection: Connection

    /// A store on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// What a site is made of.
    public struct NewSite: Sendable, Equatable {
        /// Names the site in the dashboard.
        public var domain: String
        /// The public key; a random one where it is missing.
        public var key: String?
        /// Hosts whose pages may send events; empty for the domain itself and its `www.`.
        public var hosts: [String]
        /// IANA name of the time zone in which the site's days begin.
        public var timeZone: String
        /// How safe events are when they are acknowledged; `nil` for what the gateway is set to.
        public var ack: AckLevel?
        /// Whose it is; `nil` before there is anybody.
        public var organisation: Int32?

        /// A site to be.
        public init(
            domain: String, key: String? = nil, hosts: [String] = [], timeZone: String = "UTC", ack: AckLevel? = nil,
            organisation: Int32? = nil
        ) {
            self.domain = domain
            self.key = key
            self.hosts = hosts
            self.timeZone = timeZone
            self.ack = ack
            self.organisation = organisation
        }
    }

    /// Adds a site. With `ifMissing`, a domain that exists already is left as it is and returned.
    public func add(_ new: NewSite, ifMissing: Bool = false) throws(DatabaseError) -> Site {
        let domain = new.domain.lowercased()
        let hosts = (new.hosts.isEmpty ? [domain, "www.\(domain)"] : new.hosts).map { $0.lowercased() }
        try SiteRules.check(domain: domain)
        try SiteRules.check(hosts: hosts)
        if let key = new.key { try SiteRules.check(key: key) }
        let connection = self.connection
        return try connection.transaction { () throws(DatabaseError) in
            if ifMissing, let known = try site(domain: domain) { return known }
            try check(timeZone: new.timeZone)
            let added = try connection.query(
                """
                INSERT INTO site (domain, time_zone, hosts, ack, organisation_id)
                VALUES (\(domain), \(new.timeZone), \(hosts), \(new.ack?.rawValue), \(new.organisation))
                ON CONFLICT (domain) DO NOTHING RETURNING site_id
                """)
            guard let row = added.first else {
                if ifMissing, let known = try site(domain: domain) { return known }
                throw .invalid("site \"\(domain)\" exists already")
            }
            let number: Int32 = try row.value(0)
            let key = new.key ?? SiteStore.randomKey()
            let isNewKey = try connection.execute(
                "INSERT INTO site_key (key, site_id) VALUES (\(key), \(number)) ON CONFLICT (key) DO NOTHING")
            guard isNewKey == 1 else { throw .invalid("key \"\(key)\" belongs to another site") }
            return Site(
                id: SiteID(rawValue: number), domain: domain, key: key, hosts: hosts, timeZone: new.timeZone,
                ack: new.ack)
        }
    }

    /// A key of 20 characters that nobody can guess, without letters and digits that look alike.
    public static func randomKey() -> String {
        Randomness.text(20)
    }

    private func check(timeZone: String) throws(DatabaseError) {
        let isZone: Bool = try connection.query(
            "SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = \(timeZone))")[0].value(0)
        guard isZone else { throw .invalid("time zone \"\(timeZone.cut(bytes: 100))\" is not known to PostgreSQL") }
    }

    /// All sites by domain, without their secrets.
    public func list() throws(DatabaseError) -> [Site] { try SiteReader(connection).all().map(\.site) }

    /// The site of this domain, without its secrets; `nil` when there is none.
    public func site(domain: String) throws(DatabaseError) -> Site? {
        try SiteReader(connection).site(domain: domain)?.site
    }

    // MARK: What is set

    /// Changes the hosts whose pages may send events, and where the site's days begin.
    public func set(hosts: [String], timeZone: String, of site: SiteID) throws(DatabaseError) {
        let hosts = hosts.map { $0.lowercased() }
        guard !hosts.isEmpty else { throw .invalid("name at least one host whose pages may send events") }
        try SiteRules.check(hosts: hosts)
        try check(timeZone: timeZone)
        try change("UPDATE site SET hosts = \(hosts), time_zone = \(timeZone) WHERE site_id = \(site.rawValue)")
    }

    /// Sets how safe the events of a site are when they are acknowledged; `nil` leaves that to the gateway's setting.
    public func setAck(_ ack: AckLevel?, of site: SiteID) throws(DatabaseError) {
        try change("UPDATE site SET ack = \(ack?.rawValue) WHERE site_id = \(site.rawValue)")
    }

    /// Sets how many events a site may bring in a second; `nil` leaves that to the gateway's setting.
    public func setEventsPerSecond(_ limit: Int?, of site: SiteID) throws(DatabaseError) {
        if let limit, !(1...1_000_000).contains(limit) {
            throw .invalid("a site's limit must be from 1 to 1000000 events a second, not \(limit)")
        }
        try change(
            "UPDATE site SET events_per_second = \(limit.map { Int32($0) }) WHERE site_id = \(site.rawValue)")
    }

    /// Sets whether events that do not come from the site's own script are put into quarantine.
    public func setNeedsScriptToken(_ isNeeded: Bool, of site: SiteID) throws(DatabaseError) {
        try change("UPDATE site SET needs_script_token = \(isNeeded) WHERE site_id = \(site.rawValue)")
    }

    /// Makes another secret for the script of a site: all tokens of before are worthless as soon as the gateways know.
    public func renewScriptSecret(of site: SiteID) throws(DatabaseError) {
        try change(
            "UPDATE site SET script_secret = \(bytes: Randomness.bytes(32)) WHERE site_id = \(site.rawValue)")
    }

    /// Sets for how many whole months, beyond the running one, a site's events are kept; `nil` leaves that to the gateway's
    /// setting. Sums of days are kept for ever.
    public func setRetention(months: Int?, of site: SiteID) throws(DatabaseError) {
        if let months, !(1...1200).contains(months) { throw .invalid("months must be from 1 to 1200, not \(months)") }
        try change(
            "UPDATE site SET retention_months = \(months.map { Int32($0) }) WHERE site_id = \(site.rawValue)")
    }

    /// Decides whether everybody may read a site's reports, and which hosts may show its shared links in a frame.
    func setPublic(_ isPublic: Bool, embedHosts: [String], of site: SiteID) throws(DatabaseError) {
        try SiteRules.check(embedHosts: embedHosts)
        try change(
            "UPDATE site SET is_public = \(isPublic), embed_hosts = \(embedHosts) WHERE site_id = \(site.rawValue)")
    }

    func setDeletion(_ site: SiteID, at moment: Timestamp?) throws(DatabaseError) {
        try change("UPDATE site SET delete_at = \(timestamp: moment?.milliseconds) WHERE site_id = \(site.rawValue)")
    }

    private func change(_ command: SQL) throws(DatabaseError) {
        guard try connection.execute(command) == 1 else { throw .invalid("this site is gone") }
    }

    /// Moves a site. What single people and teams of the organisation before were given ends, and so do its links and
    /// invitations: they are promises of somebody else.
    func move(_ site: SiteID, to organisation: Int32) throws(DatabaseError) {
        try connection.execute("DELETE FROM site_access WHERE site_id = \(site.rawValue)")
        try connection.execute("DELETE FROM shared_link WHERE site_id = \(site.rawValue)")
        try connection.execute("DELETE FROM invitation WHERE site_id = \(site.rawValue)")
        // Keys that were good for this site only are of no more use than none.
        try connection.execute(
            "DELETE FROM secret_key WHERE site_ids = ARRAY[\(site.rawValue)]::integer[]")
        try connection.execute(
            """
            UPDATE secret_key SET site_ids = array_remove(site_ids, \(site.rawValue))
            WHERE \(site.rawValue) = ANY (site_ids)
            """)
        try change("UPDATE site SET organisation_id = \(organisation) WHERE site_id = \(site.rawValue)")
    }
}
