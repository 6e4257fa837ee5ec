import Database
import EventModel

/// Computes slices from the rows of `session` and `event`.
struct SliceComputer: Sendable {
    let site: SiteID
    let filter: Filter?
    let shapes: [Shape]
    let vocabulary: Vocabulary

    /// A day's slices, by the names of their shapes, and the version of which they are.
    struct Computed: Sendable {
        var day: LocalDay
        var version: Int64
        var slices: [String: SliceBytes]
    }

    /// How these statements are planned. Events lie in the order of time, so that the index on time is nearly as good as
    /// reading everything, and reads only the days that are asked for; days are what is worked on in parallel; and compiling
    /// a statement takes longer than a day's rows.
    private static let planning: SQL = """
        SELECT set_config('random_page_cost', '1.1', true), set_config('max_parallel_workers_per_gather', '0', true),
            set_config('jit', 'off', true), set_config('work_mem', '32MB', true)
        """

    /// The slices of days that follow each other, all of one moment.
    func compute(_ days: [LocalDay], _ connection: Connection) throws(DatabaseError) -> [Computed] {
        guard let first = days.first, let last = days.last else { return [] }
        return try connection.transaction { () throws(DatabaseError) in
            // One snapshot for everything: page views without the visits they belong to would puzzle people.
            try connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try connection.execute(SliceComputer.planning)
            let versions = try queryVersions(connection, site: site, from: first.date, through: last.date)
            let lookback = days.compactMap { versions[$0.date]?.visitsSince }.min() ?? first.start
            let resolved: ResolvedFilter? =
                if let filter { try filter.resolved(connection, site: site) } else { nil }
            var slices = [[String: SliceBytes]](repeating: [:], count: days.count)
            func scan(
                _ shapes: [Shape], _ days: Range<Int>, byEvents: Bool
            ) throws(DatabaseError) {
                if shapes.isEmpty { return }
                let plan = self.plan(
                    shapes, starts: all[days].map(\.start), end: all[days.upperBound - 1].end,
                    lookback: min(lookback, all[days.lowerBound].start), resolved, byEvents: byEvents)
                let rows = try Scan.run(plan, byEvents: byEvents, connection, vocabulary)
                let tally = Tally(rows, parts: days.count)
                for shape in shapes {
                    for (offset, var slice) in tally.slices(shape.breakdowns).enumerated() {
                        // The amounts are another shape's: whoever finds this one in a cache has asked for none.
                        if shape.revenue.isEmpty, !plan.revenue.isEmpty { slice.removeRevenue() }
                        slices[days.lowerBound + offset][shape.name] = SliceBytes(slice)
                    }
                }
            }
            let all = days
            let whole = shapes.filter { $0.step == 0 }
            try scan(whole.filter { !$0.readsEvents(filter) }, 0..<days.count, byEvents: false)
            // One scan adds up one property; shapes without one come along with the first.
            let byEvents = whole.filter { $0.readsEvents(filter) }
            let properties = Set(byEvents.map(\.revenue)).subtracting([""]).sorted()
            let property = properties.first ?? ""
            try scan(byEvents.filter { $0.revenue.isEmpty || $0.revenue == property }, 0..<days.count, byEvents: true)
            for property in properties.dropFirst() {
                try scan(byEvents.filter { $0.revenue == property }, 0..<days.count, byEvents: true)
            }
            for shape in shapes where shape.step > 0 {
                for (index, day) in days.enumerated() {
                    slices[index][shape.name] = try steps(shape, day, lookback, resolved, connection)
                }
            }
            return days.enumerated().map { index, day in
                Computed(day: day, version: versions[day.date]?.version ?? 0, slices: slices[index])
            }
        }
    }

    /// A day in steps: one slice with a table whose keys are the moments at which the steps begin.
    private func steps(
        _ shape: Shape, _ day: LocalDay, _ lookback: Int64, _ resolved: ResolvedFilter?, _ connection: Connection
    ) throws(DatabaseError) -> SliceBytes {
        let starts = Array(stride(from: day.start, to: day.end, by: Int(shape.step)))
        let plan = self.plan(
            [shape], starts: starts, end: day.end, lookback: min(lookback, day.start), resolved, byEvents: true)
        let tally = Tally(try Scan.run(plan, byEvents: true, connection, vocabulary), parts: starts.count)
        var slice = Slice()
        var table = MeasureTable()
        for (start, part) in zip(starts, tally.slices([])) where part.totals != Measures() {
            table.add(part.totals, to: start)
        }
        slice.tables[Shape.steps] = table
        return SliceBytes(slice)
    }

    /// A plan for shapes that are read in the same way.
    func plan(
        _ shapes: [Shape], starts: [Int64], end: Int64, lookback: Int64, _ resolved: ResolvedFilter?, byEvents: Bool
    ) -> ScanPlan {
        ScanPlan(
            site: site, starts: starts, end: end, lookback: lookback, filter: resolved,
            joinsVisits: byEvents && (filter?.isAboutVisits ?? false),
            looksIntoVisits: filter?.looksIntoVisits ?? false, breakdowns: shapes.flatMap(\.breakdowns),
            revenue: shapes.map(\.revenue).first { !$0.isEmpty } ?? "")
    }
}

extension Filter {
    /// Whether one of its parts looks at what a visit is.
    var isAboutVisits: Bool {
        switch self {
        case .and(let parts), .or(let parts): parts.contains(where: \.isAboutVisits)
        case .not(let part): part.isAboutVisits
        case .test(let test): test.dimension.level == .visit
        case .goal: false
        }
    }

    /// Whether one of its parts asks what else happened in a visit.
    var looksIntoVisits: Bool {
        switch self {
        case .and(let parts), .or(let parts): parts.contains(where: \.looksIntoVisits)
        case .not(let part): part.looksIntoVisits
        case .test: false
        case .goal: true
        }
    }
}

/// The state of a day of a site.
struct DayVersion: Sendable, Equatable {
    /// Grows whenever a number of the day changes.
    var version: Int64
    /// When the earliest visit began that was still going on on the day, milliseconds since 1970.
    var visitsSince: Int64?
}

/// The states of a site's days; a day on which nothing happened is missing.
func queryVersions(
    _ connection: Connection, site: SiteID, from first: LocalDate, through last: LocalDate
) throws(DatabaseError) -> [LocalDate: DayVersion] {
    let rows = try connection.query(
        """
        SELECT day, version, visits_since FROM site_day
        WHERE site_id = \(site.rawValue)
            AND day BETWEEN \(first.description)::text::date AND \(last.description)::text::date
        """)
    var versions: [LocalDate: DayVersion] = [:]
    for row in rows {
        versions[try row.localDate(0)] = DayVersion(
            version: try row.value(1), visitsSince: try row.optionalMilliseconds(2))
    }
    return versions
}
