import Cryptography
import Database
import EventModel
import TestSupport
import Testing

@testable import Accounts

/// What the edge learns of limits, tokens and keys.
@Suite struct LimitStoreTests {
    @Test func aSiteHasALimitAndASecretOfItsOwn() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            let store = SiteStore(connection)
            let first = try store.add(SiteStore.NewSite(domain: "a.example"))
            let second = try store.add(SiteStore.NewSite(domain: "b.example"))
            #expect(first.eventsPerSecond == nil && !first.needsScriptToken)
            func secret(_ site: Site) throws -> StoredSecret? {
                try SnapshotLoader(connection).load().byKey[site.key]?.scriptSecret
            }
            let before = try (first: secret(first), second: secret(second))
            #expect(before.first?.reveal().count == 32 && before.first != before.second)

            try store.setEventsPerSecond(7, of: first.id)
            try store.setNeedsScriptToken(true, of: first.id)
            try store.renewScriptSecret(of: first.id)
            let changed = try #require(try store.site(domain: "A.example"))
            #expect(changed.eventsPerSecond == 7 && changed.needsScriptToken)
            #expect(try secret(first)?.reveal().count == 32 && secret(first) != before.first)
            #expect(try store.site(domain: "b.example") == second && secret(second) == before.second)

            try store.setEventsPerSecond(nil, of: first.id)
            #expect(try store.site(domain: "a.example")?.eventsPerSecond == nil)
            for limit in [0, -1, 1_000_001] {
                #expect(throws: DatabaseError.self) { try store.setEventsPerSecond(limit, of: first.id) }
            }
            #expect(throws: DatabaseError.self) { try store.setNeedsScriptToken(true, of: SiteID(rawValue: 99)) }
        }
    }

    /// As the snapshot has them: what they may do, for which sites, until when.
    @Test func keysComeWithSitesScopesAndExpiry() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            let store = SiteStore(connection)
            let sites = try ["a.example", "b.example", "c.example"].map { try store.add(SiteStore.NewSite(domain: $0)) }
            try connection.execute("INSERT INTO organisation (name) VALUES ('one'), ('two')")
            try connection.execute(
                """
                UPDATE site SET organisation_id = (SELECT organisation_id FROM organisation WHERE name = 'one')
                WHERE domain IN ('a.example', 'b.example')
                """)
            let single = try SecretKeyStore(connection).add(domain: "c.example")
            try connection.execute(
                """
                INSERT INTO secret_key (key_hash, organisation_id, site_ids, beginning, scopes, expires_at)
                SELECT hash, organisation_id, sites, hash, scopes, now() + life
                FROM organisation,
                    (VALUES ('all', NULL, '{send}'::text[], NULL::interval),
                        ('read', NULL, '{read}', NULL),
                        ('soon', ARRAY[\(sites[0].id.rawValue), 9999], '{read,send}', interval '1 hour'),
                        ('late', ARRAY[\(sites[0].id.rawValue)], '{send}', interval '-1 hour'),
                        ('long ago', ARRAY[\(sites[0].id.rawValue)], '{send}', interval '-60 days'))
                        AS keys (hash, sites, scopes, life)
                WHERE name = 'one'
                """)
            let snapshot = try SnapshotLoader(connection).load()
            let own = try #require(snapshot.key(hash: SecretKey.hash(single)))
            #expect(own.sites == [sites[2].id] && own.scopes == [.send] && own.expiresAt == nil && own.number > 0)
            #expect(snapshot.key(hash: "all")?.sites == [sites[0].id, sites[1].id])
            #expect(snapshot.key(hash: "read")?.maySend == false)
            let soon = try #require(snapshot.key(hash: "soon"))
            #expect(soon.sites == [sites[0].id] && soon.maySend)
            let now = Timestamp(milliseconds: try connection.query("SELECT now()")[0].milliseconds(0))
            #expect(!soon.isExpired(at: now) && soon.isExpired(at: now.advanced(byMilliseconds: 3_600_001)))
            // Known for a while, so that its owner is told what is wrong.
            #expect(snapshot.key(hash: "late")?.isExpired(at: now) == true)
            #expect(snapshot.key(hash: "long ago") == nil)
            #expect(snapshot.limitSecret.reveal().count == 32)
        }
    }

    @Test func theLastUseIsWrittenOnceADay() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            _ = try SiteStore(connection).add(SiteStore.NewSite(domain: "a.example"))
            let store = SecretKeyStore(connection)
            let keys = try (0..<2).map { _ in try store.add(domain: "a.example") }
            let snapshot = try SnapshotLoader(connection).load()
            let numbers = try keys.map { try #require(snapshot.key(hash: SecretKey.hash($0))).number }
            func lastUse(_ number: Int32) throws -> Int32? {
                try connection.query(
                    "SELECT last_used_on - date '1970-01-01' FROM secret_key WHERE secret_key_id = \(number)")[0]
                    .value(0)
            }
            #expect(try lastUse(numbers[0]) == nil)
            try store.setLastUse(of: numbers, day: 20_000)
            try store.setLastUse(of: [numbers[0]], day: 20_001)
            try store.setLastUse(of: numbers + [99_999], day: 19_000)
            #expect(try lastUse(numbers[0]) == 20_001)
            #expect(try lastUse(numbers[1]) == 20_000)
        }
    }

    /// Nobody but gateways may know the installation's secret.
    @Test func theDashboardsLoginDoesNotSeeTheSecretOfGateways() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            let row = try connection.query(
                """
                SELECT relrowsecurity, NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)
                FROM pg_class WHERE oid = 'gateway_secret'::regclass
                """)[0]
            #expect(try row.value(0, as: Bool.self) && row.value(1, as: Bool.self))
        }
    }
}
