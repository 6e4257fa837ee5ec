/// Sorts rows as a question wants it.
struct Sorter {
    private enum Rule {
        case time
        case metric(Int, isDescending: Bool)
        case name(Int, isDescending: Bool)
    }

    private var rules: [Rule] = []
    private let metrics: [Metric]

    init(_ query: ReportQuery) {
        metrics = query.metrics
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

    /// Those of many lines that can be among the first `end`, by the first rule alone: a table may have a hundred thousand
    /// rows, of which ten are shown.
    func candidates<Line>(
        _ lines: [Line], upTo end: Int, value: (Line, Metric) -> Double?, order: (Line) -> Int
    ) -> [Line] {
        guard lines.count > end * 2 + 500, let rule = rules.first else { return lines }
        let heights: [Double]
        switch rule {
        case .name: return lines
        case .time: heights = lines.map { -Double(order($0)) }
        case .metric(let place, let isDescending):
            heights = lines.map { line in
                guard let value = value(line, metrics[place]) else { return -.infinity }
                return isDescending ? value : -value
            }
        }
        let least = heights.sorted(by: >)[end - 1]
        return zip(lines, heights).filter { $0.1 >= least }.map(\.0)
    }

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
