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
        try connection.execute(
            """
            INSERT INTO dictionary (site_id, text_id, text)
            VALUES (\(site.id.rawValue), hashtextextended(\(text), 0), \(text)) ON CONFLICT DO NOTHING
            """)
        return try connection.query("SELECT hashtextextended(\(text), 0)")[0].value(0)
    }

    private func fresh() -> Int64 {
        nextID += 1
        return nextID
    }

    /// Stores one event and raises the version of its day.
    func event(_ time: Timestamp, visitor: Int64?, name: String = "pageview", path: String = "/") throws {
        let (name, path) = (try number(name) ?? 0, try number(path) ?? 0)
        let id = UInt128(UInt64(bitPattern: fresh()))
        let visitorBind: SQL = if let visitor { "\(visitor)" } else { "NULL" }
        try connection.execute(
            "SELECT create_event_partition((\(timestamp: time.milliseconds) AT TIME ZONE 'UTC')::date)")
        try connection.execute(
            """
            INSERT INTO event ("time", event_id, name_id, visitor, path_id, site_id, received_after)
            VALUES (\(timestamp: time.milliseconds), \(uuid: id), \(name), \(visitorBind), \(path), \(site.id.rawValue), 0)
            """)
        try bump(time)
    }

    /// Stores one visit and raises the version of its first day.
    func visit(
        _ start: Timestamp, visitor: Int64, seconds: Int64 = 0, pageviews: Int32 = 1, events: Int32 = 0,
        engaged: Int32 = 0, source: String = "", country: String = ""
    ) throws {
        let last = start.advanced(byMilliseconds: seconds * 1000)
        let sourceBind: SQL = if let number = try number(source) { "\(number)" } else { "NULL" }
        try connection.execute(
            """
            INSERT INTO session (
                started_at, last_at, first_event, visitor, session_id, source_id, site_id, pageviews, events,
                engaged_ms, country)
            VALUES (
                \(timestamp: start.milliseconds), \(timestamp: last.milliseconds), \(uuid: UInt128(1)), \(visitor),
                \(fresh()), \(sourceBind), \(site.id.rawValue), \(pageviews), \(events), \(engaged),
                nullif(\(country), ''))
            """)
        try bump(start)
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

    private func bump(_ time: Timestamp) throws {
        try connection.execute(
            """
            INSERT INTO site_day (site_id, day, version)
            VALUES (\(site.id.rawValue), (\(timestamp: time.milliseconds) AT TIME ZONE \(site.timeZone))::date, 1)
            ON CONFLICT (site_id, day) DO UPDATE SET version = site_day.version + 1
            """)
    }

    func report(_ period: Period, now: Timestamp) throws -> OverviewReport {
        try OverviewQuery(site: site, period: period, now: now).run(connection)
    }
}
