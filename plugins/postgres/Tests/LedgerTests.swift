import Database
import EventModel
import PluginAPI
import TestSupport
import Testing

@testable import PostgresPlugin

/// Counts that travel with the hits, and dead letters that are tried again.
@Suite struct LedgerTests {
    private let hit = StoreFixture.hit(1, at: StoreFixture.midnight)
    private let site = SiteID(rawValue: 1)

    @Test func countsAreLoadedOnceWithTheirBatch() throws {
        try StoreFixture.with { fixture in
            let now = hit.receivedAt
            var batch = Batch(journal: JournalID(9), first: 1, last: 1)
            batch.append(.hit(hit), sequence: 1)
            for number in 2...4 as ClosedRange<UInt64> {
                batch.append(
                    .ledger(
                        LedgerDelta(site: site, receivedAt: now, outcome: .dropped, reason: "opted_out")),
                    sequence: number)
            }
            batch.append(
                .ledger(LedgerDelta(site: .unknown, receivedAt: now, outcome: .rejected, reason: "unknown_site")),
                sequence: 5)
            batch.extend(through: 5)
            let store = try fixture.store()
            #expect(try store.store(batch) == StoreReceipt(stored: 1, duplicates: 0))
            // Once more, as after a lost answer, and in part, as after a search for poison.
            #expect(try store.store(batch) == StoreReceipt(stored: 0, duplicates: 0))
            #expect(try store.position(in: JournalID(9)) == 5)
            let rows = try fixture.connection.query(
                "SELECT site_id, outcome, reason, count FROM ledger ORDER BY outcome, reason, site_id")
            var ledger: [String] = []
            for row in rows {
                ledger.append(
                    "\(try row.value(0, as: Int32.self)) \(try row.value(1, as: String.self)) "
                        + "\(try row.value(2, as: String.self)) \(try row.value(3, as: Int64.self))")
            }
            let site = site.rawValue
            #expect(
                ledger == [
                    "\(site) dropped opted_out 3", "0 received  1", "\(site) received  4", "0 rejected unknown_site 1",
                    "\(site) stored  1",
                ])
        }
    }

    @Test func aBatchOfCountsAloneIsLoaded() throws {
        try StoreFixture.with { fixture in
            var batch = Batch(journal: JournalID(9), first: 1, last: 1)
            batch.append(
                .ledger(
                    LedgerDelta(
                        site: site, receivedAt: Timestamp(milliseconds: 0), outcome: .rejected,
                        reason: "malformed", count: 7)), sequence: 1)
            #expect(try fixture.store().store(batch) == StoreReceipt(stored: 0, duplicates: 0))
            let count: Int64 = try fixture.connection.query(
                "SELECT sum(count)::bigint FROM ledger WHERE outcome <> 'received'")[0].value(0)
            #expect(count == 7)
        }
    }

    /// Its reason is gone: the event becomes one row, ceases to be a letter, and the ledger says so.
    @Test func aDeadLetterIsRevivedOnce() throws {
        try StoreFixture.with { fixture in
            let connection = fixture.connection
            let store = try fixture.store()
            var hit = self.hit
            hit.path = "/late"
            hit.visitorBefore = VisitorID(rawValue: 1)
            try store.bury(Batch(journal: JournalID(9), first: 1, hits: [hit]), reason: "because")
            let letters = try DeadLetters(connection, facts: [])
            let letter = try #require(try letters.list(limit: 10).first)
            #expect(letter.reason == "because")
            #expect(try #require(try letters.json(letter.number)).contains("\"path\":\"/late\""))
            #expect(try letters.retry(letter.number) == .stored)
            #expect(try letters.retry(letter.number) == .missing)
            #expect(try letters.count() == 0)
            let stored: Int64 = try connection.query("SELECT count(*) FROM event_text WHERE path = '/late'")[0].value(0)
            #expect(stored == 1)
            let rows = try connection.query("SELECT outcome, count FROM ledger ORDER BY outcome")
            #expect(try rows[0].value(1, as: Int64.self) == 0)
            #expect(try rows[1].value(1, as: Int64.self) == 1)
        }
    }

    @Test func aLetterOfAnEventThatIsStoredMeanwhileIsADuplicate() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.bury(Batch(journal: JournalID(9), first: 1, hits: [hit]), reason: "because")
            _ = try store.store(Batch(journal: JournalID(9), first: 2, hits: [hit]))
            let letters = try DeadLetters(fixture.connection, facts: [])
            let number = try #require(try letters.list(limit: 1).first).number
            #expect(try letters.retry(number) == .duplicate)
            #expect(try letters.count() == 0)
        }
    }

    @Test func aLetterWhoseReasonIsNotGoneStays() throws {
        try StoreFixture.with { fixture in
            var hit = self.hit
            hit.site = SiteID(rawValue: 9999)
            try fixture.store().bury(Batch(journal: JournalID(9), first: 1, hits: [hit]), reason: "no site")
            let letters = try DeadLetters(fixture.connection, facts: [])
            let number = try #require(try letters.list(limit: 1).first).number
            #expect(try letters.retry(number) == .still("site 9999 does not exist"))
            #expect(try letters.count() == 1)
        }
    }
}
