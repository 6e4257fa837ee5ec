import Database
import EventModel

/// What one transaction of an erasure deletes, and what follows from it.
struct EventStep {
    /// Where events stand.
    enum Table {
        case event, botEvent

        var name: SQL { self == .event ? "event" : "bot_event" }

        fileprivate var text: String { self == .event ? "event" : "bot_event" }
    }

    let connection: Connection
    let number: Int32
    let site: Int32
    /// Visits of this site.
    let visits: ErasedVisits

    private var ids: [UInt128] = []
    private var sessions: Set<ErasedVisits.Name> = []
    /// Tables from which something was deleted.
    private var tables: Set<String> = []
    private var rebuilt = 0
    /// Stretches of time in which something changed.
    private var touched: Set<Stretch> = []

    /// Milliseconds since 1970.
    private struct Stretch: Hashable {
        var from: Int64
        var to: Int64
    }

    init(connection: Connection, number: Int32, site: Int32) {
        self.connection = connection
        self.number = number
        self.site = site
        visits = ErasedVisits(site: site, connection: connection)
    }

    /// Deletes events of the site.
    mutating func delete(_ table: Table, _ condition: SQL) throws(DatabaseError) {
        let rows = try connection.query(
            """
            DELETE FROM \(table.name) WHERE site_id = \(site) AND \(condition)
            RETURNING event_id, session_id, "time", visitor
            """)
        // Local days begin at multiples of a quarter of an hour; few moments stand for many events.
        let quarter: Int64 = 15 * 60_000
        var months: Set<Int> = []
        for row in rows {
            ids.append(try row.value(0))
            if let session = try row.value(1, as: Int64?.self), let visitor = try row.value(3, as: Int64?.self) {
                sessions.insert(ErasedVisits.Name(session: session, visitor: visitor))
            }
            let time = try row.milliseconds(2)
            months.insert(Partitions.month(time))
            let moment = time - (time % quarter + quarter) % quarter
            touched.insert(Stretch(from: moment, to: moment))
        }
        for month in months { tables.insert("\(table.text)_\(Partitions.suffix(month))") }
    }

    /// Makes the visits anew to which the deleted events belonged.
    mutating func rebuildTouched() throws(DatabaseError) {
        try rebuild(try visits.visits(of: sessions))
    }

    /// Makes visits anew that have lost events.
    mutating func rebuild(_ changed: [ErasedVisits.Visit]) throws(DatabaseError) {
        if changed.isEmpty { return }
        try visits.rebuild(changed)
        rebuilt += changed.count
        tables.insert("session")
        for visit in changed { touched.insert(Stretch(from: visit.from, to: visit.to)) }
    }

    /// Removes what else was made of the events, and counts. In the loader's order of tables.
    mutating func finish() throws(DatabaseError) {
        if ids.isEmpty, rebuilt == 0 { return }
        try connection.execute("DELETE FROM seen_event WHERE site_id = \(site) AND event_id = ANY (\(uuids: ids))")
        try forgetDays()
        // Their texts and facts may be nobody's now.
        tables.formUnion(["seen_event", "dictionary", "fact_set"])
        try connection.execute(
            """
            UPDATE erasure SET events = events + \(Int64(ids.count)), visits = visits + \(Int64(rebuilt))
            WHERE erasure_id = \(number)
            """)
        try ErasureTraces(connection: connection, number: number).note(Array(tables))
    }

    /// The days are computed anew from what is left. A day whose other events are gone by their age cannot be: it holds sums
    /// and stays as it is.
    private mutating func forgetDays() throws(DatabaseError) {
        let stretches = Array(touched)
        let days: SQL = """
            SELECT DISTINCT day::date AS day
            FROM unnest(\(timestamps: stretches.map(\.from)), \(timestamps: stretches.map(\.to))) AS touched (since, until)
                JOIN site ON site_id = \(site)
                CROSS JOIN LATERAL generate_series(
                    (since AT TIME ZONE time_zone)::date, (until AT TIME ZONE time_zone)::date, interval '1 day') AS day
            """
        try connection.execute(
            """
            UPDATE site_day SET version = version + 1
            FROM (SELECT site_day.site_id, site_day.day FROM site_day
                WHERE site_id = \(site) AND day IN (\(days)) AND NOT EXISTS (
                    SELECT FROM day_stat
                    WHERE day_stat.site_id = site_day.site_id AND day_stat.day = site_day.day AND has_texts)
                ORDER BY day FOR UPDATE) AS changed
            WHERE site_day.site_id = changed.site_id AND site_day.day = changed.day
            """)
        let sums = try connection.execute(
            "DELETE FROM day_stat WHERE site_id = \(site) AND day IN (\(days)) AND NOT has_texts")
        if sums > 0 { tables.insert("day_stat") }
        let columns = try connection.execute("DELETE FROM day_visits WHERE site_id = \(site) AND day IN (\(days))")
        if columns > 0 { tables.insert("day_visits") }
    }
}
