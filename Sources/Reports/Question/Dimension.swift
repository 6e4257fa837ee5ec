/// What numbers are broken down and filtered by.
public enum Dimension: Hashable, Sendable {
    case source, referrer, channel
    case utmSource, utmMedium, utmCampaign, utmTerm, utmContent
    case country, region, city
    case browser, browserVersion, os, osVersion, device, screen, language
    case hostname
    case entryPage, exitPage
    case page, title, event, pageGroup, searchTerm
    /// A property that the site gives its events.
    case property(String)
    /// A fact of a plugin about the single event.
    case fact(String)

    /// What a value belongs to.
    public enum Level: Sendable {
        /// To a visit, by its first event or its pages.
        case visit
        /// To a single event.
        case event
    }

    /// Those with a fixed name.
    public static let named: [Dimension] = [
        .source, .referrer, .channel, .utmSource, .utmMedium, .utmCampaign, .utmTerm, .utmContent, .country, .region,
        .city, .browser, .browserVersion, .os, .osVersion, .device, .screen, .language, .hostname, .entryPage,
        .exitPage,
        .page, .title, .event, .pageGroup, .searchTerm,
    ]

    private static let byName: [String: Dimension] = Dictionary(
        named.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The dimension of a name; `nil` when there is none.
    public init?(name: String) {
        if let known = Dimension.byName[name] {
            self = known
        } else if let rest = Dimension.rest(of: name, after: "property:") {
            self = .property(rest)
        } else if let rest = Dimension.rest(of: name, after: "fact:") {
            self = .fact(rest)
        } else {
            return nil
        }
    }

    private static func rest(of name: String, after prefix: String) -> String? {
        guard name.hasPrefix(prefix) else { return nil }
        let rest = String(name.dropFirst(prefix.count))
        return rest.isEmpty || rest.utf8.count > 100 || rest.utf8.contains(0) ? nil : rest
    }

    /// The name in the API, in addresses and in caches.
    public var name: String {
        switch self {
        case .source: "source"
        case .referrer: "referrer"
        case .channel: "channel"
        case .utmSource: "utm_source"
        case .utmMedium: "utm_medium"
        case .utmCampaign: "utm_campaign"
        case .utmTerm: "utm_term"
        case .utmContent: "utm_content"
        case .country: "country"
        case .region: "region"
        case .city: "city"
        case .browser: "browser"
        case .browserVersion: "browser_version"
        case .os: "os"
        case .osVersion: "os_version"
        case .device: "device"
        case .screen: "screen"
        case .language: "language"
        case .hostname: "hostname"
        case .entryPage: "entry_page"
        case .exitPage: "exit_page"
        case .page: "page"
        case .title: "title"
        case .event: "event"
        case .pageGroup: "page_group"
        case .searchTerm: "search_term"
        case .property(let name): "property:\(name)"
        case .fact(let name): "fact:\(name)"
        }
    }

    /// Names a breakdown in slices and caches. Properties may be called anything: a blank within a name must not look like
    /// the one between two.
    static func name(ofBreakdown dimensions: [Dimension]) -> String {
        dimensions.map { escaped($0.name) }.joined(separator: " ")
    }

    /// A name without blanks, different for different names.
    static func escaped(_ name: String) -> String {
        var escaped = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case " ": escaped += "%20"
            case "%": escaped += "%25"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Whether it is one of a visit or of an event.
    public var level: Level {
        switch self {
        case .page, .title, .event, .pageGroup, .searchTerm, .property, .fact: .event
        default: .visit
        }
    }

    /// Where the value stands.
    var place: Place {
        switch self {
        case .source: .column(.source)
        case .referrer: .column(.referrerHost)
        case .hostname: .column(.hostname)
        case .entryPage: .column(.entryPath)
        case .exitPage: .column(.exitPath)
        case .country: .country
        case .channel, .utmSource, .utmMedium, .utmCampaign, .utmTerm, .utmContent: .fact(name, of: .acquisition)
        case .region, .city: .fact(name, of: .place)
        case .browser, .browserVersion, .os, .osVersion, .device, .screen, .language: .fact(name, of: .device)
        case .page: .column(.path)
        case .title: .column(.title)
        case .event: .column(.name)
        case .pageGroup, .searchTerm: .fact(name, of: .facts)
        case .property(let name): .property(name)
        case .fact(let name): .fact(name, of: .facts)
        }
    }

    /// The column with numbers in which the value stands; `nil` for others.
    var column: IDColumn? {
        switch place {
        case .column(let column), .fact(_, let column): column
        case .country, .property: nil
        }
    }

    /// Where a dimension's value stands in the rows of `event` and `session`.
    enum Place: Hashable, Sendable {
        /// In a column with the number of a text.
        case column(IDColumn)
        /// In a fact of the set whose number a column has.
        case fact(String, of: IDColumn)
        case country
        case property(String)
    }
}

/// The columns that hold numbers of texts or of sets of facts.
enum IDColumn: Hashable, Sendable, CaseIterable {
    case source, referrerHost, hostname, entryPath, exitPath, path, title, name
    case device, place, acquisition, facts
}
