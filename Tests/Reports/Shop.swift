import Cache
import Cryptography
import Database
import EventModel
import Reports
import TestSupport

/// A database with a site, and rows written the way that the loader writes them.
final class Shop {
    let database: TestDatabase
    let connection: Connection
    let site: Site
    private var nextID: Int64 = 1

    static let isPossible = TestServer.isThere

    /// Runs `body` with a shop of its own.
    static func with(timeZone: String = "Europe/Berlin", _ body: (Shop) throws -> Void) throws {
        try TestDatabase.with { database in
            try body(Shop(database, timeZone: timeZone))
        }
    }

    private init(_ database: TestDatabase, timeZone: String) throws {
        self.database = database
        connection = try database.connect()
        let hosts = ["shop.example"]
        let number: Int32 = try connection.query(
            """
            INSERT INTO site (domain, time_zone, hosts) VALUES ('shop.example', \(timeZone), \(hosts)) RETURNING site_id
            """)[0].value(0)
        try connection.execute("INSERT INTO site_key (key, site_id) VALUES ('demo', \(number))")
        site = Site(
            id: SiteID(rawValue: number), domain: "shop.example", key: "demo", hosts: hosts, timeZone: timeZone)
    }

    /// A moment of the site's own clock, such as `2026-11-24 15:00`.
    func local(_ text: String) throws -> Timestamp {
        Timestamp(
            milliseconds: try connection.query("SELECT \(text)::text::timestamp AT TIME ZONE \(site.timeZone)")[0]
                .milliseconds(0))
    }

    /// A moment of UTC.
    func utc(_ text: String) throws -> Timestamp {
        Timestamp(
            milliseconds: try connection.query("SELECT \(text)::text::timestamp AT TIME ZONE 'UTC'")[0].milliseconds(0))
    }

    /// The number of a text.
    func number(_ text: String) throws -> Int64? {
        guard !text.isEmpty else { return nil }
        let number = ContentHash.sixtyFourBits(of: text)
        try connection.execute(
            """
            INSERT INTO dictionary (site_id, text_id, text)
            VALUES (\(site.id.rawValue), \(number), \(text)) ON CONFLICT DO NOTHING
            """)
        return number
    }

    private func fresh() -> Int64 {
        nextID += 1
        return nextID
    }

    /// Stores one event and raises the version of its day. Visits have the number of their visitor, unless it is said.
    func event(
        _ time: Timestamp, visitor: Int64?, visit: Int64? = nil, name: String = "pageview", path: String = "/"
    ) throws {
        let (name, path) = (try number(name) ?? 0, try number(path) ?? 0)
        let id = UInt128(UInt64(bitPattern: fresh()))
        let visit = visit ?? visitor.map { $0 * 1000 + time.milliseconds / 86_400_000 % 1000 }
        try connection.execute(
            "SELECT create_event_partition((\(timestamp: time.milliseconds) AT TIME ZONE 'UTC')::date)")
        try connection.execute(
            """
            INSERT INTO event ("time", event_id, name_id, visitor, session_id, path_id, site_id, received_after)
            VALUES (\(timestamp: time.milliseconds), \(uuid: id), \(name), \(visitor), \(visit), \(path),
                \(site.id.rawValue), 0)
            """)
        try bump(time, time)
    }

    /// Stores one visit and raises the versions of its days.
    func visit(
        _ start: Timestamp, visitor: Int64, visit: Int64? = nil, seconds: Int64 = 0, pageviews: Int32 = 1,
        events: Int32 = 0, engaged: Int32 = 0, source: String = "", country: String = ""
    ) throws {
        let last = start.advanced(byMilliseconds: seconds * 1000)
        let visit = visit ?? visitor * 1000 + start.milliseconds / 86_400_000 % 1000
        try connection.execute(
            """
            INSERT INTO session (
                started_at, last_at, first_event, visitor, session_id, source_id, site_id, pageviews, events,
                engaged_ms, country)
            VALUES (
                \(timestamp: start.milliseconds), \(timestamp: last.milliseconds), \(uuid: UInt128(1)), \(visitor),
                \(visit), \(try number(source)), \(site.id.rawValue), \(pageviews), \(events), \(engaged),
                nullif(\(country), ''))
            """)
        try bump(start, last)
    }

    /// A page view that is a whole visit.
    func bounce(_ time: Timestamp, visitor: Int64, path: String = "/") throws {
        try event(time, visitor: visitor, path: path)
        try visit(time, visitor: visitor)
    }

    /// Counts in the ledger, as the loader does.
    func ledger(_ day: String, _ outcome: String, _ reason: String = "", count: Int64, site: Int32? = nil) throws {
        try connection.execute(
            """
            INSERT INTO ledger (site_id, day, outcome, reason, count)
            VALUES (\(site ?? self.site.id.rawValue), \(day)::text::date, \(outcome), \(reason), \(count))
            ON CONFLICT (site_id, day, outcome, reason) DO UPDATE SET count = ledger.count + excluded.count
            """)
    }

    /// Stores one event of a program (UTC) and counts it on the day of the event.
    func bot(_ time: String, class name: String?, reason: String?, site: Int32? = nil) throws {
        let (moment, site) = (try utc(time), site ?? self.site.id.rawValue)
        try connection.execute("SELECT create_event_partition((\(time)::text::timestamp)::date)")
        try connection.execute(
            """
            INSERT INTO fact_set (site_id, facts_id, facts)
            SELECT \(site), hashtextextended(facts::text, 0), facts
            FROM jsonb_strip_nulls(
                jsonb_build_object('bot', \(name)::text, 'bot_reason', \(reason)::text, 'bot_score', 100)) AS facts
            ON CONFLICT DO NOTHING
            """)
        try connection.execute(
            """
            INSERT INTO bot_event ("time", event_id, name_id, site_id, received_after, facts_id)
            SELECT \(timestamp: moment.milliseconds), \(uuid: UInt128(UInt64(bitPattern: fresh()))),
                \(try number("pageview") ?? 0), \(site), 0,
                hashtextextended(jsonb_strip_nulls(
                    jsonb_build_object('bot', \(name)::text, 'bot_reason', \(reason)::text, 'bot_score', 100))::text, 0)
            """)
        let day = String(time.prefix(10))
        try ledger(day, "received", count: 1, site: site)
        try ledger(day, "stored", "bot", count: 1, site: site)
    }

    /// Raises the versions of the days from one moment to another, within which something of one visit changed.
    func bump(_ from: Timestamp, _ to: Timestamp) throws {
        try connection.execute(
            """
            INSERT INTO site_day (site_id, day, version, visits_since)
            SELECT \(site.id.rawValue), day::date, 1, CASE WHEN day > first_day THEN \(timestamp: from.milliseconds) END
            FROM (SELECT (\(timestamp: from.milliseconds) AT TIME ZONE \(site.timeZone))::date AS first_day) AS first,
                generate_series(first_day, (\(timestamp: to.milliseconds) AT TIME ZONE \(site.timeZone))::date,
                    interval '1 day') AS day
            ON CONFLICT (site_id, day) DO UPDATE SET version = site_day.version + 1,
                visits_since = least(site_day.visits_since, excluded.visits_since)
            """)
    }

    /// A service at some moment, whose caches are empty.
    func service(now: Timestamp) -> ReportService {
        ReportService(
            pool: Pool(database.settings, limit: 4), cache: TieredCache(), liveMilliseconds: 0,
            clock: { now.milliseconds })
    }

    func report(_ period: Period, now: Timestamp) throws -> ShopReport {
        try ShopReport(service(now: now), site, period)
    }
}

/// What tests look at most: totals, a course, and lists, from one look at the service.
struct ShopReport {
    struct Totals: Equatable {
        var visitors = 0
        var visits = 0
        var pageviews = 0
        var bounceRate: Double?
        var visitDuration: Double?
    }

    struct Point: Equatable {
        var label: String
        var visitors: Int
        var visits: Int
        var pageviews: Int
    }

    struct Row: Equatable {
        var name: String
        var visitors: Int
        var count: Int
    }

    var totals: Totals
    var previousTotals: Totals
    var series: [Point]
    var isHourly: Bool
    var pages: [Row]
    var sources: [Row]
    var countries: [Row]
    var events: [Row]
    var firstDate: String
    var lastDate: String
    var hasData: Bool
    var computedAt: Timestamp

    init(_ service: ReportService, _ site: Site, _ period: Period) throws {
        let metrics: [Metric] = [.visitors, .visits, .pageviews, .bounceRate, .visitDuration]
        isHourly = period == .today
        func list(_ dimension: Dimension, _ metric: Metric, without name: String = "") -> ReportQuery {
            var query = ReportQuery(
                metrics: [.visitors, metric], dimensions: [dimension], range: .period(period), limit: 10)
            if !name.isEmpty { query.filter = .test(.init(dimension, .isNot, [name])) }
            return query
        }
        let answers = try service.answers(
            [
                ReportQuery(metrics: metrics, range: .period(period), comparison: .previousPeriod),
                ReportQuery(metrics: metrics, interval: isHourly ? .hour : .day, range: .period(period), limit: 1000),
                list(.page, .pageviews), list(.source, .visits), list(.country, .visits),
                list(.event, .events, without: "pageview"),
            ], of: site)
        func number(_ value: Double?) -> Int { Int(value ?? -1) }
        func totals(_ values: [Double?]) -> Totals {
            Totals(
                visitors: number(values[0]), visits: number(values[1]), pageviews: number(values[2]),
                bounceRate: values[3], visitDuration: values[4])
        }
        self.totals = totals(answers[0].totals)
        previousTotals = totals(answers[0].before?.totals ?? [0, 0, 0, nil, nil])
        series = answers[1].rows.map { row in
            Point(
                label: row.time.split(separator: "T").joined(separator: " "), visitors: number(row.values[0]),
                visits: number(row.values[1]), pageviews: number(row.values[2]))
        }
        func rows(_ place: Int) -> [Row] {
            answers[place].rows.map {
                Row(name: $0.keys[0], visitors: number($0.values[0]), count: number($0.values[1]))
            }
        }
        (pages, sources, countries, events) = (rows(2), rows(3), rows(4).filter { $0.name != "" }, rows(5))
        (firstDate, lastDate) = (answers[0].first.description, answers[0].last.description)
        hasData = try service.hasData(site)
        computedAt = answers[0].computedAt
    }
}
