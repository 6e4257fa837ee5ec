public import EventModel

/// Where pages get their numbers from. `ReportService` asks the database and the caches; tests and previews answer
/// from memory.
public protocol ReportSource: Sendable {
    /// The last seven days of some sites, in their order.
    func summaries(of sites: [Site]) throws(ReportError) -> [SiteSummary]

    /// Whether the site has ever received an event.
    func hasData(_ site: Site) throws(ReportError) -> Bool

    /// The local date of now at a site.
    func today(of site: Site) throws(ReportError) -> LocalDate

    /// Answers to questions about a site, all of one moment.
    func answers(_ queries: [ReportQuery], of site: Site) throws(ReportError) -> [ReportAnswer]

    /// The goals of a site, by name.
    func goals(of site: Site) throws(ReportError) -> [Goal]

    /// The names of properties that some events carry, most frequent first.
    func properties(of site: Site, events: [String]) throws(ReportError) -> [String]

    /// Who is there now, and the last half hour.
    func realtime(of site: Site, filter: Filter?) throws(ReportError) -> RealtimeReport

    /// What became of everything that arrived for a site.
    func quality(of site: Site) throws(ReportError) -> QualityReport
}

/// A site in the list of sites.
public struct SiteSummary: Sendable, Equatable {
    /// The site.
    public var site: Site
    /// Visitors of the last seven local days together.
    public var total: Int
    /// Visitors of each of them, today last.
    public var visitors: [Int]
    /// Whether the site has ever received an event.
    public var hasData: Bool

    /// A summary with these numbers.
    public init(site: Site, total: Int, visitors: [Int], hasData: Bool) {
        self.site = site
        self.total = total
        self.visitors = visitors
        self.hasData = hasData
    }
}

/// Why a report could not be made.
public struct ReportError: Error, Sendable, CustomStringConvertible {
    /// What kind of trouble it is, and so what the reader can do.
    public enum Code: String, Sendable {
        /// The database is away or too busy: the same question may be answered in a moment.
        case unavailable
        /// Something is wrong with us; asking again will not help.
        case failed
    }

    /// The kind of trouble.
    public var code: Code
    /// What happened, for the log; never personal data.
    public var detail: String

    /// An error of this kind.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// For the log.
    public var description: String { "\(code.rawValue): \(detail)" }
}
