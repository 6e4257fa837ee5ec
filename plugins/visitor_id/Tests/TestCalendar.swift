import EventModel
import Platform
import Synchronization

let day: Int64 = 86_400_000
let hour: Int64 = 3_600_000
let minute: Int64 = 60_000

/// A clock that a test sets.
final class ManualClock: Sendable {
    private let moment = Mutex<Int64>(0)
    var now: Timestamp { Timestamp(milliseconds: moment.withLock { $0 }) }
    func set(_ milliseconds: Int64) { moment.withLock { $0 = milliseconds } }
}

/// A calendar written by hand: local midnights by date, with the offset that a zone has at midnight of each.
struct TestCalendar: Sendable, CustomStringConvertible {
    var zone: String
    /// Days since 1970 of the first date.
    var first: Int64
    /// Local midnights of `first` and the dates after it, in milliseconds since 1970, UTC.
    var midnights: [Int64]
    /// Their dates.
    var dates: [Int32]

    var description: String { zone }

    /// Dates from the beginning of November 2025 to the end of January 2027. `minutes` is the offset at first; `changes`
    /// are the dates from whose midnight on there is another.
    init(_ zone: String, _ minutes: Int64, changes: [(from: Int64, minutes: Int64)] = []) {
        self.zone = zone
        first = days(2025, 11, 1)
        midnights = (first...days(2027, 1, 31)).map { date in
            let offset = changes.last { $0.from <= date }?.minutes ?? minutes
            return date * day - offset * minute
        }
        dates = midnights.indices.map { [first] in Int32($0) + Int32(first) }
    }

    var snapshot: SiteSnapshot {
        SiteSnapshot(
            sites: [Site(id: SiteID(rawValue: 7), domain: "a.example", key: "a", hosts: [], timeZone: zone)],
            calendars: [zone: LocalDays(starts: midnights.map { Timestamp(milliseconds: $0) }, dates: dates)])
    }

    func midnight(_ date: Int64) -> Timestamp { Timestamp(milliseconds: midnights[Int(date - first)]) }

    /// Zones whose clocks change, whose days begin long before or after those of UTC, and which share their midnights with
    /// others of another date.
    static let all = [
        TestCalendar("UTC", 0),
        TestCalendar("Europe/Vienna", 60, changes: [(days(2026, 3, 30), 120), (days(2026, 10, 26), 60)]),
        TestCalendar(
            "America/St_Johns", -150,
            changes: [(days(2025, 11, 3), -210), (days(2026, 3, 9), -150), (days(2026, 11, 2), -210)]),
        TestCalendar("Pacific/Apia", 13 * 60),
        TestCalendar("Pacific/Auckland", 13 * 60, changes: [(days(2026, 4, 6), 720), (days(2026, 9, 28), 780)]),
        TestCalendar("Pacific/Chatham", 825, changes: [(days(2026, 4, 6), 765), (days(2026, 9, 28), 825)]),
        TestCalendar("Pacific/Kiritimati", 14 * 60),
        TestCalendar("Pacific/Honolulu", -10 * 60),
        TestCalendar("America/Adak", -600, changes: [(days(2026, 3, 9), -540), (days(2026, 11, 2), -600)]),
        TestCalendar("Pacific/Pago_Pago", -11 * 60),
        TestCalendar("Etc/GMT+12", -12 * 60),
        TestCalendar("Pacific/Marquesas", -570),
        TestCalendar("Australia/Lord_Howe", 660, changes: [(days(2026, 4, 6), 630), (days(2026, 10, 5), 660)]),
        // Here the clock is put forward at midnight: the day begins at one o'clock.
        TestCalendar(
            "America/Santiago", -180,
            changes: [(days(2026, 4, 5), -240), (days(2026, 9, 6), -240), (days(2026, 9, 7), -180)]),
    ]
}

/// Days since 1970-01-01 (Howard Hinnant's `days_from_civil`).
func days(_ year: Int64, _ month: Int64, _ dayOfMonth: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + dayOfMonth - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}
