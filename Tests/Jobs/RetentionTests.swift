import Database
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Jobs

/// Each site keeps its events for as long as it says. The clock is the test's.
@Suite struct RetentionTests {
    /// 2026-11-24T12:00:00Z.
    private let now: Int64 = 1_795_521_600_000
    private let day: Int64 = 86_400_000

    private final class Calls: Sendable {
        let made: Mutex<[String]> = Mutex([])
    }

    private func count(_ connection: Connection, _ sql: SQL) throws -> Int {
        try connection.query(sql)[0].value(0)
    }

    /// Three sites with an event, a program's event and a visit at noon of every 10th day of the months before `now`.
    private func fill(_ connection: Connection) throws {
        try connection.execute(
            """
            INSERT INTO site (domain, retention_months) VALUES ('usual.example', NULL), ('short.example', 1),
                ('long.example', 6)
            """)
        try connection.execute(
            """
            SELECT create_event_partition(month::date)
            FROM generate_series(date '2026-01-01', date '2026-11-01', interval '1 month') AS month
            """)
        for table in ["event", "bot_event"] as [SQL] {
            try connection.execute(
                """
                INSERT INTO \(table) ("time", event_id, name_id, site_id, received_after)
                SELECT month + interval '9 days 12 hours', gen_random_uuid(), 1, site, 0
                FROM generate_series(timestamptz '2026-01-01 00:00Z', '2026-11-01 00:00Z', interval '1 month') AS month,
                    generate_series(1, 3) AS site
                """)
        }
        try connection.execute(
            """
            INSERT INTO session (started_at, last_at, first_event, visitor, session_id, site_id, pageviews, events, engaged_ms)
            SELECT "time", "time", event_id, row_number() OVER (), row_number() OVER (), site_id, 1, 0, 0 FROM event
            """)
    }

    private func months(_ connection: Connection, _ table: SQL, site: Int32, time: SQL = "\"time\"") throws -> [String]
    {
        try connection.query(
            "SELECT to_char(\(time), 'MM') FROM \(table) WHERE site_id = \(site) ORDER BY \(time)"
        ).map { try $0.value(0) }
    }

    @Test func eachSiteKeepsItsEventsForItsOwnTime() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try fill(connection)
            let calls = Calls()
            let job = Job.expireEvents(
                { Retention(months: 3, deadLetterDays: 30) }, now: { now },
                prepare: { (site, moment) throws(DatabaseError) in
                    calls.made.withLock {
                        $0.append("\(site) \(CivilTime(milliseconds: moment).description.prefix(10))")
                    }
                })
            let line = try job.run(connection)
            #expect(calls.made.withLock { $0 } == ["1 2026-08-01", "2 2026-10-01", "3 2026-05-01"])
            for table in ["event", "bot_event"] as [SQL] {
                #expect(try months(connection, table, site: 1) == ["08", "09", "10", "11"])
                #expect(try months(connection, table, site: 2) == ["10", "11"])
                #expect(try months(connection, table, site: 3) == ["05", "06", "07", "08", "09", "10", "11"])
            }
            #expect(try months(connection, "session", site: 2, time: "started_at") == ["10", "11"])
            #expect(try months(connection, "session", site: 3, time: "started_at").count == 7)
            #expect(line == "deleted 8 partitions of events, 16 events, 20 visits whose time is over")
            #expect(try job.run(connection) == nil)
            // The long one goes, too: then months that nobody uses any more go as a whole.
            try connection.execute("UPDATE site SET retention_months = 1 WHERE site_id = 3")
            #expect(try job.run(connection) == "deleted 6 partitions of events, 4 events, 5 visits whose time is over")
            #expect(try months(connection, "event", site: 3) == ["10", "11"])
            let partitions: [String] = try connection.query(
                "SELECT relname::text FROM pg_class WHERE relispartition AND relkind = 'r' AND relname LIKE 'event%' ORDER BY 1"
            ).map { try $0.value(0) }
            #expect(partitions == ["event_2026_08", "event_2026_09", "event_2026_10", "event_2026_11"])
        }
    }

    /// A month that is empty before the last site's time is over is dropped then, and not before.
    @Test func aPartitionIsDroppedOnceItIsEmpty() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try fill(connection)
            try connection.execute("DELETE FROM event WHERE site_id <> 2")
            let job = Job.expireEvents({ Retention(months: 120, deadLetterDays: 30) }, now: { now })
            // Of the 9 months before October the programs' have the other sites' events, people's have none.
            #expect(
                try job.run(connection) == "deleted 9 partitions of events, 22 events, 13 visits whose time is over")
            #expect(try count(connection, "SELECT count(*) FROM bot_event") == 33 - 9 - 4)
        }
    }

    /// Numbers that are to stay and could not be made yet keep their site's events, and no other's.
    @Test func whatIsNotPreparedStays() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try fill(connection)
            let job = Job.expireEvents(
                { Retention(months: 3, deadLetterDays: 30) }, now: { now },
                prepare: { (site, _) throws(DatabaseError) in
                    if site == 1 { throw DatabaseError(kind: .retryable, message: "later") }
                })
            #expect(throws: DatabaseError(kind: .retryable, message: "later")) { try job.run(connection) }
            #expect(try months(connection, "event", site: 1).count == 11)
            #expect(try months(connection, "session", site: 1, time: "started_at").count == 11)
            #expect(try months(connection, "event", site: 2) == ["10", "11"])
            #expect(try months(connection, "event", site: 3).count == 7)
        }
    }

    @Test func timeAloneMakesEventsGo() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try fill(connection)
            let box = ClockBox(clock: now - 365 * day)
            let job = Job.expireEvents({ Retention(months: 2, deadLetterDays: 30) }, now: { box.value })
            #expect(try job.run(connection) == nil)
            box.set(now + 365 * day)
            #expect(try job.run(connection) != nil)
            #expect(try count(connection, "SELECT count(*) FROM event") == 0)
        }
    }

    /// Loading goes on beside it: no statement deletes more than a batch, nor events of two sites or days. Sums stay.
    @Test func eventsGoInBatchesBySiteAndDayAndSumsStay() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try connection.execute("INSERT INTO site (domain, retention_months) VALUES ('a', 1), ('b', 1), ('c', 12)")
            try connection.execute("SELECT create_event_partition('2026-08-01'), create_event_partition('2026-11-01')")
            // Two days; more than a batch on the first.
            for table in ["event", "bot_event"] as [SQL] {
                try connection.execute(
                    """
                    INSERT INTO \(table) ("time", event_id, name_id, site_id, received_after)
                    SELECT timestamptz '2026-08-10 00:00Z' + n * interval '6 seconds', gen_random_uuid(), 1, site, 0
                    FROM generate_series(0, 17999) AS n, generate_series(1, 2) AS site
                    """)
            }
            try connection.execute(
                """
                INSERT INTO day_stat (site_id, day, shape, version, slice, has_texts)
                SELECT site, '2026-08-10', 'pages', 1, '', true FROM generate_series(1, 2) AS site
                """)
            try database.run(
                script: """
                    CREATE TABLE deletion (relation text, events bigint, sites bigint, days bigint);
                    CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        INSERT INTO deletion SELECT TG_TABLE_NAME, count(*), count(DISTINCT site_id),
                            count(DISTINCT ("time" AT TIME ZONE 'UTC')::date) FROM gone HAVING count(*) > 0;
                        RETURN NULL;
                    END $$;
                    CREATE TRIGGER watch AFTER DELETE ON event REFERENCING OLD TABLE AS gone
                        FOR EACH STATEMENT EXECUTE FUNCTION watch();
                    CREATE TRIGGER watch AFTER DELETE ON bot_event REFERENCING OLD TABLE AS gone
                        FOR EACH STATEMENT EXECUTE FUNCTION watch();
                    """)
            let job = Job.expireEvents({ Retention(months: 3, deadLetterDays: 30) }, now: { now })
            let line = try #require(try job.run(connection))
            #expect(line.hasPrefix("deleted 2 partitions of events, 72000 events"))
            for table in ["event", "bot_event"] {
                let rows = try connection.query(
                    """
                    SELECT count(*), sum(events)::bigint, max(events), max(sites), max(days) FROM deletion
                    WHERE relation = \(table)
                    """)
                #expect(try rows[0].value(0) == 6, "three of each site")
                #expect(try rows[0].value(1) == 36_000)
                #expect(try rows[0].value(2) <= Job.batchSize)
                #expect(try rows[0].value(3) == 1)
                #expect(try rows[0].value(4) == 1)
            }
            #expect(try count(connection, "SELECT count(*) FROM pg_class WHERE relname LIKE '%event_2026_08'") == 0)
            #expect(try count(connection, "SELECT count(*) FROM day_stat") == 2)
        }
    }

    private final class ClockBox: Sendable {
        private let moment: Atomic<Int64>
        init(clock: Int64) { moment = Atomic(clock) }
        var value: Int64 { moment.load(ordering: .relaxed) }
        func set(_ value: Int64) { moment.store(value, ordering: .relaxed) }
    }
}
