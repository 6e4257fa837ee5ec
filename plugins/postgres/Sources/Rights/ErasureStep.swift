import Database
import EventModel

/// What one transaction of an erasure deletes, and what follows from it.
struct ErasureStep {
    let connection: Connection
    let number: Int32
    let site: Int32
    /// Visits of this site.
    let visits: ErasedVisits

    private var ids: [UInt128] = []
    private var sessions: Set<ErasedVisits.Name> = []
    private var months: Set<Int> = []
    private var rebuilt = 0
    /// Stretches of time in which something changed, milliseconds since 1970.
    private var from: [Int64] = []
    private var to: [Int64] = []

    init(connection: Connection, number: Int32, site: Int32) {
        self.connection = connection
        self.number = number
        self.site = site
        visits = ErasedVisits(site: site, connection: connection)
    }

    /// Deletes events of the site.
    mutating func delete(_ table: SQL, _ condition: SQL) throws(DatabaseError) {
        let rows = try connection.query(
            """
            DELETE FROM \(table) WHERE site_id = \(site) AND \(condition)
            RETURNING event_id, session_id, "time", visitor
            """)
        // Local days begin at multiples of a quarter of an hour; few moments stand for many events.
        let quarter: Int64 = 15 * 60_000
        var moments: Set<Int64> = []
        for row in rows {
            ids.append(try row.value(0))
            if let session = try row.value(1, as: Int64?.self), let visitor = try row.value(3, as: Int64?.self) {
                sessions.insert(ErasedVisits.Name(session: session, visitor: visitor))
            }
            let time = try row.milliseconds(2)
            months.insert(Partitions.month(time))
            moments.insert(time - (time % quarter + quarter) % quarter)
        }
        from += moments.sorted()
        to += moments.sorted()
    }

    /// Makes the visits anew to which the deleted events belonged.
    mutating func rebuildTouched() throws(DatabaseError) {
        try rebuild(try visits.visits(of: sessions))
    }

    /// Makes visits anew that have lost events.
    mutating func rebuild(_ touched: [ErasedVisits.Visit]) throws(DatabaseError) {
        try visits.rebuild(touched)
        rebuilt += touched.count
        from += touched.map(\.from)
        to += touched.map(\.to)
    }

    /// Removes what else was made of the events, and counts. In the loader's order of tables.
    func finish() throws(DatabaseError) {
        if ids.isEmpty, rebuilt == 0 { return }
        try connection.execute("DELETE FROM seen_event WHERE site_id = \(site) AND event_id = ANY (\(uuids: ids))")
        try forgetDays()
        try connection.execute(
            """
            UPDATE erasure SET events = events + \(Int64(ids.count)), visits = visits + \(Int64(rebuilt)),
                months = ARRAY(SELECT DISTINCT month FROM unnest(months || ARRAY(
                    SELECT make_date(number / 12, number % 12 + 1, 1) FROM unnest(\(monthNumbers)) AS number)) AS month
                    ORDER BY month)
            WHERE erasure_id = \(number)
            """)
    }

    private var monthNumbers: [Int32] { months.sorted().map { Int32(clamping: $0) } }

    /// The days are computed anew from what is left. A day whose other events are gone by their age cannot be: it holds sums
    /// and stays as it is.
    private func forgetDays() throws(DatabaseError) {
        let touched: SQL = """
            SELECT DISTINCT day::date AS day
            FROM unnest(\(timestamps: from), \(timestamps: to)) AS touched (since, until)
                JOIN site ON site_id = \(site)
                CROSS JOIN LATERAL generate_series(
                    (since AT TIME ZONE time_zone)::date, (until AT TIME ZONE time_zone)::date, interval '1 day') AS day
            """
        try connection.execute(
            """
            UPDATE site_day SET version = version + 1
            FROM (SELECT site_day.site_id, site_day.day FROM site_day
                WHERE site_id = \(site) AND day IN (\(touched)) AND NOT EXISTS (
                    SELECT FROM day_stat
                    WHERE day_stat.site_id = site_day.site_id AND day_stat.day = site_day.day AND has_texts)
                ORDER BY day FOR UPDATE) AS changed
            WHERE site_day.site_id = changed.site_id AND site_day.day = changed.day
            """)
        try connection.execute(
            "DELETE FROM day_stat WHERE site_id = \(site) AND day IN (\(touched)) AND NOT has_texts")
        try connection.execute("DELETE FROM day_visits WHERE site_id = \(site) AND day IN (\(touched))")
    }
}

/// Erases dead letters and events in quarantine. Each is looked into: they are few.
struct DeadLetterErasure {
    let connection: Connection
    let number: Int32
    let site: Int32

    private static let batchSize = 1000

    func run(_ selectors: [EventSelector]) throws(DatabaseError) {
        var last: Int64 = 0
        while true {
            let rows = try connection.query(
                """
                SELECT dead_letter_id, entry FROM dead_letter
                WHERE site_id = \(site) AND dead_letter_id > \(last)
                ORDER BY dead_letter_id LIMIT \(Self.batchSize)
                """)
            var found: [Int64] = []
            for row in rows {
                last = try row.value(0)
                // One without a copy that can be read could be anybody's, and can never be stored.
                guard let entry = try row.value(1, as: [UInt8]?.self), let hit = JournalItemCodec.hit(in: entry) else {
                    found.append(last)
                    continue
                }
                if selectors.contains(where: { $0.matches(hit) }) { found.append(last) }
            }
            try remove(found)
            if rows.count < Self.batchSize { return }
        }
    }

    private func remove(_ letters: [Int64]) throws(DatabaseError) {
        if letters.isEmpty { return }
        try connection.transaction { () throws(DatabaseError) in
            let rows = try connection.query(
                "DELETE FROM dead_letter WHERE dead_letter_id = ANY (\(letters)) RETURNING event_id")
            var ids: [UInt128] = []
            for row in rows { ids.append(try row.value(0)) }
            try connection.execute("DELETE FROM seen_event WHERE site_id = \(site) AND event_id = ANY (\(uuids: ids))")
            try connection.execute(
                """
                UPDATE erasure SET dead_letters = dead_letters + \(Int64(ids.count)) WHERE erasure_id = \(number)
                """)
        }
    }
}
