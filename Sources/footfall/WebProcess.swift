import Accounts
import Cache
import Dashboard
import Database
import EventModel
import FastCGI
import FoundationEssentials
import Jobs
import Platform
import Reports

/// The process that serves people: dashboard pages and scheduled jobs.
struct WebProcess {
    private let settings: GatewaySettings
    private let environment: [String: String]
    private let redis: RedisAddress?
    private let file: String
    /// The configuration as it is now, for what a reload changes: the privacy record and how long things are kept.
    private let current: Published<GatewayConfiguration>
    private let log = Log(process: "web")

    init(_ configuration: GatewayConfiguration, environment: [String: String]) throws(CommandFailure) {
        settings = configuration.settings
        file = configuration.file
        current = Published(configuration)
        self.environment = environment
        do throws(RedisAddressError) {
            redis = try RedisAddress(url: configuration.settings.redis.url)
        } catch {
            throw .configuration("\(configuration.file): redis.url: \(error)")
        }
    }

    /// Serves until told to stop. Returns the exit code.
    func run() throws(CommandFailure) -> Int32 {
        let pool = try confinedPool()
        // Sealing, deleting and the sums of all sites are the installation's own, not any reader's.
        let ownerPool = Pool(
            ConnectionSettings(
                url: settings.database.url, applicationName: "footfall jobs", statementTimeoutMilliseconds: 30_000),
            limit: 2)
        let cache = TieredCache(memoryBytes: settings.cache.memory_bytes, redis: redis, log: log)
        let identity: @Sendable () -> VisitorIdentity = { [current] in current.value.plan.visitorIdentity }
        let reports = ReportService(pool: pool, cache: cache, identity: identity)
        let sealer = ReportService(pool: ownerPool, cache: cache, identity: identity)
        let jobSettings = ConnectionSettings(url: settings.database.url, applicationName: "footfall jobs")
        let schedule: @Sendable () -> ErasureSchedule = { [current] in current.value.settings.erasureSchedule }
        let erasures = ErasureWork.onTables(emptyCaches: {
            reports.emptyCaches()
            sealer.emptyCaches()
        })
        // On a thread of its own: whoever asks for an erasure waits for no other job.
        let erasing = JobRunner([.erase(erasures, schedule: schedule)], database: jobSettings, log: log)
        let accounts = AccountService(
            pool: pool, settings: settings.accountSettings, wakeErasures: { erasing.wake(Job.eraseName) })
        let dashboard = DashboardHandler(
            reports: reports, access: accounts,
            settings: SettingsHandler(
                accounts: accounts, gateway: gateway, mail: settings.mailOffice(log: log)),
            publicURL: settings.publicURL,
            gateway: gateway, log: log)
        let jobs = JobRunner(
            Job.standard(
                retention: { [current] in current.value.settings.privacy.retention },
                prepareExpiry: { (site, moment) throws(DatabaseError) in
                    try sealer.detach(of: SiteID(rawValue: site), eventsBefore: moment)
                })
                + [
                    .rewriteTables(erasures, schedule: schedule),
                    .sealDays { () throws(DatabaseError) in try sealer.seal(limit: 400) },
                ],
            database: jobSettings, log: log)
        let operations = Operations(
            process: "web", problems: { [] },
            metrics: {
                WebMetrics(
                    cache: cache.counters, slices: reports.counters,
                    connections: pool.openConnections + ownerPool.openConnections,
                    ledger: LedgerSum.read(from: ownerPool)
                ).text
            })
        do throws(PlatformError) {
            let listener = try Listener.open(name: "web", path: settings.listen.web, environment: environment)
            // Forms are small; nothing that a person sends here is larger.
            let dispatcher = try Dispatcher(listener: listener, limits: Limits(bodyBytes: 65_536), log: log) {
                exchange in
                if operations.answer(exchange) { return }
                exchange.answer(dashboard.respond(to: exchange.request))
            }
            try jobs.start()
            try erasing.start()
            try dispatcher.start(threads: settings.web.threads, name: "web")
            log.info("serving the dashboard")
            waitForStop()
            dispatcher.stop(milliseconds: settings.ingest.stop_seconds * 1000)
            erasing.stop()
            jobs.stop()
            pool.close()
            ownerPool.close()
            log.info("stopped")
            return ExitCode.success
        } catch {
            throw .fault("\(error)")
        }
    }

    /// The connections of pages, whose login row-level security binds: the process does not start with another one.
    private func confinedPool() throws(CommandFailure) -> Pool {
        let login = WebLogin(configuration: current.value)
        if let error = try login.check() {
            log.warning("the dashboard's login cannot be checked, the database does not answer: \(error)")
        }
        return Pool(login.database, limit: settings.database.web_connections, isConfined: true)
    }

    /// What pages ask the other process, over its socket.
    private var gateway: GatewaySource {
        let socket = settings.listen.ingest
        let state: @Sendable (SiteID?) -> IngestState? = { site in
            WebProcess.ask(Operations.statePath, site, socket: socket)
        }
        // The record of the chain that runs, which is not that of the file when a plugin could not start with it.
        return GatewaySource(
            privacyRecord: { [current] in state(nil)?.record ?? current.value.privacyRecord },
            isRecordPublic: { [current] in current.value.settings.privacy.public_record },
            limit: { WebProcess.ask(Operations.limitPath, $0, socket: socket) },
            isSelfServiceOpen: { [current] in current.value.settings.privacy.self_service },
            recognise: { OwnVisitorClient(socket: socket).visitor(of: $0, site: $1) }, state: state)
    }

    private static func ask<Answer: Decodable>(_ path: String, _ site: SiteID?, socket: String) -> Answer? {
        let query = site.map { "site=\($0.rawValue)" } ?? ""
        guard let answer = Client.get(path, query: query, socket: socket, timeoutMilliseconds: 1000),
            answer.status == 200
        else { return nil }
        return try? JSONDecoder().decode(Answer.self, from: Data(answer.body))
    }

    /// The chain is the ingest process's, which says what is wrong with a file.
    private func reload() {
        guard let configuration = try? GatewayConfiguration.load(file: file, environment: environment) else { return }
        current.publish(configuration)
        log.info("the privacy settings are those of the configuration as it is now")
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
}
