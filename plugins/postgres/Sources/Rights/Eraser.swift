public import Database
import EventModel
import PluginAPI

/// Erases what people have asked for (`erasure`), in bounded transactions, from every table that the loader fills: events,
/// visits, sealed days, ids, dead letters. The versions of the days rise, so that no cache is asked for them any more.
///
/// What the deleted rows leave in the files of PostgreSQL goes when the tables are rewritten, later.
public struct Eraser {
    private let connection: Connection
    /// Events of one transaction.
    private let batchSize: Int

    /// An eraser in the database of this connection, which must be its owner's.
    public init(_ connection: Connection, batchSize: Int = 5000) {
        self.connection = connection
        self.batchSize = batchSize
    }

    /// Erases what has been asked for and is still there. Returns how many erasures it were.
    ///
    /// - Parameter now: milliseconds since 1970.
    public func runAll(now: Int64) throws(DatabaseError) -> Int {
        let rows = try connection.query(
            "SELECT erasure_id FROM erasure WHERE invisible_at IS NULL AND settled_at IS NULL ORDER BY erasure_id")
        for row in rows { try run(try row.value(0), now: now) }
        return rows.count
    }

    /// Erases what one erasure is about; again where that has been done before. Does nothing for one that is settled.
    public func run(_ number: Int32, now: Int64) throws(DatabaseError) {
        // Batches that were being loaded when it was asked for end first; those that begin now know of it.
        try connection.transaction { () throws(DatabaseError) in
            try connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('footfall texts', 0))")
        }
        guard let work = try read(number) else { return }
        switch work.target {
        case .person(let visitors, let user):
            try erase(visitsOf: visitors, user, work)
            if let user { try erase(eventsOf: user, work) }
        case .period(let since, let until):
            try erase(from: since, to: until, work, bots: false)
            try erase(from: since, to: until, work, bots: true)
            try removeSealed(from: since, to: until, work)
        }
        try DeadLetterErasure(connection: connection, number: number, site: work.site).run(work.selectors)
        try connection.execute(
            """
            UPDATE erasure SET invisible_at = coalesce(invisible_at, \(timestamp: now)) WHERE erasure_id = \(number)
            """)
    }

    /// Forgets whom settled erasures were about: those that were asked for before a moment, after which no journal has
    /// anything from before. They are run once more. Returns how many.
    ///
    /// - Parameters:
    ///   - moment: milliseconds since 1970.
    ///   - now: likewise.
    public func settle(askedBefore moment: Int64, now: Int64) throws(DatabaseError) -> Int {
        let rows = try connection.query(
            """
            SELECT erasure_id FROM erasure
            WHERE settled_at IS NULL AND invisible_at IS NOT NULL AND requested_at < \(timestamp: moment)
            ORDER BY erasure_id
            """)
        for row in rows {
            let number: Int32 = try row.value(0)
            try run(number, now: now)
            try connection.execute(
                """
                UPDATE erasure SET settled_at = \(timestamp: now), visitors = NULL, user_hash = NULL
                WHERE erasure_id = \(number)
                """)
        }
        return rows.count
    }

    // MARK: What it is about

    private enum Target {
        case person(visitors: [Int64], user: Int64?)
        case period(Int64, Int64)
    }

    private struct Work {
        var number: Int32
        var site: Int32
        var target: Target

        var selectors: [EventSelector] {
            switch target {
            case .person(let visitors, let user):
                visitors.map { .visitor(VisitorID(rawValue: UInt64(bitPattern: $0))) }
                    + [user].compactMap { $0.map { .user(UserID(rawValue: UInt64(bitPattern: $0))) } }
            case .period(let since, let until):
                [.period(Timestamp(milliseconds: since)..<Timestamp(milliseconds: until))]
            }
        }
    }

    /// What an erasure is about. A visitor's other pseudonyms are looked for as long as visits tell them, and written down
    /// for the loader.
    private func read(_ number: Int32) throws(DatabaseError) -> Work? {
        try connection.execute(
            """
            UPDATE erasure SET visitors = pseudonyms_of(site_id, visitors)
            WHERE erasure_id = \(number) AND settled_at IS NULL AND visitors IS NOT NULL
                AND visitors <> pseudonyms_of(site_id, visitors)
            """)
        let rows = try connection.query(
            """
            SELECT site_id, visitors, user_hash, since, until FROM erasure
            WHERE erasure_id = \(number) AND settled_at IS NULL
            """)
        guard let row = rows.first else { return nil }
        let target: Target
        if let since = try row.optionalMilliseconds(3), let until = try row.optionalMilliseconds(4), since < until {
            target = .period(since, until)
        } else {
            target = .person(visitors: try row.value(1, as: [Int64]?.self) ?? [], user: try row.value(2))
        }
        return Work(number: number, site: try row.value(0), target: target)
    }

    // MARK: Persons

    /// All visits at once are as many as one person makes; their events go visit by visit.
    private func erase(visitsOf visitors: [Int64], _ user: Int64?, _ work: Work) throws(DatabaseError) {
        let rows = try connection.query(
            "SELECT session_id, visitor FROM visits_of(\(work.site), \(visitors), \(user)) ORDER BY started_at")
        for row in rows {
            let session: Int64 = try row.value(0)
            let name = ErasedVisits.Name(session: session, visitor: try row.value(1))
            try transaction(work) { (step) throws(DatabaseError) in
                let visits = try step.visits.visits(of: [name])
                guard let visit = visits.first else { return }
                try step.delete(
                    "event",
                    """
                    session_id = \(session)
                        AND "time" BETWEEN \(timestamp: visit.from) AND \(timestamp: visit.to)
                    """)
                try step.rebuild(visits)
            }
        }
    }

    /// What is left of a user's events: without a visit, in a visit of several users, or those of a program.
    private func erase(eventsOf user: Int64, _ work: Work) throws(DatabaseError) {
        for table in ["event", "bot_event"] as [SQL] {
            while true {
                let rows = try connection.query(
                    """
                    SELECT "time" FROM \(table) WHERE site_id = \(work.site) AND user_hash = \(user)
                    ORDER BY "time" LIMIT \(batchSize)
                    """)
                guard let first = rows.first, let last = rows.last else { break }
                let (since, until) = (try first.milliseconds(0), try last.milliseconds(0))
                try transaction(work) { (step) throws(DatabaseError) in
                    try step.delete(
                        table,
                        """
                        user_hash = \(user) AND "time" BETWEEN \(timestamp: since) AND \(timestamp: until)
                        """)
                    try step.rebuildTouched()
                }
            }
        }
    }

    // MARK: Stretches of time

    private func erase(from start: Int64, to end: Int64, _ work: Work, bots: Bool) throws(DatabaseError) {
        let table: SQL = bots ? "bot_event" : "event"
        while true {
            let rows = try connection.query(
                """
                SELECT "time" FROM \(table) WHERE site_id = \(work.site)
                    AND "time" >= \(timestamp: start) AND "time" < \(timestamp: end)
                ORDER BY "time" LIMIT \(batchSize)
                """)
            guard let first = rows.first, let last = rows.last else { return }
            let (since, until) = (try first.milliseconds(0), try last.milliseconds(0))
            try transaction(work) { (step) throws(DatabaseError) in
                try step.delete(
                    table,
                    """
                    "time" BETWEEN \(timestamp: since) AND \(timestamp: until)
                    """)
                try step.rebuildTouched()
            }
        }
    }

    /// Sealed days whose events are gone by their age, which only hold sums: those that lie within the stretch as a whole.
    private func removeSealed(from start: Int64, to end: Int64, _ work: Work) throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
            let days: SQL = """
                site_id = \(work.site) AND day IN (
                    SELECT day FROM site_day JOIN site USING (site_id)
                    WHERE site_day.site_id = \(work.site) AND first_moment(day, time_zone) >= \(timestamp: start)
                        AND first_moment(day + 1, time_zone) <= \(timestamp: end))
                """
            try connection.execute("DELETE FROM day_stat WHERE \(days)")
            try connection.execute("DELETE FROM day_visits WHERE \(days)")
            try connection.execute("UPDATE site_day SET version = version + 1 WHERE \(days)")
        }
    }

    // MARK: Transactions

    private func transaction(
        _ work: Work, _ body: (inout ErasureStep) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
            // Few rows through an index each; the planner, who does not know how few, would read the whole table.
            try connection.execute(
                """
                SELECT set_config(name, 'off', true)
                FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) AS name
                """)
            // All visitors of the site, in the order in which loaders lock them: a batch holds many, and who they are is
            // known only once its events are read.
            try connection.execute(
                """
                SELECT pg_advisory_xact_lock(\(work.site), stripe)
                FROM generate_series(0, \(Int32(LockedVisitors.stripes) - 1)) AS stripe
                """)
            var step = ErasureStep(connection: connection, number: work.number, site: work.site)
            try body(&step)
            try step.finish()
        }
    }
}
