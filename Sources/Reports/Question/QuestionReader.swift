import Configuration
import FoundationEssentials

/// Reads a question from JSON, as docs/query-api.md describes it.
public struct QuestionReader {
    private let goals: [Goal]

    /// A reader that knows a site's goals by name.
    public init(goals: [Goal]) {
        self.goals = goals
    }

    /// The question's JSON, before anybody knows the site.
    public struct Draft: Sendable {
        /// Domain of the site.
        public let site: String
        fileprivate let fields: [String: ConfigValue]
    }

    private static let fields = [
        "site", "metrics", "dimensions", "interval", "period", "from", "to", "filters", "goal", "order", "limit",
        "offset",
        "compare",
    ]

    /// Reads the JSON, and which site it is about.
    public static func draft(_ body: [UInt8]) throws(QuestionProblem) -> Draft {
        guard let value = try? JSONDecoder().decode(ConfigValue.self, from: Data(body)) else {
            throw QuestionProblem("", "is no JSON")
        }
        guard case .table(let fields) = value else { throw QuestionProblem("", "must be a JSON object") }
        for name in fields.keys.sorted() where !QuestionReader.fields.contains(name) {
            throw QuestionProblem(
                name, "is not known\(ConfigProblem.suggestion(for: name, among: QuestionReader.fields))")
        }
        guard let site = fields["site"] else { throw QuestionProblem("site", "is missing: the site's domain") }
        guard case .text(let domain) = site, !domain.isEmpty else { throw QuestionProblem("site", "must be a domain") }
        return Draft(site: domain, fields: fields)
    }

    /// The whole question.
    public func query(_ draft: Draft) throws(QuestionProblem) -> ReportQuery {
        let fields = draft.fields
        let metrics = try metrics(fields["metrics"])
        let dimensions = try dimensions(fields["dimensions"])
        let goal = try fields["goal"].map { (value) throws(QuestionProblem) in try self.goal(value, "goal") }
        var query = ReportQuery(metrics: metrics, dimensions: dimensions, range: try range(fields), goal: goal)
        query.interval = try choice(fields["interval"], "interval")
        query.comparison = try choice(fields["compare"], "compare")
        query.filter = try fields["filters"].map { (value) throws(QuestionProblem) in
            try filter(value, "filters", depth: 0)
        }
        if let filter = query.filter, filter.isTooMuchWork {
            throw QuestionProblem(
                "filters",
                "has more than \(Filter.mostWhole) values, or more than \(Filter.mostPatterns) parts and patterns")
        }
        query.limit = try number(fields["limit"], "limit", 1...10_000) ?? 100
        query.offset = try number(fields["offset"], "offset", 0...10_000_000) ?? 0
        query.order = try order(fields["order"], query)
        if let metric = metrics.first(where: \.isAboutGoal), goal == nil {
            throw QuestionProblem("goal", "is missing: \(metric.rawValue) is about one")
        }
        return query
    }

    /// What can only be said once the days are known.
    public static func check(_ query: ReportQuery, today: LocalDate) throws(QuestionProblem) {
        guard let interval = query.interval, interval == .minute || interval == .hour else { return }
        let (first, last) = query.range.dates(today: today)
        let days = last.number - first.number + 1
        let most = interval == .minute ? 2 : 31
        if days > most {
            throw QuestionProblem("interval", "\(interval.rawValue) is for at most \(most) days, and these are \(days)")
        }
    }

    // MARK: Fields

    private func list(_ value: ConfigValue?, _ field: String) throws(QuestionProblem) -> [ConfigValue] {
        guard let value else { return [] }
        guard case .list(let list) = value else { throw QuestionProblem(field, "must be a list") }
        return list
    }

    private func text(_ value: ConfigValue, _ field: String) throws(QuestionProblem) -> String {
        guard case .text(let text) = value else { throw QuestionProblem(field, "must be a text") }
        guard !text.utf8.contains(0), text.utf8.count <= 2000 else {
            throw QuestionProblem(field, "must have at most 2,000 bytes, and none of them zero")
        }
        return text
    }

    private func metrics(_ value: ConfigValue?) throws(QuestionProblem) -> [Metric] {
        let list = try list(value, "metrics")
        guard !list.isEmpty else { throw QuestionProblem("metrics", "is missing: what is to be counted") }
        var metrics: [Metric] = []
        for (index, value) in list.enumerated() {
            let field = "metrics[\(index)]"
            let name = try text(value, field)
            guard let metric = Metric(rawValue: name) else {
                throw QuestionProblem(
                    field, "is no metric\(ConfigProblem.suggestion(for: name, among: Metric.allCases.map(\.rawValue)))")
            }
            guard !metrics.contains(metric) else { throw QuestionProblem(field, "is there twice") }
            metrics.append(metric)
        }
        return metrics
    }

    private func dimensions(_ value: ConfigValue?) throws(QuestionProblem) -> [Dimension] {
        let list = try list(value, "dimensions")
        guard list.count <= 2 else { throw QuestionProblem("dimensions", "must be two at most") }
        var dimensions: [Dimension] = []
        for (index, value) in list.enumerated() {
            let dimension = try dimension(value, "dimensions[\(index)]")
            guard !dimensions.contains(dimension) else {
                throw QuestionProblem("dimensions[\(index)]", "is there twice")
            }
            dimensions.append(dimension)
        }
        return dimensions
    }

    private func dimension(_ value: ConfigValue, _ field: String) throws(QuestionProblem) -> Dimension {
        let name = try text(value, field)
        guard let dimension = Dimension(name: name) else {
            throw QuestionProblem(
                field, "is no dimension\(ConfigProblem.suggestion(for: name, among: Dimension.named.map(\.name)))")
        }
        return dimension
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ value: ConfigValue?, _ field: String
    ) throws(QuestionProblem) -> Choice? where Choice.RawValue == String {
        guard let value else { return nil }
        let name = try text(value, field)
        guard let choice = Choice(rawValue: name) else {
            throw QuestionProblem(field, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    private func number(
        _ value: ConfigValue?, _ field: String, _ range: ClosedRange<Int>
    ) throws(QuestionProblem) -> Int? {
        guard let value else { return nil }
        guard case .integer(let number) = value, range.contains(number) else {
            throw QuestionProblem(field, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func range(_ fields: [String: ConfigValue]) throws(QuestionProblem) -> DateRange {
        if fields["from"] == nil, fields["to"] == nil {
            let period: Period? = try choice(fields["period"], "period")
            return .period(period ?? .thirtyDays)
        }
        if fields["period"] != nil { throw QuestionProblem("period", "cannot stand beside from and to") }
        let first = try date(fields["from"], "from")
        let last = try date(fields["to"], "to")
        guard first <= last else { throw QuestionProblem("to", "is before from") }
        guard last.number - first.number < 800 else { throw QuestionProblem("to", "is more than 800 days after from") }
        return .dates(first, last)
    }

    private func date(_ value: ConfigValue?, _ field: String) throws(QuestionProblem) -> LocalDate {
        guard let value else { throw QuestionProblem(field, "is missing") }
        guard let date = LocalDate(try text(value, field)), (1970...2199).contains(date.year) else {
            throw QuestionProblem(field, "must be a date such as 2026-11-24")
        }
        return date
    }

    private func order(_ value: ConfigValue?, _ query: ReportQuery) throws(QuestionProblem) -> [ReportQuery.Order] {
        var orders: [ReportQuery.Order] = []
        for (index, value) in try list(value, "order").enumerated() {
            let field = "order[\(index)]"
            let pair = try list(value, field)
            guard pair.count == 2 else {
                throw QuestionProblem(field, "must be a pair such as [\"visitors\", \"desc\"]")
            }
            let name = try text(pair[0], "\(field)[0]")
            let direction = try text(pair[1], "\(field)[1]")
            guard direction == "asc" || direction == "desc" else {
                throw QuestionProblem("\(field)[1]", "must be asc or desc")
            }
            if let metric = Metric(rawValue: name), query.metrics.contains(metric) {
                orders.append(.init(.metric(metric), isDescending: direction == "desc"))
            } else if let dimension = Dimension(name: name), query.dimensions.contains(dimension) {
                orders.append(.init(.dimension(dimension), isDescending: direction == "desc"))
            } else {
                throw QuestionProblem("\(field)[0]", "must be a metric or a dimension of the question")
            }
        }
        return orders
    }

    // MARK: Filters and goals

    private func filter(_ value: ConfigValue, _ field: String, depth: Int) throws(QuestionProblem) -> Filter {
        guard depth < 8 else { throw QuestionProblem(field, "is nested more than eight times") }
        guard case .table(let table) = value else { throw QuestionProblem(field, "must be an object") }
        for name in table.keys.sorted()
        where !["and", "or", "not", "goal", "dimension", "operator", "values"].contains(name) {
            throw QuestionProblem("\(field).\(name)", "is not known")
        }
        if table["dimension"] != nil { return .test(try test(table, field)) }
        guard table.count == 1, let (name, part) = table.first else {
            throw QuestionProblem(field, "must have dimension, operator and values, or one of and, or, not, goal")
        }
        switch name {
        case "and", "or":
            let parts = try list(part, "\(field).\(name)")
            guard !parts.isEmpty, parts.count <= 50 else {
                throw QuestionProblem("\(field).\(name)", "must have 1 to 50 parts")
            }
            var filters: [Filter] = []
            for (index, part) in parts.enumerated() {
                filters.append(try filter(part, "\(field).\(name)[\(index)]", depth: depth + 1))
            }
            return name == "and" ? .and(filters) : .or(filters)
        case "not": return .not(try filter(part, "\(field).not", depth: depth + 1))
        case "goal": return .goal(try goal(part, "\(field).goal"))
        default: throw QuestionProblem("\(field).dimension", "is missing")
        }
    }

    private func test(_ table: [String: ConfigValue], _ field: String) throws(QuestionProblem) -> Filter.Test {
        guard let name = table["dimension"] else { throw QuestionProblem("\(field).dimension", "is missing") }
        let dimension = try dimension(name, "\(field).dimension")
        guard let word = table["operator"] else { throw QuestionProblem("\(field).operator", "is missing") }
        guard let comparison: Filter.Comparison = try choice(word, "\(field).operator") else {
            throw QuestionProblem("\(field).operator", "is missing")
        }
        let values = try values(table["values"], "\(field).values")
        if table.count > 3 { throw QuestionProblem(field, "must be a test of a dimension, or and, or, not, goal") }
        return Filter.Test(dimension, comparison, values)
    }

    private func values(_ value: ConfigValue?, _ field: String) throws(QuestionProblem) -> [String] {
        let list = try list(value, field)
        guard !list.isEmpty, list.count <= 1000 else {
            throw QuestionProblem(field, "must be a list of 1 to 1,000 texts")
        }
        var values: [String] = []
        for (index, value) in list.enumerated() { values.append(try text(value, "\(field)[\(index)]")) }
        return values
    }

    private func goal(_ value: ConfigValue, _ field: String) throws(QuestionProblem) -> Goal {
        if case .text(let name) = value {
            guard let goal = goals.first(where: { $0.name == name }) else {
                throw QuestionProblem(
                    field, "is no goal of the site\(ConfigProblem.suggestion(for: name, among: goals.map(\.name)))")
            }
            return goal
        }
        return try QuestionReader.goal(value, field, name: "")
    }

    /// Reads a goal's definition.
    static func goal(_ value: ConfigValue, _ field: String, name: String) throws(QuestionProblem) -> Goal {
        let reader = QuestionReader(goals: [])
        guard case .table(let table) = value else { throw QuestionProblem(field, "must be a goal, or the name of one") }
        for name in table.keys.sorted() where !["page", "event", "properties", "revenue"].contains(name) {
            throw QuestionProblem("\(field).\(name)", "is not known")
        }
        let target: Goal.Target
        switch (table["page"], table["event"]) {
        case (let page?, nil): target = .page(try reader.text(page, "\(field).page"))
        case (nil, let event?): target = .event(try reader.text(event, "\(field).event"))
        default: throw QuestionProblem(field, "must have either page or event")
        }
        var conditions: [Goal.PropertyCondition] = []
        for (index, value) in try reader.list(table["properties"], "\(field).properties").enumerated() {
            let place = "\(field).properties[\(index)]"
            guard case .table(let condition) = value, condition.count == 2, let name = condition["name"] else {
                throw QuestionProblem(place, "must have name and values")
            }
            conditions.append(
                Goal.PropertyCondition(
                    name: try reader.text(name, "\(place).name"),
                    values: try reader.values(condition["values"], "\(place).values")))
        }
        let revenue = try table["revenue"].map { (value) throws(QuestionProblem) in
            try reader.text(value, "\(field).revenue")
        }
        return Goal(name: name, target: target, properties: conditions, revenue: revenue ?? "")
    }
}
