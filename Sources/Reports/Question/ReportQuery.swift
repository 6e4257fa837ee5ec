/// A question about one site's numbers.
public struct ReportQuery: Sendable, Hashable {
    /// Steps of time.
    public enum Interval: String, Sendable, CaseIterable {
        case minute, hour, day, week, month
    }

    /// What the numbers are compared with.
    public enum Comparison: String, Sendable, CaseIterable {
        /// As many days just before.
        case previousPeriod = "previous_period"
        /// The same dates a year ago.
        case previousYear = "previous_year"
    }

    /// By what rows are sorted.
    public struct Order: Sendable, Hashable {
        /// A metric or a dimension of the question.
        public enum Field: Sendable, Hashable {
            case metric(Metric)
            case dimension(Dimension)
        }

        /// What is sorted by.
        public var field: Field
        /// Whether the largest comes first.
        public var isDescending: Bool

        /// An order.
        public init(_ field: Field, isDescending: Bool) {
            self.field = field
            self.isDescending = isDescending
        }
    }

    /// What is counted.
    public var metrics: [Metric]
    /// By what it is broken down; two at most.
    public var dimensions: [Dimension]
    /// By what step of time.
    public var interval: Interval?
    /// Which days.
    public var range: DateRange
    /// Which events and visits count; `nil` for all.
    public var filter: Filter?
    /// What conversions are about.
    public var goal: Goal?
    /// By what rows are sorted; empty for the first metric, largest first.
    public var order: [Order]
    /// Rows at most.
    public var limit: Int
    /// Rows left out at the beginning.
    public var offset: Int
    /// What it is compared with.
    public var comparison: Comparison?
    /// A value of the first dimension whose row is left out, though it counts in the totals; empty for none.
    public var hidden = ""

    /// A question.
    public init(
        metrics: [Metric], dimensions: [Dimension] = [], interval: Interval? = nil, range: DateRange,
        filter: Filter? = nil, goal: Goal? = nil, order: [Order] = [], limit: Int = 100, offset: Int = 0,
        comparison: Comparison? = nil
    ) {
        self.metrics = metrics
        self.dimensions = dimensions
        self.interval = interval
        self.range = range
        self.filter = filter
        self.goal = goal
        self.order = order
        self.limit = limit
        self.offset = offset
        self.comparison = comparison
    }
}
