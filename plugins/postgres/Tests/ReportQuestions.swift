import EventModel
import Reports
import TestSupport

/// Random questions about a world.
struct ReportQuestions {
    let world: ReportWorld

    private static let dimensions: [Dimension] = [
        .source, .referrer, .hostname, .country, .entryPage, .exitPage, .channel, .utmCampaign, .utmSource, .region,
        .city,
        .browser, .os, .device, .page, .title, .event, .pageGroup, .searchTerm, .property("plan"), .property("amount"),
        .property("count"), .property("nothing"), .fact("status"), .fact("interactive"),
    ]

    /// A question, after others.
    func question(after queries: [ReportQuery], _ random: inout SeededRandom) -> ReportQuery {
        func chance(_ one: UInt64, of all: UInt64) -> Bool { random.next() % all < one }
        let metrics = Metric.allCases.shuffled(using: &random).prefix(Int.random(in: 1...6, using: &random))
        let dimensions = ReportQuestions.dimensions.shuffled(using: &random)
            .prefix([0, 0, 1, 1, 1, 2].randomElement(using: &random) ?? 0)
        var query = ReportQuery(metrics: Array(metrics), dimensions: Array(dimensions), range: range(&random))
        if chance(1, of: 2) { query.interval = [.hour, .day, .day, .week, .month].randomElement(using: &random) }
        if chance(1, of: 2) { query.filter = filter(depth: 0, &random) }
        if metrics.contains(where: \.isAboutGoal) || chance(1, of: 8) {
            var goal = goal(&random)
            // The same goal with another amount, under the same filter.
            if let before = queries.last(where: { $0.goal != nil }), chance(1, of: 3) {
                goal = before.goal ?? goal
                goal.revenue = goal.revenue == "amount" ? "count" : "amount"
                (query.filter, query.range) = (before.filter, before.range)
            }
            query.goal = goal
        }
        if case .dates(let first, let last) = query.range, first == last, chance(1, of: 6) { query.interval = .minute }
        if query.interval == .hour, case .period(let period) = query.range {
            // These are for a month at most.
            query.range = .period(period == .yesterday ? .yesterday : .today)
        }
        if chance(1, of: 3) { query.comparison = ReportQuery.Comparison.allCases.randomElement(using: &random) }
        if chance(1, of: 3) {
            let fields =
                metrics.map { ReportQuery.Order.Field.metric($0) } + dimensions.map { .dimension($0) }
            query.order = fields.shuffled(using: &random).prefix(2).map { field in
                ReportQuery.Order(field, isDescending: random.next() % 2 == 0)
            }
        }
        if chance(1, of: 3) { query.limit = Int.random(in: 1...10, using: &random) } else { query.limit = 10_000 }
        if chance(1, of: 4) { query.offset = Int.random(in: 0...6, using: &random) }
        return query
    }

    private func range(_ random: inout SeededRandom) -> DateRange {
        if random.next() % 4 == 0, let period = Period.allCases.randomElement(using: &random) { return .period(period) }
        let first = Int.random(in: (world.days.lowerBound - 2)...world.days.upperBound, using: &random)
        let length = [1, 1, 1, 2, 3, 6, 7, 13].randomElement(using: &random) ?? 1
        return .dates(LocalDate(number: first), LocalDate(number: first + length - 1))
    }

    func goal(_ random: inout SeededRandom) -> Goal {
        let targets: [Goal.Target] = [
            .page("/Thanks"), .page("/blog/*"), .page("*"), .page("/a_b"), .event("signup"), .event("sign*"),
            .event("*"),
            .event("pageview"),
        ]
        var goal = Goal(target: targets.randomElement(using: &random) ?? .page("/"))
        if random.next() % 3 == 0 {
            let conditions: [Goal.PropertyCondition] = [
                .init(name: "plan", values: ["pro", "free"]), .init(name: "plan", values: ["*o*"]),
                .init(name: "amount", values: ["*"]), .init(name: "amount", values: ["5", "19.*"]),
                .init(name: "plan", values: [""]),
            ]
            goal.properties = Array(conditions.shuffled(using: &random).prefix(Int(random.next() % 2) + 1))
        }
        goal.revenue = ["amount", "amount", "count", ""].randomElement(using: &random) ?? ""
        return goal
    }

    private func filter(depth: Int, _ random: inout SeededRandom) -> Filter {
        let kind = random.next() % (depth < 2 ? 9 : 6)
        func parts(_ random: inout SeededRandom) -> [Filter] {
            (0..<Int.random(in: 1...3, using: &random)).map { _ in filter(depth: depth + 1, &random) }
        }
        switch kind {
        case 0: return .goal(goal(&random))
        case 6: return .and(parts(&random))
        case 7: return .or(parts(&random))
        case 8: return .not(filter(depth: depth + 1, &random))
        default: return .test(test(&random))
        }
    }

    private func test(_ random: inout SeededRandom) -> Filter.Test {
        let dimension = ReportQuestions.dimensions.randomElement(using: &random) ?? .page
        let comparison = Filter.Comparison.allCases.randomElement(using: &random) ?? .is
        let values = (0..<Int.random(in: 1...2, using: &random)).map { _ in
            let value = ReportWorld.values(dimension).randomElement(using: &random) ?? ""
            switch (comparison, random.next() % 5) {
            case (_, 0): return value
            case (_, 1) where comparison != .contains && comparison != .containsNot: return "nothing like it"
            case (.contains, 2), (.containsNot, 2): return String(value.dropFirst(1)).uppercased()
            case (.contains, _), (.containsNot, _): return String(value.prefix(3)).lowercased()
            case (.matches, 2), (.matchesNot, 2): return String(value.prefix(2)) + "*"
            case (.matches, 3), (.matchesNot, 3): return "*" + String(value.dropFirst(2))
            case (.matches, 4), (.matchesNot, 4): return "*" + String(value.dropFirst(1).dropLast(1)) + "*"
            default: return value
            }
        }
        return Filter.Test(dimension, comparison, values)
    }
}

// MARK: Comparing

extension ReportAnswer {
    /// What is different in another answer, in words; `nil` when nothing is.
    func difference(from expected: ReportAnswer) -> String? {
        func isSame(_ left: [Double?], _ right: [Double?]) -> Bool {
            left.count == right.count
                && zip(left, right).allSatisfy { left, right in
                    switch (left, right) {
                    case (nil, nil): true
                    case (let left?, let right?): abs(left - right) <= 1e-9 * max(1, abs(right))
                    default: false
                    }
                }
        }
        func text(_ values: [Double?]) -> String {
            "[" + values.map { $0.map { "\($0)" } ?? "null" }.joined(separator: ", ") + "]"
        }
        func text(_ row: Row) -> String {
            "  \(row.time) \(row.keys) \(text(row.values))\(row.before.isEmpty ? "" : " before \(text(row.before))")"
        }
        func text(_ answer: ReportAnswer) -> String {
            """
            \(answer.first)…\(answer.last) totals \(text(answer.totals)), \(answer.rowCount) rows, before \
            \(answer.before.map { "\($0.first)…\($0.last) \(text($0.totals))" } ?? "-")
            \(answer.rows.prefix(60).map { text($0) }.joined(separator: "\n"))
            """
        }
        func isSame(_ left: Row, _ right: Row) -> Bool {
            left.time == right.time && left.keys == right.keys && isSame(left.values, right.values)
                && isSame(left.before, right.before)
        }
        let agrees =
            first == expected.first && last == expected.last && rowCount == expected.rowCount
            && isSame(totals, expected.totals) && (before == nil) == (expected.before == nil)
            && before?.first == expected.before?.first && before?.last == expected.before?.last
            && isSame(before?.totals ?? [], expected.before?.totals ?? [])
            && rows.count == expected.rows.count && zip(rows, expected.rows).allSatisfy { isSame($0, $1) }
        if agrees { return nil }
        let firstRow = zip(rows, expected.rows).first { !isSame($0, $1) }
            .map { "first different row:\(text($0))\n  and should be:\(text($1))\n" }
        return "\(firstRow ?? "")answer: \(text(self))\nshould be: \(text(expected))"
    }
}
