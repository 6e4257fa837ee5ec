/// A moment in milliseconds since 1970-01-01T00:00:00Z, as the browser's clock and PostgreSQL's `timestamptz(3)` have it.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    /// Milliseconds since 1970, UTC.
    public var milliseconds: Int64

    /// The moment so many milliseconds after 1970 began, UTC.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Earlier comes first.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The moment `milliseconds` later (earlier when negative); clamps instead of overflowing, for clocks are hostile input.
    public func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
        return Timestamp(milliseconds: overflow ? (milliseconds > 0 ? .max : .min) : sum)
    }

    /// Milliseconds from `earlier` to this moment.
    public func milliseconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return overflow ? (milliseconds > earlier.milliseconds ? .max : .min) : difference
    }
}
