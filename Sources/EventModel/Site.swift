/// A site as the gateway needs to know it at the edge.
public struct Site: Sendable, Equatable, Codable {
    /// Its number in the database.
    public var id: SiteID
    /// The domain that names it in the dashboard, such as `example.com`.
    public var domain: String
    /// The public key that its pages send; it can do nothing but send.
    public var key: String
    /// Hosts whose pages may send events, lower case; a leading `*.` stands for every subdomain.
    public var hosts: [String]
    /// The site's time zone by its IANA name.
    public var timeZone: String

    /// How safe its events are when they are acknowledged; `nil` for what the gateway is set to.
    public var ack: AckLevel?

    /// Whole months for which its events are kept; `nil` for what the gateway is set to.
    public var retentionMonths: Int?

    /// A site with these properties.
    public init(
        id: SiteID, domain: String, key: String, hosts: [String], timeZone: String, ack: AckLevel? = nil,
        retentionMonths: Int? = nil
    ) {
        self.id = id
        self.domain = domain
        self.key = key
        self.hosts = hosts
        self.timeZone = timeZone
        self.ack = ack
        self.retentionMonths = retentionMonths
    }

    /// Whether pages of `host` (lower case, without port) may send events for this site.
    public func allows(host: String) -> Bool {
        for allowed in hosts {
            if allowed == host { return true }
            if allowed.hasPrefix("*."), host.utf8.count >= allowed.utf8.count,
                host.utf8.suffix(allowed.utf8.count - 1).elementsEqual(allowed.utf8.dropFirst())
            {
                return true
            }
        }
        return false
    }
}

/// All sites of an installation at one moment.
public struct SiteSnapshot: Sendable, Equatable {
    /// The sites by their public keys.
    public private(set) var byKey: [String: Site]
    private var byID: [SiteID: Site]
    private var calendarByID: [SiteID: LocalDays]
    /// Every host of every site, so that a request need not look at all sites.
    private var hosts: Set<String>
    /// The calendars by IANA time zone name.
    public let calendars: [String: LocalDays]
    /// The sites for which servers may send, by the hash of their secret key in hexadecimal.
    private var bySecretKeyHash: [String: SiteID]
    /// Under which a site's users are hashed, by the site's number.
    private var userKeys: [SiteID: [UInt8]]

    /// A snapshot of these sites; `calendars` holds one entry for each time zone in use, `secretKeys` the hashes of
    /// secret keys, `userKeys` the keys under which sites' users are hashed.
    public init(
        sites: [Site] = [], calendars: [String: LocalDays] = [:], secretKeys: [String: SiteID] = [:],
        userKeys: [SiteID: [UInt8]] = [:]
    ) {
        byKey = Dictionary(sites.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        byID = Dictionary(sites.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        hosts = Set(sites.flatMap(\.hosts))
        self.calendars = calendars
        calendarByID = byID.compactMapValues { calendars[$0.timeZone] }
        bySecretKeyHash = secretKeys
        self.userKeys = userKeys
    }

    /// The key under which a site's users are hashed; `nil` where it is not known (yet). A secret: never log it.
    public func userKey(of site: SiteID) -> [UInt8]? {
        userKeys[site]
    }

    /// The site for which the owner of a secret key may send, by the key's hash.
    public func site(secretKeyHash: String) -> Site? {
        bySecretKeyHash[secretKeyHash].flatMap { byID[$0] }
    }

    /// Whether pages of `host` (lower case, without port) may send events for any site.
    public func allows(host: String) -> Bool {
        if hosts.contains(host) { return true }
        var rest = Substring(host)
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            if hosts.contains("*.\(rest)") { return true }
        }
        return false
    }

    /// The site of this number.
    public func site(_ id: SiteID) -> Site? {
        byID[id]
    }

    /// The local day of the site that contains `time`.
    public func day(of site: SiteID, containing time: Timestamp) -> Range<Timestamp> {
        (calendarByID[site] ?? LocalDays(starts: [])).day(containing: time)
    }

    /// The local day, week or month of the site that contains `time`; `nil` where the site's calendar ends within it.
    public func period(_ period: CalendarPeriod, of site: SiteID, containing time: Timestamp) -> Range<Timestamp>? {
        (calendarByID[site] ?? LocalDays(starts: [])).period(period, containing: time)
    }
}

/// As it is kept in a file: what it was made of, without what is derived from that.
extension SiteSnapshot: Codable {
    private enum CodingKeys: String, CodingKey {
        case sites
        case calendars
        case secretKeys = "secret_key_hashes"
        case userKeys = "user_keys"
    }

    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            sites: try container.decode([Site].self, forKey: .sites),
            calendars: try container.decode([String: LocalDays].self, forKey: .calendars),
            secretKeys: try container.decode([String: Int32].self, forKey: .secretKeys).mapValues {
                SiteID(rawValue: $0)
            },
            // A gateway that is older wrote none.
            userKeys: Dictionary(
                try (container.decodeIfPresent([Int32: [UInt8]].self, forKey: .userKeys) ?? [:]).map {
                    (SiteID(rawValue: $0.key), $0.value)
                }, uniquingKeysWith: { first, _ in first }))
    }

    /// Writes sites, calendars, the hashes of secret keys and the keys of users' hashes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(byID.values.sorted { $0.id.rawValue < $1.id.rawValue }, forKey: .sites)
        try container.encode(calendars, forKey: .calendars)
        try container.encode(bySecretKeyHash.mapValues(\.rawValue), forKey: .secretKeys)
        let keys = userKeys.map { ($0.key.rawValue, $0.value) }
        try container.encode(Dictionary(keys, uniquingKeysWith: { first, _ in first }), forKey: .userKeys)
    }
}
