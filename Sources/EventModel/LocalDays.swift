/// A stretch of whole days in a calendar.
public enum CalendarPeriod: Sendable, CaseIterable {
    /// One day.
    case day
    /// Seven days that begin with a Monday (ISO 8601).
    case week
    /// A month of the Gregorian calendar.
    case month

    /// The dates of the period that contains `date`, in days since 1970-01-01.
    func dates(around date: Int64) -> Range<Int64> {
        switch self {
        case .day: return date..<date + 1
        case .week:
            // 1970-01-01 was a Thursday.
            let monday = date - (date + 3).floorRemainder(7)
            return monday..<monday + 7
        case .month:
            let first = date - Self.daysIntoMonth(date)
            // 31 days on is always within the next month.
            let inNext = first + 31
            return first..<inNext - Self.daysIntoMonth(inNext)
        }
    }

    /// Days since the first of the month. After Howard Hinnant's `civil_from_days`
    /// (https://howardhinnant.github.io/date_algorithms.html).
    private static func daysIntoMonth(_ date: Int64) -> Int64 {
        let dayOfEra = (date + 719_468).floorRemainder(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        return dayOfYear - (153 * month + 2) / 5
    }
}

/// The days of one time zone as PostgreSQL computes them: the moments at which local days begin, ascending.
///
/// The database is the only source of calendars, so that the gateway's periods and the reports' days cannot disagree.
public struct LocalDays: Sendable, Equatable {
    /// Beginnings of consecutive local days.
    public var starts: [Timestamp]
    /// The date of each of these days, in days since 1970-01-01; empty when they are not known.
    public var dates: [Int32]

    /// A calendar of these day beginnings, ascending, and their dates.
    public init(starts: [Timestamp], dates: [Int32] = []) {
        self.starts = starts
        self.dates = dates
    }

    /// The local day that contains `time`: its beginning and its end. Outside of the known range, and for an empty
    /// calendar, the UTC day, so that an event is never without a day.
    public func day(containing time: Timestamp) -> Range<Timestamp> {
        guard let index = index(containing: time) else {
            let start = time.advanced(byMilliseconds: -time.milliseconds.floorRemainder(LocalDays.milliseconds))
            return start..<max(start, start.advanced(byMilliseconds: LocalDays.milliseconds))
        }
        return starts[index]..<starts[index + 1]
    }

    /// The local period that contains `time`: from the beginning of its first day to the beginning of the first day after
    /// it. `nil` where the calendar ends within it: as much of it as is known would be another period tomorrow. Outside of
    /// the known range the period in UTC.
    public func period(_ period: CalendarPeriod, containing time: Timestamp) -> Range<Timestamp>? {
        if period == .day { return day(containing: time) }
        guard let index = index(containing: time) else {
            // Dates beyond these limits, which no clock shows, have no milliseconds in 64 bits.
            let date = min(max(LocalDays.date(time.milliseconds), -100_000_000_000), 100_000_000_000)
            let dates = period.dates(around: date)
            return Timestamp(
                milliseconds: dates.lowerBound * LocalDays.milliseconds)..<Timestamp(
                    milliseconds: dates.upperBound * LocalDays.milliseconds)
        }
        let dates = period.dates(around: date(at: index))
        var first = index
        while first > 0, date(at: first - 1) >= dates.lowerBound { first -= 1 }
        var next = index + 1
        while next < starts.count - 1, date(at: next) < dates.upperBound { next += 1 }
        guard date(at: first) == dates.lowerBound || first > 0, date(at: next) >= dates.upperBound else { return nil }
        return starts[first]..<starts[next]
    }

    /// The place of the day that contains `time`; there is always one after it.
    private func index(containing time: Timestamp) -> Int? {
        guard let first = starts.first, let last = starts.last, first <= time, time < last else { return nil }
        var low = 0
        var high = starts.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// The date of a day. A calendar without dates (an old `sites.json`) leaves us to guess: noon of a
    /// local day is within 14 hours after and 12 before noon UTC of its date. One shift cannot fit both ends, so this one is
    /// wrong for Kiritimati and for Samoa's east, until the database has been read again.
    private func date(at index: Int) -> Int64 {
        if dates.count == starts.count { return Int64(dates[index]) }
        return LocalDays.date(starts[index].advanced(byMilliseconds: LocalDays.guess).milliseconds)
    }

    private static func date(_ milliseconds: Int64) -> Int64 {
        let days = milliseconds / LocalDays.milliseconds
        return milliseconds % LocalDays.milliseconds < 0 ? days - 1 : days
    }

    /// Milliseconds of an ordinary day.
    private static let milliseconds: Int64 = 86_400_000
    /// From a day's beginning to a moment that has its date in UTC, for offsets from -10:00 to +13:45.
    private static let guess: Int64 = (12 * 60 + 110) * 60_000
}

/// As it is kept in a file.
extension LocalDays: Codable {
    private enum CodingKeys: String, CodingKey {
        case starts, dates
    }

    /// Reads what `encode` wrote, and what was written when calendars had no dates.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            starts: try container.decode([Timestamp].self, forKey: .starts),
            dates: try container.decodeIfPresent([Int32].self, forKey: .dates) ?? [])
    }
}

extension Int64 {
    /// What is left of a division that rounds down: never negative for a positive divisor.
    fileprivate func floorRemainder(_ divisor: Int64) -> Int64 {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
