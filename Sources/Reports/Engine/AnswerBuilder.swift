import Cryptography
import Database
import EventModel

extension ReportQuery {
    var withEvents: Bool { metrics.contains(.events) }

    /// Milliseconds of steps within a day; 0 for whole days.
    var step: Int64 {
        switch interval {
        case .hour: 3_600_000
        case .minute: 60_000
        default: 0
        }
    }

    /// The shape that holds the sums.
    var shape: Shape { Shape.of(dimensions, withEvents: withEvents) }

    /// The shape of the steps within a day.
    var stepShape: Shape {
        if !dimensions.isEmpty { return Shape.custom(dimensions, needsEvents: true, step: step) }
        return interval == .minute ? .minutes : .hours
    }

    /// What counts as having reached the goal: for rows about visits the events themselves, for rows about events all of
    /// the visits with one, so that one sees which pages lead there.
    var reachedFilter: Filter? {
        guard let goal else { return nil }
        let isAboutEvents = dimensions.contains { $0.level == .event }
        return combined(isAboutEvents ? .goal(goal) : goal.events)
    }

    /// The goal's own events.
    var goalEvents: Filter? { goal.map { combined($0.events) } }

    private func combined(_ other: Filter) -> Filter { filter.map { .and([$0, other]) } ?? other }

    var asksForGoal: Bool { goal != nil && metrics.contains(where: \.isAboutGoal) }
    var asksForRevenue: Bool { metrics.contains(.revenue) && !(goal?.revenue ?? "").isEmpty }

    /// The shape of those who reached the goal.
    var reachedShape: Shape { Shape.of(dimensions, withEvents: false) }
    var revenueShape: Shape { Shape.custom(dimensions, needsEvents: true, revenue: goal?.revenue ?? "") }

    /// All slices that the answer is made of.
    var needs: [(Filter?, Shape)] {
        var needs: [(Filter?, Shape)] = [(filter, shape)]
        let isStepped = step > 0
        if isStepped { needs.append((filter, stepShape)) }
        if asksForGoal {
            needs.append((reachedFilter, reachedShape))
            if isStepped { needs.append((reachedFilter, stepShape)) }
            if asksForRevenue { needs.append((goalEvents, revenueShape)) }
            if isStepped, asksForRevenue { needs.append((goalEvents, revenueSteps)) }
        }
        return needs
    }

    var revenueSteps: Shape { stepShape.adding(revenue: goal?.revenue ?? "") }
}

extension MeasureTable {
    /// Adds what a slice is in all, as the row of the key 0.
    fileprivate mutating func add(totalsOf slice: SliceBytes) {
        add(slice.totals, to: 0)
        if let visitors = slice.visitors { add(visitors, to: 0) }
    }
}

/// Makes an answer out of slices.
struct AnswerBuilder {
    let query: ReportQuery
    let frame: Frame
    let reading: Reading

    /// Sums by step of time and key: of what counts, and of what reached the goal.
    private struct Sums {
        var totals = Measures()
        var goalTotals = Measures()
        var counted: [Int: MeasureTable] = [:]
        var reached: [Int: MeasureTable] = [:]

        /// The text of a key.
        func text(_ order: Int, _ key: Int64) -> String? {
            counted[order]?.texts[key] ?? reached[order]?.texts[key]
        }
    }

    /// A row of the answer in the making.
    private struct Line {
        var order: Int
        var key: Int64
    }

    func answer() throws(DatabaseError) -> ReportAnswer {
        var computedAt = reading.now
        var sums = Sums()
        try addDays(&sums, isBefore: false, &computedAt)
        var old = Sums()
        var before: ReportAnswer.Before?
        if let earlier = frame.before {
            try addDays(&old, isBefore: true, &computedAt)
            before = ReportAnswer.Before(
                first: earlier.first, last: earlier.last, totals: values(old.totals, old.goalTotals))
        }
        var labels: [Int: String] = [:]
        if query.step > 0 {
            labels = try addSteps(&sums)
        } else if query.interval != nil {
            labels = bucketLabels()
        }
        let lines = lines(sums)
        let rows = try finish(lines, labels, sums, old)
        return ReportAnswer(
            first: frame.first, last: frame.last, totals: values(sums.totals, sums.goalTotals), rows: rows,
            rowCount: lines.count, before: before, computedAt: Timestamp(milliseconds: computedAt),
            identity: reading.identity)
    }

    private func values(_ sums: Measures, _ goal: Measures) -> [Double?] {
        query.metrics.map { $0.value(sums, goal: query.asksForGoal ? goal : nil) }
    }

    private func lines(_ sums: Sums) -> [Line] {
        if query.dimensions.isEmpty && query.interval == nil { return [] }
        let hidden = query.hidden.isEmpty ? nil : ContentHash.sixtyFourBits(of: query.hidden)
        var lines: [Line] = []
        for (order, rows) in sums.counted {
            lines.reserveCapacity(lines.count + rows.count)
            for key in rows.keys where key != hidden { lines.append(Line(order: order, key: key)) }
        }
        return lines
    }

    // MARK: Days

    private var tableName: String { Dimension.name(ofBreakdown: query.dimensions) }

    private func addDays(_ sums: inout Sums, isBefore: Bool, _ computedAt: inout Int64) throws(DatabaseError) {
        let buckets = Buckets(query.interval, first: isBefore ? frame.before?.first ?? frame.first : frame.first)
        sums.totals = try add(query.filter, query.shape, isBefore, &computedAt, buckets, &sums.counted)
        if !isBefore, query.dimensions.isEmpty, query.interval != nil, query.step == 0 {
            // A row for each step up to now, with or without events.
            for day in frame.days where day.date <= frame.today {
                sums.counted[buckets.order(of: day.date), default: MeasureTable()].touch(0)
            }
        }
        guard query.asksForGoal else { return }
        var total = try add(query.reachedFilter, query.reachedShape, isBefore, &computedAt, buckets, &sums.reached)
        if query.asksForRevenue {
            var amounts: [Int: MeasureTable] = [:]
            total.revenue = try add(
                query.goalEvents, query.revenueShape, isBefore, &computedAt, buckets, &amounts
            ).revenue
            add(amounts, to: &sums)
        }
        sums.goalTotals = total
    }

    /// Adds amounts to those who reached the goal. They are those of the goal's own events, whatever else of their visits
    /// counts as having reached it.
    private func add(_ amounts: [Int: MeasureTable], to sums: inout Sums) {
        for (order, rows) in amounts { sums.reached[order, default: MeasureTable()].takeRevenue(of: rows) }
    }

    /// Adds the rows of a shape's slices; returns what they are in all.
    private func add(
        _ filter: Filter?, _ shape: Shape, _ isBefore: Bool, _ computedAt: inout Int64, _ buckets: Buckets,
        _ tables: inout [Int: MeasureTable]
    ) throws(DatabaseError) -> Measures {
        var totals = MeasureTable()
        let days: [LocalDay]
        let slices: [SliceBytes]
        if isBefore {
            (days, slices) = try reading.earlier(filter, shape, frame)
        } else {
            let read = try reading.slices(filter, shape, frame)
            (days, slices) = (read.days, read.slices)
            computedAt = min(computedAt, read.computedAt)
        }
        for (day, slice) in zip(days, slices) {
            totals.add(totalsOf: slice)
            if query.step > 0 { continue }
            let order = buckets.order(of: day.date)
            if !query.dimensions.isEmpty {
                slice.add(tableName, to: &tables[order, default: MeasureTable()])
            } else if query.interval != nil, isBefore || day.date <= frame.today {
                // A day that is still to come is no row.
                tables[order, default: MeasureTable()].add(totalsOf: slice)
            }
        }
        totals.settleVisitors()
        for order in tables.keys { tables[order]?.settleVisitors() }
        return totals[0]
    }

    /// The labels of days, weeks or months, by their order.
    private func bucketLabels() -> [Int: String] {
        let buckets = Buckets(query.interval, first: frame.first)
        var labels: [Int: String] = [:]
        for day in frame.days {
            let order = buckets.order(of: day.date)
            if labels[order] == nil { labels[order] = buckets.label(of: day.date) }
        }
        return labels
    }

    // MARK: Hours and minutes

    private func addSteps(_ sums: inout Sums) throws(DatabaseError) -> [Int: String] {
        var moments: [Int64] = []
        var amounts: [Int: MeasureTable] = [:]
        for (index, day) in frame.days.enumerated() {
            for start in stride(from: day.start, to: day.end, by: Int(query.step)) where start <= reading.now {
                moments.append(start)
            }
            try addSteps(query.filter, query.stepShape, index, &sums.counted)
            if query.asksForGoal { try addSteps(query.reachedFilter, query.stepShape, index, &sums.reached) }
            if query.asksForRevenue { try addSteps(query.goalEvents, query.revenueSteps, index, &amounts) }
        }
        add(amounts, to: &sums)
        if query.dimensions.isEmpty {
            for moment in moments { sums.counted[Int(moment / 1000), default: MeasureTable()].touch(0) }
        }
        var labels: [Int: String] = [:]
        for (moment, label) in try reading.labels(moments) { labels[Int(moment / 1000)] = label }
        // What is in the future, by a clock that is ahead, has no place yet.
        sums.counted = sums.counted.filter { labels[$0.key] != nil }
        return labels
    }

    private func addSteps(
        _ filter: Filter?, _ shape: Shape, _ index: Int, _ tables: inout [Int: MeasureTable]
    ) throws(DatabaseError) {
        let slices = try reading.slices(filter, shape, frame).slices
        guard index < slices.count else { return }
        var rows = MeasureTable()
        slices[index].add(Shape.steps, to: &rows)
        for (moment, measures) in zip(rows.keys, rows.sums) {
            if query.dimensions.isEmpty {
                tables[Int(moment / 1000), default: MeasureTable()].add(measures, to: 0)
            } else {
                slices[index].add(
                    Shape.table(tableName, at: moment), to: &tables[Int(moment / 1000), default: MeasureTable()])
            }
        }
    }

    // MARK: Rows

    /// The rows asked for, in order, with their texts.
    private func finish(
        _ lines: [Line], _ labels: [Int: String], _ sums: Sums, _ old: Sums
    ) throws(DatabaseError) -> [ReportAnswer.Row] {
        let sorter = Sorter(query)
        let end = min(lines.count, query.offset + query.limit)
        guard query.offset < lines.count else { return [] }
        func counted(_ line: Line) -> Measures { sums.counted[line.order]?[line.key] ?? Measures() }
        func reached(_ line: Line) -> Measures { sums.reached[line.order]?[line.key] ?? Measures() }
        let candidates = sorter.candidates(lines, upTo: end) { line, metric in
            metric.value(counted(line), goal: query.asksForGoal ? reached(line) : nil)
        } order: {
            $0.order
        }
        var ranked = candidates.map { line in
            (line: line, rank: Sorter.Rank(time: line.order, values: values(counted(line), reached(line))))
        }
        ranked.sort { sorter.isBefore($0.rank, $1.rank) ?? ($0.line.key < $1.line.key) }
        // Rows that are equal in all numbers are sorted by name: as many of them as reach into the page.
        var reach = 0..<ranked.count
        if !sorter.needsAllNames {
            var (low, high) = (query.offset, end)
            while low > 0, query.offset - low < 5000,
                sorter.isBefore(ranked[low - 1].rank, ranked[low].rank) == nil
            { low -= 1 }
            while high < ranked.count, high - end < 5000,
                sorter.isBefore(ranked[high - 1].rank, ranked[high].rank) == nil
            { high += 1 }
            reach = low..<high
        }
        let names = try self.names(ranked[reach].map(\.line), sums)
        var named = ranked[reach].map { (line: $0.line, rank: $0.rank, names: names[$0.line.key] ?? []) }
        named.sort { sorter.isBefore(($0.rank, $0.names), ($1.rank, $1.names)) }
        let hasBefore = frame.before != nil && query.step == 0
        let from = query.offset - reach.lowerBound
        return named[from..<(end - reach.lowerBound)].map { line, rank, names in
            let before =
                hasBefore
                ? values(
                    old.counted[line.order]?[line.key] ?? Measures(), old.reached[line.order]?[line.key] ?? Measures())
                : []
            return ReportAnswer.Row(time: labels[line.order] ?? "", keys: names, values: rank.values, before: before)
        }
    }

    /// The texts of keys, one for each dimension.
    private func names(_ lines: [Line], _ sums: Sums) throws(DatabaseError) -> [Int64: [String]] {
        if query.dimensions.isEmpty { return [:] }
        var texts: [Int64: String] = [:]
        for line in lines where texts[line.key] == nil { texts[line.key] = sums.text(line.order, line.key) }
        guard query.dimensions.count > 1 else {
            let unknown = Set(lines.map(\.key).filter { $0 != 0 && texts[$0] == nil })
            let found = try reading.texts(Array(unknown))
            return Dictionary(
                lines.map { ($0.key, [$0.key == 0 ? "" : texts[$0.key] ?? found[$0.key] ?? ""]) },
                uniquingKeysWith: { first, _ in first })
        }
        var parts: [Int64: (Substring, Substring)] = [:]
        var numbers: Set<Int64> = []
        for (key, text) in texts {
            guard let pair = PairKey.parts(text) else { continue }
            parts[key] = pair
            for part in [pair.0, pair.1] where part.first == "#" {
                if let number = Int64(part.dropFirst()) { numbers.insert(number) }
            }
        }
        let found = try reading.texts(Array(numbers))
        func name(_ part: Substring) -> String {
            part.first == "#" ? Int64(part.dropFirst()).flatMap { found[$0] } ?? "" : String(part.dropFirst())
        }
        return parts.mapValues { [name($0.0), name($0.1)] }
    }
}
