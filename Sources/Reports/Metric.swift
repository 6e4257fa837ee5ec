/// Everything that is counted, defined once: the dashboard's help texts, the API and the documentation all read these
/// words, and the engine computes what they say (DESIGN section 7).
public enum Metric: String, CaseIterable, Sendable {
    case visitors
    case visits
    case pageviews
    case events
    case viewsPerVisit = "views_per_visit"
    case bounceRate = "bounce_rate"
    case visitDuration = "visit_duration"
    case engagedTime = "engaged_time"
    case conversions
    case conversionRate = "conversion_rate"
    case revenue

    /// What a person calls it, at the head of a column or a tile.
    public var title: String {
        switch self {
        case .visitors: "Visitors"
        case .visits: "Visits"
        case .pageviews: "Page views"
        case .events: "Events"
        case .viewsPerVisit: "Views per visit"
        case .bounceRate: "Bounce rate"
        case .visitDuration: "Visit duration"
        case .engagedTime: "Engaged time"
        case .conversions: "Conversions"
        case .conversionRate: "Conversion rate"
        case .revenue: "Revenue"
        }
    }

    /// One of it, inside a sentence.
    public var singular: String {
        switch self {
        case .visitors: "visitor"
        case .visits: "visit"
        case .pageviews: "page view"
        case .events: "event"
        case .conversions: "conversion"
        default: title.lowercased()
        }
    }

    /// Several of it, inside a sentence.
    public var plural: String {
        switch self {
        case .visitors, .visits, .pageviews, .events, .conversions: singular + "s"
        default: singular
        }
    }

    /// What the number means, exactly.
    public var definition: String {
        switch self {
        case .visitors:
            """
            Distinct visitor ids. An id is a keyed hash of site, address and browser under a random key that is thrown \
            away after its time, a day of the site’s time zone. Someone who comes on two days counts on both. Where the \
            plugin visitor_id is set to a week or a month, those of several days are told apart by a sketch \
            (HyperLogLog, ±1.6 %).
            """
        case .visits:
            """
            A visitor’s events with gaps of at most 30 minutes. A visit goes on across midnight and belongs to the \
            day on which it began.
            """
        case .pageviews:
            "Pages shown, including those that a page loads by itself without leaving (history changes)."
        case .events: "Everything that your pages and servers send by name, other than page views."
        case .viewsPerVisit: "Page views within visits, divided by visits."
        case .bounceRate:
            """
            Share of visits with exactly one page view, no interactive custom event and less than 10 seconds of \
            attention. Visits without a page view are left out.
            """
        case .visitDuration:
            "Time from a visit’s first to its last activity. The average includes visits of zero seconds."
        case .engagedTime: "Time that pages were visible and in use, on average for each visit."
        case .conversions: "Visitors who reached the goal, each counted once a day."
        case .conversionRate: "Visitors who reached the goal, divided by all visitors under the same filters."
        case .revenue: "Sum of the amounts that the goal’s events carry."
        }
    }

    /// Whether more of it is good news; decides the colour of a change.
    public var moreIsBetter: Bool { self != .bounceRate }

    /// Whether it needs a goal.
    public var isAboutGoal: Bool { self == .conversions || self == .conversionRate || self == .revenue }

    /// The metric's number; `nil` where it cannot be computed.
    ///
    /// - Parameters:
    ///   - sums: what was counted.
    ///   - goal: what was counted of those who reached the goal.
    func value(_ sums: Measures, goal: Measures?) -> Double? {
        func average(_ sum: Int, of count: Int) -> Double? { count > 0 ? Double(sum) / Double(count) : nil }
        switch self {
        case .visitors: return Double(sums.visitors)
        case .visits: return Double(sums.visits)
        case .pageviews: return Double(sums.pageviews)
        case .events: return Double(sums.events)
        case .viewsPerVisit: return average(sums.views, of: sums.visits)
        case .bounceRate: return average(sums.bounces, of: sums.viewing)
        case .visitDuration: return average(sums.duration, of: sums.visits).map { $0 / 1000 }
        case .engagedTime: return average(sums.engaged, of: sums.visits).map { $0 / 1000 }
        case .conversions: return Double(goal?.visitors ?? 0)
        case .conversionRate: return average(goal?.visitors ?? 0, of: sums.visitors)
        case .revenue: return Double(goal?.revenue ?? 0) / 10_000
        }
    }
}
