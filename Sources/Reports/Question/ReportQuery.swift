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

/// Which local days a question is about.
public enum DateRange: Sendable, Hashable {
    /// A stretch with a name, up to and with today.
    case period(Period)
    /// From one date to another, both included.
    case dates(LocalDate, LocalDate)
}

/// A stretch of local days with a name.
public enum Period: String, Sendable, CaseIterable, Codable {
    case today
    case yesterday
    case sevenDays = "7d"
    case twentyEightDays = "28d"
    case thirtyDays = "30d"
    case ninetyDays = "90d"
    case month
    case lastMonth = "last_month"
    case year
    case twelveMonths = "12mo"

    /// Its first and last day, when `today` is today.
    public func dates(today: LocalDate) -> (first: LocalDate, last: LocalDate) {
        switch self {
        case .today: return (today, today)
        case .yesterday: return (today.adding(days: -1), today.adding(days: -1))
        case .sevenDays: return (today.adding(days: -6), today)
        case .twentyEightDays: return (today.adding(days: -27), today)
        case .thirtyDays: return (today.adding(days: -29), today)
        case .ninetyDays: return (today.adding(days: -89), today)
        case .month: return (today.firstOfMonth, today)
        case .lastMonth:
            let last = today.firstOfMonth.adding(days: -1)
            return (last.firstOfMonth, last)
        case .year: return (LocalDate(year: today.year, month: 1, day: 1), today)
        case .twelveMonths: return (today.adding(months: -12).adding(days: 1), today)
        }
    }
}

/// A date of a site's own calendar.
public struct LocalDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let number: Int

    /// The day of this number.
    public init(number: Int) { self.number = number }

    /// The day of this date (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    public init(year: Int, month: Int, day: Int) {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    /// Reads `2026-11-24`; `nil` when it is no date, such as the 30th of February.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int(byte) - 48
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), year >= 1,
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        self.init(year: year, month: month, day: day)
        guard self.day == day else { return nil }
    }

    private var civil: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let civilMonth = month < 10 ? month + 3 : month - 9
        return (
            yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0), civilMonth, dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    /// The year.
    public var year: Int { civil.year }
    /// The month, from 1.
    public var month: Int { civil.month }
    /// The day of the month, from 1.
    public var day: Int { civil.day }
    /// Monday is 0.
    public var weekday: Int { ((number + 3) % 7 + 7) % 7 }
    /// The Monday of its week.
    public var monday: LocalDate { adding(days: -weekday) }
    /// The first of its month.
    public var firstOfMonth: LocalDate { LocalDate(year: year, month: month, day: 1) }

    /// So many days later.
    public func adding(days: Int) -> LocalDate { LocalDate(number: number + days) }

    /// The same day of another month, or that month's last where it has no such day.
    public func adding(months: Int) -> LocalDate {
        let (year, month, day) = civil
        let total = year * 12 + month - 1 + months
        let (newYear, newMonth) = ((total - (total % 12 + 12) % 12) / 12, (total % 12 + 12) % 12 + 1)
        let first = LocalDate(year: newYear, month: newMonth, day: 1)
        let next = LocalDate(year: newMonth == 12 ? newYear + 1 : newYear, month: newMonth % 12 + 1, day: 1)
        return first.adding(days: min(day, next.number - first.number) - 1)
    }

    /// Earlier before later.
    public static func < (left: LocalDate, right: LocalDate) -> Bool { left.number < right.number }

    /// ISO 8601.
    public var description: String {
        let (year, month, day) = civil
        func padded(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}
