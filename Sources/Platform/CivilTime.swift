/// A moment in the Gregorian calendar, UTC. After Howard Hinnant's `civil_from_days`
/// (https://howardhinnant.github.io/date_algorithms.html); Foundation's formatters cost a hundred times as much.
public struct CivilTime: Sendable, CustomStringConvertible {
    /// Calendar year.
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int
    /// 0 to 23.
    public let hour: Int
    /// 0 to 59.
    public let minute: Int
    /// 0 to 59.
    public let second: Int

    /// The calendar reading of a moment in milliseconds since 1970, UTC.
    public init(milliseconds: Int64) {
        let seconds = Int(milliseconds.floorDivided(by: 1000))
        let days = seconds.floorDivided(by: 86_400)
        let rest = seconds - days * 86_400
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// ISO 8601 to the second: `2026-11-24T15:20:00Z`.
    public var description: String {
        "\(date)T\(two(hour)):\(two(minute)):\(two(second))Z"
    }

    /// ISO 8601 date: `2026-11-24`.
    public var date: String { "\(year)-\(two(month))-\(two(day))" }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension BinaryInteger {
    /// Division that rounds towards negative infinity, as calendars need it before 1970.
    func floorDivided(by divisor: Self) -> Self {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
