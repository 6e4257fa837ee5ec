import Database
public import EventModel

/// Who is there now, and what happened within the last half hour.
public struct RealtimeReport: Sendable, Equatable {
    /// Minutes that it covers.
    public static let minutes = 30

    /// Distinct visitors with an event within the last five minutes.
    public var current: Int
    /// Page views by minute, the latest last.
    public var pageviews: [Int]
    /// Distinct visitors by minute, the latest last.
    public var visitors: [Int]
    /// Pages by distinct visitors.
    public var pages: [Row]
    /// Sources of these visitors' visits.
    public var sources: [Row]
    /// Countries of these visitors' visits.
    public var countries: [Row]
    /// Custom events by how often they were sent.
    public var events: [Row]
    /// When it was looked at.
    public var computedAt: Timestamp

    /// A value and its number.
    public struct Row: Sendable, Equatable {
        /// The value; empty where there is none.
        public var name: String
        /// Visitors, or times.
        public var count: Int

        /// A row.
        public init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// A report.
    public init(
        current: Int, pageviews: [Int], visitors: [Int], pages: [Row], sources: [Row], countries: [Row], events: [Row],
        computedAt: Timestamp
    ) {
        self.current = current
        self.pageviews = pageviews
        self.visitors = visitors
        self.pages = pages
        self.sources = sources
        self.countries = countries
        self.events = events
        self.computedAt = computedAt
    }
}

/// Reads the last half hour from the rows: there are few, and they change with every look.
struct RealtimeQuery {
    let site: SiteID
    let filter: Filter?
    let now: Int64
    let vocabulary: Vocabulary

    /// The report, all of one moment.
    func run(_ connection: Connection) throws(DatabaseError) -> RealtimeReport {
        try connection.transaction { () throws(DatabaseError) in
            try connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try connection.execute(SliceComputer.planning)
            return try read(connection)
        }
    }

    private func read(_ connection: Connection) throws(DatabaseError) -> RealtimeReport {
        let minute: Int64 = 60_000
        let end = now - now % minute + minute
        let start = end - Int64(RealtimeReport.minutes) * minute
        let starts = Array(stride(from: start, to: end, by: Int(minute)))
        let versions = try connection.query(
            """
            SELECT min(started_at) FROM session
            WHERE site_id = \(site.rawValue) AND last_at >= \(timestamp: start)
                AND started_at >= \(timestamp: start - 86_400_000)
            """)
        let lookback = min(try versions[0].optionalMilliseconds(0) ?? start, start)
        let resolved: ResolvedFilter? = if let filter { try filter.resolved(connection, site: site) } else { nil }
        let lists: [Dimension] = [.page, .event, .source, .country]
        func slices(_ starts: [Int64], _ end: Int64) throws(DatabaseError) -> [Slice] {
            let plan = ScanPlan(
                site: site, starts: starts, end: end, lookback: lookback, filter: resolved,
                joinsVisits: filter?.isAboutVisits ?? false, looksIntoVisits: filter?.looksIntoVisits ?? false,
                breakdowns: starts.count == 1 ? lists.map { [$0] } : [], revenue: "")
            let rows = try Scan.run(plan, byEvents: true, connection, vocabulary)
            return Tally(rows, parts: starts.count, sketches: false).slices(plan.breakdowns)
        }
        let minutes = try slices(starts, end)
        guard let whole = try slices([start], end).first else {
            throw DatabaseError(kind: .decoding, message: "no slice of the last half hour")
        }
        let current = try slices([now - 5 * minute], max(now + 1, end)).first?.totals.visitors ?? 0
        func rows(_ dimension: Dimension, _ field: KeyPath<Measures, Int>) throws(DatabaseError) -> [RealtimeReport.Row]
        {
            try list(whole.tables[dimension.name] ?? MeasureTable(), field, connection)
        }
        return RealtimeReport(
            current: current, pageviews: minutes.map(\.totals.pageviews), visitors: minutes.map(\.totals.visitors),
            pages: try rows(.page, \.visitors), sources: try rows(.source, \.visitors),
            countries: try rows(.country, \.visitors),
            events: try rows(.event, \.events), computedAt: Timestamp(milliseconds: now))
    }

    private func list(
        _ table: MeasureTable, _ field: KeyPath<Measures, Int>, _ connection: Connection
    ) throws(DatabaseError) -> [RealtimeReport.Row] {
        var counts: [(key: Int64, count: Int)] = []
        for (key, sums) in zip(table.keys, table.sums) where sums[keyPath: field] > 0 {
            counts.append((key, sums[keyPath: field]))
        }
        counts.sort { $0.count == $1.count ? $0.key < $1.key : $0.count > $1.count }
        let top = counts.prefix(10)
        let unknown = top.map(\.key).filter { $0 != 0 && table.texts[$0] == nil }
        let found = try queryTexts(connection, site: site, unknown)
        let texts = table.texts.merging(found, uniquingKeysWith: { first, _ in first })
        return top.map {
            RealtimeReport.Row(name: $0.key == 0 ? "" : texts[$0.key] ?? "", count: $0.count)
        }
    }
}
