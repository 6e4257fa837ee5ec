import Reports

/// A time zone, written down instead of looked up: the evaluator has its own calendar.
struct TestZone: Sendable {
    var name: String
    /// Minutes east of Greenwich before the first change.
    var minutes: Int64
    /// Moments at which the clock was or will be put, and how many minutes it is ahead then.
    var changes: [(at: Int64, minutes: Int64)] = []
    /// The days about which tests are interesting.
    var days: [Int]

    /// All of them.
    static let all: [TestZone] = [
        TestZone(
            name: "Europe/Berlin", minutes: 60,
            changes: [
                (utc(2025, 3, 30, 1), 120), (utc(2025, 10, 26, 1), 60), (utc(2026, 3, 29, 1), 120),
                (utc(2026, 10, 25, 1), 60),
            ], days: [Civil(2026, 3, 29).number, Civil(2026, 10, 25).number]),
        TestZone(
            name: "America/St_Johns", minutes: -210,
            changes: [
                (utc(2025, 3, 9, 5, 30), -150), (utc(2025, 11, 2, 4, 30), -210), (utc(2026, 3, 8, 5, 30), -150),
                (utc(2026, 11, 1, 4, 30), -210),
            ], days: [Civil(2026, 3, 8).number, Civil(2026, 11, 1).number]),
        // The clock is put forward at midnight, so that the day begins at one.
        TestZone(
            name: "America/Santiago", minutes: -180,
            changes: [
                (utc(2025, 4, 6, 3), -240), (utc(2025, 9, 7, 4), -180), (utc(2026, 4, 5, 3), -240),
                (utc(2026, 9, 6, 4), -180),
            ], days: [Civil(2026, 4, 5).number, Civil(2026, 9, 6).number]),
        TestZone(name: "Asia/Kathmandu", minutes: 345, days: [Civil(2026, 6, 1).number]),
        TestZone(name: "Pacific/Kiritimati", minutes: 840, days: [Civil(2026, 11, 30).number]),
        TestZone(name: "UTC", minutes: 0, days: [Civil(2026, 7, 6).number]),
    ]

    private static func utc(_ year: Int, _ month: Int, _ day: Int, _ hour: Int64, _ minute: Int64 = 0) -> Int64 {
        (Int64(Civil(year, month, day).number) * 1440 + hour * 60 + minute) * 60_000
    }

    /// What the clock on the wall shows, in milliseconds, as if it were that of Greenwich.
    func wall(_ time: Int64) -> Int64 {
        time + (changes.last { $0.at <= time }?.minutes ?? minutes) * 60_000
    }

    /// The number of the local day of a moment.
    func day(of time: Int64) -> Int { Int((Double(wall(time)) / 86_400_000).rounded(.down)) }

    /// The first moment at which the clock shows this, or more.
    func moment(wall wanted: Int64) -> Int64 {
        // By halves: the clock never goes back over more than a few hours, far away from what is asked here.
        var (low, high) = (wanted - 16 * 3_600_000, wanted + 16 * 3_600_000)
        while low < high {
            let middle = low + (high - low) / 2
            if wall(middle) >= wanted { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// A local day.
    func localDay(_ number: Int) -> TestDay {
        TestDay(
            number: number,
            time: moment(wall: Int64(number) * 86_400_000)..<moment(wall: Int64(number + 1) * 86_400_000))
    }
}

/// A local day of some zone, or the beginning of one.
struct TestDay {
    var number: Int
    var time: Range<Int64>
}

/// A date, counted on the fingers.
struct Civil: Equatable {
    var year: Int
    var month: Int
    var day: Int

    private static func lengths(_ year: Int) -> [Int] {
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    }

    init(_ year: Int, _ month: Int, _ day: Int) { (self.year, self.month, self.day) = (year, month, day) }

    /// The date of a day since 1970.
    init(number: Int) {
        self.init(1970, 1, 1)
        var left = number
        while left >= Civil.lengths(year).reduce(0, +) {
            left -= Civil.lengths(year).reduce(0, +)
            year += 1
        }
        while left >= Civil.lengths(year)[month - 1] {
            left -= Civil.lengths(year)[month - 1]
            month += 1
        }
        day = left + 1
    }

    /// Days since 1970.
    var number: Int {
        (1970..<year).reduce(0) { $0 + Civil.lengths($1).reduce(0, +) }
            + Civil.lengths(year).prefix(month - 1).reduce(0, +) + day - 1
    }

    /// The same date a year ago.
    var yearBefore: Civil { Civil(year - 1, month, min(day, Civil.lengths(year - 1)[month - 1])) }

    /// ISO 8601.
    var text: String { "\(year)-\(Civil.padded(month))-\(Civil.padded(day))" }

    static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// The days of a question and its steps of time.
struct QuestionCalendar {
    let first: Int
    let last: Int
    let today: Int
    let days: [TestDay]
    /// The time to compare with.
    let earlier: (first: Int, last: Int, days: [TestDay])?
    /// Milliseconds of hours or minutes.
    let step: Int64?

    private let zone: TestZone
    private let interval: ReportQuery.Interval?

    init(_ query: ReportQuery, _ zone: TestZone, now: Int64) {
        self.zone = zone
        interval = query.interval
        step = query.interval == .hour ? 3_600_000 : query.interval == .minute ? 60_000 : nil
        let today = zone.day(of: now)
        let (first, last): (Int, Int) =
            switch query.range {
            case .dates(let first, let last): (first.number, last.number)
            case .period(let period): QuestionCalendar.days(of: period, today)
            }
        (self.first, self.last, self.today) = (first, last, today)
        days = (first...last).map { zone.localDay($0) }
        guard let comparison = query.comparison else {
            earlier = nil
            return
        }
        func shifted(_ day: Int) -> Int {
            comparison == .previousYear ? Civil(number: day).yearBefore.number : day - (last - first + 1)
        }
        var days = (shifted(first)...shifted(last)).map { zone.localDay($0) }
        if first <= today, today <= last {
            // Cut at the same time of day, at the next full five minutes of a day or two, or at the next full hour.
            let cutDay = shifted(today)
            let rounding: Int64 = last - first < 2 ? 300_000 : 3_600_000
            let cut = zone.moment(
                wall: zone.wall(now - now % rounding + rounding) - Int64(today - cutDay) * 86_400_000)
            days = days.filter { $0.number <= cutDay }.map { day in
                guard day.number == cutDay else { return day }
                let end = min(max(cut, day.time.lowerBound), day.time.upperBound)
                return TestDay(number: day.number, time: day.time.lowerBound..<end)
            }
        }
        earlier = (shifted(first), shifted(last), days)
    }

    private static func days(of period: Period, _ today: Int) -> (Int, Int) {
        let date = Civil(number: today)
        switch period {
        case .today: return (today, today)
        case .yesterday: return (today - 1, today - 1)
        case .sevenDays: return (today - 6, today)
        case .twentyEightDays: return (today - 27, today)
        case .thirtyDays: return (today - 29, today)
        case .ninetyDays: return (today - 89, today)
        case .month: return (today - date.day + 1, today)
        case .lastMonth:
            let last = today - date.day
            return (last - Civil(number: last).day + 1, last)
        case .year: return (Civil(date.year, 1, 1).number, today)
        case .twelveMonths: return (date.yearBefore.number + 1, today)
        }
    }

    /// The step of a day, counted from the first one of its own time.
    func order(of day: TestDay) -> Int64 {
        let isEarlier = !(first...last).contains(day.number)
        let start = isEarlier ? earlier?.first ?? first : first
        func monday(_ day: Int) -> Int { day - (day + 3) % 7 }
        func month(_ day: Int) -> Int { Civil(number: day).year * 12 + Civil(number: day).month }
        switch interval {
        case .day: return Int64(day.number - start)
        case .week: return Int64((monday(day.number) - monday(start)) / 7)
        case .month: return Int64(month(day.number) - month(start))
        default: return 0
        }
    }

    /// What a step is called.
    func label(_ order: Int64) -> String {
        let date = Civil(number: first)
        switch interval {
        case nil: return ""
        case .day: return Civil(number: first + Int(order)).text
        case .week: return Civil(number: first - (first + 3) % 7 + 7 * Int(order)).text
        case .month:
            let month = date.year * 12 + date.month - 1 + Int(order)
            return Civil(month / 12, month % 12 + 1, 1).text
        case .hour, .minute:
            let wall = Int(zone.wall(order) / 60_000)
            return Civil(number: wall / 1440).text
                + "T\(Civil.padded(wall % 1440 / 60)):\(Civil.padded(wall % 60))"
        }
    }
}

/// A pattern in which `*` stands for anything.
struct Pattern {
    private let parts: [[Unicode.Scalar]]

    init(_ text: String) {
        parts = Array(text.unicodeScalars).split(separator: "*", omittingEmptySubsequences: false).map { Array($0) }
    }

    /// One that fits texts in small letters with this in them.
    init(containing text: String) { parts = [[], Array(text.lowercased().unicodeScalars), []] }

    func fits(_ text: String) -> Bool { Pattern.fits(parts[...], Array(text.unicodeScalars)[...]) }

    private static func fits(_ parts: ArraySlice<[Unicode.Scalar]>, _ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = parts.first else { return text.isEmpty }
        guard text.starts(with: first) else { return false }
        let rest = text.dropFirst(first.count)
        if parts.count == 1 { return rest.isEmpty }
        return (rest.startIndex...rest.endIndex).contains { fits(parts.dropFirst(), rest[$0...]) }
    }
}

/// An amount of money in its decimal form.
struct Amount {
    /// Rounded, halves away from zero.
    let tenThousandths: Int

    /// `nil` for what is no amount.
    init?(_ text: String) {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let whole = parts.first, whole.count <= 12, let number = Int(whole)
        else { return nil }
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        guard fraction.count <= 9 else { return nil }
        let digits = Array((fraction + "000000000").utf8.prefix(5)).map { Int($0) - 48 }
        let cut = digits.prefix(4).reduce(0) { $0 * 10 + $1 } + (digits[4] >= 5 ? 1 : 0)
        tenThousandths = (isNegative ? -1 : 1) * (number * 10_000 + cut)
    }
}
