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
    /// The secret keys with which servers send, by their hashes in hexadecimal.
    private var keyByHash: [String: SendingKey]
    /// What all gateways of this installation know and nobody else: it names buckets in Redis. Empty where it is not known.
    public let limitSecret: StoredSecret
    /// Under which a site's users are hashed, by the site's number.
    private let userKeys: [SiteID: StoredSecret]

    /// A snapshot of these sites; `calendars` holds one entry for each time zone in use, `secretKeys` the keys by their
    /// hashes, `userKeys` those under which sites' users are hashed.
    public init(
        sites: [Site] = [], calendars: [String: LocalDays] = [:], secretKeys: [String: SendingKey] = [:],
        limitSecret: StoredSecret = StoredSecret([]), userKeys: [SiteID: StoredSecret] = [:]
    ) {
        byKey = Dictionary(sites.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        byID = Dictionary(sites.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        hosts = Set(sites.flatMap(\.hosts))
        self.calendars = calendars
        calendarByID = byID.compactMapValues { calendars[$0.timeZone] }
        keyByHash = secretKeys
        self.limitSecret = limitSecret
        self.userKeys = userKeys
    }

    /// The key under which a site's users are hashed; `nil` where it is not known (yet).
    public func userKey(of site: SiteID) -> StoredSecret? { userKeys[site] }

    /// The secret key with this hash.
    public func key(hash: String) -> SendingKey? { keyByHash[hash] }

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
        case secretKeys = "secret_keys"
        case limitSecret = "limit_secret"
        case userKeys = "user_keys"
        /// What versions before scopes and expiry wrote: the number of the one site of each key.
        case formerKeys = "secret_key_hashes"
    }

    /// Reads what `encode` wrote, also that of the version before keys had scopes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let former = try container.decodeIfPresent([String: Int32].self, forKey: .formerKeys) ?? [:]
        self.init(
            sites: try container.decode([Site].self, forKey: .sites),
            calendars: try container.decode([String: LocalDays].self, forKey: .calendars),
            secretKeys: try container.decodeIfPresent([String: SendingKey].self, forKey: .secretKeys)
                ?? former.mapValues { SendingKey(number: 0, sites: [SiteID(rawValue: $0)]) },
            limitSecret: try container.decodeIfPresent(StoredSecret.self, forKey: .limitSecret) ?? StoredSecret([]),
            // An older gateway wrote none.
            userKeys: Dictionary(
                try (container.decodeIfPresent([Int32: StoredSecret].self, forKey: .userKeys) ?? [:]).map {
                    (SiteID(rawValue: $0.key), $0.value)
                }, uniquingKeysWith: { first, _ in first }))
    }

    /// Writes sites, calendars, secret keys by their hashes, and the secrets that a start without the database needs.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(byID.values.sorted { $0.id.rawValue < $1.id.rawValue }, forKey: .sites)
        try container.encode(calendars, forKey: .calendars)
        try container.encode(keyByHash, forKey: .secretKeys)
        try container.encode(limitSecret, forKey: .limitSecret)
        let keys = userKeys.map { ($0.key.rawValue, $0.value) }
        try container.encode(Dictionary(keys, uniquingKeysWith: { first, _ in first }), forKey: .userKeys)
    }
}
