public import Database
public import EventModel
import Platform

/// The question behind the page about data quality: what became of everything that arrived?
public struct QualityQuery: Sendable {
    /// The site.
    public var site: Site
    /// The moment that decides what today is (UTC).
    public var now: Timestamp

    /// A question about a site.
    public init(site: Site, now: Timestamp) {
        self.site = site
        self.now = now
    }

    /// The dates that the report covers, ISO 8601, today last.
    var dates: [String] {
        (0..<QualityReport.days).reversed().map {
            CivilTime(milliseconds: now.milliseconds - Int64($0) * QualityQuery.day).date
        }
    }

    /// Where the first of the days begins.
    var start: Timestamp {
        let today = now.milliseconds - now.milliseconds % QualityQuery.day
        return Timestamp(milliseconds: today - Int64(QualityReport.days - 1) * QualityQuery.day)
    }

    private static let day: Int64 = 86_400_000

    /// Asks the database for everything, past all caches.
    public func run(_ connection: Connection) throws(DatabaseError) -> QualityReport {
        var report = try ledger(connection)
        report.bots = try bots(connection)
        return report
    }

    /// The report without `bots`. All numbers are of one moment, so that the sums agree.
    func ledger(_ connection: Connection) throws(DatabaseError) -> QualityReport {
        let dates = dates
        let (first, last) = (dates.first ?? "", dates.last ?? "")
        return try connection.transaction { () throws(DatabaseError) in
            try connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            let counts = try queryLedger(connection, site: site.id, from: first, to: last)
            return QualityReport(
                days: dates.map { QualityReport.Day(date: $0, counts: counts[$0] ?? QualityReport.Counts()) },
                reasons: try queryReasons(connection, site: site.id, from: first, to: last),
                unattributed: try queryReasons(connection, site: .unknown, from: first, to: last),
                bots: [], computedAt: now)
        }
    }

    /// The programs. Has to read every event of theirs.
    func bots(_ connection: Connection) throws(DatabaseError) -> [QualityReport.Bot] {
        try queryBots(connection, site: site.id, from: start)
    }
}
