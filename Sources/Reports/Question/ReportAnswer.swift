public import EventModel

/// The answer to a `ReportQuery`.
public struct ReportAnswer: Sendable, Equatable {
    /// First and last local date.
    public var first: LocalDate
    /// Last local date.
    public var last: LocalDate
    /// The metrics of the question, in its order, over everything.
    public var totals: [Double?]
    /// The rows asked for.
    public var rows: [Row]
    /// How many rows there are without a limit.
    public var rowCount: Int
    /// What it is compared with; `nil` where nothing was asked.
    public var before: Before?
    /// When the numbers were computed.
    public var computedAt: Timestamp
    /// How long visitors have the same id, and so what the visitors of several days are.
    public var identity: VisitorIdentity

    /// A row: one value of the dimensions, one step of time, or both.
    public struct Row: Sendable, Equatable {
        /// Local beginning of the step: `2026-11-24` or `2026-11-24T15:00`; empty without an interval.
        public var time: String
        /// Values of the dimensions.
        public var keys: [String]
        /// The metrics, in the question's order.
        public var values: [Double?]
        /// The same in the time before; empty where nothing was asked.
        public var before: [Double?]

        /// A row.
        public init(time: String = "", keys: [String] = [], values: [Double?], before: [Double?] = []) {
            self.time = time
            self.keys = keys
            self.values = values
            self.before = before
        }
    }

    /// The time before.
    public struct Before: Sendable, Equatable {
        /// First and last local date.
        public var first: LocalDate
        /// Last local date.
        public var last: LocalDate
        /// The metrics over everything.
        public var totals: [Double?]

        /// The time before, with its totals.
        public init(first: LocalDate, last: LocalDate, totals: [Double?]) {
            self.first = first
            self.last = last
            self.totals = totals
        }
    }

    /// An answer.
    public init(
        first: LocalDate, last: LocalDate, totals: [Double?], rows: [Row] = [], rowCount: Int = 0,
        before: Before? = nil, computedAt: Timestamp, identity: VisitorIdentity = .daily
    ) {
        self.first = first
        self.last = last
        self.totals = totals
        self.rows = rows
        self.rowCount = rowCount
        self.before = before
        self.computedAt = computedAt
        self.identity = identity
    }
}
