import Cache
import Collect
import Configuration
import Cryptography
import Database
import EventModel
import FastCGI
import Journal
import Pipeline
import Platform
import Synchronization

/// The process that takes events: dispatcher, edge, chain, journal, loaders.
final class IngestProcess: Sendable {
    private let settings: GatewaySettings
    private let file: String?
    private let environment: [String: String]
    private let log = Log(process: "ingest")
    private let journal: JournalWriter
    private let marker: CrashMarker
    private let directory: SiteDirectory
    private let running: Published<Running>
    private let redis: RedisAddress?
    private let loaders: Mutex<[Loader]> = Mutex([])

    /// Builds the chain and starts its plugins. `file` is where a reload reads the configuration again.
    init(
        _ configuration: GatewayConfiguration, file: String?, environment: [String: String]
    ) throws(CommandFailure) {
        settings = configuration.settings
        do throws(RedisAddressError) {
            redis = try RedisAddress(url: configuration.settings.redis.url)
        } catch {
            throw .configuration("\(configuration.file): redis.url: \(error)")
        }
        self.file = file
        self.environment = environment
        (journal, marker) = try IngestProcess.openJournal(configuration.settings, log: log)
        directory = SiteDirectory(
            database: ConnectionSettings(
                url: configuration.settings.database.url, applicationName: "footfall sites",
                statementTimeoutMilliseconds: 10_000),
            file: SnapshotFile(path: "\(configuration.settings.journal.folder)/sites.json"), log: log)
        running = Published(try IngestProcess.build(configuration, directory: directory, log: log))
    }

    /// The chain at work, and what it keeps of visitors.
    private struct Running: Sendable {
        var chain: Chain
        var record: PrivacyRecord
    }

    /// Serves until told to stop. Returns the exit code.
    func run() throws(CommandFailure) -> Int32 {
        let collector = Collector(
            journal: journal, settings: collectSettings, sites: { [directory] in directory.snapshot },
            chain: { [self] in chain })
        noteCrashes()
        do throws(PlatformError) {
            try directory.start()
            try journal.start()
            try replaceLoaders()
            let exchange = exchange(collector)
            let upkeep = IngestUpkeep(
                collector: collector, exchange: exchange,
                database: ConnectionSettings(
                    url: settings.database.url, applicationName: "footfall keys", statementTimeoutMilliseconds: 10_000),
                log: log)
            try upkeep.start()
            let listener = try Listener.open(name: "ingest", path: settings.listen.ingest, environment: environment)
            let operations = operations(collector, exchange)
            // Twice what is taken, as nginx lets through: the edge says what is too large, and counts it.
            let dispatcher = try Dispatcher(
                listener: listener, limits: Limits(bodyBytes: 2 * settings.ingest.max_batch_bytes), log: log
            ) { exchange in
                if !operations.answer(exchange) { collector.handle(exchange) }
            }
            let threads = settings.ingest.threads > 0 ? settings.ingest.threads : max(2, Process.processors)
            try dispatcher.start(threads: threads, name: "ingest")
            log.info("taking events with the chain \(chain.description)")
            waitForStop()
            stop(dispatcher, upkeep)
            return ExitCode.success
        } catch {
            throw .fault("\(error)")
        }
    }

    /// Opens the journal and what lies beside it. A predecessor on its way out is waited for.
    private static func openJournal(
        _ settings: GatewaySettings, log: Log
    ) throws(CommandFailure) -> (JournalWriter, CrashMarker) {
        do throws(JournalError) {
            let folder = try DiskFolder(
                settings.journal.folder, waitMilliseconds: (settings.ingest.stop_seconds + 5) * 1000)
            let journal = try JournalWriter(folder, settings: settings.journalSettings, log: log) { reason in
                // Nobody knows what the disk still has of it: the successor finds out, from what it can read.
                log.error(reason)
                Process.exit(ExitCode.fault)
            }
            return (journal, try crashMarker(settings))
        } catch {
            throw .fault("\(error)")
        }
    }

    private static func crashMarker(_ settings: GatewaySettings) throws(JournalError) -> CrashMarker {
        do throws(PlatformError) {
            return try CrashMarker("\(settings.journal.folder)/crash-marker", build: Process.build())
        } catch {
            throw .failed("the crash marker cannot be used: \(error)")
        }
    }

    private var collectSettings: CollectSettings {
        var collect = CollectSettings()
        collect.ack = AckLevel(rawValue: settings.journal.ack) ?? .fsync
        collect.beaconBytes = settings.ingest.max_body_bytes
        collect.batchBytes = settings.ingest.max_batch_bytes
        collect.limits = settings.limits.rates
        collect.crashes = Set(marker.crashes.map(\.request))
        return collect
    }

    private func noteCrashes() {
        for crash in marker.crashes {
            log.error(
                "a request has ended the process in \(chain.step(crash.step).map { "step \($0) of the chain" } ?? "the edge"), and is "
                    + "refused from now on: please report this bug (request \(String(crash.request, radix: 16)))")
        }
    }

    private var chain: Chain { running.value.chain }

    /// Where there is a Redis, limits are shared with whoever else uses it.
    private func exchange(_ collector: Collector) -> LimitExchange? {
        redis.map { address in
            LimitExchange(limits: collector.limits, buckets: SharedBuckets(address, log: log)) { [directory] in
                directory.snapshot?.limitSecret
            }
        }
    }

    private func operations(_ collector: Collector, _ exchange: LimitExchange?) -> Operations {
        Operations(
            process: "ingest",
            problems: { [self] in
                var problems = loaders.withLock { $0 }.compactMap { loader in
                    loader.statistics.alarm.map { "store \(loader.id) \($0)" }
                }
                problems += journal.problems
                if directory.snapshot == nil { problems.append("the sites are not known yet") }
                return problems
            },
            notes: { [self] in chain.notes },
            metrics: { [self] in
                IngestMetrics(
                    collect: collector.statistics, steps: chain.statistics, counts: chain.counts,
                    loaders: loaders.withLock { $0 }.map { ($0.id, $0.statistics) }, journal: journal.statistics,
                    crashes: marker.crashes.count,
                    exchange: exchange.map { (isAway: $0.isAway, errors: $0.errors) }
                ).text
            },
            state: { [self] site in
                IngestState(
                    pending: Int(clamping: journal.statistics.pending), notes: chain.notes,
                    record: running.value.record, traces: site.map { collector.inspector.look(at: $0) } ?? [])
            },
            limit: { collector.limitState(of: $0) },
            visitor: { [self] request, site in
                directory.snapshot.flatMap {
                    OwnVisitor(chain: chain, sites: $0).visitor(of: request, site: site)
                }
            })
    }

    private func waitForStop() {
        while true {
            switch Signals.wait() {
            case .stop: return
            case .reload: reload()
            case .childEnded: continue
            }
        }
    }

    /// Builds and proves the chain of the file beside the one at work, and exchanges them; or keeps the old one.
    private func reload() {
        do throws(CommandFailure) {
            let configuration = try GatewayConfiguration.load(file: file, environment: environment)
            let new = try IngestProcess.build(configuration, directory: directory, log: log)
            let old = chain
            running.publish(new)
            do throws(PlatformError) {
                try replaceLoaders()
            } catch {
                throw .fault("\(error)")
            }
            old.stop()
            log.info("the chain is now \(chain.description)")
        } catch {
            log.error("the configuration was not reloaded, the old one stays: \(error.message)")
        }
    }

    /// Stops the loaders of the chain before and starts those of the chain at work. What is pending stays in the
    /// journal in between.
    private func replaceLoaders() throws(PlatformError) {
        let old = loaders.withLock { loaders in
            defer { loaders = [] }
            return loaders
        }
        for loader in old { loader.stop() }
        let new = chain.stores.map { Loader(id: $0.id, store: $0.store, journal: journal, log: log) }
        journal.setStores(new.map(\.id))
        loaders.withLock { $0 = new }
        for loader in new { try loader.start() }
    }

    /// What the stores have not loaded yet stays in the journal, for the successor.
    private func stop(_ dispatcher: Dispatcher, _ upkeep: IngestUpkeep) {
        let milliseconds = settings.ingest.stop_seconds * 1000
        if !dispatcher.stop(milliseconds: milliseconds) { log.warning("some requests were not answered in time") }
        upkeep.stop()
        journal.close()
        for loader in loaders.withLock({ $0 }) { loader.stop() }
        chain.stop()
        upkeep.close()
        directory.stop()
        log.info("stopped")
    }

    private static func build(
        _ configuration: GatewayConfiguration, directory: SiteDirectory, log: Log
    ) throws(CommandFailure) -> Running {
        do throws(ConfigProblems) {
            let chain = try configuration.plan.build { id in
                configuration.context(id: id, sites: { directory.snapshot ?? SiteSnapshot() }, log: log)
            }
            return Running(chain: chain, record: configuration.privacyRecord)
        } catch {
            throw .configuration("\(configuration.file): \(error)")
        }
    }
}
