/// Everything that is counted, defined once: the dashboard's help texts, the API and the documentation all read these
/// words, and the queries in `Queries/` compute what they say (DESIGN section 7).
public enum Metric: String, CaseIterable, Sendable, Codable {
    case visitors
    case visits
    case pageviews
    case bounceRate = "bounce_rate"
    case visitDuration = "visit_duration"
    case events

    /// What a person calls it, at the head of a column or a tile.
    public var title: String {
        switch self {
        case .visitors: "Visitors"
        case .visits: "Visits"
        case .pageviews: "Page views"
        case .bounceRate: "Bounce rate"
        case .visitDuration: "Visit duration"
        case .events: "Times"
        }
    }

    /// One of it, inside a sentence.
    public var singular: String {
        switch self {
        case .visitors: "visitor"
        case .visits: "visit"
        case .pageviews: "page view"
        case .bounceRate: "bounce rate"
        case .visitDuration: "visit duration"
        case .events: "event"
        }
    }

    /// Several of it, inside a sentence.
    public var plural: String {
        switch self {
        case .visitors: "visitors"
        case .visits: "visits"
        case .pageviews: "page views"
        case .bounceRate: "bounce rate"
        case .visitDuration: "visit duration"
        case .events: "events"
        }
    }

    /// What the number means, exactly.
    public var definition: String {
        switch self {
        case .visitors:
            """
            Distinct visitor ids. An id is a keyed hash of site, address and browser under a random key that lives \
            for one day of the site’s time zone and is then gone. Nobody can be recognised on the next day, so \
            someone who comes on two days counts on both.
            """
        case .visits:
            """
            A visitor’s events with gaps of at most 30 minutes. A visit goes on across midnight and belongs to the \
            day on which it began.
            """
        case .pageviews:
            "Pages shown, including those that a page loads by itself without leaving (history changes)."
        case .bounceRate:
            """
            Share of visits with exactly one page view, no interactive custom event and less than 10 seconds of \
            attention. Visits without a page view are left out.
            """
        case .visitDuration:
            "Time from a visit’s first to its last activity. The average includes visits of zero seconds."
        case .events:
            "How often a custom event was sent."
        }
    }

    /// Whether more of it is good news; decides the colour of a change.
    public var moreIsBetter: Bool { self != .bounceRate }
}

/// What numbers are broken down by, defined once like `Metric`.
public enum Dimension: String, CaseIterable, Sendable, Codable {
    case page
    case source
    case country
    case event
    case channel
    case browser
    case os
    case device

    /// What a person calls the list.
    public var title: String {
        switch self {
        case .page: "Top pages"
        case .source: "Top sources"
        case .country: "Countries"
        case .event: "Custom events"
        case .channel: "Channels"
        case .browser: "Browsers"
        case .os: "Operating systems"
        case .device: "Devices"
        }
    }

    /// What one row is.
    public var singular: String {
        switch self {
        case .page: "Page"
        case .source: "Source"
        case .country: "Country"
        case .event: "Event"
        case .channel: "Channel"
        case .browser: "Browser"
        case .os: "System"
        case .device: "Device"
        }
    }

    /// What the rows stand for, exactly.
    public var definition: String {
        switch self {
        case .page: "Paths of page views, by visitors who saw them."
        case .source:
            """
            Where visits came from, by the first event of the visit; it is not changed by what happens later in the \
            visit. “Direct” is a visit without a referring site.
            """
        case .country: "Where visits came from, by the first event of the visit."
        case .channel:
            """
            By what kind of way visits came, by the first event of the visit: the first of nineteen rules that fits its \
            source and campaign.
            """
        case .browser: "Families of browsers, by the first event of the visit; versions are not told apart here."
        case .os: "Families of operating systems, by the first event of the visit."
        case .device: "What kind of device it was, by what the browser says of itself."
        case .event: "Events that your pages send by name, by visitors who caused them."
        }
    }
}
