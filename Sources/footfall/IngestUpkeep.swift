import Accounts
import Collect
import Database
import Platform
import Synchronization

/// What the process that takes events has to do beside that, on a thread of its own: share limits with other gateways,
/// hand the counts of refused events to the ledger, write down when keys were used.
final class IngestUpkeep: Sendable {
    private let collector: Collector
    private let exchange: LimitExchange?
    private let database: ConnectionHolder
    private let log: Log
    private let isStopped = Monitor(false)
    private let thread: Mutex<Thread?> = Mutex(nil)
    private let isAway = Mutex(false)

    /// Rounds between two settlements of refusals: about a second.
    private static let settleEvery = 1000 / LimitExchange.interval
    /// Rounds between two looks at what keys were used: about ten seconds.
    private static let keysEvery = 10_000 / LimitExchange.interval

    init(collector: Collector, exchange: LimitExchange?, database: ConnectionSettings, log: Log) {
        self.collector = collector
        self.exchange = exchange
        self.database = ConnectionHolder(database)
        self.log = log
    }

    func start() throws(PlatformError) {
        exchange?.run()
        let worker = try Thread(name: "upkeep") { self.run() }
        thread.withLock { $0 = worker }
    }

    /// To be called before the journal closes: the last refusals go into it.
    func stop() {
        isStopped.withLock { $0 = true }
        thread.withLock { $0 }?.join()
        collector.settleRefusals()
        noteKeyUses()
        database.close()
    }

    private func run() {
        var round = 0
        while isStopped.wait(milliseconds: LimitExchange.interval, until: { $0 ? true : nil }) == nil {
            round &+= 1
            exchange?.run()
            if round % IngestUpkeep.settleEvery == 0 { collector.settleRefusals() }
            if round % IngestUpkeep.keysEvery == 0 { noteKeyUses() }
        }
    }

    /// While the database is away, what is to be written waits: at most one day for each key.
    func noteKeyUses() {
        var days = collector.keyUses.takeWaiting()
        while let next = days.first {
            do throws(DatabaseError) {
                try database.withConnection { (connection) throws(DatabaseError) in
                    try SecretKeyStore(connection).setLastUse(of: next.keys, day: next.day)
                }
                days.removeFirst()
                isAway.withLock { $0 = false }
            } catch {
                collector.keyUses.putBack(days)
                let isNews = isAway.withLock { before in
                    defer { before = true }
                    return !before
                }
                if isNews { log.warning("the last use of keys cannot be written down yet: \(error)") }
                return
            }
        }
    }
}
