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
    /// Most events that it may bring in a second; `nil` for what the gateway is set to.
    public var eventsPerSecond: Int?
    /// Whether events that do not come from the site's own script are kept apart.
    public var needsScriptToken: Bool
    /// What the tokens in its script are made with.
    public var scriptSecret: StoredSecret

    /// Whole months for which its events are kept; `nil` for what the gateway is set to.
    public var retentionMonths: Int?

    /// A site with these properties.
    public init(
        id: SiteID, domain: String, key: String, hosts: [String], timeZone: String, ack: AckLevel? = nil,
        eventsPerSecond: Int? = nil, needsScriptToken: Bool = false, scriptSecret: StoredSecret = StoredSecret([]),
        retentionMonths: Int? = nil
    ) {
        self.id = id
        self.domain = domain
        self.key = key
        self.hosts = hosts
        self.timeZone = timeZone
        self.ack = ack
        self.eventsPerSecond = eventsPerSecond
        self.needsScriptToken = needsScriptToken
        self.scriptSecret = scriptSecret
        self.retentionMonths = retentionMonths
    }

    /// Reads what `encode` wrote, also that of versions that did not know limits and tokens.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(SiteID.self, forKey: .id)
        domain = try container.decode(String.self, forKey: .domain)
        key = try container.decode(String.self, forKey: .key)
        hosts = try container.decode([String].self, forKey: .hosts)
        timeZone = try container.decode(String.self, forKey: .timeZone)
        ack = try container.decodeIfPresent(AckLevel.self, forKey: .ack)
        eventsPerSecond = try container.decodeIfPresent(Int.self, forKey: .eventsPerSecond)
        needsScriptToken = try container.decodeIfPresent(Bool.self, forKey: .needsScriptToken) ?? false
        scriptSecret = try container.decodeIfPresent(StoredSecret.self, forKey: .scriptSecret) ?? StoredSecret([])
        retentionMonths = try container.decodeIfPresent(Int.self, forKey: .retentionMonths)
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
