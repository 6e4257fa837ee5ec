public import Database
public import EventModel

/// The question behind the overview page: how did this site go in this period?
///
/// Visitors are the sum of the days' distinct visitors (`Metric.visitors`), so that a week is the sum of its days however
/// long an identity lives.
public struct OverviewQuery: Sendable {
    /// Rows of each list.
    static let rows: Int32 = 10

    /// The site.
    public var site: Site
    /// The period, ending today.
    public var period: Period
    /// The moment that decides what today is.
    public var now: Timestamp

    /// A question about a site.
    public init(site: Site, period: Period, now: Timestamp) {
        self.site = site
        self.period = period
        self.now = now
    }

    /// Asks the database, past all caches. All numbers are of one moment.
    public func run(_ connection: Connection) throws(DatabaseError) -> OverviewReport {
        try connection.transaction { () throws(DatabaseError) in
            // One snapshot for all queries: page views without the visits they belong to would puzzle people.
            try connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            let calendar = try queryCalendar(connection, timeZone: site.timeZone, period: period, now: now)
            let fingerprint = try queryFingerprints(
                connection, sites: [site.id], from: calendar.firstDate, to: calendar.lastDate)
            return try report(connection, calendar, hasData: fingerprint[site.id]?.hasData ?? false)
        }
    }

    private func report(
        _ connection: Connection, _ calendar: ReportCalendar, hasData: Bool
    ) throws(DatabaseError) -> OverviewReport {
        let isHourly = period == .today
        let pageview = try queryPageviewNumber(connection, site: site.id)
        func range(_ parts: [ReportCalendar.Day], _ end: Timestamp) -> QueryRange {
            QueryRange(site: site.id, starts: parts.map(\.start), end: end, pageview: pageview)
        }
        let days = range(calendar.days, calendar.end)
        let parts =
            isHourly
            ? try queryHours(connection, timeZone: site.timeZone, from: calendar.start, to: now) : calendar.days
        let traffic = try queryTraffic(connection, range(parts, calendar.end))
        let visits = try queryVisits(connection, range(parts, calendar.end))
        let dailyTraffic = isHourly ? try queryTraffic(connection, days) : traffic
        let previous = range(calendar.previousDays, calendar.previousEnd)
        return OverviewReport(
            domain: site.domain, timeZone: site.timeZone, period: period, firstDate: calendar.firstDate,
            lastDate: calendar.lastDate, totals: OverviewQuery.totals(dailyTraffic, visits),
            previousTotals: OverviewQuery.totals(
                try queryTraffic(connection, previous), try queryVisits(connection, previous)),
            series: OverviewQuery.series(parts, traffic, visits), isHourly: isHourly,
            pages: try queryPages(connection, days, limit: OverviewQuery.rows),
            sources: try querySources(connection, days, limit: OverviewQuery.rows),
            countries: try queryCountries(connection, days, limit: OverviewQuery.rows),
            events: try queryEvents(connection, days, limit: OverviewQuery.rows),
            facts: try queryFacts(connection, days, limit: OverviewQuery.rows), hasData: hasData, computedAt: now)
    }

    private static func totals(_ traffic: [Int: Traffic], _ visits: [Int: Visits]) -> OverviewReport.Totals {
        let visits = visits.values.reduce(Visits(), +)
        return OverviewReport.Totals(
            visitors: traffic.values.reduce(0) { $0 + $1.visitors }, visits: visits.visits,
            pageviews: traffic.values.reduce(0) { $0 + $1.pageviews }, bounceRate: visits.bounceRate,
            visitDuration: visits.averageDuration)
    }

    /// One point for each part, with or without events.
    private static func series(
        _ parts: [ReportCalendar.Day], _ traffic: [Int: Traffic], _ visits: [Int: Visits]
    ) -> [OverviewReport.Point] {
        parts.enumerated().map { index, part in
            let traffic = traffic[index + 1] ?? Traffic()
            return OverviewReport.Point(
                label: part.date, visitors: traffic.visitors, visits: visits[index + 1]?.visits ?? 0,
                pageviews: traffic.pageviews)
        }
    }
}
