import Database
import EventModel

/// Computes slices: from the columns of sealed days, or from the rows of `session` and `event`.
struct SliceComputer: Sendable {
    let site: SiteID
    let filter: Filter?
    let shapes: [Shape]
    let vocabulary: Vocabulary
    /// How long visitors have the same id.
    let identity: VisitorIdentity

    /// A day's slices, by the names of their shapes, and the version of which they are.
    struct Computed: Sendable {
        var day: LocalDay
        var version: Int64
        var slices: [String: SliceBytes] = [:]
        /// Milliseconds that it took: its share of the days that were computed together.
        var cost: Int64 = 0
        /// The day's columns, where they are to be kept.
        var visits: [UInt8] = DayVisits.none
    }

    /// How these statements are planned. Events lie in the order of time, so that the index on time is nearly as good as
    /// reading everything, and reads only the days that are asked for; days are what is worked on in parallel; and compiling
    /// a statement takes longer than a day's rows.
    static let planning: SQL = """
        SELECT set_config('random_page_cost', '1.1', true), set_config('max_parallel_workers_per_gather', '0', true),
            set_config('jit', 'off', true), set_config('work_mem', '32MB', true)
        """

    /// The slices of days that follow each other, all of one moment.
    ///
    /// - Parameter isCut: whether a day ends before its end, so that its columns are not asked: they are of all of it.
    func compute(_ days: [LocalDay], isCut: Bool, _ connection: Connection) throws(DatabaseError) -> [Computed] {
        try moment(days, connection) { (run) throws(DatabaseError) in
            // Where ids outlive days, it has to be known who the visitors are, which the columns do not say.
            let sealed =
                isCut || identity.outlivesDays ? [:] : try DayVisitsStore(site: site, connection).versions(of: days)
            var others: [Int] = []
            for (index, day) in days.enumerated() {
                let isSealed = sealed[day.date] != nil && sealed[day.date] == run.versions[day.date]?.version
                // One day at a time: they are large while they are read.
                guard isSealed, let visits = try DayVisitsStore(site: site, connection).visits(of: day, only: columns)
                else {
                    others.append(index)
                    continue
                }
                try run.compute(index, from: visits)
            }
            // Days that follow each other are read together.
            while let first = others.first {
                let end = others.indices.first { others[$0] != first + $0 } ?? others.count
                try run.compute(first..<(first + end), run.whole)
                others.removeFirst(end)
            }
            try run.computeSteps()
        }
    }

    /// What is read of the columns of days.
    private var columns: Set<IDColumn> {
        let dimensions = shapes.flatMap { $0.breakdowns.joined() } + (filter?.dimensions ?? [])
        return Set(dimensions.compactMap(\.column))
    }

    /// The slices of a day and its columns, to be kept.
    func seal(_ day: LocalDay, _ connection: Connection) throws(DatabaseError) -> Computed? {
        try moment([day], connection) { (run) throws(DatabaseError) in
            let lookback = run.versions[day.date]?.visitsSince ?? day.start
            guard !identity.outlivesDays,
                let visits = try DayVisitsQuery.run(site: site, day: day, lookback: lookback, connection)
            else {
                return try run.compute(0..<1, run.whole)
            }
            // Without them the day is read from its rows.
            run.computed[0].visits = (try? visits.bytes()) ?? DayVisits.none
            try run.compute(0, from: visits)
        }.first
    }

    /// One snapshot for everything: page views without the visits they belong to would puzzle people.
    private func moment(
        _ days: [LocalDay], _ connection: Connection, _ body: (inout SliceRun) throws(DatabaseError) -> Void
    ) throws(DatabaseError) -> [Computed] {
        guard let first = days.first, let last = days.last else { return [] }
        return try connection.transaction { () throws(DatabaseError) in
            try connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try connection.execute(SliceComputer.planning)
            let versions = try queryVersions(connection, site: site, from: first.date, through: last.date)
            var run = SliceRun(
                computer: self, days: days, connection: connection, versions: versions,
                resolved: try filter?.resolved(connection, site: site))
            try body(&run)
            return run.computed
        }
    }
}

/// The computing of some days' slices within one transaction.
struct SliceRun {
    private let computer: SliceComputer
    private let days: [LocalDay]
    private let connection: Connection
    let versions: [LocalDate: DayVersion]
    private let resolved: ResolvedFilter?
    private let lookback: Int64
    /// What is ready so far, in the order of the days.
    var computed: [SliceComputer.Computed]

    fileprivate init(
        computer: SliceComputer, days: [LocalDay], connection: Connection, versions: [LocalDate: DayVersion],
        resolved: ResolvedFilter?
    ) {
        self.computer = computer
        self.days = days
        self.connection = connection
        self.versions = versions
        self.resolved = resolved
        lookback = days.compactMap { versions[$0.date]?.visitsSince }.min() ?? days.first?.start ?? 0
        computed = days.map { SliceComputer.Computed(day: $0, version: versions[$0.date]?.version ?? 0) }
    }

    /// Shapes of whole days.
    var whole: [Shape] { computer.shapes.filter { $0.step == 0 } }

    /// Computes a day from its columns, or from the rows where these do not say enough.
    mutating func compute(_ index: Int, from visits: DayVisits) throws(DatabaseError) {
        let day = days[index]
        for group in groups(whole) {
            let plan = plan(group.shapes, starts: [day.start], end: day.end, byEvents: group.byEvents)
            if DayScan.canAnswer(plan, visits) {
                let rows = try DayScan.run(
                    plan, byEvents: group.byEvents, visits, connection, computer.vocabulary)
                add(rows, group.shapes, plan, index..<(index + 1))
            } else {
                try compute(index..<(index + 1), group.shapes)
            }
        }
    }

    /// Computes days that follow each other from the rows.
    mutating func compute(_ range: Range<Int>, _ shapes: [Shape]) throws(DatabaseError) {
        for group in groups(shapes) {
            let plan = plan(
                group.shapes, starts: days[range].map(\.start), end: days[range.upperBound - 1].end,
                byEvents: group.byEvents)
            let rows = try Scan.run(plan, byEvents: group.byEvents, connection, computer.vocabulary)
            add(rows, group.shapes, plan, range)
        }
    }

    private mutating func add(_ rows: ScanResult, _ shapes: [Shape], _ plan: ScanPlan, _ range: Range<Int>) {
        let tally = Tally(rows, parts: range.count, sketches: computer.identity.outlivesDays)
        for shape in shapes {
            for (offset, var slice) in tally.slices(shape.breakdowns).enumerated() {
                // The amounts are another shape's: whoever finds this one in a cache has asked for none.
                if shape.revenue.isEmpty, !plan.revenue.isEmpty { slice.removeRevenue() }
                computed[range.lowerBound + offset].slices[shape.name] = SliceBytes(slice)
            }
        }
    }

    /// Shapes that one reading is enough for. It adds up one property; shapes without one come along with the first.
    private func groups(_ shapes: [Shape]) -> [(shapes: [Shape], byEvents: Bool)] {
        let byVisits = shapes.filter { !$0.readsEvents(computer.filter) }
        var groups = byVisits.isEmpty ? [] : [(shapes: byVisits, byEvents: false)]
        var byEvents = shapes.filter { $0.readsEvents(computer.filter) }
        while !byEvents.isEmpty {
            let property = byEvents.map(\.revenue).filter { !$0.isEmpty }.min() ?? ""
            groups.append((byEvents.filter { $0.revenue.isEmpty || $0.revenue == property }, true))
            byEvents.removeAll { $0.revenue.isEmpty || $0.revenue == property }
        }
        return groups
    }

    /// Days in steps: one slice with a table whose keys are the moments at which the steps begin, and with those of each step.
    mutating func computeSteps() throws(DatabaseError) {
        for shape in computer.shapes where shape.step > 0 {
            for (index, day) in days.enumerated() where versions[day.date] != nil {
                let starts = Array(stride(from: day.start, to: day.end, by: Int(shape.step)))
                let plan = plan([shape], starts: starts, end: day.end, byEvents: true)
                let rows = try Scan.run(plan, byEvents: true, connection, computer.vocabulary)
                var slice = Slice()
                var table = MeasureTable()
                for (start, part) in zip(
                    starts, Tally(rows, parts: starts.count, sketches: false).slices(shape.breakdowns))
                where part.totals != Measures() {
                    table.add(part.totals, to: start)
                    for (name, rows) in part.tables { slice.tables[Shape.table(name, at: start)] = rows }
                }
                slice.tables[Shape.steps] = table
                computed[index].slices[shape.name] = SliceBytes(slice)
            }
        }
    }

    private func plan(_ shapes: [Shape], starts: [Int64], end: Int64, byEvents: Bool) -> ScanPlan {
        ScanPlan(
            site: computer.site, starts: starts, end: end, lookback: min(lookback, starts.first ?? end),
            filter: resolved, joinsVisits: byEvents && (computer.filter?.isAboutVisits ?? false),
            looksIntoVisits: computer.filter?.looksIntoVisits ?? false, breakdowns: shapes.flatMap(\.breakdowns),
            revenue: shapes.map(\.revenue).first { !$0.isEmpty } ?? "")
    }
}
