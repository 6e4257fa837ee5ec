import Database
import EventModel
import Platform
import PluginAPI
import Synchronization
import TestSupport
import Testing

@testable import Jobs
@testable import PostgresPlugin

/// What becomes of events whose site is deleted while they are on their way.
@Suite struct DeletedSiteTests {
    private let midnight = StoreFixture.midnight

    private func ledger(_ fixture: StoreFixture) throws -> [String] {
        try fixture.connection.query(
            "SELECT site_id || ' ' || outcome || ' ' || reason || ' ' || count FROM ledger ORDER BY 1"
        ).map { try $0.value(0) }
    }

    @Test func eventsOfADeletedSiteAreDroppedAndCounted() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try fixture.connection.execute("DELETE FROM site WHERE site_id = 1")
            var batch = Batch(journal: StoreFixture.journal(), first: 1, last: 3)
            batch.append(.hit(StoreFixture.hit(1, at: midnight)), sequence: 1)
            batch.append(.hit(StoreFixture.hit(2, at: midnight, site: 2)), sequence: 2)
            let rejected = LedgerDelta(
                site: SiteID(rawValue: 1), receivedAt: Timestamp(milliseconds: midnight), outcome: .rejected,
                reason: "malformed")
            batch.append(.ledger(rejected), sequence: 3)
            #expect(try store.store(batch) == StoreReceipt(stored: 1, duplicates: 0))
            // One that cannot be stored either.
            try store.bury(
                Batch(journal: StoreFixture.journal(), first: 4, hits: [StoreFixture.hit(3, at: midnight)]),
                reason: "because")
            #expect(try store.position(in: StoreFixture.journal()) == 4)
            #expect(
                try ledger(fixture) == [
                    "0 dropped site_deleted 2", "0 received  3", "0 rejected malformed 1", "2 received  1",
                    "2 stored  1",
                ])
            #expect(try fixture.count("SELECT count(*) FROM dead_letter") == 0)
            #expect(try fixture.count("SELECT count(*) FROM event WHERE site_id = 1") == 0)
        }
    }

    /// The loader works while a site's grace is over: whatever it is about to store goes, too.
    @Test func nothingOfADeletedSiteIsStoredBesideItsDeletion() throws {
        try StoreFixture.with { fixture in
            let now = midnight + 24 * StoreFixture.hour
            try fixture.connection.execute("UPDATE site SET delete_at = \(timestamp: now - 1) WHERE site_id = 1")
            let store = try fixture.store()
            let loaded = Monitor(0)
            let isDeleted = Atomic(false)
            let loader = try Thread(name: "loader") {
                var number: UInt128 = 0
                var after = 0
                while after < 3 {
                    if isDeleted.load(ordering: .relaxed) { after += 1 }
                    let hits = (1...50).map { place in
                        StoreFixture.hit(
                            number + UInt128(place), at: midnight + Int64(place) * 1000, visitor: UInt64(place),
                            path: "/\(number)")
                    }
                    number += 50
                    guard (try? store.append(hits)) != nil else { continue }
                    loaded.withLock { $0 += 1 }
                }
            }
            _ = loaded.wait(milliseconds: 60_000) { $0 >= 3 ? true : nil }
            let job = Job.expireAccounts(now: { now })
            #expect(
                try job.run(fixture.connection)
                    == "deleted 1 sites and 0 organisations whose days of grace are over")
            isDeleted.store(true, ordering: .relaxed)
            loader.join()
            for table in [
                "event", "bot_event", "session", "dictionary", "fact_set", "site_day", "day_stat", "day_visits",
                "dead_letter", "ledger",
            ] as [SQL] {
                #expect(try fixture.count("SELECT count(*) FROM \(table) WHERE site_id = 1") == 0)
            }
            #expect(try fixture.count("SELECT count FROM ledger WHERE reason = 'site_deleted'") >= 50)
            #expect(try job.run(fixture.connection) == nil)
        }
    }
}
