import Database
import Platform
import TestSupport
import Testing

@testable import Jobs

/// How erasures go on after they have become invisible. The clock is the test's.
@Suite struct ErasureTests {
    private let hour: Int64 = 3_600_000
    /// 2026-11-24T12:00:00Z.
    private let noon: Int64 = 1_795_521_600_000

    @Test func tablesAreRewrittenInTheQuietHourOrWithinADay() {
        let schedule = ErasureSchedule(journalSeconds: 7200, hour: 2)
        #expect(!schedule.isDue(requestedAt: noon - hour, now: noon))
        #expect(schedule.isDue(requestedAt: noon, now: noon + 14 * hour))
        #expect(!schedule.isDue(requestedAt: noon, now: noon + 15 * hour))
        // Asked for in the quiet hour itself: the next one would be too late.
        #expect(schedule.isDue(requestedAt: noon - 10 * hour, now: noon + 10 * hour))
        #expect(ErasureSchedule.now.isDue(requestedAt: noon, now: noon))
    }

    private var work: ErasureWork {
        ErasureWork(
            run: { (_, _) throws(DatabaseError) in 0 },
            settle: { (connection, moment, now) throws(DatabaseError) in
                try connection.execute(
                    """
                    UPDATE erasure SET settled_at = \(timestamp: now), visitors = NULL
                    WHERE settled_at IS NULL AND requested_at < \(timestamp: moment)
                    """)
            }, emptyCaches: {})
    }

    private func ask(_ connection: Connection) throws {
        try connection.execute("INSERT INTO site (domain) VALUES ('a.example')")
        try connection.execute("SELECT create_event_partition('2026-11-01')")
        try connection.execute(
            """
            INSERT INTO erasure (site_id, kind, visitors, requested_at, invisible_at, events, months)
            VALUES (1, 'visitor', '{7}', \(timestamp: noon), \(timestamp: noon), 1, '{2026-11-01}')
            """)
    }

    @Test func anErasureTakesItsTimeAndIsDoneWithinADay() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try ask(connection)
            let schedule = ErasureSchedule(journalSeconds: 7200, hour: 2)
            let files: SQL = """
                SELECT string_agg(relfilenode::text, ' ' ORDER BY relname) FROM pg_class
                WHERE relname IN ('event_2026_11', 'bot_event_2026_11', 'session', 'dictionary', 'erasure')
                """
            let before: String = try connection.query(files)[0].value(0)
            #expect(try work.goOn(connection, schedule: schedule, now: noon + hour) == nil)
            #expect(try work.goOn(connection, schedule: schedule, now: noon + 3 * hour) == "1 settled")
            #expect(try connection.query(files)[0].value(0) == before)
            let line = try #require(try work.goOn(connection, schedule: schedule, now: noon + 14 * hour))
            #expect(line.hasPrefix("1 off the disk, for which 9 tables were rewritten"))
            let after: String = try connection.query(files)[0].value(0)
            #expect(Set(after.split(separator: " ")).isDisjoint(with: before.split(separator: " ")))
            #expect(try connection.query("SELECT done_at IS NOT NULL FROM erasure")[0].value(0) == true)
            #expect(try work.goOn(connection, schedule: schedule, now: noon + 14 * hour) == nil)
        }
    }

    /// Somebody who may still see what was deleted would have it written into the new file.
    @Test func aTransactionThatIsOlderIsWaitedFor() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try ask(connection)
            let settings = database.settings
            let isOpen = Monitor(false)
            let isDone = Monitor(false)
            let reader = try Thread(name: "reader") {
                guard let other = try? Connection(settings) else { return }
                _ = try? other.transaction { () throws(DatabaseError) in
                    try other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    _ = try other.query("SELECT count(*) FROM site")
                    isOpen.withLock { $0 = true }
                    Clock.sleep(milliseconds: 700)
                    isDone.withLock { $0 = true }
                }
            }
            _ = isOpen.wait(milliseconds: 60_000) { $0 ? true : nil }
            _ = try work.goOn(connection, schedule: .now, now: noon + hour)
            #expect(isDone.read { $0 }, "the tables are rewritten once nobody sees the deleted rows any more")
            reader.join()
        }
    }

    @Test func noOtherTableIsRewritten() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            for name in ["site", "event", "pg_class", "event_2026_11; DROP TABLE site"] {
                #expect(throws: DatabaseError.self) { try connection.execute("SELECT rewrite_table(\(name))") }
            }
            #expect(try connection.query("SELECT rewrite_table('event_1999_01')")[0].value(0) == false)
        }
    }
}
