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

    private var stepShape: Shape { interval == .minute ? .minutes : .hours }

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
        let isStepped = step > 0 && dimensions.isEmpty
        if isStepped { needs.append((filter, stepShape)) }
        if asksForGoal {
            needs.append((reachedFilter, reachedShape))
            if isStepped { needs.append((reachedFilter, stepShape)) }
            if asksForRevenue { needs.append((goalEvents, revenueShape)) }
        }
        return needs
    }

    var steps: Shape { stepShape }
}

/// Makes an answer out of slices.
struct AnswerBuilder {
    let query: ReportQuery
    let frame: ReportEngine.Frame
    let reading: Reading

    /// A row in the making.
    private struct Line {
        var order: Int
        var key: Int64
        var sums = Measures()
        var goal = Measures()
        var sumsBefore = Measures()
        var goalBefore = Measures()
    }

    private struct LineKey: Hashable {
        var order: Int
        var key: Int64
    }

    /// Sums of what counts and of what reached the goal, over all, and by steps and keys.
    private struct Sums {
        var totals = Measures()
        var goalTotals = Measures()
        var lines: [LineKey: Line] = [:]
        var texts: [Int64: String] = [:]
    }

    func answer() throws(DatabaseError) -> ReportAnswer {
        var computedAt = reading.now
        var sums = Sums()
        try addDays(&sums, isBefore: false, &computedAt)
        let totals = values(sums.totals, sums.goalTotals)
        var before: ReportAnswer.Before?
        if let earlier = frame.before {
            var old = Sums()
            try addDays(&old, isBefore: true, &computedAt)
            before = ReportAnswer.Before(
                first: earlier.first, last: earlier.last, totals: values(old.totals, old.goalTotals))
            for (key, line) in old.lines {
                sums.lines[key, default: Line(order: key.order, key: key.key)].sumsBefore += line.sums
                sums.lines[key, default: Line(order: key.order, key: key.key)].goalBefore += line.goal
            }
            sums.texts.merge(old.texts, uniquingKeysWith: { first, _ in first })
        }
        var labels: [Int: String] = [:]
        if query.step > 0 {
            labels = try addSteps(&sums)
        } else if query.interval != nil {
            labels = buckets()
        }
        // What was only there before is no row of now.
        var lines = sums.lines.values.filter {
            query.dimensions.isEmpty ? true : $0.sums != Measures() || $0.goal != Measures()
        }
        if query.dimensions.isEmpty && query.interval == nil { lines = [] }
        let rowCount = lines.count
        let rows = try finish(&lines, labels, sums.texts)
        return ReportAnswer(
            first: frame.first, last: frame.last, totals: totals, rows: rows, rowCount: rowCount, before: before,
            computedAt: Timestamp(milliseconds: computedAt))
    }

    private func values(_ sums: Measures, _ goal: Measures) -> [Double?] {
        query.metrics.map { $0.value(sums, goal: query.asksForGoal ? goal : nil) }
    }

    // MARK: Days

    private var tableName: String { query.dimensions.map(\.name).joined(separator: " ") }

    private func addDays(_ sums: inout Sums, isBefore: Bool, _ computedAt: inout Int64) throws(DatabaseError) {
        sums.totals = try add(query.filter, query.shape, isBefore, &computedAt, &sums, \.sums)
        guard query.asksForGoal else { return }
        var reached = try add(query.reachedFilter, query.reachedShape, isBefore, &computedAt, &sums, \.goal)
        if query.asksForRevenue {
            var amounts = Sums()
            reached.revenue = try add(
                query.goalEvents, query.revenueShape, isBefore, &computedAt, &amounts, \.goal
            ).revenue
            for (key, line) in amounts.lines {
                sums.lines[key, default: Line(order: key.order, key: key.key)].goal.revenue = line.goal.revenue
            }
        }
        sums.goalTotals = reached
    }

    /// Adds the lines of a shape's slices; returns what they are in all.
    private func add(
        _ filter: Filter?, _ shape: Shape, _ isBefore: Bool, _ computedAt: inout Int64, _ sums: inout Sums,
        _ field: WritableKeyPath<Line, Measures>
    ) throws(DatabaseError) -> Measures {
        var totals = Measures()
        let days: [LocalDay]
        let slices: [SliceBytes]
        if isBefore {
            (days, slices) = try reading.earlier(filter, shape, frame)
        } else {
            let read = try reading.slices(filter, shape, frame)
            (days, slices) = (read.days, read.slices)
            computedAt = min(computedAt, read.computedAt)
        }
        let buckets = Buckets(query.interval, first: isBefore ? frame.before?.first ?? frame.first : frame.first)
        var tables: [Int: MeasureTable] = [:]
        for (day, slice) in zip(days, slices) {
            totals += slice.totals
            if query.step > 0 { continue }
            let order = buckets.order(of: day.date)
            if query.dimensions.isEmpty {
                if query.interval != nil {
                    sums.lines[LineKey(order: order, key: 0), default: Line(order: order, key: 0)][keyPath: field] +=
                        slice.totals
                }
            } else {
                slice.add(tableName, to: &tables[order, default: MeasureTable()])
            }
        }
        for (order, table) in tables {
            for (key, measures) in table.rows {
                sums.lines[LineKey(order: order, key: key), default: Line(order: order, key: key)][keyPath: field] +=
                    measures
            }
            sums.texts.merge(table.texts, uniquingKeysWith: { first, _ in first })
        }
        if !isBefore, query.dimensions.isEmpty, query.interval != nil, query.step == 0 {
            // A row for each step up to now, with or without events.
            for day in frame.days where day.date <= frame.today {
                let order = buckets.order(of: day.date)
                if sums.lines[LineKey(order: order, key: 0)] == nil {
                    sums.lines[LineKey(order: order, key: 0)] = Line(order: order, key: 0)
                }
            }
        }
        return totals
    }

    /// The labels of days, weeks or months, by their order.
    private func buckets() -> [Int: String] {
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
        for (index, day) in frame.days.enumerated() {
            for start in stride(from: day.start, to: day.end, by: Int(query.step)) where start <= reading.now {
                moments.append(start)
            }
            if query.dimensions.isEmpty {
                try addSteps(query.filter, index, &sums, \.sums)
                if query.asksForGoal { try addSteps(query.reachedFilter, index, &sums, \.goal) }
            } else if frame.versions[day.date] != nil {
                try addStepTables(query.filter, day, revenue: "", &sums, \.sums)
                if query.asksForGoal {
                    try addStepTables(
                        query.reachedFilter, day, revenue: query.asksForRevenue ? query.goal?.revenue ?? "" : "", &sums,
                        \.goal)
                }
            }
        }
        if query.dimensions.isEmpty {
            for moment in moments {
                let key = LineKey(order: Int(moment / 1000), key: 0)
                if sums.lines[key] == nil { sums.lines[key] = Line(order: key.order, key: 0) }
            }
        }
        var labels: [Int: String] = [:]
        for (moment, label) in try reading.labels(moments) { labels[Int(moment / 1000)] = label }
        // What is in the future, by a clock that is ahead, has no place yet.
        sums.lines = sums.lines.filter { labels[$0.key.order] != nil }
        return labels
    }

    private func addSteps(
        _ filter: Filter?, _ index: Int, _ sums: inout Sums, _ field: WritableKeyPath<Line, Measures>
    ) throws(DatabaseError) {
        let slices = try reading.slices(filter, query.steps, frame).slices
        guard index < slices.count else { return }
        var table = MeasureTable()
        slices[index].add(Shape.steps, to: &table)
        for (moment, measures) in table.rows {
            let key = LineKey(order: Int(moment / 1000), key: 0)
            sums.lines[key, default: Line(order: key.order, key: 0)][keyPath: field] += measures
        }
    }

    private func addStepTables(
        _ filter: Filter?, _ day: LocalDay, revenue: String, _ sums: inout Sums,
        _ field: WritableKeyPath<Line, Measures>
    ) throws(DatabaseError) {
        let read = try reading.stepSlices(filter, query.dimensions, day, step: query.step, revenue: revenue)
        for (start, slice) in zip(read.starts, read.slices) {
            guard let table = slice.tables[tableName] else { continue }
            for (key, measures) in table.rows {
                let place = LineKey(order: Int(start / 1000), key: key)
                sums.lines[place, default: Line(order: place.order, key: key)][keyPath: field] += measures
            }
            sums.texts.merge(table.texts, uniquingKeysWith: { first, _ in first })
        }
    }

    // MARK: Rows

    /// The rows asked for, in order, with their texts.
    private func finish(
        _ lines: inout [Line], _ labels: [Int: String], _ texts: [Int64: String]
    ) throws(DatabaseError) -> [ReportAnswer.Row] {
        let sorter = Sorter(query)
        let end = min(lines.count, query.offset + query.limit)
        guard query.offset < lines.count else { return [] }
        var ranked = lines.map { (line: $0, rank: sorter.rank($0.order, values($0.sums, $0.goal))) }
        ranked.sort { sorter.isBefore($0.rank, $1.rank) ?? ($0.line.key < $1.line.key) }
        // Rows that are equal in all numbers are sorted by name: as many of them as reach into the page.
        var reach = 0..<ranked.count
        if !sorter.needsAllNames {
            var (low, high) = (query.offset, end)
            while low > 0, query.offset - low < 5000, sorter.isBefore(ranked[low - 1].rank, ranked[low].rank) == nil {
                low -= 1
            }
            while high < ranked.count, high - end < 5000,
                sorter.isBefore(ranked[high - 1].rank, ranked[high].rank) == nil
            {
                high += 1
            }
            reach = low..<high
        }
        let names = try self.names(ranked[reach].map(\.line.key), texts)
        var named = ranked[reach].map { (line: $0.line, rank: $0.rank, names: names[$0.line.key] ?? []) }
        named.sort { left, right in
            sorter.isBefore((left.rank, left.names), (right.rank, right.names))
        }
        let from = query.offset - reach.lowerBound
        return named[from..<(end - reach.lowerBound)].map { line, _, names in
            ReportAnswer.Row(
                time: labels[line.order] ?? "", keys: names, values: values(line.sums, line.goal),
                before: frame.before == nil || query.step > 0 ? [] : values(line.sumsBefore, line.goalBefore))
        }
    }

    /// The texts of keys, one for each dimension.
    private func names(_ keys: [Int64], _ texts: [Int64: String]) throws(DatabaseError) -> [Int64: [String]] {
        guard query.dimensions.count > 1 else {
            if query.dimensions.isEmpty { return [:] }
            let unknown = keys.filter { $0 != 0 && texts[$0] == nil }
            let found = try reading.texts(Array(Set(unknown)))
            return Dictionary(
                keys.map { ($0, [$0 == 0 ? "" : texts[$0] ?? found[$0] ?? ""]) },
                uniquingKeysWith: { first, _ in first })
        }
        var parts: [Int64: (Substring, Substring)] = [:]
        var numbers: Set<Int64> = []
        for key in keys {
            guard let pair = texts[key].flatMap({ PairKey.parts($0) }) else { continue }
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

/// Days, weeks or months, numbered from the first.
private struct Buckets {
    let interval: ReportQuery.Interval?
    let first: LocalDate

    init(_ interval: ReportQuery.Interval?, first: LocalDate) {
        self.interval = interval
        self.first = first
    }

    func order(of date: LocalDate) -> Int {
        switch interval {
        case .day: date.number - first.number
        case .week: (date.monday.number - first.monday.number) / 7
        case .month: (date.year - first.year) * 12 + date.month - first.month
        default: 0
        }
    }

    func label(of date: LocalDate) -> String {
        switch interval {
        case .week: date.monday.description
        case .month: date.firstOfMonth.description
        default: date.description
        }
    }
}

/// Sorts rows as a question wants it.
private struct Sorter {
    private enum Rule {
        case time
        case metric(Int, isDescending: Bool)
        case name(Int, isDescending: Bool)
    }

    private var rules: [Rule] = []

    init(_ query: ReportQuery) {
        for order in query.order {
            switch order.field {
            case .metric(let metric):
                if let place = query.metrics.firstIndex(of: metric) {
                    rules.append(.metric(place, isDescending: order.isDescending))
                }
            case .dimension(let dimension):
                if let place = query.dimensions.firstIndex(of: dimension) {
                    rules.append(.name(place, isDescending: order.isDescending))
                }
            }
        }
        if rules.isEmpty, query.interval != nil { rules.append(.time) }
        if query.order.isEmpty, !query.dimensions.isEmpty { rules.append(.metric(0, isDescending: true)) }
        if query.interval != nil, !query.order.isEmpty { rules.append(.time) }
    }

    /// Whether a name comes before a number: then all names have to be known.
    var needsAllNames: Bool {
        rules.contains { if case .name = $0 { true } else { false } }
    }

    struct Rank {
        var time: Int
        var values: [Double?]
    }

    func rank(_ time: Int, _ values: [Double?]) -> Rank { Rank(time: time, values: values) }

    /// The order by all but names; `nil` where that does not decide.
    func isBefore(_ left: Rank, _ right: Rank) -> Bool? {
        for rule in rules {
            switch rule {
            case .time: if left.time != right.time { return left.time < right.time }
            case .metric(let place, let isDescending):
                if let result = Sorter.compare(left.values[place], right.values[place], isDescending) { return result }
            case .name: return nil
            }
        }
        return nil
    }

    /// The order by everything.
    func isBefore(_ left: (Rank, [String]), _ right: (Rank, [String])) -> Bool {
        for rule in rules {
            switch rule {
            case .time: if left.0.time != right.0.time { return left.0.time < right.0.time }
            case .metric(let place, let isDescending):
                if let result = Sorter.compare(left.0.values[place], right.0.values[place], isDescending) {
                    return result
                }
            case .name(let place, let isDescending):
                guard place < left.1.count, place < right.1.count, left.1[place] != right.1[place] else { continue }
                return (left.1[place] < right.1[place]) != isDescending
            }
        }
        return left.1.lexicographicallyPrecedes(right.1)
    }

    /// What has no value comes last, whichever way.
    private static func compare(_ left: Double?, _ right: Double?, _ isDescending: Bool) -> Bool? {
        switch (left, right) {
        case (nil, nil): return nil
        case (nil, _): return false
        case (_, nil): return true
        case (let left?, let right?): return left == right ? nil : (left > right) == isDescending
        }
    }
}
