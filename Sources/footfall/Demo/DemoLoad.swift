import Configuration
import Cryptography
import EventModel
import Platform
import Pipeline
import PluginAPI

/// Hands hits to the chain's PostgreSQL store as the gateway's loader does: as a journal of its own, batch by batch.
struct DemoLoad {
    private let store: any EventStore
    private let journal = JournalID(Randomness.bits128())
    private var position: UInt64 = 0

    /// Large ones cost PostgreSQL less, for each visit is written once for all its events of a batch.
    static let batchSize = 5000
    private static let tries = 5

    /// The store that the configuration names.
    init(_ configuration: GatewayConfiguration) throws(CommandFailure) {
        let step = configuration.plan.steps.first { step in
            guard step.factory.name == "postgres", case .table(let settings) = step.prepared.settings else {
                return false
            }
            // The site is in the gateway's own database.
            return settings["url"] == .text("")
        }
        guard let step else {
            throw .configuration(
                "\(configuration.file): the chain has no entry postgres that stores in the gateway's own database; add "
                    + "{ plugin: \"postgres\" } at its end")
        }
        do throws(PluginError) {
            let context = configuration.context(
                id: step.id, sites: { SiteSnapshot() }, log: Log(process: "demo"))
            guard case .store(let store) = try step.prepared.make(context) else {
                throw .unavailable("postgres is no store")
            }
            try store.start()
            self.store = store
        } catch {
            throw .configuration("\(configuration.file): \(step.path): \(error)")
        }
    }

    /// Stores the hits. Returns how many of them nobody had stored before.
    mutating func store(_ hits: [Hit]) throws(CommandFailure) -> Int {
        let batch = Batch(journal: journal, first: position + 1, hits: hits)
        for attempt in 1...DemoLoad.tries {
            do throws(StoreError) {
                // Only the database knows whether a batch was stored whose answer was lost.
                if attempt > 1, try store.position(in: journal) >= batch.last { break }
                let receipt = try store.store(batch)
                position = batch.last
                return receipt.stored
            } catch {
                guard case .unavailable = error, attempt < DemoLoad.tries else { throw DemoLoad.failure(error) }
                Clock.sleep(milliseconds: 500 * attempt)
            }
        }
        position = batch.last
        return hits.count
    }

    /// Lets go of the database.
    func close() {
        store.stop()
    }

    private static func failure(_ error: StoreError) -> CommandFailure {
        switch error {
        case .unavailable(let message):
            .fault("\(message); what is stored stays, call it again when the database is back")
        case .poison(let message): .fault(message)
        case .refused(let message): .fault("\(message); is the database up to date? footfall migrate sees to that")
        }
    }
}
