public import EventModel

/// The stretch of time that a report covers, in whole days of the site's time zone, ending today.
public enum Period: String, Sendable, CaseIterable, Codable {
    case today
    case sevenDays = "7d"
    case thirtyDays = "30d"

    /// How many local days it spans.
    public var days: Int {
        switch self {
        case .today: 1
        case .sevenDays: 7
        case .thirtyDays: 30
        }
    }
}

/// Everything that the overview page shows of one site and one period.
public struct OverviewReport: Sendable, Equatable, Codable {
    /// Domain of the site.
    public var domain: String
    /// IANA name of the time zone in which days begin.
    public var timeZone: String
    /// The period asked for.
    public var period: Period
    /// First and last local date, ISO 8601.
    public var firstDate: String
    /// Last local date, ISO 8601.
    public var lastDate: String
    /// The headline numbers.
    public var totals: Totals
    /// The same numbers for the period of the same length just before, up to the same time of day as now: a morning
    /// compared with a whole day would always look like a loss.
    public var previousTotals: Totals
    /// One point per local hour (`today`) or local day, without gaps, in order.
    public var series: [Point]
    /// Whether `series` goes by the hour.
    public var isHourly: Bool
    /// Pages by visitors.
    public var pages: [Row]
    /// Sources of visits by visitors; the empty name is direct entry.
    public var sources: [Row]
    /// Countries of visits by visitors, ISO 3166-1; empty until a plugin finds countries out.
    public var countries: [Row]
    /// Custom events by visitors.
    public var events: [Row]
    /// Lists made of what plugins found out; one of which nothing is known is missing.
    public var facts: [Dimension: [Row]]
    /// Whether the site has ever received an event.
    public var hasData: Bool
    /// When the numbers were computed.
    public var computedAt: Timestamp

    /// The headline numbers, as `Metric` defines them.
    public struct Totals: Sendable, Equatable, Codable {
        /// Distinct visitors.
        public var visitors: Int
        /// Visits.
        public var visits: Int
        /// Page views.
        public var pageviews: Int
        /// Share of visits with a page view that bounced, 0 to 1; `nil` without such visits.
        public var bounceRate: Double?
        /// Average duration of a visit in seconds; `nil` without visits.
        public var visitDuration: Double?

        /// The numbers given; what is left out is nothing.
        public init(
            visitors: Int = 0, visits: Int = 0, pageviews: Int = 0, bounceRate: Double? = nil,
            visitDuration: Double? = nil
        ) {
            self.visitors = visitors
            self.visits = visits
            self.pageviews = pageviews
            self.bounceRate = bounceRate
            self.visitDuration = visitDuration
        }
    }

    /// One point of the chart.
    public struct Point: Sendable, Equatable, Codable {
        /// Local beginning of the hour or day: `2026-11-24` or `2026-11-24 15:00`.
        public var label: String
        /// Distinct visitors.
        public var visitors: Int
        /// Visits that began.
        public var visits: Int
        /// Page views.
        public var pageviews: Int

        /// A point with these numbers.
        public init(label: String, visitors: Int, visits: Int, pageviews: Int) {
            self.label = label
            self.visitors = visitors
            self.visits = visits
            self.pageviews = pageviews
        }
    }

    /// One row of a table.
    public struct Row: Sendable, Equatable, Codable {
        /// What the row is about: a path, a source, a country code, an event name.
        public var name: String
        /// Distinct visitors.
        public var visitors: Int
        /// Page views (pages), visits (sources, countries) or times (events).
        public var count: Int

        /// A row with these numbers.
        public init(name: String, visitors: Int, count: Int) {
            self.name = name
            self.visitors = visitors
            self.count = count
        }
    }

    /// A report with these contents.
    public init(
        domain: String, timeZone: String, period: Period, firstDate: String, lastDate: String, totals: Totals,
        previousTotals: Totals, series: [Point], isHourly: Bool, pages: [Row], sources: [Row], countries: [Row],
        events: [Row], facts: [Dimension: [Row]] = [:], hasData: Bool, computedAt: Timestamp
    ) {
        self.domain = domain
        self.timeZone = timeZone
        self.period = period
        self.firstDate = firstDate
        self.lastDate = lastDate
        self.totals = totals
        self.previousTotals = previousTotals
        self.series = series
        self.isHourly = isHourly
        self.pages = pages
        self.sources = sources
        self.countries = countries
        self.events = events
        self.facts = facts
        self.hasData = hasData
        self.computedAt = computedAt
    }
}
