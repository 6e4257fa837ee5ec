import Database
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Jobs

@Suite struct JobTests {
    private let log = Log(process: "test")

    @Test func eventIdsAreForgottenAfter48Hours() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try connection.execute(
                """
                INSERT INTO seen_event (event_id, site_id, seen_at)
                SELECT gen_random_uuid(), 1, now() - n * interval '1 hour' + interval '1 minute'
                FROM generate_series(1, 60) AS n, generate_series(1, 2000)
                """)
            #expect(try Job.expireSeenEvents.run(connection) == "forgot 24000 event ids of more than 48 hours ago")
            #expect(try Job.expireSeenEvents.run(connection) == nil)
            #expect(try connection.query("SELECT count(*) FROM seen_event")[0].value(0) == 96_000)
        }
    }

    @Test func partitionsAreMadeAhead() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            #expect(try Job.eventPartitions.run(connection) == "made the partitions of 4 months ahead")
            #expect(try Job.eventPartitions.run(connection) == nil)
            let rows = try connection.query(
                """
                SELECT count(*), bool_or(pg_get_expr(relpartbound, oid) LIKE
                    '%(''' || to_char(date_trunc('month', now() AT TIME ZONE 'UTC'), 'YYYY-MM-DD') || ' 00:00:00+00'')%')
                FROM pg_class WHERE relispartition AND relkind = 'r'
                """)
            #expect(try rows[0].value(0) == 8, "of event and of bot_event")
            #expect(try rows[0].value(1) == true)
        }
    }

    @Test func whatIsOlderThanItsRetentionIsDeletedByWholeMonths() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            for months in [0, 12, 13, 14] as [Int32] {
                try connection.execute(
                    """
                    SELECT create_event_partition((date_trunc('month', now() AT TIME ZONE 'UTC')
                        - make_interval(months => \(months)))::date)
                    """)
                for table in ["event", "bot_event"] as [SQL] {
                    try connection.execute(
                        """
                        INSERT INTO \(table) ("time", event_id, name_id, site_id, received_after)
                        VALUES (date_trunc('month', now(), 'UTC') - make_interval(months => \(months)),
                            gen_random_uuid(), 1, 1, 0)
                        """)
                }
                try connection.execute(
                    """
                    INSERT INTO session (started_at, last_at, first_event, visitor, session_id, site_id, pageviews,
                        events, engaged_ms)
                    SELECT at, at, gen_random_uuid(), \(Int64(months)), 1, 1, 1, 0, 0
                    FROM (SELECT date_trunc('month', now(), 'UTC') - make_interval(months => \(months)) AS at) AS moment
                    """)
            }
            for text in [1, 2] as [Int64] {
                try connection.execute("INSERT INTO dictionary (site_id, text_id, text) VALUES (1, \(text), 'text')")
            }
            let job = Job.expireEvents({ Retention(months: 13, deadLetterDays: 30) }, now: Job.wallClock)
            #expect(
                try job.run(connection)
                    == "deleted 2 partitions of events, 1 visits, 1 texts and sets of facts whose time is over")
            #expect(try job.run(connection) == nil)
            for table in ["event", "bot_event", "session"] as [SQL] {
                #expect(try connection.query("SELECT count(*) FROM \(table)")[0].value(0) == 3)
            }
        }
    }

    @Test func deadLettersGoAfterTheirDays() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            for (number, days) in ([29, 31] as [Int32]).enumerated() {
                try connection.execute(
                    """
                    INSERT INTO dead_letter (journal, sequence, event_id, buried_at, site_id, store, reason, hit)
                    VALUES (gen_random_uuid(), \(Int64(number)), gen_random_uuid(),
                        now() - make_interval(days => \(days)), 1, 'postgres', 'because', '')
                    """)
            }
            let job = Job.expireDeadLetters({ Retention(months: 13, deadLetterDays: 30) }, now: Job.wallClock)
            #expect(try job.run(connection) == "deleted 1 dead letters of more than 30 days ago")
            #expect(try job.run(connection) == nil)
        }
    }

    @Test func oneOfTwoRunnersDoesAJobOncePerInterval() throws {
        try TestDatabase.with { database in
            let runs = Counter()
            let job = Job(name: "count", intervalSeconds: 3600) { (_) throws(DatabaseError) in
                runs.value.add(1, ordering: .relaxed)
                Clock.sleep(milliseconds: 30)
                return nil
            }
            let runners = (0..<3).map { _ in JobRunner([job], database: database.settings, log: log) }
            for runner in runners { try runner.start() }
            Clock.sleep(milliseconds: 400)
            for runner in runners { runner.stop() }
            #expect(runs.value.load(ordering: .relaxed) == 1)
        }
    }

    @Test func aJobThatFailsStopsNeitherTheRunnerNorTheOthers() throws {
        try TestDatabase.with { database in
            let runs = Counter()
            let bad = Job(name: "bad", intervalSeconds: 1) { (connection) throws(DatabaseError) in
                try connection.execute("SELECT no_such_function()")
                return nil
            }
            let good = Job(name: "good", intervalSeconds: 1) { (_) throws(DatabaseError) in
                runs.value.add(1, ordering: .relaxed)
                return nil
            }
            let runner = JobRunner([bad, good], database: database.settings, log: log)
            try runner.start()
            Clock.sleep(milliseconds: 1800)
            runner.stop()
            #expect(runs.value.load(ordering: .relaxed) == 2)
            let rows = try database.connect().query("SELECT job FROM job_run ORDER BY job")
            #expect(try rows.map { try $0.value(0, as: String.self) } == ["good"])
        }
    }

    @Test func aRunnerWithoutItsDatabaseStopsAtOnce() throws {
        let settings = ConnectionSettings(url: "postgresql://127.0.0.1:1/none", applicationName: "test")
        let runner = JobRunner(
            Job.standard(retention: { Retention(months: 13, deadLetterDays: 30) }), database: settings, log: log)
        try runner.start()
        runner.stop()
        #expect(runner.runIfDue(.expireSeenEvents) == JobRunner.retrySeconds)
    }

    /// Whoever asks for an erasure waits for no round.
    @Test func aJobThatIsWokenRunsAtOnce() throws {
        try TestDatabase.with { database in
            let runs = Monitor(0)
            let job = Job(name: "count", intervalSeconds: 86_400) { (_) throws(DatabaseError) in
                runs.withLock { $0 += 1 }
                return nil
            }
            let runner = JobRunner([job], database: database.settings, log: log)
            try runner.start()
            _ = runs.wait(milliseconds: 60_000) { $0 == 1 ? true : nil }
            runner.wake("another")
            runner.wake("count")
            _ = runs.wait(milliseconds: 60_000) { $0 == 2 ? true : nil }
            runner.stop()
            #expect(runs.read { $0 } == 2)
        }
    }

    private final class Counter: Sendable {
        let value = Atomic(0)
    }
}
