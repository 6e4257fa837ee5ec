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
    public func add(_ new: NewSite, ifMissing: Bool = false) throws(AccountError) -> Site {
        let domain = new.domain.lowercased()
        let hosts = (new.hosts.isEmpty ? [domain, "www.\(domain)"] : new.hosts).map { $0.lowercased() }
        try check(domain: domain, key: new.key, hosts: hosts)
        let connection = self.connection
        let key = new.key ?? SiteStore.randomKey()
        do throws(DatabaseError) {
            return try connection.transaction { () throws(DatabaseError) in
                if ifMissing, let known = try find(domain: domain) { return known }
                try check(timeZone: new.timeZone)
                let added = try connection.query(
                    """
                    INSERT INTO site (domain, time_zone, hosts, ack, organisation_id)
                    VALUES (\(domain), \(new.timeZone), \(hosts), \(new.ack?.rawValue), \(new.organisation))
                    ON CONFLICT (domain) DO NOTHING RETURNING site_id, script_secret
                    """)
                guard let row = added.first else {
                    if ifMissing, let known = try find(domain: domain) { return known }
                    throw invalid("site \"\(domain)\" exists already")
                }
                let number: Int32 = try row.value(0)
                let isNewKey = try connection.execute(
                    "INSERT INTO site_key (key, site_id) VALUES (\(key), \(number)) ON CONFLICT (key) DO NOTHING")
                guard isNewKey == 1 else { throw invalid("key \"\(key)\" belongs to another site") }
                return Site(
                    id: SiteID(rawValue: number), domain: domain, key: key, hosts: hosts, timeZone: new.timeZone,
                    ack: new.ack, scriptSecret: StoredSecret(try row.value(1)))
            }
        } catch {
            throw AccountError(error)
        }
    }

    private func check(timeZone: String) throws(DatabaseError) {
        let isZone: Bool = try connection.query(
            "SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = \(timeZone))")[0].value(0)
        guard isZone else { throw invalid("time zone \"\(timeZone.cut(bytes: 100))\" is not known to PostgreSQL") }
    }

    /// Changes the hosts whose pages may send events, and where the site's days begin.
    public func set(hosts: [String], timeZone: String, of site: SiteID) throws(AccountError) {
        let hosts = hosts.map { $0.lowercased() }
        guard !hosts.isEmpty else { throw .invalid("name at least one host whose pages may send events") }
        try SiteStore.check(hosts: hosts)
        try reporting { () throws(DatabaseError) in
            try check(timeZone: timeZone)
            try connection.execute(
                "UPDATE site SET hosts = \(hosts), time_zone = \(timeZone) WHERE site_id = \(site.rawValue)")
        }
    }

    /// Sets how safe the events of a site are when they are acknowledged; `nil` leaves that to the gateway's setting.
    public func setAck(_ ack: AckLevel?, domain: String) throws(AccountError) {
        try change(
            "UPDATE site SET ack = \(ack?.rawValue) WHERE domain = \(domain.lowercased())", domain: domain)
    }

    /// Sets how many events a site may bring in a second; `nil` leaves that to the gateway's setting.
    public func setEventsPerSecond(_ limit: Int?, domain: String) throws(AccountError) {
        if let limit, !(1...1_000_000).contains(limit) {
            throw .invalid("a site's limit must be from 1 to 1000000 events a second, not \(limit)")
        }
        try change(
            "UPDATE site SET events_per_second = \(limit.map { Int32($0) }) WHERE domain = \(domain.lowercased())",
            domain: domain)
    }

    /// Sets whether events that do not come from the site's own script are put into quarantine.
    public func setNeedsScriptToken(_ isNeeded: Bool, domain: String) throws(AccountError) {
        try change(
            "UPDATE site SET needs_script_token = \(isNeeded) WHERE domain = \(domain.lowercased())", domain: domain)
    }

    /// Makes another secret for the script of a site: all tokens of before are worthless as soon as the gateways know.
    public func renewScriptSecret(domain: String) throws(AccountError) {
        try change(
            "UPDATE site SET script_secret = \(bytes: Randomness.bytes(32)) WHERE domain = \(domain.lowercased())",
            domain: domain)
    }

    private func change(_ command: SQL, domain: String) throws(AccountError) {
        do throws(DatabaseError) {
            guard try connection.execute(command) == 1 else { throw invalid("there is no site \"\(domain)\"") }
        } catch {
            throw AccountError(error)
        }
    }

    /// Sets for how many whole months, beyond the running one, a site's events are kept; `nil` leaves that to the gateway's
    /// setting. Sums of days are kept for ever.
    public func setRetention(months: Int?, domain: String) throws(AccountError) {
        guard let site = try site(domain: domain) else { throw .invalid("there is no site \"\(domain)\"") }
        try setRetention(months: months, of: site.id)
    }

    /// The same by the site's number.
    public func setRetention(months: Int?, of site: SiteID) throws(AccountError) {
        if let months, !(1...1200).contains(months) { throw .invalid("months must be from 1 to 1200, not \(months)") }
        _ = try reporting { () throws(DatabaseError) in
            try connection.execute(
                """
                UPDATE site SET retention_months = \(months.map { Int32($0) }) WHERE site_id = \(site.rawValue)
                """)
        }
    }

    /// All sites by domain.
    public func list() throws(AccountError) -> [Site] {
        do throws(DatabaseError) {
            return try sites(where: "true")
        } catch {
            throw .database(error)
        }
    }

    /// The site of this domain; `nil` when there is none.
    public func site(domain: String) throws(AccountError) -> Site? {
        do throws(DatabaseError) {
            return try find(domain: domain.lowercased())
        } catch {
            throw .database(error)
        }
    }

    /// A key of 20 characters that nobody can guess, without letters and digits that look alike.
    public static func randomKey() -> String {
        Randomness.text(20)
    }

    private func find(domain: String) throws(DatabaseError) -> Site? {
        try sites(where: "domain = \(domain)").first
    }

    private func sites(where condition: SQL) throws(DatabaseError) -> [Site] {
        // A site's oldest key is the one that its pages carry; a site without any cannot receive events.
        let rows = try connection.query(
            """
            SELECT site_id, domain, time_zone, hosts,
                (SELECT key FROM site_key WHERE site_key.site_id = site.site_id ORDER BY created_at, key LIMIT 1),
                ack, events_per_second, needs_script_token, script_secret, retention_months
            FROM site WHERE \(condition) ORDER BY domain
            """)
        var sites: [Site] = []
        for row in rows {
            sites.append(
                Site(
                    id: SiteID(rawValue: try row.value(0)), domain: try row.value(1),
                    key: try row.value(4, as: String?.self) ?? "", hosts: try row.value(3), timeZone: try row.value(2),
                    ack: try row.value(5, as: String?.self).flatMap { AckLevel(rawValue: $0) },
                    eventsPerSecond: try row.value(6, as: Int32?.self).map { Int($0) },
                    needsScriptToken: try row.value(7), scriptSecret: StoredSecret(try row.value(8)),
                    retentionMonths: try row.value(9)))
        }
        return sites
    }

    private func invalid(_ message: String) -> DatabaseError { .invalid(message) }

    private func check(domain: String, key: String?, hosts: [String]) throws(AccountError) {
        guard SiteStore.isHost(domain[...]) else {
            throw .invalid("domain \"\(domain)\" is not a host name such as example.com")
        }
        try SiteStore.check(hosts: hosts)
        if let key {
            let isPlain = key.utf8.allSatisfy { SiteStore.isNameByte($0) || $0 == UInt8(ascii: "_") }
            guard isPlain, (1...64).contains(key.utf8.count) else {
                throw .invalid("key \"\(key)\" may have letters, digits, - and _ only, at most 64")
            }
        }
    }

    /// Whether these can be hosts.
    static func check(hosts: [String]) throws(AccountError) {
        guard hosts.count <= 100 else { throw .invalid("a site may have 100 hosts at most") }
        for host in hosts where !SiteStore.isHost(host.utf8.starts(with: "*.".utf8) ? host.dropFirst(2) : host[...]) {
            throw .invalid("host \"\(host.cut(bytes: 100))\" is neither a host name nor of the form *.example.com")
        }
    }

    /// A name as DNS has it (RFC 1123), an IPv4 address, or an IPv6 address in brackets.
    private static func isHost(_ text: Substring) -> Bool {
        if text.utf8.first == UInt8(ascii: "["), text.utf8.last == UInt8(ascii: "]") {
            return text.utf8.count > 3
                && text.utf8.dropFirst().dropLast().allSatisfy { $0 == UInt8(ascii: ":") || $0.hexadecimalDigit != nil }
        }
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: "_") }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
