@_spi(Scripts) import Database
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
        func isDue(asked: Int64, last: Int64? = nil, now: Int64) -> Bool {
            schedule.isDue(oldest: asked, last: last, now: now)
        }
        #expect(!isDue(asked: noon - hour, now: noon))
        #expect(isDue(asked: noon, now: noon + 14 * hour))
        #expect(!isDue(asked: noon, now: noon + 15 * hour))
        // Asked for in the quiet hour itself: the next one would be too late.
        #expect(isDue(asked: noon - 10 * hour, now: noon + 10 * hour))
        // Once in a quiet hour, for all.
        #expect(!isDue(asked: noon, last: noon + 14 * hour, now: noon + 14 * hour + 60_000))
        #expect(isDue(asked: noon, last: noon - 10 * hour, now: noon + 14 * hour))
        #expect(ErasureSchedule.now.isDue(oldest: noon, last: noon, now: noon))
    }

    private func work(_ failure: String? = nil) -> ErasureWork {
        ErasureWork(
            run: { (_, _) throws(DatabaseError) in
                ErasureWork.Outcome(done: 0, failures: [failure].compactMap { $0 })
            },
            settle: { (connection, moment, _, now) throws(DatabaseError) in
                ErasureWork.Outcome(
                    done: try connection.execute(
                        """
                        UPDATE erasure SET settled_at = \(timestamp: now), visitors = NULL
                        WHERE settled_at IS NULL AND requested_at < \(timestamp: moment)
                        """))
            }, emptyCaches: {})
    }

    private func ask(_ connection: Connection, at moment: Int64) throws {
        try connection.execute("INSERT INTO site (domain) VALUES ('a.example') ON CONFLICT DO NOTHING")
        try connection.execute("SELECT create_event_partition('2026-11-01')")
        try connection.execute(
            """
            WITH asked AS (
                INSERT INTO erasure (site_id, kind, visitors, requested_at, invisible_at, events)
                VALUES (1, 'visitor', '{7}', \(timestamp: moment), \(timestamp: moment), 1) RETURNING erasure_id)
            INSERT INTO erasure_trace (erasure_id, relation, deletions)
            SELECT erasure_id, relation, 1 FROM asked,
                unnest(ARRAY['event_2026_11', 'session', 'dictionary', 'fact_set', 'seen_event']) AS relation
            """)
    }

    private func files(_ connection: Connection) throws -> [String: String] {
        let rows = try connection.query(
            """
            SELECT relname::text, relfilenode::text FROM pg_class
            WHERE relname IN ('event_2026_11', 'bot_event_2026_11', 'session', 'dictionary', 'fact_set', 'erasure')
            """)
        var files: [String: String] = [:]
        for row in rows { files[try row.value(0)] = try row.value(1) }
        return files
    }

    /// Names of the tables that have other files now.
    private func changed(_ before: [String: String], _ connection: Connection) throws -> Set<String> {
        let now = try files(connection)
        return Set(before.keys.filter { before[$0] != now[$0] })
    }

    @Test func anErasureTakesItsTimeAndIsDoneWithinADay() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try ask(connection, at: noon)
            let schedule = ErasureSchedule(journalSeconds: 7200, hour: 2)
            let before = try files(connection)
            let work = work()
            #expect(try work.goOn(connection, schedule: schedule, now: noon + hour) == nil)
            #expect(try work.goOn(connection, schedule: schedule, now: noon + 3 * hour) == "1 settled")
            #expect(try files(connection) == before)
            let line = try #require(try work.goOn(connection, schedule: schedule, now: noon + 14 * hour))
            #expect(line.hasPrefix("6 tables were rewritten, 1 off the disk"))
            #expect(
                try changed(before, connection) == ["event_2026_11", "session", "dictionary", "fact_set", "erasure"])
            #expect(try connection.query("SELECT done_at IS NOT NULL FROM erasure")[0].value(0) == true)
            #expect(try work.goOn(connection, schedule: schedule, now: noon + 14 * hour) == nil)
        }
    }

    /// What settles one after the other in the quiet hour is not a reason to write everything anew each time; and what still
    /// waits for a journal is off the tables all the same.
    @Test func tablesAreRewrittenOnceForAllErasures() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            let schedule = ErasureSchedule(journalSeconds: 7200, hour: 2)
            let night = noon + 14 * hour
            for number in 0..<20 { try ask(connection, at: night - 3 * hour + Int64(number) * 300_000) }
            let work = work()
            let line = try #require(try work.goOn(connection, schedule: schedule, now: night))
            #expect(line.hasPrefix("12 settled, 6 tables were rewritten, 12 off the disk"))
            let before = try files(connection)
            for minute in 1..<60 {
                let line = try work.goOn(connection, schedule: schedule, now: night + Int64(minute) * 60_000)
                #expect(line == nil || line == "1 settled")
            }
            #expect(try files(connection) == before)
            #expect(try connection.query("SELECT count(*) FROM erasure_trace")[0].value(0) == 0)
            // Only their own table is left for those that were settled later.
            let rest = try #require(try work.goOn(connection, schedule: schedule, now: night + 20 * hour))
            #expect(rest.hasPrefix("1 tables were rewritten, 8 off the disk"))
        }
    }

    /// What is done is not done again because something else is in the way, and what comes meanwhile is not forgotten.
    @Test func aTableThatCannotBeHadHoldsUpNoOther() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try ask(connection, at: noon)
            _ = try work().erase(connection, schedule: .now, now: noon + 1)
            let before = try files(connection)
            let other = try database.connect()
            var caught: DatabaseError?
            try other.transaction { () throws(DatabaseError) in
                // A lock without a snapshot: in nobody's way but of the table.
                try other.execute("LOCK TABLE event_2026_11 IN ACCESS SHARE MODE")
                do throws(DatabaseError) {
                    _ = try TableRewriting(connection: connection).run(now: noon + 2)
                } catch {
                    caught = error
                }
            }
            #expect(caught?.kind == .retryable)
            #expect(caught?.message.contains("event_2026_11") == true)
            #expect(try changed(before, connection) == ["session"])
            let between = try files(connection)
            // Somebody's erasure, while the table is written anew.
            try connection.execute("CREATE TABLE told (name text)")
            try connection.execute(
                """
                CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN UPDATE erasure_trace SET deletions = deletions + 1 WHERE relation = 'fact_set'; RETURN NULL; END $$
                """)
            try connection.execute(
                """
                CREATE TRIGGER meanwhile AFTER DELETE ON erasure_trace FOR EACH ROW
                WHEN (OLD.relation = 'dictionary') EXECUTE FUNCTION meanwhile()
                """)
            _ = try TableRewriting(connection: connection).run(now: noon + 3)
            #expect(try changed(between, connection) == ["event_2026_11", "dictionary", "fact_set"])
            let left: [String] = try connection.query("SELECT relation FROM erasure_trace").map { try $0.value(0) }
            #expect(left == ["fact_set"], "its erasure came after the look")
            #expect(
                try connection.query("SELECT count(*) FROM erasure WHERE log_position IS NOT NULL")[0].value(0) == 0)
        }
    }

    /// Somebody who may still see what was deleted would have it written into the new file.
    @Test func aTransactionThatIsOlderIsWaitedFor() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try ask(connection, at: noon)
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
            _ = try work().goOn(connection, schedule: .now, now: noon + hour)
            #expect(isDone.read { $0 }, "the tables are rewritten once nobody sees the deleted rows any more")
            reader.join()
        }
    }

    /// The gateway's login is nothing more on the server: it must see other roles' transactions all the same, those that have
    /// changed something and rest included.
    @Test(arguments: [
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM site", "UPDATE site SET domain = 'b'",
    ])
    func aTransactionOfAnotherRoleIsWaitedFor(statements: String) throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try ask(connection, at: noon)
            let login = "footfall_rewriting_\(UInt64.random(in: 0...UInt64.max))"
            try database.run(script: "CREATE ROLE \(login)")
            defer { try? database.run(script: "DROP OWNED BY \(login); DROP ROLE \(login)") }
            let other = try database.connect()
            var rewriting = TableRewriting(connection: connection)
            rewriting.patience = 300
            try other.transaction { () throws(DatabaseError) in
                for statement in statements.split(separator: ";") {
                    try other.runScript(String(statement))
                }
                try connection.execute("SELECT set_config('role', \(login), false)")
                do throws(DatabaseError) {
                    try rewriting.waitForReaders()
                    Issue.record("nobody was seen")
                } catch {
                    #expect(error.kind == .retryable)
                    #expect(error.message.hasPrefix("process "))
                }
            }
            rewriting.patience = 60_000
            try rewriting.waitForReaders()
            try connection.execute("SELECT set_config('role', 'none', false)")
        }
    }

    @Test func oneThatFailsIsToldAfterTheOthersAreDone() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try ask(connection, at: noon)
            do throws(DatabaseError) {
                _ = try work("erasure 9: because").erase(connection, schedule: .now, now: noon + 1)
                Issue.record("nothing was said")
            } catch {
                #expect(error.message == "erasure 9: because; 1 settled; what failed is tried again later")
            }
            #expect(try connection.query("SELECT settled_at IS NOT NULL FROM erasure")[0].value(0) == true)
        }
    }

    /// PostgreSQL may keep files of its log; the record does not say otherwise.
    @Test func theRecordSaysWhetherTheLogIsClean() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try ask(connection, at: noon)
            _ = try work().erase(connection, schedule: .now, now: noon + 1)
            let rewriting = TableRewriting(connection: connection)
            _ = try rewriting.run(now: noon + 2)
            // As if no checkpoint had come yet.
            try connection.execute("UPDATE erasure SET log_position = pg_current_wal_insert_lsn() + 1000000000")
            #expect(try rewriting.finish(now: noon + 3) == nil)
            try connection.execute("UPDATE erasure SET log_position = '0/1'")
            let line = try #require(try rewriting.finish(now: noon + 4))
            let isClean: Bool = try connection.query(
                """
                SELECT current_setting('wal_recycle') = 'off' AND current_setting('archive_mode') = 'off'
                    AND current_setting('wal_keep_size')::text IN ('0', '0MB')
                """)[0].value(0)
            #expect(line.contains("docs/privacy.md") == !isClean)
            #expect(try connection.query("SELECT is_log_clean FROM erasure")[0].value(0) == isClean)
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
