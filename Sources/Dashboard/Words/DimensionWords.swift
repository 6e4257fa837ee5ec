import Reports

extension Dimension {
    /// What a person calls the list.
    var title: String {
        switch self {
        case .source: "Sources"
        case .referrer: "Referring sites"
        case .channel: "Channels"
        case .utmSource: "Campaign sources"
        case .utmMedium: "Campaign media"
        case .utmCampaign: "Campaigns"
        case .utmTerm: "Campaign terms"
        case .utmContent: "Campaign contents"
        case .country: "Countries"
        case .region: "Regions"
        case .city: "Cities"
        case .browser: "Browsers"
        case .browserVersion: "Browser versions"
        case .os: "Systems"
        case .osVersion: "System versions"
        case .device: "Devices"
        case .screen: "Sizes"
        case .language: "Languages"
        case .hostname: "Hosts"
        case .entryPage: "Entry pages"
        case .exitPage: "Exit pages"
        case .page: "Pages"
        case .title: "Titles"
        case .event: "Events"
        case .pageGroup: "Page groups"
        case .searchTerm: "Site search"
        case .property(let name), .fact(let name): name
        }
    }

    /// What one row is, and what a filter is about.
    var singular: String {
        switch self {
        case .source: "Source"
        case .referrer: "Referring site"
        case .channel: "Channel"
        case .utmSource: "Campaign source"
        case .utmMedium: "Campaign medium"
        case .utmCampaign: "Campaign"
        case .utmTerm: "Campaign term"
        case .utmContent: "Campaign content"
        case .country: "Country"
        case .region: "Region"
        case .city: "City"
        case .browser: "Browser"
        case .browserVersion: "Browser version"
        case .os: "System"
        case .osVersion: "System version"
        case .device: "Device"
        case .screen: "Size"
        case .language: "Language"
        case .hostname: "Host"
        case .entryPage: "Entry page"
        case .exitPage: "Exit page"
        case .page: "Page"
        case .title: "Title"
        case .event: "Event"
        case .pageGroup: "Page group"
        case .searchTerm: "Search"
        case .property(let name), .fact(let name): name
        }
    }

    /// What the rows stand for, exactly.
    var definition: String {
        switch self {
        case .page: "Paths of page views, by visitors who saw them."
        case .title: "Titles of the pages that were viewed."
        case .entryPage: "The first page of each visit."
        case .exitPage: "The last page of each visit."
        case .event: "Events that your pages and servers send by name, by visitors who caused them."
        case .pageGroup: "Pages put together by the path templates of the configuration."
        case .searchTerm: "What visitors looked for in your site’s own search."
        case .property(let name): "Values of the property “\(name)” of your events."
        case .fact(let name): "What plugins found out about single events: “\(name)”."
        case .source:
            """
            Where visits came from, by the first event of the visit; it is not changed by what happens later in the \
            visit. “Direct” is a visit without a referring site.
            """
        case .channel:
            """
            By what kind of way visits came, by the first event of the visit: the first of nineteen rules that fits its \
            source and campaign.
            """
        case .country, .region, .city: "Where visits came from, by the first event of the visit."
        case .browser, .browserVersion, .os, .osVersion, .device:
            "What the browser says of itself, by the first event of the visit."
        case .screen: "Classes of the width of the window, by the first event of the visit."
        case .language: "The language that the browser asks for first."
        default: "\(singular), by the first event of the visit."
        }
    }

    /// A value as people read it.
    func words(_ value: String) -> String {
        if value.isEmpty {
            return switch self {
            case .source, .referrer: "Direct"
            default: "(none)"
            }
        }
        switch self {
        case .country: return CountryName.of(value)
        case .device, .screen:
            if value == "tv" { return "TV" }
            let words = value.split(separator: "_").joined(separator: " ")
            return words.prefix(1).uppercased() + words.dropFirst()
        default: return value
        }
    }
}

extension Filter.Comparison {
    /// Between the dimension and the value.
    var words: StaticString {
        switch self {
        case .is: "is"
        case .isNot: "is not"
        case .contains: "contains"
        case .containsNot: "does not contain"
        case .matches: "matches"
        case .matchesNot: "does not match"
        }
    }
}

extension Metric {
    /// The number as people read it.
    func words(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "–" }
        switch self {
        case .bounceRate, .conversionRate: return Format.percent(value)
        case .visitDuration, .engagedTime: return Format.duration(value)
        case .viewsPerVisit: return HTML.decimal((value * 10).rounded() / 10)
        case .revenue: return Format.amount(value)
        default: return value.magnitude < 1e15 ? Format.grouped(Int(value.rounded())) : "–"
        }
    }

    /// Short, with every digit in a tooltip where it is long.
    func figure(_ value: Double?) -> HTML {
        guard let value, value.isFinite else { return "<span title=\"Nothing to compute it from\">–</span>" }
        switch self {
        case .bounceRate, .conversionRate, .visitDuration, .engagedTime, .viewsPerVisit, .revenue:
            return "\(words(value))"
        default: return value.magnitude < 1e15 ? Dashboard.figure(Int(value.rounded())) : "–"
        }
    }

    /// Whether it is a share of one.
    var isShare: Bool { self == .bounceRate || self == .conversionRate }
}

extension DateRange {
    /// What a person calls it.
    var title: String {
        switch self {
        case .period(let period): return period.title
        case .dates(let first, let last):
            guard let from = LocalMoment(first.description), let to = LocalMoment(last.description) else { return "" }
            return LocalMoment.range(from: from, to: to)
        }
    }
}

extension Period {
    /// What a person calls it.
    var title: String {
        switch self {
        case .today: "Today"
        case .yesterday: "Yesterday"
        case .sevenDays: "7 days"
        case .twentyEightDays: "28 days"
        case .thirtyDays: "30 days"
        case .ninetyDays: "90 days"
        case .month: "This month"
        case .lastMonth: "Last month"
        case .year: "This year"
        case .twelveMonths: "12 months"
        }
    }
}

extension VisitorIdentity {
    /// What the reader of visitors of several days has to know; nothing where there is nothing to say.
    var words: HTML {
        switch self {
        case .daily: .empty
        case .weekly: "Visitor ids live for a week: visitors of several days are estimated, ±1.6\u{202f}%. "
        case .monthly: "Visitor ids live for a month: visitors of several days are estimated, ±1.6\u{202f}%. "
        }
    }
}
