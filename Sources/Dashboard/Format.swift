/// Numbers and dates as people read them. English, like the pages; no locale machinery, which costs megabytes.
enum Format {
    /// At most four characters or so: `987`, `1.2k`, `45.7k`, `128k`, `3.4M`.
    static func compact(_ number: Int) -> String {
        let magnitude = number.magnitude
        let sign = number < 0 ? "-" : ""
        guard magnitude >= 1000 else { return "\(number)" }
        for (unit, suffix) in [(1_000 as UInt, "k"), (1_000_000, "M"), (1_000_000_000, "B")] {
            let tenths = rounded(magnitude, to: unit / 10)
            let whole = rounded(magnitude, to: unit)
            // Rounding can reach the next unit: 999,950 is 1M, not 1000k.
            if whole >= 1000, suffix != "B" { continue }
            if tenths >= 1000 { return "\(sign)\(grouped(Int(whole)))\(suffix)" }
            return "\(sign)\(tenths / 10)\(tenths % 10 == 0 ? "" : ".\(tenths % 10)")\(suffix)"
        }
        return "\(number)"
    }

    private static func rounded(_ number: UInt, to unit: UInt) -> UInt {
        number / unit + (number % unit >= unit - unit / 2 ? 1 : 0)
    }

    /// Every digit, in groups of three: `1,234,567`.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (place, digit) in String(number.magnitude).reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }

    /// A share of one in whole percent: `42%`; what is there at all is not shown as 0%.
    static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "–" }
        let whole = (share * 100).rounded()
        if share > 0, whole == 0 { return "<1%" }
        guard abs(whole) < 1e9 else { return "–" }
        return "\(grouped(Int(whole)))%"
    }

    /// Seconds as `42s`, `3m 07s` or `1h 05m`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole)s" }
        if whole < 3600 { return "\(whole / 60)m \(twoDigits(whole % 60))s" }
        return "\(grouped(whole / 3600))h \(twoDigits(whole / 60 % 60))m"
    }

    /// One or several: `1 visitor`, `1,234 visitors`.
    static func count(_ number: Int, _ singular: String, _ plural: String) -> String {
        "\(grouped(number)) \(number == 1 ? singular : plural)"
    }

    /// How long to wait: `40 seconds`, `3 minutes`.
    static func words(seconds: Int) -> String {
        seconds < 100 ? count(seconds, "second", "seconds") : count((seconds + 59) / 60, "minute", "minutes")
    }

    static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// A local date or hour out of a report, such as `2026-11-24` or `2026-11-24 15:00`.
struct LocalMoment: Equatable {
    let year: Int
    let month: Int
    let day: Int
    /// `15:00` where the moment is an hour of a day.
    let time: String?

    /// Reads a label of a report; `nil` when it is not one.
    init?(_ label: String) {
        let parts = label.split(maxSplits: 1, whereSeparator: { $0 == "T" || $0 == " " })
        guard let date = parts.first else { return nil }
        let numbers = date.split(separator: "-").compactMap { Int($0) }
        guard numbers.count == 3, (1...12).contains(numbers[1]), (1...31).contains(numbers[2]) else { return nil }
        (year, month, day) = (numbers[0], numbers[1], numbers[2])
        time = parts.count > 1 ? String(parts[1]) : nil
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// `November`.
    var monthName: String { LocalMoment.months[month - 1] }

    /// `Tuesday`, by Sakamoto's method.
    var weekdayName: String {
        let shifts = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
        let shifted = month < 3 ? year - 1 : year
        let index = (shifted + shifted / 4 - shifted / 100 + shifted / 400 + shifts[month - 1] + day) % 7
        return LocalMoment.weekdays[max(0, index)]
    }

    /// `24 Nov`.
    var short: String { "\(day) \(monthName.prefix(3))" }

    /// `Tue 24`.
    var weekday: String { "\(weekdayName.prefix(3)) \(day)" }

    /// `Tuesday, 24 November`, or the hour where there is one.
    var long: String { time ?? "\(weekdayName), \(day) \(monthName)" }

    /// `24 November 2026`, or `18 – 24 November 2026`, with as little repetition as the range allows.
    static func range(from first: LocalMoment, to last: LocalMoment) -> String {
        let end = "\(last.day) \(last.monthName) \(last.year)"
        if first.year != last.year { return "\(first.day) \(first.monthName) \(first.year) – \(end)" }
        if first.month != last.month { return "\(first.day) \(first.monthName) – \(end)" }
        return first.day == last.day ? end : "\(first.day) – \(end)"
    }
}

extension Format {
    /// An amount of money without its currency: two decimals below a thousand, none above.
    static func amount(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "–" }
        if value.magnitude >= 1000 { return grouped(Int(value.rounded())) }
        let cents = Int((value * 100).rounded())
        return "\(cents < 0 ? "-" : "")\(abs(cents) / 100).\(twoDigits(abs(cents) % 100))"
    }
}
