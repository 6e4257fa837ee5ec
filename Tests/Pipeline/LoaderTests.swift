import Configuration
import EventModel
import Journal
import Platform
import PluginAPI
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

/// A store in memory that fails as it is told to. It keeps what a real one keeps: rows, dead letters, its position.
private final class ScriptedStore: EventStore {
    struct Settings: ValidatedSettings {
        func problems() -> [SettingProblem] { [] }
    }
    struct State: Sendable {
        var stored: [UInt64] = []
        var dead: [UInt64] = []
        var position: UInt64 = 0
        /// Errors thrown by the next calls; an error `afterwards` is thrown although the batch was stored.
        var failures: [(error: StoreError, afterwards: Bool)] = []
        var poison: Set<UInt64> = []
        /// Through which moment it was told that it has everything, and its position then.
        var told: [(moment: Timestamp, position: UInt64)] = []
    }

    static let name: StaticString = "scripted"
    static let summary: StaticString = "fails as told"
    static func declaration(for settings: Settings) -> Declaration { Declaration() }

    let state = Mutex(State())

    init(_ settings: Settings = Settings(), in context: PluginContext = PluginContext(id: "s")) throws(PluginError) {}

    func position(in journal: JournalID) throws(StoreError) -> UInt64 {
        state.withLock { $0.position }
    }

    func store(_ batch: Batch) throws(StoreError) -> StoreReceipt {
        let error: StoreError? = state.withLock { state in
            let failure = state.failures.isEmpty ? nil : state.failures.removeFirst()
            if let failure, !failure.afterwards { return failure.error }
            if batch.hits.contains(where: { state.poison.contains(UInt64($0.id.value)) }) { return .poison("bad") }
            state.stored += batch.hits.map { UInt64($0.id.value) }
            state.position = batch.last
            return failure?.error
        }
        if let error { throw error }
        return StoreReceipt(stored: batch.hits.count, duplicates: 0)
    }

    func note(loadedThrough moment: Timestamp, of journal: JournalID) throws(StoreError) {
        state.withLock { $0.told.append((moment, $0.position)) }
    }

    func bury(_ batch: Batch, reason: String) throws(StoreError) {
        state.withLock { state in
            state.dead += batch.hits.map { UInt64($0.id.value) }
            state.position = batch.last
        }
    }
}

@Suite struct LoaderTests {
    private func load(_ count: UInt64, into store: ScriptedStore) throws -> (Loader, TestJournal) {
        let journal = try TestJournal()
        let loader = Loader(id: "scripted", store: store, journal: journal.writer, log: Log(process: "test"))
        journal.writer.setStores(["scripted"])
        let now = Timestamp(milliseconds: 0)
        let hits = (1...count).map { number in
            Hit(site: SiteID(rawValue: 1), id: EventID(UInt128(number)), name: "x", receivedAt: now, time: now)
        }
        #expect(journal.append(hits) == .accepted)
        try loader.start()
        return (loader, journal)
    }

    private func drain(_ loader: Loader, _ journal: TestJournal) {
        for _ in 0..<600 where journal.writer.statistics.pending > 0 { Clock.sleep(milliseconds: 100) }
        #expect(journal.writer.statistics.pending == 0)
        loader.stop()
    }

    @Test func everythingArrivesOnceAndInOrder() throws {
        let store = try ScriptedStore()
        let (loader, journal) = try load(5000, into: store)
        drain(loader, journal)
        #expect(store.state.withLock { $0.stored } == Array(1...5000))
        #expect(loader.statistics.stored == 5000)
    }

    @Test func anAbsenceIsSurvived() throws {
        let store = try ScriptedStore()
        store.state.withLock {
            $0.failures = [(.unavailable("away"), false), (.refused("no table"), false), (.unavailable("away"), false)]
        }
        let (loader, journal) = try load(100, into: store)
        drain(loader, journal)
        #expect(store.state.withLock { $0.stored } == Array(1...100))
        #expect(loader.statistics.failures == 3)
        #expect(loader.statistics.alarm == nil)
    }

    /// The answer to a COMMIT is lost: the store alone knows that it happened.
    @Test func aLostAnswerStoresNothingTwice() throws {
        let store = try ScriptedStore()
        store.state.withLock { $0.failures = [(.unavailable("lost"), true)] }
        let (loader, journal) = try load(100, into: store)
        drain(loader, journal)
        #expect(store.state.withLock { $0.stored } == Array(1...100))
    }

    @Test func poisonIsFoundAndBuriedAndTheRestArrives() throws {
        let store = try ScriptedStore()
        store.state.withLock { $0.poison = [1, 37, 38, 1000] }
        let (loader, journal) = try load(1000, into: store)
        drain(loader, journal)
        let (stored, dead) = store.state.withLock { ($0.stored, $0.dead) }
        #expect(dead == [1, 37, 38, 1000])
        #expect(stored == (1...1000).filter { ![1, 37, 38, 1000].contains($0) })
        #expect(loader.statistics.dead == 4)
    }

    /// Erasures rest on this: who asked before that moment has nothing in the journal any more.
    @Test func aStoreIsToldThroughWhichMomentItHasEverything() throws {
        let store = try ScriptedStore()
        store.state.withLock { $0.failures = [(.unavailable("away"), false), (.unavailable("away"), false)] }
        let (loader, journal) = try load(20_000, into: store)
        for _ in 0..<600 where store.state.withLock({ $0.told.isEmpty }) { Clock.sleep(milliseconds: 100) }
        let now = Clock.wallMilliseconds()
        drain(loader, journal)
        let told = try #require(store.state.withLock { $0.told.first })
        #expect(told.position == 20_000, "not before")
        #expect(
            told.moment.milliseconds <= now - Loader.underWay, "what was on its way to the journal is not in it yet")
    }
}
