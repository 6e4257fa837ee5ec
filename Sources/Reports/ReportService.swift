public import Cache
public import Database
public import EventModel
import FoundationEssentials
public import Platform

/// Answers the dashboard from the caches where it can, and from the database where it must.
///
/// A cached report is never stale: its key holds the fingerprint of the versions of its days, which the loader raises in
/// the transaction of the rows. So every answer asks the database for the versions, which costs a fraction of a
/// millisecond, and for the numbers only when a version is new.
public struct ReportService: OverviewSource {
    /// To be raised when a cached report changes its form or its meaning.
    private static let version = 3

    private let pool: Pool
    private let cache: TieredCache
    private let clock: @Sendable () -> Int64

    /// A service over a database and a cache. `clock` gives milliseconds since 1970; tests have their own.
    public init(
        pool: Pool, cache: TieredCache, clock: @escaping @Sendable () -> Int64 = { Clock.wallMilliseconds() }
    ) {
        self.pool = pool
        self.cache = cache
        self.clock = clock
    }

    /// The site of this domain; `nil` when there is none. Domains are lower case, whatever people type.
    public func site(domain: String) throws(ReportError) -> Site? {
        // PostgreSQL knows no text with a zero in it.
        guard !domain.utf8.contains(0), domain.utf8.count <= 255 else { return nil }
        return try ask { (connection) throws(DatabaseError) in
            try querySites(connection, domain: domain.lowercased()).first
        }
    }

    /// The overview of a site.
    public func overview(of site: Site, period: Period) throws(ReportError) -> OverviewReport {
        let now = Timestamp(milliseconds: clock())
        let query = OverviewQuery(site: site, period: period, now: now)
        let (calendar, fingerprint) = try ask { (connection) throws(DatabaseError) in
            let calendar = try queryCalendar(connection, timeZone: site.timeZone, period: period, now: now)
            let fingerprint = try queryFingerprints(
                connection, sites: [site.id], from: calendar.previousDays.first?.date ?? calendar.firstDate,
                to: calendar.lastDate)
            return (calendar, fingerprint[site.id]?.text ?? "none")
        }
        // The step stands for the hours that the chart shows and for the cut of the period before.
        let key = CacheKey(
            "overview", version: ReportService.version,
            parts: [
                "\(site.id.rawValue)", site.timeZone, period.rawValue, calendar.lastDate,
                "\(now.milliseconds / period.step)", fingerprint,
            ])
        var report: OverviewReport = try cached(key) { (connection) throws(DatabaseError) in
            try query.run(connection)
        }
        // The key says nothing of the domain, which may change; and equal versions mean that the numbers are of now.
        report.domain = site.domain
        report.computedAt = now
        return report
    }

    /// All sites with their last seven days, by domain.
    public func sites() throws(ReportError) -> [SiteSummary] {
        let now = Timestamp(milliseconds: clock())
        let (sites, calendars, fingerprints) = try ask { (connection) throws(DatabaseError) in
            let sites = try querySites(connection)
            var calendars: [String: ReportCalendar] = [:]
            for zone in Set(sites.map(\.timeZone)) {
                calendars[zone] = try queryCalendar(connection, timeZone: zone, period: .sevenDays, now: now)
            }
            let first = calendars.values.map(\.firstDate).min() ?? ""
            let last = calendars.values.map(\.lastDate).max() ?? ""
            guard !sites.isEmpty else { return (sites, calendars, [SiteID: Fingerprint]()) }
            return (sites, calendars, try queryFingerprints(connection, sites: sites.map(\.id), from: first, to: last))
        }
        var summaries: [SiteSummary] = []
        for site in sites {
            guard let calendar = calendars[site.timeZone], let fingerprint = fingerprints[site.id] else { continue }
            var summary = SiteSummary(site: site, visitors: [], hasData: fingerprint.hasData)
            if fingerprint.hasData {
                let key = CacheKey(
                    "week", version: ReportService.version,
                    parts: ["\(site.id.rawValue)", site.timeZone, calendar.lastDate, fingerprint.text])
                summary.visitors = try cached(key) { (connection) throws(DatabaseError) in
                    let range = QueryRange(
                        site: site.id, starts: calendar.days.map(\.start), end: calendar.end, pageview: nil)
                    let traffic = try queryTraffic(connection, range)
                    return calendar.days.indices.map { traffic[$0 + 1]?.visitors ?? 0 }
                }
            }
            summaries.append(summary)
        }
        return summaries
    }

    /// What became of everything that arrived for a site. The ledger is read anew each time; the programs, which cost a
    /// look at every event of theirs, are cached under the ledger's count of them, which grows in the transaction of
    /// their rows.
    public func quality(of site: Site) throws(ReportError) -> QualityReport {
        let query = QualityQuery(site: site, now: Timestamp(milliseconds: clock()))
        var report = try ask { (connection) throws(DatabaseError) in try query.ledger(connection) }
        let known = report.totals.bots
        if known != 0 {
            let key = CacheKey(
                "bots", version: ReportService.version,
                parts: ["\(site.id.rawValue)", query.dates.last ?? "", "\(known)"])
            report.bots = try cached(key) { (connection) throws(DatabaseError) in try query.bots(connection) }
        }
        return report
    }

    // MARK: Ways to the numbers

    private func ask<Answer>(
        _ question: (Connection) throws(DatabaseError) -> Answer
    ) throws(ReportError) -> Answer {
        do throws(DatabaseError) {
            return try pool.withConnection(question)
        } catch {
            throw ReportError(error)
        }
    }

    /// A value from the cache, or from the database on a connection that is only taken then.
    private func cached<Answer: Codable>(
        _ key: CacheKey, _ question: (Connection) throws(DatabaseError) -> Answer
    ) throws(ReportError) -> Answer {
        do {
            let bytes = try cache.value(for: key, isUsable: { ReportService.decode($0, as: Answer.self) != nil }) {
                let answer = try pool.withConnection(question)
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
    init(_ error: DatabaseError) {
        switch error.kind {
        case .connection, .retryable: self.init(.unavailable, "database: \(error)")
        case .poison, .refused, .decoding: self.init(.failed, "database: \(error)")
        }
    }
}
