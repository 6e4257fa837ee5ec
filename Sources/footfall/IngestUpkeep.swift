import Accounts
import Collect
import Database
import Platform
import Synchronization

/// What the process that takes events has to do beside that: share limits with other gateways and hand the counts of refused
/// events to the ledger, on one thread; write down when keys were used, on another, for a database may keep it waiting.
final class IngestUpkeep: Sendable {
    private let collector: Collector
    private let exchange: LimitExchange?
    private let database: ConnectionHolder
    private let log: Log
    private let isStopped = Monitor(false)
    private let threads: Mutex<(limits: Thread?, keys: Thread?)> = Mutex((nil, nil))
    private let isAway = Mutex(false)

    /// Rounds between two settlements of refusals: about a second.
    private static let settleEvery = 1000 / LimitExchange.interval
    /// Milliseconds between two looks at what keys were used.
    private static let keysInterval = 5000

    init(collector: Collector, exchange: LimitExchange?, database: ConnectionSettings, log: Log) {
        self.collector = collector
        self.exchange = exchange
        self.database = ConnectionHolder(database)
        self.log = log
    }

    func start() throws(PlatformError) {
        let limits = try Thread(name: "limits") { self.run() }
        threads.withLock { $0.limits = limits }
        let keys = try Thread(name: "keys") {
            while !self.isStopped(within: IngestUpkeep.keysInterval) { self.noteKeyUses() }
        }
        threads.withLock { $0.keys = keys }
    }

    /// To be called before the journal closes: the last refusals go into it.
    func stop() {
        isStopped.withLock { $0 = true }
        threads.withLock { $0.limits }?.join()
        collector.settleRefusals()
    }

    /// To be called last: it may wait for the database.
    func close() {
        threads.withLock { $0.keys }?.join()
        noteKeyUses()
        database.close()
    }

    private func isStopped(within milliseconds: Int) -> Bool {
        isStopped.wait(milliseconds: milliseconds, until: { $0 ? true : nil }) != nil
    }

    private func run() {
        var round = 0
        // The first one at once, and in here as well: where Redis has a name, that is looked up without a time limit.
        repeat {
            exchange?.run()
            if round % IngestUpkeep.settleEvery == 0 { collector.settleRefusals() }
            round &+= 1
        } while !isStopped(within: LimitExchange.interval)
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
