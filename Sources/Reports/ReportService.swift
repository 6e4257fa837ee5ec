public import Cache
public import Database
public import EventModel
import FoundationEssentials
public import Platform
import Synchronization

/// Answers the dashboard and the API from the caches where it can, and from the database where it must.
public struct ReportService: ReportSource {
    /// To be raised when a cached report changes its form or its meaning.
    private static let version = 4

    private let pool: Pool
    private let cache: TieredCache
    private let engine: ReportEngine
    private let vocabulary = Vocabulary(limit: 10_000)
    private let withData = SitesWithData()
    private let clock: @Sendable () -> Int64

    /// A service over a database and a cache.
    ///
    /// - Parameters:
    ///   - liveMilliseconds: how old today's numbers may be where they are expensive; 0 for never.
    ///   - clock: gives milliseconds since 1970; tests have their own.
    ///   - identity: how long visitors have the same id.
    public init(
        pool: Pool, cache: TieredCache, liveMilliseconds: Int64 = 5000,
        identity: @escaping @Sendable () -> VisitorIdentity = { .daily },
        clock: @escaping @Sendable () -> Int64 = { Clock.wallMilliseconds() }
    ) {
        self.pool = pool
        self.cache = cache
        self.clock = clock
        engine = ReportEngine(
            pool: pool, cache: cache, liveMilliseconds: liveMilliseconds, identity: identity, clock: clock)
    }

    /// What became of questions for slices.
    public var counters: SliceCounters { engine.counters }

    /// Seals days of all sites that are over and not sealed yet, at most so many; returns how many.
    public func seal(limit: Int) throws(DatabaseError) -> Int {
        let sites = try pool.withConnection { (connection) throws(DatabaseError) in try querySites(connection) }
        var sealed = 0
        for site in sites where sealed < limit { sealed += try engine.sealer.seal(site, limit: limit - sealed) }
        return sealed
    }

    /// Prepares sealed days of a site, or of all, for the deletion of the events on which they rest, all those before a
    /// moment in milliseconds since 1970; returns how many.
    @discardableResult
    public func detach(of site: SiteID? = nil, eventsBefore moment: Int64) throws(DatabaseError) -> Int {
        let sites = try pool.withConnection { (connection) throws(DatabaseError) in try querySites(connection) }
        var detached = 0
        for known in sites where site == nil || known.id == site {
            detached += try engine.sealer.detach(known, eventsBefore: moment)
        }
        return detached
    }

    /// Forgets everything that was computed, here and in Redis: what was erased from the tables is to be gone from caches,
    /// too, though nobody can ask them for it any more.
    public func emptyCaches() {
        cache.removeAll()
        engine.emptyCaches()
        vocabulary.removeAll()
        withData.ids.withLock { $0 = [] }
    }

    /// Whether the site has ever received an event.
    public func hasData(_ site: Site) throws(ReportError) -> Bool {
        // Once it has, it has: every view of the overview asks.
        if withData.ids.withLock({ $0.contains(site.id) }) { return true }
        let hasData: Bool = try ask(site) { (connection) throws(DatabaseError) in
            try connection.query("SELECT EXISTS (SELECT FROM site_day WHERE site_id = \(site.id.rawValue))")[0].value(0)
        }
        if hasData { withData.ids.withLock { _ = $0.insert(site.id) } }
        return hasData
    }

    private final class SitesWithData: Sendable {
        let ids = Mutex<Set<SiteID>>([])
    }

    /// The local date of now at a site.
    public func today(of site: Site) throws(ReportError) -> LocalDate {
        do throws(DatabaseError) {
            return try engine.today(of: site)
        } catch {
            throw ReportError(error)
        }
    }

    /// Answers to questions about a site, all of one moment.
    public func answers(_ queries: [ReportQuery], of site: Site) throws(ReportError) -> [ReportAnswer] {
        do throws(DatabaseError) {
            return try engine.answers(queries, of: site)
        } catch {
            throw ReportError(error)
        }
    }

    /// The goals of a site, by name.
    public func goals(of site: Site) throws(ReportError) -> [Goal] {
        try ask(site) { (connection) throws(DatabaseError) in try GoalStore(connection).goals(of: site.id) }
    }

    /// The names of properties that the latest of some events carry, most frequent first.
    public func properties(of site: Site, events: [String]) throws(ReportError) -> [String] {
        try ask(site) { (connection) throws(DatabaseError) in
            try queryProperties(connection, site: site.id, events: events)
        }
    }

    /// Who is there now, and the last half hour.
    public func realtime(of site: Site, filter: Filter?) throws(ReportError) -> RealtimeReport {
        let query = RealtimeQuery(site: site.id, filter: filter, now: clock(), vocabulary: vocabulary)
        return try ask(site) { (connection) throws(DatabaseError) in try query.run(connection) }
    }

    /// The last seven days of some sites, in their order.
    public func summaries(of sites: [Site]) throws(ReportError) -> [SiteSummary] {
        var summaries: [SiteSummary] = []
        for site in sites {
            var summary = SiteSummary(site: site, total: 0, visitors: [], hasData: try hasData(site))
            if summary.hasData {
                let query = ReportQuery(metrics: [.visitors], interval: .day, range: .period(.sevenDays))
                let answer = try answers([query], of: site).first
                summary.total = Int((answer?.totals.first ?? nil) ?? 0)
                summary.visitors = answer?.rows.map { Int(($0.values.first ?? nil) ?? 0) } ?? []
            }
            summaries.append(summary)
        }
        return summaries
    }

    /// What became of everything that arrived for a site. The ledger is read anew each time; the programs, which cost a
    /// look at every event of theirs, are cached under the ledger's count of them, which grows in the transaction of
    /// their rows, and under what was erased, after which there are fewer.
    public func quality(of site: Site) throws(ReportError) -> QualityReport {
        let query = QualityQuery(site: site, now: Timestamp(milliseconds: clock()))
        let (ledger, erased) = try ask(site) { (connection) throws(DatabaseError) in
            let erased: Int64 = try connection.query(
                "SELECT coalesce(sum(events), 0)::bigint FROM erasure WHERE site_id = \(site.id.rawValue)")[0].value(0)
            return (try query.ledger(connection), erased)
        }
        var report = ledger
        let known = report.totals.bots
        if known != 0 {
            let key = CacheKey(
                "bots", version: ReportService.version,
                parts: ["\(site.id.rawValue)", query.dates.last ?? "", "\(known)", "\(erased)"])
            report.bots = try cached(key, site) { (connection) throws(DatabaseError) in try query.bots(connection) }
        }
        return report
    }

    // MARK: Ways to the numbers

    private func ask<Answer>(
        _ site: Site, _ question: (Connection) throws(DatabaseError) -> Answer
    ) throws(ReportError) -> Answer {
        do throws(DatabaseError) {
            return try pool.withConnection(for: .site(site.id), question)
        } catch {
            throw ReportError(error)
        }
    }

    /// A value from the cache, or from the database on a connection that is only taken then.
    private func cached<Answer: Codable>(
        _ key: CacheKey, _ site: Site, _ question: (Connection) throws(DatabaseError) -> Answer
    ) throws(ReportError) -> Answer {
        do {
            let bytes = try cache.value(for: key, isUsable: { ReportService.decode($0, as: Answer.self) != nil }) {
                let answer = try pool.withConnection(for: .site(site.id), question)
                return Array(try JSONEncoder().encode(answer))
            }
            guard let answer = ReportService.decode(bytes, as: Answer.self) else {
                throw ReportError(.failed, "cached \(Answer.self) cannot be read")
            }
            return answer
        } catch let error as DatabaseError {
            throw ReportError(error)
        } catch let error as ReportError {
            throw error
        } catch {
            throw ReportError(.failed, "\(Answer.self) cannot be written")
        }
    }

    private static func decode<Answer: Codable>(_ bytes: [UInt8], as type: Answer.Type) -> Answer? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }
}

extension ReportError {
    /// What a failure of the database means for the reader.
    init(_ error: DatabaseError) { self.init(database: error) }

    /// What a failure of the database means for the reader.
    public init(database error: DatabaseError) {
        switch error.kind {
        case .connection, .retryable: self.init(.unavailable, "database: \(error)")
        case .poison, .refused, .decoding: self.init(.failed, "database: \(error)")
        }
    }
}
