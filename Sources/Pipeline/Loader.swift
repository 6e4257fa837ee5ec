import EventModel
public import Journal
public import Platform
public import PluginAPI
import Synchronization

/// Carries hits from the journal into one store, on a thread of its own, at the store's own pace.
public final class Loader: Sendable {
    /// The store's id in the chain.
    public let id: String
    private let store: any EventStore
    private let journal: JournalWriter
    private let log: Log
    private let state = Monitor(State())
    private let thread: Mutex<Thread?> = Mutex(nil)
    private let isBehind = Atomic(false)

    private struct State {
        var statistics = LoaderStatistics()
        var isStopping = false
        var position: UInt64?
    }

    /// Most entries in one batch. Each visit that a batch touches is written once for all its events of the batch, so that
    /// large ones cost PostgreSQL less; what they take is bounded by the reader, too.
    static let batchSize = 8000
    static let smallestBatch = 20
    /// Dead letters of one try, after which the loader pauses and alarms.
    static let deadLimit = 500
    /// Milliseconds between batches that are not full.
    static let rests = 80...700
    /// Milliseconds between tries, doubling from the first to the last.
    static let backoff = 100...30_000

    /// A loader that does nothing before `start`.
    public init(
        id: String, store: any EventStore, journal: JournalWriter, log: Log
    ) {
        self.id = id
        self.store = store
        self.journal = journal
        self.log = log
    }

    /// Begins to load.
    public func start() throws(PlatformError) {
        let worker = try Thread(name: "load-\(id)") { self.run() }
        thread.withLock { $0 = worker }
    }

    /// Ends after the batch at hand, without waiting for the rest. Stops the store.
    public func stop() {
        state.withLock { $0.isStopping = true }
        thread.withLock { $0 }?.join()
        store.stop()
    }

    /// Sequence number through which the store has everything; `nil` until the store has said so.
    public var position: UInt64? { state.read { $0.position } }

    /// What has happened so far.
    public var statistics: LoaderStatistics { state.read { $0.statistics } }

    private func run() {
        // Who waits for an acknowledgment goes first.
        Thread.yieldToOthers()
        var wait = Loader.backoff.lowerBound
        var size = Loader.batchSize
        while !state.read({ $0.isStopping }) {
            do {
                try loadUntilStopped(&size) { wait = Loader.backoff.lowerBound }
                return
            } catch {
                // Perhaps it was too much for the time limit of a statement.
                size = max(size / 2, Loader.smallestBatch)
                note(error)
                pause(milliseconds: wait + Int.random(in: 0...(wait / 4)))
                wait = min(wait * 2, Loader.backoff.upperBound)
            }
        }
    }

    /// Loads batch after batch. `progressed` is called after each.
    private func loadUntilStopped(_ size: inout Int, progressed: () -> Void) throws(StoreError) {
        // After any error the store alone knows how far it has come: a COMMIT whose answer was lost may have happened.
        var position = try store.position(in: journal.id)
        guard position <= journal.durable, !isBehind.load(ordering: .relaxed) else {
            // For good: numbers that come later would soon be beyond the position, and those in between be skipped.
            isBehind.store(true, ordering: .relaxed)
            throw .refused(
                "it has loaded the journal through number \(position), and the journal ends at \(journal.durable): the "
                    + "gateway's disk has lost what it had confirmed, or was set back. Nothing more is loaded; see "
                    + "docs/durability.md, \"A journal that is behind\"")
        }
        advance(to: position)
        let reader = journal.makeReader()
        var dead = 0
        var mark = Mark(of: journal)
        while !state.read({ $0.isStopping }) {
            try tell(&mark, at: position)
            guard let batch = try read(reader, after: position, atMost: size) else { continue }
            let began = Clock.monotonicNanoseconds()
            try load(batch, dead: &dead)
            position = batch.last
            advance(to: position)
            progressed()
            size = min(size * 2, Loader.batchSize)
            rest(after: batch, since: began)
        }
    }

    /// What a journal held at a moment.
    private struct Mark {
        var durable: UInt64
        var moment: Int64
        /// When the next one is taken, on the monotonic clock.
        var next: UInt64

        init(of journal: JournalWriter) {
            // The clock first: what is taken in between is beyond the moment.
            moment = Clock.wallMilliseconds()
            durable = journal.durable
            next = Clock.monotonicNanoseconds() + UInt64(Loader.markSeconds) * 1_000_000_000
        }
    }

    /// Seconds from one mark to the next.
    static let markSeconds = 30
    /// Milliseconds that an event may be on its way from its receipt to the disk.
    static let underWay: Int64 = 60_000

    /// Tells the store through which moment it has everything, once that can be said.
    private func tell(_ mark: inout Mark, at position: UInt64) throws(StoreError) {
        guard position >= mark.durable else { return }
        if mark.moment > 0 {
            try store.note(
                loadedThrough: Timestamp(milliseconds: mark.moment - Loader.underWay), of: journal.id)
            mark.moment = 0
        }
        if Clock.monotonicNanoseconds() >= mark.next { mark = Mark(of: journal) }
    }

    private func read(_ reader: JournalReader, after position: UInt64, atMost size: Int) throws(StoreError) -> Batch? {
        do throws(JournalError) {
            return try reader.read(after: position, atMost: size, milliseconds: 500)
        } catch {
            // A disk that cannot be read wants a person.
            throw .refused(error.description)
        }
    }

    /// After a batch that was not full, lets the next one gather: three times as long as the store took, so that it works
    /// at most a quarter of the time. A store pays for transactions, and for visits that a batch touches, more than for
    /// events; fewer and larger batches leave the processors to those who take them. A single event is never held up by
    /// this, only the next one, and by less than a second.
    private func rest(after batch: Batch, since began: UInt64) {
        guard batch.count < Loader.batchSize / 2 else { return }
        let spent = Int((Clock.monotonicNanoseconds() &- began) / 1_000_000)
        pause(milliseconds: min(max(3 * spent, Loader.rests.lowerBound), Loader.rests.upperBound))
    }

    /// Loads a batch; one that holds a hit which cannot be stored is halved until the hit stands alone.
    ///
    /// `dead` counts those of one try: when nearly everything is refused, it is not the events that are wrong.
    private func load(_ batch: Batch, dead: inout Int) throws(StoreError) {
        do {
            let receipt = try store.store(batch)
            state.withLock { state in
                state.statistics.stored += receipt.stored
                state.statistics.duplicates += receipt.duplicates
                state.statistics.alarm = nil
                state.statistics.isConnected = true
            }
        } catch .poison(let reason) {
            guard let (first, second) = batch.halves() else {
                guard dead < Loader.deadLimit else {
                    throw .refused("it cannot take \(dead) events and more: \(reason). See footfall dead list")
                }
                dead += 1
                try store.bury(batch, reason: reason)
                state.withLock { $0.statistics.dead += batch.hits.count }
                log.warning("store \(id): one event cannot be stored and is among the dead letters: \(reason)")
                return
            }
            try load(first, dead: &dead)
            try load(second, dead: &dead)
        }
    }

    private func advance(to position: UInt64) {
        state.withLock { state in
            state.position = position
            state.statistics.isConnected = true
            // Where nothing is left to store, the position alone tells that the store is well again.
            if position >= journal.durable { state.statistics.alarm = nil }
        }
        journal.release(store: id, through: position)
    }

    private func note(_ error: StoreError) {
        let (message, isAlarm): (String, Bool) =
            switch error {
            case .unavailable(let reason): ("is away, will try again: \(reason)", false)
            case .refused(let reason): ("refuses, a person must mend this: \(reason)", true)
            case .poison(let reason): ("cannot take an event: \(reason)", true)
            }
        let isNews = state.withLock { state in
            defer {
                state.statistics.failures += 1
                state.statistics.isConnected = false
                state.statistics.alarm = isAlarm ? message : nil
            }
            return state.statistics.isConnected || state.statistics.failures == 0
        }
        // One line when it begins; the counter tells how long it goes on.
        if isNews || isAlarm { log.error("store \(id) \(message)") }
    }

    private func pause(milliseconds: Int) {
        _ = state.wait(milliseconds: milliseconds) { $0.isStopping ? true : nil }
    }
}

/// What a loader has done since it was made.
public struct LoaderStatistics: Sendable, Equatable {
    /// Hits that are stored.
    public var stored = 0
    /// Hits that had been stored before.
    public var duplicates = 0
    /// Hits among the dead letters.
    public var dead = 0
    /// Tries that failed.
    public var failures = 0
    /// Whether the last try worked.
    public var isConnected = false
    /// What a person must mend, if anything.
    public var alarm: String?
}
