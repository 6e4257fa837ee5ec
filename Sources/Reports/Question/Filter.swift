/// Which events and visits count.
public indirect enum Filter: Hashable, Sendable {
    /// Those that fit all of them.
    case and([Filter])
    /// Those that fit one of them.
    case or([Filter])
    /// Those that do not fit.
    case not(Filter)
    /// Those with such a value.
    case test(Test)
    /// Visits in which the goal was reached.
    case goal(Goal)

    /// A look at one value.
    public struct Test: Hashable, Sendable {
        /// What is looked at.
        public var dimension: Dimension
        /// How.
        public var comparison: Comparison
        /// What it is compared with: any of these.
        public var values: [String]

        /// A look at a value.
        public init(_ dimension: Dimension, _ comparison: Comparison, _ values: [String]) {
            self.dimension = dimension
            self.comparison = comparison
            self.values = values
        }
    }

    /// How a value is compared with others.
    public enum Comparison: String, Sendable, CaseIterable {
        case `is`
        case isNot = "is_not"
        case contains
        case containsNot = "contains_not"
        case matches
        case matchesNot = "matches_not"

        /// Whether it asks for what does not fit.
        public var isNegated: Bool { self == .isNot || self == .containsNot || self == .matchesNot }

        /// The same without the "not".
        var plain: Comparison {
            switch self {
            case .is, .isNot: .is
            case .contains, .containsNot: .contains
            case .matches, .matchesNot: .matches
            }
        }
    }

    /// Whether one of its leaves, tests and goals, is such.
    private func hasLeaf(_ isSuch: (Filter) -> Bool) -> Bool {
        switch self {
        case .and(let parts), .or(let parts): parts.contains { $0.hasLeaf(isSuch) }
        case .not(let part): part.hasLeaf(isSuch)
        case .test, .goal: isSuch(self)
        }
    }

    private func hasTest(of level: Dimension.Level) -> Bool {
        hasLeaf { if case .test(let test) = $0 { test.dimension.level == level } else { false } }
    }

    /// Whether one of its parts looks at single events.
    var isAboutEvents: Bool { hasTest(of: .event) }

    /// What its parts look at.
    var dimensions: [Dimension] {
        switch self {
        case .and(let parts), .or(let parts): parts.flatMap(\.dimensions)
        case .not(let part): part.dimensions
        case .test(let test): [test.dimension]
        case .goal(let goal): goal.events.dimensions
        }
    }

    /// Whether one of its parts looks at what a visit is.
    var isAboutVisits: Bool { hasTest(of: .visit) }

    /// Whether one of its parts asks what else happened in a visit.
    var looksIntoVisits: Bool {
        hasLeaf { if case .goal = $0 { true } else { false } }
    }

    /// The same filter as text, which tells it from all others: for names of cached values.
    var key: String {
        func quoted(_ text: String) -> String {
            "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
        switch self {
        case .and(let parts): return "and(" + parts.map(\.key).joined(separator: ",") + ")"
        case .or(let parts): return "or(" + parts.map(\.key).joined(separator: ",") + ")"
        case .not(let part): return "not(" + part.key + ")"
        case .test(let test):
            return "\(quoted(test.dimension.name)) \(test.comparison.rawValue) "
                + test.values.map(quoted).joined(separator: " ")
        case .goal(let goal): return "goal(\(goal.events.key))"
        }
    }
}

extension Filter {
    /// Whole values that a question may compare with.
    public static let mostWhole = 5000
    /// Parts, patterns and values of properties, each of which is held against every text of the site, or every event
    /// (measured: three thousand of these kept the database busy for minutes).
    public static let mostPatterns = 100

    /// Whether it compares with more values than a question may.
    public var isTooMuchWork: Bool {
        let work = work
        return work.whole > Filter.mostWhole || work.patterns > Filter.mostPatterns
    }

    private var work: (whole: Int, patterns: Int) {
        switch self {
        case .and(let parts), .or(let parts):
            return parts.reduce((0, 0)) { sum, part in
                let work = part.work
                return (sum.whole + work.whole, sum.patterns + work.patterns)
            }
        case .not(let part): return part.work
        case .goal(let goal): return goal.events.work
        case .test(let test):
            let isWhole = if case .property = test.dimension { false } else { test.comparison.plain == .is }
            return isWhole ? (test.values.count, 0) : (0, test.values.count)
        }
    }
}

/// What a site wants its visitors to do.
public struct Goal: Hashable, Sendable {
    /// What has to happen.
    public enum Target: Hashable, Sendable {
        /// A page of this path is viewed; `*` stands for anything.
        case page(String)
        /// An event of this name is sent; `*` stands for anything.
        case event(String)
    }

    /// A property that the event must have with one of these values.
    public struct PropertyCondition: Hashable, Sendable {
        /// The property's name.
        public var name: String
        /// Its values; `*` stands for anything.
        public var values: [String]

        /// A condition.
        public init(name: String, values: [String]) {
            self.name = name
            self.values = values
        }
    }

    /// What people call it.
    public var name: String
    /// What has to happen.
    public var target: Target
    /// Properties that the event must have.
    public var properties: [PropertyCondition]
    /// The property that holds the amount; empty for none.
    public var revenue: String

    /// A goal.
    public init(name: String = "", target: Target, properties: [PropertyCondition] = [], revenue: String = "") {
        self.name = name
        self.target = target
        self.properties = properties
        self.revenue = revenue
    }

    /// The events that reach it.
    var events: Filter {
        var parts: [Filter]
        switch target {
        case .page(let path):
            parts = [.test(.init(.event, .is, ["pageview"])), .test(.init(.page, .matches, [path]))]
        case .event(let name): parts = [.test(.init(.event, .matches, [name]))]
        }
        parts += properties.map { .test(.init(.property($0.name), .matches, $0.values)) }
        return .and(parts)
    }
}
