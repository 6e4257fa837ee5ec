/// Which local days a question is about.
public enum DateRange: Sendable, Hashable {
    /// A stretch with a name, up to and with today.
    case period(Period)
    /// From one date to another, both included.
    case dates(LocalDate, LocalDate)

    /// Its first and last day, when `today` is today.
    public func dates(today: LocalDate) -> (first: LocalDate, last: LocalDate) {
        switch self {
        case .period(let period): period.dates(today: today)
        case .dates(let first, let last): (first, last)
        }
    }
}

/// A stretch of local days with a name.
public enum Period: String, Sendable, CaseIterable {
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
