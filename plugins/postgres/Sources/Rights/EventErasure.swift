import Database
import EventModel

/// Erases the events and visits of one erasure, and what was made of them.
struct EventErasure {
    let connection: Connection
    let request: ErasureRequest
    /// Events of one transaction.
    let batchSize: Int

    func run() throws(DatabaseError) {
        switch request.target {
        case .person(let visitors, let user):
            try erase(visitsOf: visitors, user)
            if let user {
                for table in [EventStep.Table.event, .botEvent] { try erase(table, "user_hash = \(user)") }
            }
        case .period(let period):
            for table in [EventStep.Table.event, .botEvent] {
                try erase(
                    table,
                    """
                    "time" >= \(timestamp: period.lowerBound) AND "time" < \(timestamp: period.upperBound)
                    """)
            }
            try removeSealed(period)
        }
    }

    /// All visits at once are as many as one person makes; their events go visit by visit.
    private func erase(visitsOf visitors: [Int64], _ user: Int64?) throws(DatabaseError) {
        // Again until there are none: loading goes on, and may have made two visits one meanwhile.
        var last: Set<ErasedVisits.Name> = []
        while true {
            let found = try names(of: visitors, user)
            // What is found twice cannot be erased, and will not be the third time.
            if found.isEmpty || found == last { return }
            for name in found { try erase(name) }
            last = found
        }
    }

    /// The visits that hold something to be erased, and those without any event.
    private func names(of visitors: [Int64], _ user: Int64?) throws(DatabaseError) -> Set<ErasedVisits.Name> {
        let rows = try connection.transaction { () throws(DatabaseError) in
            try planForFewRows()
            return try connection.query(
                """
                SELECT visit.session_id, visit.visitor FROM visits_of(\(request.site), \(visitors), \(user)) AS visit
                    CROSS JOIN LATERAL (
                        SELECT count(*) AS events, count(*) FILTER (WHERE \(request.receivedBefore)) AS meant FROM event
                        WHERE event.site_id = \(request.site) AND event.session_id = visit.session_id
                            AND event."time" BETWEEN visit.started_at AND visit.last_at) AS counted
                WHERE meant > 0 OR events = 0
                """)
        }
        var names: Set<ErasedVisits.Name> = []
        for row in rows {
            names.insert(ErasedVisits.Name(session: try row.value(0), visitor: try row.value(1)))
        }
        return names
    }

    private func erase(_ name: ErasedVisits.Name) throws(DatabaseError) {
        try transaction { (step) throws(DatabaseError) in
            let visits = try step.visits.visits(of: [name])
            guard let visit = visits.first else { return }
            try step.delete(
                .event,
                """
                session_id = \(name.session) AND \(request.receivedBefore)
                    AND "time" BETWEEN \(timestamp: visit.from) AND \(timestamp: visit.to)
                """)
            try step.rebuild(visits)
        }
    }

    /// Erases events of a kind, earliest first: of a stretch of time, or what is left of a user's, without a visit or in a
    /// visit of several users.
    private func erase(_ table: EventStep.Table, _ which: SQL) throws(DatabaseError) {
        var from: Int64?
        while true {
            let rest: SQL = if let from { "\(which) AND \"time\" >= \(timestamp: from)" } else { which }
            // Only the last row is wanted, but the first tells where to begin.
            let rows = try connection.query(
                """
                SELECT min("time"), max("time") FROM (
                    SELECT "time" FROM \(table.name)
                    WHERE site_id = \(request.site) AND \(rest) AND \(request.receivedBefore)
                    ORDER BY "time" LIMIT \(Int64(batchSize))) AS next
                """)
            guard let first = try rows[0].optionalMilliseconds(0), let last = try rows[0].optionalMilliseconds(1) else {
                return
            }
            try transaction { (step) throws(DatabaseError) in
                try step.delete(
                    table,
                    """
                    \(which) AND \(request.receivedBefore)
                        AND "time" BETWEEN \(timestamp: first) AND \(timestamp: last)
                    """)
                try step.rebuildTouched()
            }
            from = last + 1
        }
    }

    /// Sealed days whose events are gone by their age, which only hold sums: those that lie within the stretch as a whole.
    private func removeSealed(_ period: Range<Int64>) throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
            let rows = try connection.query(
                """
                UPDATE site_day SET version = version + 1
                FROM (SELECT site_day.site_id, day FROM site_day JOIN site USING (site_id)
                    WHERE site_day.site_id = \(request.site)
                        AND first_moment(day, time_zone) >= \(timestamp: period.lowerBound)
                        AND first_moment(day + 1, time_zone) <= \(timestamp: period.upperBound)
                    ORDER BY day FOR UPDATE OF site_day) AS within
                WHERE site_day.site_id = within.site_id AND site_day.day = within.day
                RETURNING to_char(site_day.day, 'YYYY-MM-DD')
                """)
            var days: [String] = []
            for row in rows { days.append(try row.value(0)) }
            let sealed: SQL = "site_id = \(request.site) AND day IN (SELECT unnest(\(days))::date)"
            var tables: [String] = []
            if try connection.execute("DELETE FROM day_stat WHERE \(sealed)") > 0 { tables.append("day_stat") }
            if try connection.execute("DELETE FROM day_visits WHERE \(sealed)") > 0 { tables.append("day_visits") }
            try ErasureTraces(connection: connection, number: request.number).note(tables)
        }
    }

    // MARK: Transactions

    /// Few rows through an index each; the planner, who does not know how few, would read the whole table.
    private func planForFewRows() throws(DatabaseError) {
        try connection.execute(
            """
            SELECT set_config(name, 'off', true)
            FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) AS name
            """)
    }

    private func transaction(_ body: (inout EventStep) throws(DatabaseError) -> Void) throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
            try planForFewRows()
            // All visitors of the site, in the order in which loaders lock them: a batch holds many, and who they are is
            // known only once its events are read.
            try connection.execute(
                """
                SELECT pg_advisory_xact_lock(\(request.site), stripe)
                FROM generate_series(0, \(Int32(LockedVisitors.stripes) - 1)) AS stripe
                """)
            var step = EventStep(connection: connection, number: request.number, site: request.site)
            try body(&step)
            try step.finish()
        }
    }
}
