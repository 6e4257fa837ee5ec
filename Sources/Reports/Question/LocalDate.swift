import Database

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

extension Row {
    /// A `date` of the site's own calendar.
    func localDate(_ column: Int) throws(DatabaseError) -> LocalDate {
        LocalDate(number: try value(column, as: CalendarDay.self).number)
    }
}
