import Database
import EventModel
import Platform
import PluginAPI
import Synchronization
import TestSupport
import Testing

@testable import PostgresPlugin

/// Every event once, whatever happens on the way.
@Suite struct ExactlyOnceTests {
    private let midnight = StoreFixture.midnight

    @Test func anIdIsStoredOnceWithinABatchAcrossBatchesAndAcrossJournals() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            let hit = StoreFixture.hit(1, at: midnight)
            let other = StoreFixture.hit(2, at: midnight)
            #expect(try store.append([hit, hit, other]) == StoreReceipt(stored: 2, duplicates: 1))
            #expect(try store.append([hit]) == StoreReceipt(stored: 0, duplicates: 1))
            #expect(try store.append([other], to: StoreFixture.journal(2)) == StoreReceipt(stored: 0, duplicates: 1))
            // The same id at another site is another event.
            let elsewhere = StoreFixture.hit(1, at: midnight, site: 2)
            #expect(try store.append([elsewhere]) == StoreReceipt(stored: 1, duplicates: 0))
            #expect(try fixture.count("SELECT count(*) FROM event") == 3)
            let ledger: SQL = "SELECT sum(count)::bigint FROM ledger WHERE outcome = "
            #expect(try fixture.count(ledger + "'stored'") == 3)
            #expect(try fixture.count(ledger + "'duplicate'") == 3)
        }
    }

    @Test func aBatchThatWasStoredIsNotStoredAgain() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            let journal = StoreFixture.journal()
            let hits = (1...10).map { StoreFixture.hit(UInt128($0), at: midnight) }
            #expect(try store.position(in: journal) == 0)
            _ = try store.store(Batch(journal: journal, first: 1, hits: Array(hits[..<6])))
            #expect(try store.position(in: journal) == 6)
            // Forgotten by seen_event, so that only the position can tell.
            try fixture.connection.execute("DELETE FROM seen_event")
            let again = try store.store(Batch(journal: journal, first: 1, hits: Array(hits[..<6])))
            #expect(again == StoreReceipt(stored: 0, duplicates: 0))
            let rest = try store.store(Batch(journal: journal, first: 4, hits: Array(hits[3...])))
            #expect(rest == StoreReceipt(stored: 4, duplicates: 0))
            #expect(try fixture.count("SELECT count(*) FROM event") == 10)
            #expect(try store.position(in: journal) == 10)
            // Another store of the same journal has a position of its own.
            let other = try PostgresStore(
                PostgresSettings(), in: PluginContext(id: "second", databaseURL: Sensitive(fixture.database.url)))
            #expect(try other.position(in: journal) == 0)
        }
    }

    @Test(arguments: 0..<3)
    func twoLoadersOfTheSameVisitorsGiveTheVisitsOfTheDefinition(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let hits = random.hits(400, visitors: 12, from: midnight)
        // Each gateway gets its share, and a tenth of the events reaches both.
        var shares: [[Hit]] = [[], []]
        for hit in hits {
            let share = Int(random.next() % 2)
            shares[share].append(hit)
            if random.next() % 10 == 0 { shares[1 - share].append(hit) }
        }
        shares[1].shuffle(using: &random)
        try StoreFixture.with { fixture in
            let url = fixture.database.url
            let outcomes = try inParallel(shares) { number, share in
                try Self.store(url).loadAll(share, journal: JournalID(UInt128(number + 1)), batch: 7 + 20 * number)
            }
            let unique = Set(hits.map(\.id)).count
            #expect(outcomes.reduce(0) { $0 + $1.receipt.stored } == unique)
            // All loaders take their locks in one order: nobody is ever turned away by a deadlock.
            #expect(outcomes.map(\.failures) == [0, 0])
            #expect(try fixture.count("SELECT count(*) FROM event") == unique)
            #expect(try BruteForce.stored(fixture.connection) == BruteForce.visits(of: hits))
        }
    }

    @Test func twoLoadersAcrossTheChangeOfIdentity() throws {
        let minute = StoreFixture.minute
        var random = SeededRandom(99)
        let evening = (0..<40).map { (n: Int) -> Hit in
            let time = midnight - Int64(n % 20) * minute
            return StoreFixture.hit(UInt128(1000 + n), at: time, visitor: UInt64(100 + n % 10))
        }
        let morning = (0..<200).map { (n: Int) -> Hit in
            let time = midnight + Int64(n % 50) * minute
            return StoreFixture.hit(UInt128(2000 + n), at: time, visitor: UInt64(200 + n % 10)) { hit in
                if time < midnight + 30 * minute { hit.visitorBefore = VisitorID(rawValue: UInt64(100 + n % 10)) }
            }
        }.shuffled(using: &random)
        try StoreFixture.with { fixture in
            try fixture.store().append(evening)
            let late = (0..<30).map { (n: Int) -> Hit in
                let time = midnight - Int64(20 + n) * minute
                return StoreFixture.hit(UInt128(3000 + n), at: time, visitor: UInt64(100 + n % 10))
            }
            let url = fixture.database.url
            _ = try inParallel([Array(morning[..<100]), Array(morning[100...])]) { number, share in
                try Self.store(url).loadAll(share, journal: JournalID(UInt128(number + 10)), batch: 5)
            }
            _ = try fixture.store().loadAll(late, journal: JournalID(20), batch: 3)
            #expect(try BruteForce.stored(fixture.connection) == BruteForce.visits(of: evening + morning + late))
        }
    }

    /// One loader knows the visit under its old pseudonym, the other under its new one, and neither says so.
    @Test func twoLoadersOfOneVisitUnderItsTwoPseudonyms() throws {
        let minute = StoreFixture.minute
        var before: [Hit] = []
        var late: [Hit] = []
        var later: [Hit] = []
        for n: UInt64 in 0..<30 {
            before.append(StoreFixture.hit(UInt128(100 + n), at: midnight - minute, visitor: 100 + n))
            before.append(
                StoreFixture.hit(UInt128(200 + n), at: midnight + 20 * minute, visitor: 200 + n) {
                    $0.visitorBefore = VisitorID(rawValue: 100 + n)
                })
            for step: Int64 in 1...4 {
                let id = UInt128(1000 * UInt64(step) + n)
                late.append(StoreFixture.hit(id, at: midnight - (10 + step) * minute, visitor: 100 + n))
                later.append(StoreFixture.hit(id + 500, at: midnight + (40 + step) * minute, visitor: 200 + n))
            }
        }
        try StoreFixture.with { fixture in
            try fixture.store().append(before)
            let url = fixture.database.url
            let outcomes = try inParallel([late, later]) { number, share in
                try Self.store(url).loadAll(share, journal: JournalID(UInt128(number + 10)), batch: 3)
            }
            #expect(outcomes.map(\.failures) == [0, 0])
            #expect(try BruteForce.stored(fixture.connection) == BruteForce.visits(of: before + late + later))
        }
    }

    @Test func aKilledConnectionCostsARetryAndNothingElse() throws {
        var random = SeededRandom(5)
        let hits = random.hits(1500, visitors: 20, from: midnight)
        try StoreFixture.with { fixture in
            let isDone = Flag()
            let database = fixture.database
            let killer = try Thread(name: "killer") {
                guard let connection = try? database.connect() else { return }
                // Longer and longer: on a slow machine no batch would ever get through between two kills.
                var longest = 40
                while !isDone.value.load(ordering: .relaxed) {
                    _ = try? connection.execute(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE application_name = 'footfall loader' AND datname = current_database()
                        """)
                    Clock.sleep(milliseconds: Int.random(in: 1...longest))
                    longest += 2
                }
            }
            let outcome = Result {
                try fixture.store().loadAll(hits, journal: StoreFixture.journal(), batch: 50)
            }
            isDone.value.store(true, ordering: .relaxed)
            killer.join()
            #expect(try outcome.get().failures > 0)
            #expect(try fixture.count("SELECT count(*) FROM event") == Set(hits.map(\.id)).count)
            #expect(try BruteForce.stored(fixture.connection) == BruteForce.visits(of: hits))
        }
    }

    @Test func aPositionThatIsSetBackUnderALiveConnectionSkipsNothing() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            let journal = StoreFixture.journal()
            let hits = (1...4).map { StoreFixture.hit(UInt128($0), at: midnight) }
            _ = try store.store(Batch(journal: journal, first: 1, hits: Array(hits[..<2])))
            // A restore of single tables, say.
            try fixture.connection.execute("DELETE FROM journal_cursor")
            try fixture.connection.execute("DELETE FROM event")
            try fixture.connection.execute("DELETE FROM session")
            try fixture.connection.execute("DELETE FROM seen_event")
            let next = Batch(journal: journal, first: 3, hits: Array(hits[2...]))
            #expect(throws: StoreError.self) { try store.store(next) }
            #expect(throws: StoreError.self) { try store.bury(next, reason: "because") }
            #expect(try store.position(in: journal) == 0)
            _ = try store.loadAll(hits, journal: journal, batch: 3)
            #expect(try fixture.count("SELECT count(DISTINCT event_id) FROM event") == 4)
            #expect(try fixture.count("SELECT count(*) FROM dead_letter") == 0)
        }
    }

    @Test func aConnectionKilledInTheMiddleOfABatchIsUnavailableAndThenStoredOnce() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.append([StoreFixture.hit(1, at: midnight)])
            // Holds the loader up at its visits, with its duplicates and cursor already locked.
            let blocker = try fixture.database.connect()
            try blocker.execute("BEGIN")
            try blocker.execute("LOCK TABLE session IN ACCESS EXCLUSIVE MODE")
            let failure = Failure()
            let loader = try Thread(name: "loader") {
                do throws(StoreError) {
                    _ = try store.store(
                        Batch(journal: JournalID(1), first: 2, hits: [StoreFixture.hit(2, at: 1_795_478_400_000)]))
                } catch {
                    failure.error.withLock { $0 = error }
                }
            }
            var killed = 0
            while killed == 0 {
                killed = try fixture.count(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE application_name = 'footfall loader' AND datname = current_database()
                        AND wait_event_type = 'Lock'
                    """)
                Clock.sleep(milliseconds: 5)
            }
            loader.join()
            try blocker.execute("ROLLBACK")
            guard case .unavailable? = failure.error.withLock({ $0 }) else {
                Issue.record("expected the store to be unavailable")
                return
            }
            #expect(try store.position(in: JournalID(1)) == 1)
            #expect(try store.append([StoreFixture.hit(2, at: midnight)]) == StoreReceipt(stored: 1, duplicates: 0))
            #expect(try fixture.count("SELECT count(*) FROM event") == 2)
        }
    }

    private static func store(_ url: String) throws -> PostgresStore {
        try PostgresStore(PostgresSettings(), in: PluginContext(id: "postgres", databaseURL: Sensitive(url)))
    }

    /// Runs `body` for each element on a thread of its own.
    private func inParallel<Element: Sendable, Outcome: Sendable>(
        _ elements: [Element], _ body: @escaping @Sendable (Int, Element) throws -> Outcome
    ) throws -> [Outcome] {
        let results = Results<Outcome>()
        let threads = try elements.enumerated().map { number, element in
            try Thread(name: "loader-\(number)") {
                let result = Result { try body(number, element) }
                results.byNumber.withLock { $0[number] = result }
            }
        }
        for thread in threads { thread.join() }
        let all = results.byNumber.withLock { $0 }
        return try elements.indices.compactMap { try all[$0]?.get() }
    }

    private final class Results<Outcome: Sendable>: Sendable {
        let byNumber: Mutex<[Int: Result<Outcome, any Error>]> = Mutex([:])
    }

    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    private final class Failure: Sendable {
        let error: Mutex<StoreError?> = Mutex(nil)
    }
}
