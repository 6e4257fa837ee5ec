import EventModel
import Platform
import TestSupport
import Testing

@testable import VisitorIDPlugin

@Suite struct PeriodsTests {
    private let site = SiteID(rawValue: 7)

    private func period(
        _ identity: VisitorIdentity.Settings.Identity, _ time: Timestamp, in sites: SiteSnapshot
    ) -> Range<Timestamp>? {
        Periods(identity: identity).period(of: site, day: sites.day(of: site, containing: time), in: sites)
    }

    /// Every date of 2026, over both changes of the clock and the ends of the year: its period is that of the calendar on
    /// the wall.
    @Test(arguments: TestCalendar.all)
    func everyDayLiesInItsWeekAndItsMonth(calendar: TestCalendar) {
        let sites = calendar.snapshot
        for date in days(2025, 12, 5)...days(2026, 12, 31) {
            // The first, some, and the last moment of the day.
            let start = calendar.midnight(date)
            let end = calendar.midnight(date + 1)
            for time in [start, start.advanced(byMilliseconds: 7 * hour), end.advanced(byMilliseconds: -1)] {
                #expect(period(.daily, time, in: sites) == start..<end)
                let monday = date - (date + 3) % 7
                #expect(period(.weekly, time, in: sites) == calendar.midnight(monday)..<calendar.midnight(monday + 7))
                let civil = CivilTime(milliseconds: date * day)
                let first = date - Int64(civil.day) + 1
                let next = civil.month == 12 ? days(Int64(civil.year) + 1, 1, 1) : days(2026, Int64(civil.month) + 1, 1)
                #expect(
                    period(.monthly, time, in: sites)
                        == calendar.midnight(first)..<calendar.midnight(civil.year == 2025 ? days(2026, 1, 1) : next))
                #expect(period(.none, time, in: sites) == nil)
            }
        }
    }

    @Test func periodsInMoments() {
        let vienna = TestCalendar.all[1].snapshot
        func moment(_ year: Int64, _ month: Int64, _ date: Int64, _ hours: Int64) -> Timestamp {
            Timestamp(milliseconds: days(year, month, date) * day + hours * hour)
        }
        // March 2026 has 743 hours in Vienna.
        #expect(
            period(.monthly, moment(2026, 3, 15, 12), in: vienna) == moment(2026, 2, 28, 23)..<moment(2026, 3, 31, 22))
        // New Year's week of 2026 begins on Monday, 29 December 2025.
        #expect(
            period(.weekly, moment(2026, 1, 2, 12), in: vienna) == moment(2025, 12, 28, 23)..<moment(2026, 1, 4, 23))
    }

    /// Samoa had no 30 December 2011: it went from the last place of the world to see the sun to the first.
    @Test func aDateThatDoesNotExistLeavesNoGap() {
        let before = (days(2011, 11, 1)...days(2011, 12, 29)).map { $0 * day + 10 * hour }
        let after = (days(2011, 12, 31)...days(2012, 2, 28)).map { $0 * day - 14 * hour }
        var calendar = TestCalendar("Pacific/Apia", 0)
        calendar.midnights = before + after
        calendar.dates = (days(2011, 11, 1)...days(2012, 2, 28)).filter { $0 != days(2011, 12, 30) }.map { Int32($0) }
        let sites = calendar.snapshot
        for identity in [VisitorIdentity.Settings.Identity.weekly, .monthly] {
            var found: [Range<Timestamp>] = []
            for start in calendar.midnights.dropFirst(32).dropLast(32) {
                let period = period(identity, Timestamp(milliseconds: start), in: sites)
                if let period, period != found.last { found.append(period) }
            }
            #expect(found.count > 1)
            let year = found.first { $0.contains(Timestamp(milliseconds: days(2011, 12, 31) * day - 14 * hour)) }
            let length = year.map { $0.upperBound.milliseconds(since: $0.lowerBound) / day }
            #expect(length == (identity == .weekly ? 6 : 30), "a day of the week, and of the month, is missing")
            for (one, next) in zip(found, found.dropFirst()) { #expect(one.upperBound == next.lowerBound) }
        }
    }

    @Test func withoutACalendarThePeriodsAreThoseOfUTC() {
        let noon = Timestamp(milliseconds: days(2026, 3, 15) * day + 12 * hour)
        let period = period(.monthly, noon, in: SiteSnapshot())
        #expect(
            period
                == Timestamp(milliseconds: days(2026, 3, 1) * day)..<Timestamp(milliseconds: days(2026, 4, 1) * day))
    }

    /// Half a month would be another one tomorrow.
    @Test func aPeriodThatReachesOutOfTheCalendarIsNone() {
        let calendar = TestCalendar.all[1]
        let sites = calendar.snapshot
        #expect(period(.monthly, calendar.midnight(days(2026, 12, 31)), in: sites) != nil)
        #expect(period(.monthly, calendar.midnight(days(2027, 1, 15)), in: sites) == nil)
        #expect(period(.daily, calendar.midnight(days(2027, 1, 15)), in: sites) != nil)
    }

    @Test func noMomentTraps() {
        for identity in VisitorIdentity.Settings.Identity.allCases {
            for calendar in TestCalendar.all.prefix(3) {
                for time in [Int64.min, .min + 1, -1, 0, .max - 1, .max] {
                    _ = period(identity, Timestamp(milliseconds: time), in: calendar.snapshot)
                }
            }
        }
    }
}
