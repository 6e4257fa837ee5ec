import Platform

/// The day on which data were made.
struct DataDate: Equatable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    var days: Int

    /// The day of a moment in seconds since 1970.
    init(seconds: Int64) {
        // Before 1970 and after 9999 only damaged files are made.
        days = Int(min(max(seconds, 0), 253_402_300_799) / 86_400)
    }

    /// The date of a line such as `# Generated: Thu, 25 Jun 2026 04:33:59 GMT`; `nil` for any other line.
    init?(header line: some Collection<UInt8>) {
        let words = String(decoding: line.prefix(100), as: UTF8.self).split(separator: " ")
        guard words.count >= 6, words[0] == "#", words[1] == "Generated:", let day = Int(words[3]),
            (1...31).contains(day), let month = DataDate.months.firstIndex(of: String(words[4])),
            let year = Int(words[5]), (1970...9999).contains(year)
        else { return nil }
        days = DataDate.days(year: year, month: month + 1, day: day)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Days since 1970 of a date of the Gregorian calendar from then on: years that begin in March put the leap day last.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    /// `2026-06-25`.
    var description: String { CivilTime(milliseconds: Int64(days) * 86_400_000).date }

    /// Days from then to now; 0 where the clock says that it is yet to come.
    func age(now: Int64 = Clock.wallMilliseconds() / 1000) -> Int {
        max(0, Int(now / 86_400) - days)
    }

    /// Beyond this age some per cent of addresses have moved to another country.
    static let mostDays = 180

    /// `country data of 2026-06-25, 153 days old`, and a warning when they are too old.
    func note(now: Int64 = Clock.wallMilliseconds() / 1000) -> String {
        let age = age(now: now)
        let warning =
            age > DataDate.mostDays ? "; warning: older than \(DataDate.mostDays) days, please renew them" : ""
        return "country data of \(self), \(age) days old\(warning)"
    }
}
