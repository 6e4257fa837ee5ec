@_spi(Scripts) import Database
import EventModel
import TestSupport
import Testing

@testable import Accounts

/// What PostgreSQL itself keeps apart, whatever the dashboard asks.
struct RowSecurityTests {
    /// Every table that the dashboard's login may read.
    private static func tables(_ connection: Connection) throws -> [String] {
        try connection.query(
            """
            SELECT relname FROM pg_class
            WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
                AND has_table_privilege('footfall_test_web', oid, 'SELECT')
            ORDER BY relname
            """
        ).map { try $0.value(0, as: String.self) }
    }

    /// Two tenants, each with a row in every table.
    private func twoTenants(_ fixture: AccountFixture) throws -> (ada: Actor, eve: Actor) {
        var ada = try fixture.setUp()
        var eve = try fixture.another("eve@example.com", organisation: "Other")
        for (actor, domain) in [(ada, "a.example"), (eve, "b.example")] {
            _ = try fixture.service.addSite(.init(domain: domain), to: actor.organisation, actor)
            let site = try fixture.site(domain, actor)
            try fixture.service.share(site, .init(name: "Board"), actor)
            _ = try fixture.service.addKey(.init(name: "key", mayRead: true), to: actor.organisation, actor)
            _ = try fixture.service.invite(.init(email: nil, role: .viewer), to: actor.organisation, actor)
            try fixture.service.addTeam("Team", to: actor.organisation, actor)
            let team = try #require(try fixture.service.details(of: actor.organisation, for: actor.person)?.teams.first)
            try fixture.service.setTeamMember(
                actor.person.person, of: team.number, isMember: true, in: actor.organisation, actor)
            try fixture.service.give(site, to: .team(team.number), as: .viewer, actor)
            let number = site.site.id.rawValue
            try fixture.database.run(
                script: """
                    SELECT create_event_partition('2026-11-01');
                    INSERT INTO dictionary VALUES (\(number), 1, 'secret of \(domain)');
                    INSERT INTO fact_set VALUES (\(number), 1, '{}');
                    INSERT INTO event ("time", event_id, name_id, site_id, received_after)
                        VALUES ('2026-11-24', gen_random_uuid(), 1, \(number), 0);
                    INSERT INTO bot_event ("time", event_id, name_id, site_id, received_after)
                        VALUES ('2026-11-24', gen_random_uuid(), 1, \(number), 0);
                    INSERT INTO session (started_at, last_at, first_event, visitor, session_id, site_id, pageviews, events, engaged_ms)
                        VALUES ('2026-11-24', '2026-11-24', gen_random_uuid(), 1, 1, \(number), 1, 0, 0);
                    INSERT INTO site_day (site_id, day, version) VALUES (\(number), '2026-11-24', 1);
                    INSERT INTO day_stat VALUES (\(number), '2026-11-24', 'visits', 1, '');
                    INSERT INTO day_visits VALUES (\(number), '2026-11-24', 1, '');
                    INSERT INTO ledger VALUES (\(number), '2026-11-24', 'stored', '', 1);
                    INSERT INTO goal (site_id, name, definition) VALUES (\(number), 'Goal', '{}');
                    INSERT INTO recovery_code VALUES (\(actor.person.person), 'x');
                    INSERT INTO one_time_link VALUES ('hash of \(domain)', 'password', \(actor.person.person), 'infinity');
                    INSERT INTO dead_letter (journal, sequence, event_id, site_id, store, reason, hit)
                        VALUES (gen_random_uuid(), 1, gen_random_uuid(), \(number), 'postgres', 'x', '');
                    INSERT INTO erasure (site_id, kind, since, until, requested_at)
                        VALUES (\(number), 'period', '2026-11-24', '2026-11-25', now());
                    """)
        }
        ada = try fixture.fresh(ada)
        eve = try fixture.fresh(eve)
        return (ada, eve)
    }

    private func count(_ pool: Pool, _ table: String, _ behalf: Behalf) throws -> Int {
        try pool.withConnection(for: behalf) { (connection) throws(DatabaseError) in
            // The names are those of the catalogue; a table cannot be a parameter.
            try connection.query(
                """
                SELECT (xpath('//c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I', \(table)::text), false, true, '')))[1]::text::bigint
                """)[0].value(0)
        }
    }

    @Test func whoSaysNobodySeesNothing() throws {
        try AccountFixture.with { fixture in
            _ = try twoTenants(fixture)
            let pool = Pool(try fixture.database.confined(), limit: 1, isConfined: true)
            let tables = try RowSecurityTests.tables(fixture.database.connect())
            #expect(tables.count > 20)
            for table in tables {
                let all: Int = try count(Pool(fixture.database.settings, limit: 1), table, .nobody)
                #expect(all >= 2, "\(table) has something to hide")
                #expect(try count(pool, table, .nobody) == 0, "\(table)")
            }
        }
    }

    /// With the other tenant's settings, a tenant's rows are no more than with none.
    @Test func eachTenantSeesItsOwnRowsOnly() throws {
        try AccountFixture.with { fixture in
            let (ada, eve) = try twoTenants(fixture)
            let pool = Pool(try fixture.database.confined(), limit: 1, isConfined: true)
            let own = try fixture.site("a.example", ada).site.id.rawValue
            let foreign = try fixture.site("b.example", eve).site.id.rawValue
            let connection = try fixture.database.connect()
            for table in try RowSecurityTests.tables(connection) {
                let all = try count(Pool(fixture.database.settings, limit: 1), table, .nobody)
                let adas = try count(
                    pool, table, Behalf(site: own, organisation: ada.organisation, person: ada.person.person))
                let eves = try count(
                    pool, table, Behalf(site: foreign, organisation: eve.organisation, person: eve.person.person))
                #expect(adas + eves <= all, "\(table): a row is seen by both")
                if table != "one_time_link" { #expect(adas > 0 && eves > 0, "\(table)") }
            }
        }
    }

    @Test func nothingCanBeWrittenIntoAnotherTenant() throws {
        try AccountFixture.with { fixture in
            let (ada, eve) = try twoTenants(fixture)
            let pool = Pool(try fixture.database.confined(), limit: 1, isConfined: true)
            let foreign = try fixture.site("b.example", eve).site.id.rawValue
            let own = try fixture.site("a.example", ada).site.id.rawValue
            let behalf = Behalf(site: own, organisation: ada.organisation, person: ada.person.person)
            let eves = eve.organisation
            let refused: [SQL] = [
                "INSERT INTO goal (site_id, name, definition) VALUES (\(foreign), 'x', '{}')",
                "INSERT INTO membership (organisation_id, person_id, role) VALUES (\(eves), \(ada.person.person), 'owner')",
                "INSERT INTO secret_key (key_hash, beginning, organisation_id) VALUES ('x', 'x', \(eves))",
                "INSERT INTO shared_link (site_id, name, token) VALUES (\(foreign), 'x', 'x')",
                "INSERT INTO site_access (site_id, person_id, role) VALUES (\(foreign), \(ada.person.person), 'editor')",
                "INSERT INTO site_access (site_id, person_id, role) VALUES (\(own), \(eve.person.person), 'editor')",
                "INSERT INTO site (domain, organisation_id) VALUES ('c.example', \(eves))",
                "UPDATE site SET organisation_id = \(eves) WHERE site_id = \(own)",
                "INSERT INTO team_member (team_id, person_id) SELECT team_id, \(eve.person.person) FROM team",
                "INSERT INTO audit_entry (organisation_id, person_name, action) VALUES (\(eves), 'x', 'x')",
                "INSERT INTO person_session (person_id, token_hash, expires_at) VALUES (\(eve.person.person), 'x', now())",
                "INSERT INTO invitation (organisation_id, role, token_hash, expires_at) VALUES (\(eves), 'owner', 'x', now())",
                """
                INSERT INTO erasure (site_id, kind, since, until, requested_at)
                VALUES (\(foreign), 'period', now() - interval '1 day', now(), now())
                """,
            ]
            for statement in refused {
                let error = #expect(throws: DatabaseError.self) {
                    try pool.withConnection(for: behalf) { (connection) throws(DatabaseError) in
                        _ = try connection.execute(statement)
                    }
                }
                // By a policy: not because the row itself would not do.
                #expect(error?.sqlState == "42501" && error?.message.contains("row-level security") == true)
            }
            let without: [SQL] = [
                "UPDATE site SET is_public = true WHERE site_id = \(foreign)",
                "DELETE FROM shared_link WHERE site_id = \(foreign)",
                "DELETE FROM secret_key WHERE organisation_id = \(eves)",
                "UPDATE person SET password_hash = 'x' WHERE person_id = \(eve.person.person)",
                "DELETE FROM person WHERE person_id = \(eve.person.person)",
                "UPDATE organisation SET name = 'x' WHERE organisation_id = \(eves)",
                "DELETE FROM membership WHERE organisation_id = \(eves)",
                "DELETE FROM person_session WHERE person_id = \(eve.person.person)",
            ]
            for statement in without {
                let touched = try pool.withConnection(for: behalf) { (connection) throws(DatabaseError) in
                    try connection.execute(statement)
                }
                #expect(touched == 0)
            }
        }
    }

    /// Whoever reads a public page, or has a link or a key, asks on behalf of the site or with the secret: that reads.
    @Test func whoOnlyReadsWritesNothing() throws {
        try AccountFixture.with { fixture in
            let (ada, _) = try twoTenants(fixture)
            let pool = Pool(try fixture.database.confined(), limit: 1, isConfined: true)
            let site = try fixture.site("a.example", ada)
            let token = try #require(try fixture.service.links(of: site).first).token
            let number = site.site.id.rawValue
            let attempts: [(behalf: Behalf, statement: SQL)] = [
                (.site(number), "INSERT INTO goal (site_id, name, definition) VALUES (\(number), 'x', '{}')"),
                (.site(number), "DELETE FROM goal WHERE site_id = \(number)"),
                (.site(number), "UPDATE goal SET definition = '{}' WHERE site_id = \(number)"),
                (.site(number), "INSERT INTO shared_link (site_id, name, token) VALUES (\(number), 'x', 'x')"),
                (.site(number), "DELETE FROM shared_link WHERE site_id = \(number)"),
                (.site(number), "INSERT INTO site_key (site_id, key) VALUES (\(number), 'x')"),
                (.site(number), "DELETE FROM site_key WHERE site_id = \(number)"),
                (.site(number), "UPDATE site SET is_public = true WHERE site_id = \(number)"),
                (Behalf(secret: token), "UPDATE shared_link SET filters = '' WHERE token = \(token)"),
                (Behalf(secret: token), "DELETE FROM shared_link WHERE token = \(token)"),
            ]
            for (behalf, statement) in attempts {
                let touched = try? pool.withConnection(for: behalf) { (connection) throws(DatabaseError) in
                    try connection.execute(statement)
                }
                #expect((touched ?? 0) == 0, "\(statement)")
            }
        }
    }

    /// Else a temporary table could stand in for one of ours, in what runs with the owner's rights.
    @Test func whatRunsWithTheOwnersRightsLooksAtOurTablesFirst() throws {
        try AccountFixture.with { fixture in
            let rows = try fixture.database.connect().query(
                """
                SELECT proname, coalesce(array_to_string(proconfig, ' '), '') FROM pg_proc
                WHERE prosecdef AND pronamespace = 'public'::regnamespace
                """)
            #expect(rows.count > 10)
            for row in rows {
                let (name, path): (String, String) = (try row.value(0), try row.value(1))
                #expect(path.contains("search_path=public, pg_temp"), "\(name)")
            }
            let web = try Connection(try fixture.database.confined())
            _ = try fixture.setUp()
            try web.runScript("CREATE TEMP TABLE person (person_id integer)")
            let hasPerson: Bool = try web.query("SELECT has_person()")[0].value(0)
            #expect(hasPerson)
        }
    }

    @Test func aLoginThatCouldPassTheWallIsRefused() throws {
        try AccountFixture.with { fixture in
            let owner = Pool(fixture.database.settings, limit: 1, isConfined: true)
            #expect(throws: DatabaseError.self) {
                try owner.withConnection { (connection) throws(DatabaseError) in _ = try connection.query("SELECT 1") }
            }
            let web = try Connection(try fixture.database.confined())
            #expect(try web.reasonNotConfined() == nil)
            // A table that somebody forgot.
            try fixture.database.run(
                script: "CREATE TABLE forgotten (a integer); GRANT SELECT ON forgotten TO footfall_test_web")
            #expect(try web.reasonNotConfined()?.contains("row-level security") == true)
            #expect(throws: DatabaseError.self) {
                try web.execute("SELECT set_config('role', 'footfall_admin', false)")
            }
        }
    }
}
