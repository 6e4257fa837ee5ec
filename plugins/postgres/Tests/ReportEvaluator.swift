import EventModel
import Reports

/// Answers a question in the plainest way: by a look at every event for every number, as docs/query-api.md says it. It
/// shares the types of question and answer with the engine, and none of its code.
struct ReportEvaluator {
    let zone: TestZone
    let now: Int64
    private let records: [Record]
    private let visits: [Visit]

    /// An event and its visit.
    struct Record {
        var hit: Hit
        /// Place of its visit.
        var visit: Int?
    }

    /// A visit and its events.
    struct Visit {
        var view: VisitView
        var first: Hit
        var hits: [Hit]
    }

    /// `hits` are those of one site; some may be there twice.
    init(_ hits: [Hit], _ zone: TestZone, now: Int64) {
        self.zone = zone
        self.now = now
        var byID: [UInt128: Hit] = [:]
        for hit in hits { byID[hit.id.value] = hit }
        var visitOf: [UInt128: Int] = [:]
        var visits: [Visit] = []
        for view in BruteForce.visits(of: hits) {
            guard let first = byID[view.firstEvent] else { continue }
            for member in view.members { visitOf[member] = visits.count }
            visits.append(Visit(view: view, first: first, hits: view.members.compactMap { byID[$0] }))
        }
        self.visits = visits
        records = byID.values.map { Record(hit: $0, visit: visitOf[$0.id.value]) }
    }

    /// The length of the longest visit.
    var longestVisit: Int64 { visits.map { $0.view.lastAt - $0.view.startedAt }.max() ?? 0 }

    /// The local days on which a visit with this event goes on, and that of the event itself.
    func days(touchedBy hit: Hit) -> Set<Int> {
        var days: Set<Int> = [zone.day(of: hit.time.milliseconds)]
        for visit in visits where visit.view.members.contains(hit.id.value) {
            days.formUnion(zone.day(of: visit.view.startedAt)...zone.day(of: visit.view.lastAt))
        }
        return days
    }

    // MARK: Values

    /// The value of a dimension; empty where there is none.
    private func value(_ dimension: Dimension, _ record: Record) -> String {
        guard dimension.level == .visit, let visit = record.visit.map({ visits[$0] }) else {
            return ReportEvaluator.value(dimension, of: record.hit)
        }
        switch dimension {
        case .entryPage: return visit.view.entry ?? ""
        case .exitPage: return visit.view.exit ?? ""
        default: return ReportEvaluator.value(dimension, of: visit.first)
        }
    }

    private static func value(_ dimension: Dimension, of hit: Hit) -> String {
        switch dimension {
        case .source: hit.source
        case .referrer: hit.referrerHost
        case .country: hit.country
        case .hostname: hit.hostname
        case .entryPage, .exitPage: ""
        case .page: hit.path
        case .title: hit.title
        case .event: hit.name
        case .property(let name): text(hit.properties.first { $0.name == name })
        case .fact(let name): text(hit.facts.first { $0.name == name })
        default: text(hit.facts.first { $0.name == dimension.name })
        }
    }

    private static func text(_ property: Property?) -> String {
        switch property?.value {
        case .text(let text): text
        case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
        case .flag(let flag): flag ? "true" : "false"
        case nil: ""
        }
    }

    /// What an event is counted under; `nil` where it is no row: entry and exit are those of a visit.
    private func keys(_ dimensions: [Dimension], _ record: Record) -> [String]? {
        let isAboutEdges = dimensions.contains(.entryPage) || dimensions.contains(.exitPage)
        if isAboutEdges, record.visit == nil { return nil }
        return dimensions.map { value($0, record) }
    }

    // MARK: Filters

    private func fits(_ filter: Filter, _ record: Record) -> Bool {
        switch filter {
        case .and(let parts): return parts.allSatisfy { fits($0, record) }
        case .or(let parts): return parts.contains { fits($0, record) }
        case .not(let part): return !fits(part, record)
        case .goal(let goal): return hasReached(goal, record)
        case .test(let test):
            let value = value(test.dimension, record)
            switch test.comparison {
            case .is: return test.values.contains(value)
            case .isNot: return !test.values.contains(value)
            case .contains: return test.values.contains { Pattern(containing: $0).fits(value.lowercased()) }
            case .containsNot: return !test.values.contains { Pattern(containing: $0).fits(value.lowercased()) }
            case .matches: return test.values.contains { Pattern($0).fits(value) }
            case .matchesNot: return !test.values.contains { Pattern($0).fits(value) }
            }
        }
    }

    /// Whether the goal was reached in the event's visit.
    private func hasReached(_ goal: Goal, _ record: Record) -> Bool {
        record.visit.map { visits[$0].hits.contains { ReportEvaluator.reaches(goal, $0) } } ?? false
    }

    /// Whether this event reaches the goal.
    private static func reaches(_ goal: Goal, _ hit: Hit) -> Bool {
        let isTarget =
            switch goal.target {
            case .page(let path): hit.isPageview && Pattern(path).fits(hit.path)
            case .event(let name): Pattern(name).fits(hit.name)
            }
        return isTarget
            && goal.properties.allSatisfy { condition in
                let value = value(.property(condition.name), of: hit)
                return condition.values.contains { Pattern($0).fits(value) }
            }
    }

    /// The events that count.
    private func matching(_ filter: Filter?) -> [Record] {
        records.filter { record in filter.map { fits($0, record) } ?? true }
    }

    /// Those that reached the goal under the question's filter. For rows about events these are all events of the visits,
    /// so that one sees which pages lead there.
    private func reaching(_ query: ReportQuery, _ goal: Goal) -> [Record] {
        let isAboutEvents = query.dimensions.contains { $0.level == .event }
        return matching(query.filter).filter { record in
            isAboutEvents ? hasReached(goal, record) : ReportEvaluator.reaches(goal, record.hit)
        }
    }

    // MARK: Counting

    /// What is counted.
    private struct Sums: Equatable {
        var visitors = 0
        var pageviews = 0
        var events = 0
        var visits = 0
        var viewing = 0
        var bounces = 0
        var duration = 0
        var views = 0
        var engaged = 0
        var conversions = 0
        var revenue = 0

        static func += (left: inout Sums, right: Sums) {
            left.visitors += right.visitors
            left.pageviews += right.pageviews
            left.events += right.events
            left.visits += right.visits
            left.viewing += right.viewing
            left.bounces += right.bounces
            left.duration += right.duration
            left.views += right.views
            left.engaged += right.engaged
            left.conversions += right.conversions
            left.revenue += right.revenue
        }

        func value(_ metric: Metric) -> Double? {
            func ratio(_ sum: Int, _ count: Int) -> Double? { count == 0 ? nil : Double(sum) / Double(count) }
            switch metric {
            case .visitors: return Double(visitors)
            case .visits: return Double(visits)
            case .pageviews: return Double(pageviews)
            case .events: return Double(events)
            case .viewsPerVisit: return ratio(views, visits)
            case .bounceRate: return ratio(bounces, viewing)
            case .visitDuration: return ratio(duration, visits * 1000)
            case .engagedTime: return ratio(engaged, visits * 1000)
            case .conversions: return Double(conversions)
            case .conversionRate: return ratio(conversions, visitors)
            case .revenue: return Double(revenue) / 10_000
            }
        }
    }

    /// Everything but the goal about these events in a stretch of time.
    private func count(_ matching: [Record], _ time: Range<Int64>) -> Sums {
        var sums = Sums()
        for record in matching where time.contains(record.hit.time.milliseconds) {
            if record.hit.isPageview {
                sums.pageviews += Int(record.hit.weight)
            } else {
                sums.events += Int(record.hit.weight)
            }
        }
        sums.visitors = visitors(matching, time)
        // A visit counts where it began, whenever the event came for which it counts.
        for place in Set(matching.compactMap(\.visit)) where time.contains(visits[place].view.startedAt) {
            let (view, weight) = (visits[place].view, Int(visits[place].first.weight))
            sums.visits += weight
            sums.viewing += view.pageviews > 0 ? weight : 0
            sums.bounces += view.pageviews == 1 && view.events == 0 && view.engaged < 10_000 ? weight : 0
            sums.duration += Int(view.lastAt - view.startedAt) * weight
            sums.views += Int(view.pageviews) * weight
            sums.engaged += Int(view.engaged) * weight
        }
        return sums
    }

    private func visitors(_ matching: [Record], _ time: Range<Int64>) -> Int {
        var weights: [UInt64: Int] = [:]
        for record in matching where time.contains(record.hit.time.milliseconds) {
            guard let visitor = record.hit.visitor?.rawValue else { continue }
            weights[visitor] = max(weights[visitor] ?? 0, Int(record.hit.weight))
        }
        return weights.values.reduce(0, +)
    }

    /// Ten-thousandths of the goal's amounts.
    private func revenue(_ goal: Goal, _ matching: [Record], _ time: Range<Int64>) -> Int {
        if goal.revenue.isEmpty { return 0 }
        return matching.reduce(0) { sum, record in
            guard time.contains(record.hit.time.milliseconds), ReportEvaluator.reaches(goal, record.hit) else {
                return sum
            }
            let amount = Amount(ReportEvaluator.value(.property(goal.revenue), of: record.hit))
            return sum + (amount?.tenThousandths ?? 0) * Int(record.hit.weight)
        }
    }

    /// A row's place: its step of time, and its values.
    private struct Cell: Hashable {
        var order: Int64
        var keys: [String]
    }

    /// A stretch of time and the row that it belongs to.
    private struct Part {
        var order: Int64
        var time: Range<Int64>
    }

    /// All sums of all stretches: together, and by rows.
    private func tally(_ query: ReportQuery, _ parts: [Part]) -> (total: Sums, cells: [Cell: Sums]) {
        let all = matching(query.filter)
        let reaching = query.goal.map { self.reaching(query, $0) } ?? []
        func sums(_ part: Part, _ all: [Record], _ reaching: [Record]) -> Sums {
            var sums = count(all, part.time)
            sums.conversions = visitors(reaching, part.time)
            if let goal = query.goal { sums.revenue = revenue(goal, all, part.time) }
            return sums
        }
        var (total, cells) = (Sums(), [Cell: Sums]())
        let (byPart, goalByPart) = (byPart(all, parts), byPart(reaching, parts))
        for (place, records) in byPart {
            let reaching = goalByPart[place] ?? []
            total += sums(parts[place], records, reaching)
            let (rows, goalRows) = (
                Dictionary(grouping: records) { keys(query.dimensions, $0) },
                Dictionary(grouping: reaching) { keys(query.dimensions, $0) }
            )
            for (keys, records) in rows {
                guard let keys else { continue }
                let sums = sums(parts[place], records, goalRows[keys] ?? [])
                if sums != Sums() { cells[Cell(order: parts[place].order, keys: keys), default: Sums()] += sums }
            }
        }
        return (total, cells)
    }

    /// For each stretch of time the events that happened in it, or whose visits began in it: only to save time, for a day
    /// has many minutes.
    private func byPart(_ records: [Record], _ parts: [Part]) -> [Int: [Record]] {
        func place(_ time: Int64) -> Int? {
            // Parts follow each other.
            var (low, high) = (0, parts.count)
            while low < high {
                let middle = (low + high) / 2
                if parts[middle].time.upperBound <= time { low = middle + 1 } else { high = middle }
            }
            return low < parts.count && parts[low].time.contains(time) ? low : nil
        }
        var byPart: [Int: [Record]] = [:]
        for record in records {
            let begin = record.visit.flatMap { place(visits[$0].view.startedAt) }
            for place in Set([place(record.hit.time.milliseconds), begin].compactMap { $0 }) {
                byPart[place, default: []].append(record)
            }
        }
        return byPart
    }

    // MARK: The answer

    /// The answer, with `now` as its moment.
    func answer(_ query: ReportQuery) -> ReportAnswer {
        let calendar = QuestionCalendar(query, zone, now: now)
        let (total, byDay) = tally(query, parts(query, calendar.days, calendar))
        var cells = byDay
        if let step = calendar.step { cells = tally(query, steps(calendar.days, step)).cells }
        var before: ReportAnswer.Before?
        var cellsBefore: [Cell: Sums] = [:]
        if let earlier = calendar.earlier {
            let old = tally(query, parts(query, earlier.days, calendar))
            cellsBefore = old.cells
            before = ReportAnswer.Before(
                first: LocalDate(number: earlier.first), last: LocalDate(number: earlier.last),
                totals: query.metrics.map { old.total.value($0) })
        }
        // Without dimensions there is a row for each step up to now.
        if query.dimensions.isEmpty {
            let days = calendar.days.filter { $0.number <= calendar.today }
            let all = calendar.step.map { steps(days, $0) } ?? parts(query, days, calendar)
            cells = Dictionary(
                all.map { (Cell(order: $0.order, keys: []), cells[Cell(order: $0.order, keys: [])] ?? Sums()) },
                uniquingKeysWith: { first, _ in first })
            if query.interval == nil { cells = [:] }
        }
        let rows = cells.map { cell, sums in
            let old = cellsBefore[cell] ?? Sums()
            let hasBefore = query.comparison != nil && calendar.step == nil
            return SortedRow(
                order: cell.order,
                row: ReportAnswer.Row(
                    time: calendar.label(cell.order), keys: cell.keys, values: query.metrics.map { sums.value($0) },
                    before: hasBefore ? query.metrics.map { old.value($0) } : []))
        }.sorted { SortedRow.isBefore($0, $1, query) }
        return ReportAnswer(
            first: LocalDate(number: calendar.first), last: LocalDate(number: calendar.last),
            totals: query.metrics.map { total.value($0) },
            rows: rows.dropFirst(query.offset).prefix(query.limit).map(\.row), rowCount: rows.count, before: before,
            computedAt: Timestamp(milliseconds: now))
    }

    private func parts(_ query: ReportQuery, _ days: [TestDay], _ calendar: QuestionCalendar) -> [Part] {
        days.map { day in Part(order: calendar.order(of: day), time: day.time) }
    }

    /// Hours or minutes up to now.
    private func steps(_ days: [TestDay], _ length: Int64) -> [Part] {
        days.flatMap { day in
            stride(from: day.time.lowerBound, to: min(day.time.upperBound, now + 1), by: Int(length)).map { start in
                Part(order: start, time: start..<min(start + length, day.time.upperBound))
            }
        }
    }
}

/// A row beside the step of time that it belongs to.
private struct SortedRow {
    var order: Int64
    var row: ReportAnswer.Row

    /// By the question's order; then, or without one, by time; without one by the first metric, largest first; by name.
    static func isBefore(_ left: SortedRow, _ right: SortedRow, _ query: ReportQuery) -> Bool {
        for order in query.order {
            switch order.field {
            case .metric(let metric):
                guard let place = query.metrics.firstIndex(of: metric) else { continue }
                if let result = isBefore(left, right, place, order.isDescending) { return result }
            case .dimension(let dimension):
                guard let place = query.dimensions.firstIndex(of: dimension) else { continue }
                let (one, other) = (left.row.keys[place], right.row.keys[place])
                if one != other { return order.isDescending ? one > other : one < other }
            }
        }
        if left.order != right.order { return left.order < right.order }
        if query.order.isEmpty, !query.dimensions.isEmpty, let result = isBefore(left, right, 0, true) { return result }
        return left.row.keys.lexicographicallyPrecedes(right.row.keys)
    }

    /// What has no value comes last, whichever way.
    private static func isBefore(
        _ left: SortedRow, _ right: SortedRow, _ place: Int, _ isDescending: Bool
    ) -> Bool? {
        guard let one = left.row.values[place] else { return right.row.values[place] == nil ? nil : false }
        guard let other = right.row.values[place] else { return true }
        return one == other ? nil : isDescending ? one > other : one < other
    }
}
