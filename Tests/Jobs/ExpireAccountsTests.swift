import Database
import Synchronization
import TestSupport
import Testing

@testable import Jobs

/// What was deleted goes for good when its days of grace are over, and not before. The clock is the test's.
@Suite struct ExpireAccountsTests {
    /// 2026-11-24T12:00:00Z.
    private let noon: Int64 = 1_795_521_600_000

    /// Tables of events, each with a row of a site.
    private static let tables: [SQL] = [
        "event", "bot_event", "session", "dictionary", "fact_set", "site_day", "day_stat", "day_visits", "dead_letter",
        "ledger",
    ]

    /// Two organisations; the first has sites 1 and 2, the second site 3. All of them have everything.
    private func fill(_ connection: Connection) throws {
        try connection.execute("SELECT create_event_partition('2026-11-01')")
        try connection.execute("INSERT INTO organisation (name) VALUES ('first'), ('second')")
        try connection.execute(
            """
            INSERT INTO site (domain, organisation_id) VALUES ('one.example', 1), ('two.example', 1), ('three.example', 2)
            """)
        try connection.execute("INSERT INTO person (email) VALUES ('anna@one.example'), ('berta@three.example')")
        try connection.execute("INSERT INTO membership VALUES (1, 1, 'owner'), (2, 2, 'owner')")
        for site in 1...3 as ClosedRange<Int32> {
            for table in ["event", "bot_event"] as [SQL] {
                // Several of one moment, and more than a batch.
                try connection.execute(
                    """
                    INSERT INTO \(table) ("time", event_id, name_id, site_id, received_after)
                    SELECT \(timestamp: noon) + (n / 3) * interval '1 second', gen_random_uuid(), 1, \(site), 0
                    FROM generate_series(1, 12000) AS n
                    """)
            }
            try connection.execute(
                """
                INSERT INTO session (started_at, last_at, first_event, visitor, session_id, site_id, pageviews, events,
                    engaged_ms)
                SELECT \(timestamp: noon), \(timestamp: noon), gen_random_uuid(), n / 2 - 5000, n, \(site), 1, 0, 0
                FROM generate_series(1, 12000) AS n
                """)
            try connection.execute(
                "INSERT INTO dictionary SELECT \(site), n - 6000, n::text FROM generate_series(1, 12000) AS n")
            try connection.execute("INSERT INTO fact_set VALUES (\(site), 1, '{}')")
            try connection.execute("INSERT INTO site_day (site_id, day, version) VALUES (\(site), '2026-11-24', 1)")
            try connection.execute(
                "INSERT INTO day_stat (site_id, day, shape, version, slice) VALUES (\(site), '2026-11-24', 'pages', 1, '')"
            )
            try connection.execute(
                "INSERT INTO day_visits (site_id, day, version, visits) VALUES (\(site), '2026-11-24', 1, '')")
            try connection.execute(
                """
                INSERT INTO dead_letter (journal, sequence, event_id, site_id, store, reason, hit)
                VALUES (gen_random_uuid(), 1, gen_random_uuid(), \(site), 'postgres', 'because', '')
                """)
            try connection.execute("INSERT INTO ledger VALUES (\(site), '2026-11-24', 'stored', '', 3)")
            try connection.execute("INSERT INTO goal (site_id, name, definition) VALUES (\(site), 'goal', '{}')")
            try connection.execute(
                "INSERT INTO shared_link (site_id, name, token) VALUES (\(site), 'link', \("\(site)"))")
        }
        try connection.execute(
            """
            INSERT INTO secret_key (key_hash, beginning, organisation_id, site_ids) VALUES ('one', 'ff_sk_1', 1, '{1}'),
                ('both', 'ff_sk_2', 1, '{1,2}'), ('all', 'ff_sk_3', 1, NULL), ('three', 'ff_sk_4', 2, '{3}')
            """)
        try connection.execute(
            """
            INSERT INTO erasure (site_id, kind, requested_at, settled_at)
            SELECT site_id, 'visitor', \(timestamp: noon), \(timestamp: noon) FROM site
            """)
    }

    private func sites(_ connection: Connection, _ table: SQL) throws -> [Int32] {
        try connection.query("SELECT DISTINCT site_id FROM \(table) ORDER BY 1").map { try $0.value(0) }
    }

    private func keys(_ connection: Connection) throws -> [String] {
        try connection.query("SELECT key_hash || coalesce(site_ids::text, '') FROM secret_key ORDER BY 1").map {
            try $0.value(0)
        }
    }

    @Test func aSiteGoesWithAllThatWasKeptForIt() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try fill(connection)
            let clock = Atomic(noon)
            let job = Job.expireAccounts(now: { clock.load(ordering: .relaxed) })
            // Grace is asked of the job's clock alone: to the database's all of this is the past or the future.
            try connection.execute("UPDATE site SET delete_at = \(timestamp: noon + 1000) WHERE site_id = 1")
            try connection.execute("UPDATE site SET delete_at = \(timestamp: noon + 9000) WHERE site_id = 2")
            #expect(try job.run(connection) == nil)
            #expect(try sites(connection, "site") == [1, 2, 3])
            clock.store(noon + 1001, ordering: .relaxed)
            #expect(try job.run(connection) == "deleted 1 sites and 0 organisations whose days of grace are over")
            for table in Self.tables + ["site", "goal", "shared_link"] {
                #expect(try sites(connection, table) == [2, 3], "\(table)")
            }
            #expect(try keys(connection) == ["all", "both{2}", "three{3}"])
            #expect(try sites(connection, "erasure") == [1, 2, 3], "that something was erased stays on record")
            // Taken back.
            try connection.execute("UPDATE site SET delete_at = NULL WHERE site_id = 2")
            clock.store(noon + 1_000_000, ordering: .relaxed)
            #expect(try job.run(connection) == nil)
            #expect(try sites(connection, "event") == [2, 3])
        }
    }

    @Test func anOrganisationGoesWithItsSites() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try fill(connection)
            try connection.execute("UPDATE organisation SET delete_at = \(timestamp: noon) WHERE organisation_id = 1")
            let clock = Atomic(noon)
            let job = Job.expireAccounts(now: { clock.load(ordering: .relaxed) })
            #expect(try job.run(connection) == nil)
            clock.store(noon + 1, ordering: .relaxed)
            #expect(try job.run(connection) == "deleted 2 sites and 1 organisations whose days of grace are over")
            for table in Self.tables + ["site", "goal", "shared_link"] {
                #expect(try sites(connection, table) == [3], "\(table)")
            }
            #expect(try keys(connection) == ["three{3}"])
            let members: [Int32] = try connection.query("SELECT organisation_id FROM membership").map {
                try $0.value(0)
            }
            #expect(members == [2])
            #expect(try job.run(connection) == nil)
        }
    }

    /// A run that was ended half-way, by a restart for example, is taken up again.
    @Test func whatARunHasLeftGoesWithTheNextOne() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try fill(connection)
            try database.run(
                script: """
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
                    CREATE TRIGGER refuse BEFORE DELETE ON day_visits FOR EACH ROW EXECUTE FUNCTION refuse();
                    """)
            try connection.execute("UPDATE site SET delete_at = \(timestamp: noon) WHERE site_id = 1")
            let moment = noon + 1
            let job = Job.expireAccounts(now: { moment })
            #expect(throws: DatabaseError.self) { try job.run(connection) }
            #expect(try sites(connection, "ledger") == [1, 2, 3])
            try connection.execute("DROP TRIGGER refuse ON day_visits")
            #expect(try job.run(connection) == "deleted 1 sites and 0 organisations whose days of grace are over")
            for table in Self.tables { #expect(try sites(connection, table) == [2, 3], "\(table)") }
        }
    }

    @Test func whatHasRunOutGoes() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try fill(connection)
            for seconds in [-1, 1] as [Int64] {
                let moment = noon + seconds * 1000
                try connection.execute(
                    "INSERT INTO person_session (person_id, token_hash, expires_at) VALUES (1, \("\(seconds)"), \(timestamp: moment))"
                )
                try connection.execute(
                    "INSERT INTO one_time_link (token_hash, purpose, expires_at) VALUES (\("\(seconds)"), 'set_up', \(timestamp: moment))"
                )
                try connection.execute(
                    """
                    INSERT INTO invitation (organisation_id, role, token_hash, expires_at)
                    VALUES (1, 'viewer', \("\(seconds)"), \(timestamp: moment))
                    """)
            }
            let moment = noon
            _ = try Job.expireAccounts(now: { moment }).run(connection)
            for table in ["person_session", "one_time_link", "invitation"] as [SQL] {
                let left: [String] = try connection.query("SELECT token_hash FROM \(table)").map { try $0.value(0) }
                #expect(left == ["1"], "\(table)")
            }
        }
    }
}
