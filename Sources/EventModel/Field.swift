/// Every field of an event by its public name: what plugins declare to read and write, and what the record of
/// processing lists.
public enum Field: String, CaseIterable, Sendable, Hashable, Comparable {
    case address = "visitor.address"
    case userAgent = "visitor.user_agent"
    case pageURL = "visitor.page_url"
    case referrerURL = "visitor.referrer_url"
    case acceptLanguage = "visitor.accept_language"
    case clientHints = "visitor.client_hints"
    case place = "visitor.place"
    case user = "visitor.user"
    case signals = "visitor.signals"
    case clientClock = "visitor.clock"
    case site
    case id
    case name
    case receivedAt = "received_at"
    case time
    case hostname
    case path
    case title
    case source
    case referrerHost = "referrer_host"
    case referrerPath = "referrer_path"
    case country
    case viewportWidth = "viewport_width"
    case isBot = "is_bot"
    case quarantine
    case weight
    case visitorID = "visitor"
    case visitorBefore = "visitor_before"
    case userID = "user"
    case properties

    /// By public name, so that lists read the same everywhere.
    public static func < (left: Field, right: Field) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The fields of `Visitor`, which die with the chain.
    public static let ofVisitor: Set<Field> = [
        .address, .userAgent, .pageURL, .referrerURL, .acceptLanguage, .clientHints, .place, .user, .signals,
        .clientClock,
    ]

    /// The fields that the edge fills before the chain begins.
    public static let ofEdge: Set<Field> = ofVisitor.union([
        .site, .id, .name, .receivedAt, .time, .title, .viewportWidth, .properties,
    ])

    /// How much a field tells about a person.
    public var sensitivity: Sensitivity {
        switch self {
        case .address, .userAgent, .pageURL, .referrerURL, .acceptLanguage, .clientHints, .place, .user,
            .signals, .clientClock:
            .personal
        case .visitorID, .visitorBefore, .userID: .pseudonymous
        case .name, .title, .hostname, .path, .source, .referrerHost, .referrerPath, .properties: .content
        default: .anonymous
        }
    }

    /// What the field holds, in one line.
    public var meaning: String {
        switch self {
        case .address: "internet address of the request, as nginx saw it"
        case .userAgent: "raw User-Agent header"
        case .pageURL: "full URL of the page, with its query"
        case .referrerURL: "full URL of the referring page, with its query"
        case .acceptLanguage: "raw Accept-Language header"
        case .clientHints: "raw low-entropy client hints: brands, platform, mobile or not"
        case .place: "country, region and city of the address, as nginx or an edge says"
        case .user: "the site's own id of a user who is signed in, as its server sent it"
        case .signals: "opt-out, consent, DNT, GPC, prefetch, automation, kind of network"
        case .clientClock: "when the event happened and was sent, by the client's clock"
        case .site: "the site that the event belongs to"
        case .id: "id of the event, against double counting: random, unless the site has chosen its own"
        case .name: "pageview, or the name of a custom event"
        case .receivedAt: "when the gateway received the event (UTC)"
        case .time: "when the event happened (UTC)"
        case .hostname: "host of the page"
        case .path: "path of the page"
        case .title: "title of the page"
        case .source: "name of the site that sent the visitor"
        case .referrerHost: "host of the referring page"
        case .referrerPath: "path of the referring page, without its query"
        case .country: "country of the visitor (ISO 3166-1)"
        case .viewportWidth: "width of the browser's viewport in CSS pixels"
        case .isBot: "whether the event is kept apart as that of a program"
        case .quarantine: "why the event is kept apart until a person has looked at it"
        case .weight: "how many events this one stands for, where only a sample is kept"
        case .visitorID: "pseudonym of the visitor for one identity period"
        case .visitorBefore: "pseudonym in the period before; never stored"
        case .userID: "keyed hash of the site's own id of its user, where its server sent one"
        case .properties: "properties that the site sent with the event"
        }
    }
}

/// How much a field tells about a person, from nothing to everything.
public enum Sensitivity: String, Sendable, Codable {
    /// Tells nothing about one person.
    case anonymous
    /// Chosen by the site or the visitor; may contain personal data unless it is scrubbed.
    case content
    /// Tells one visitor from another for a limited time, without saying who it is.
    case pseudonymous
    /// Identifies a person or a household.
    case personal
}
