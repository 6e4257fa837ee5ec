import Database
import EventModel

/// Seals days: writes their finished numbers and their visits as columns, so that reports need not look at single events.
struct Sealer: Sendable {
    let pool: Pool
    let vocabulary: Vocabulary
    let calendar: DayCalendar
    let clock: @Sendable () -> Int64
    let identity: VisitorIdentity

    /// Seals days of a site that are not sealed yet, or no longer right; returns how many. Computing begins with the latest,
    /// and ends after `limit` days. Today is among them: it is right for as long as nothing happens.
    ///
    /// - Parameter moment: only days that began before it, in milliseconds since 1970.
    func seal(_ site: Site, limit: Int, before moment: Int64? = nil) throws(DatabaseError) -> Int {
        let days = try pool.withConnection(for: .site(site.id)) { (connection) throws(DatabaseError) in
            try unsealed(site, limit: limit, before: moment ?? clock(), connection)
        }
        let computer = SliceComputer(
            site: site.id, filter: nil, shapes: Shape.standard, vocabulary: vocabulary, identity: identity)
        for day in days {
            try pool.withConnection(for: .site(site.id)) { (connection) throws(DatabaseError) in
                if let computed = try computer.seal(day, connection) { try store(computed, site, connection) }
            }
        }
        return days.count
    }

    private func unsealed(
        _ site: Site, limit: Int, before moment: Int64, _ connection: Connection
    ) throws(DatabaseError) -> [LocalDay] {
        let last = try calendar.date(connection, timeZone: site.timeZone, at: moment - 1)
        let rows = try connection.query(
            """
            SELECT day FROM site_day
            WHERE site_id = \(site.id.rawValue) AND day <= \(last.description)::text::date
                AND NOT EXISTS (SELECT FROM day_stat
                    WHERE day_stat.site_id = site_day.site_id AND day_stat.day = site_day.day AND has_texts)
                AND ((SELECT count(*) FROM day_stat
                        WHERE day_stat.site_id = site_day.site_id AND day_stat.day = site_day.day
                            AND shape = ANY (\(Shape.standard.map(\.name))) AND day_stat.version = site_day.version
                            AND get_byte(slice, 0) = \(Int32(SliceBytes.version))) < \(Shape.standard.count)
                    OR NOT EXISTS (SELECT FROM day_visits
                        WHERE day_visits.site_id = site_day.site_id AND day_visits.day = site_day.day
                            AND day_visits.version = site_day.version
                            AND get_byte(visits, 0) = \(Int32(DayVisits.version))))
            ORDER BY day DESC LIMIT \(Int64(limit))
            """)
        var days: [LocalDay] = []
        for row in rows {
            let date = try row.localDate(0)
            days += try calendar.days(connection, timeZone: site.timeZone, from: date, through: date)
        }
        return days
    }

    /// Writes a day down as it was computed, unless it is another one by now.
    func store(
        _ computed: SliceComputer.Computed, _ site: Site, _ connection: Connection
    ) throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
            // What was erased, or came, since it was computed must not come back, not even as bytes that nobody asks for.
            guard try holdDay(computed.day.date, of: site, connection) == computed.version else { return }
            try DayVisitsStore(site: site.id, connection).keep(
                computed.visits, of: computed.day, version: computed.version)
            for (shape, slice) in computed.slices {
                try connection.execute(
                    """
                    INSERT INTO day_stat (site_id, day, shape, version, slice)
                    VALUES (\(site.id.rawValue), \(computed.day.date.description)::text::date, \(shape),
                        \(computed.version), \(bytes: slice.bytes))
                    ON CONFLICT (site_id, day, shape) DO UPDATE
                    SET version = excluded.version, slice = excluded.slice
                    WHERE day_stat.version <= excluded.version AND NOT day_stat.has_texts
                    """)
            }
        }
    }

    /// Keeps the version of a day as it is for the length of the transaction; returns it, or `nil` where there is no such day
    /// any more.
    private func holdDay(_ day: LocalDate, of site: Site, _ connection: Connection) throws(DatabaseError) -> Int64? {
        let rows = try connection.query(
            """
            SELECT version FROM site_day
            WHERE site_id = \(site.id.rawValue) AND day = \(day.description)::text::date FOR UPDATE
            """)
        return try rows.first?.value(0)
    }

    /// Makes the sealed days of a site last whose events are older than a moment and will be deleted: the texts that go with
    /// them are written into the slices. What is about single visits goes. Returns how many days it were. Throws `retryable`
    /// when events keep coming for one of them: then its events must not go yet.
    func detach(_ site: Site, eventsBefore moment: Int64) throws(DatabaseError) -> Int {
        var detached = 0
        for _ in 0..<Self.detachRounds {
            // All of them at once: a day on which events still arrive would never be done with.
            _ = try seal(site, limit: .max, before: moment)
            let isDone = try pool.withConnection(for: .site(site.id)) { (connection) throws(DatabaseError) in
                let rows = try connection.query(
                    """
                    SELECT DISTINCT day FROM day_stat
                    WHERE site_id = \(site.id.rawValue) AND NOT has_texts AND shape = ANY (\(Self.shapes))
                        AND day::timestamp AT TIME ZONE \(site.timeZone) < \(timestamp: moment)
                    """)
                var left = rows.count
                for row in rows where try detach(try row.localDate(0), site, connection) {
                    detached += 1
                    left -= 1
                }
                return left == 0
            }
            if isDone { return detached }
        }
        throw DatabaseError(
            kind: .retryable,
            message: "events keep coming for days of \(site.domain) that are about to be deleted; they are kept for now"
        )
    }

    /// The shapes that are sealed. One that an earlier version had is not sealed anew, and must hold up nothing.
    private static var shapes: [String] { Shape.standard.map(\.name) }

    /// How often days are sealed anew for which events came in between.
    private static let detachRounds = 5

    /// Makes a day last, as a whole or not at all. Returns false when it is not sealed as it is now.
    private func detach(_ day: LocalDate, _ site: Site, _ connection: Connection) throws(DatabaseError) -> Bool {
        try connection.transaction { () throws(DatabaseError) in
            let version = try holdDay(day, of: site, connection)
            let rows = try connection.query(
                """
                SELECT shape, slice, version FROM day_stat
                WHERE site_id = \(site.id.rawValue) AND day = \(day.description)::text::date
                    AND shape = ANY (\(Self.shapes))
                """)
            for row in rows where try row.value(2) != version { return false }
            for row in rows {
                let name: String = try row.value(0)
                guard let shape = Shape.standard.first(where: { $0.name == name }),
                    let bytes = SliceBytes(try row.value(1, as: [UInt8].self))
                else { continue }
                let slice = try withTexts(
                    bytes.slice(shape.breakdowns.map { Dimension.name(ofBreakdown: $0) }), site, connection)
                try connection.execute(
                    """
                    UPDATE day_stat SET slice = \(bytes: SliceBytes(slice).bytes), has_texts = true
                    WHERE site_id = \(site.id.rawValue) AND day = \(day.description)::text::date AND shape = \(name)
                    """)
            }
            try connection.execute(
                """
                DELETE FROM day_visits
                WHERE site_id = \(site.id.rawValue) AND day = \(day.description)::text::date
                """)
            return true
        }
    }

    private func withTexts(_ slice: Slice, _ site: Site, _ connection: Connection) throws(DatabaseError) -> Slice {
        var slice = slice
        for (table, rows) in slice.tables {
            let numbers = rows.keys.filter { $0 != 0 && rows.texts[$0] == nil }
            for (number, text) in try queryTexts(connection, site: site.id, numbers) {
                slice.tables[table]?.texts[number] = text
            }
        }
        return slice
    }
}
