import EventModel
import Reports
import Testing

/// Days are the site's own, as PostgreSQL computes them, also on the odd ones.
@Suite(.enabled(if: Shop.isPossible))
struct CalendarTests {
    @Test func aDayOf25HoursHas25Hours() throws {
        try Shop.with { shop in
            // Berlin, 25 October 2026: 3:00 CEST becomes 2:00 CET.
            try shop.bounce(try shop.utc("2026-10-25 00:30"), visitor: 1)  // 2:30 the first time
            try shop.bounce(try shop.utc("2026-10-25 01:30"), visitor: 2)  // 2:30 the second time
            try shop.bounce(try shop.utc("2026-10-24 21:59"), visitor: 3)  // the day before
            try shop.bounce(try shop.utc("2026-10-25 22:59"), visitor: 4)  // 23:59
            try shop.bounce(try shop.utc("2026-10-25 23:00"), visitor: 5)  // the day after
            let report = try shop.report(.today, now: try shop.utc("2026-10-25 22:59:59"))
            #expect(report.series.count == 25)
            #expect(report.series[2].label == "2026-10-25 02:00" && report.series[3].label == "2026-10-25 02:00")
            #expect(report.series[2].visitors == 1 && report.series[3].visitors == 1)
            #expect(report.series[24].label == "2026-10-25 23:00" && report.series[24].visitors == 1)
            #expect(report.totals.visitors == 3)
            #expect(report.previousTotals.visitors == 1)
        }
    }

    @Test func aDayOf23HoursHas23Hours() throws {
        try Shop.with { shop in
            // Berlin, 29 March 2026: 2:00 CET becomes 3:00 CEST.
            try shop.bounce(try shop.utc("2026-03-28 23:00"), visitor: 1)  // 0:00
            try shop.bounce(try shop.utc("2026-03-29 01:00"), visitor: 2)  // 3:00
            try shop.bounce(try shop.utc("2026-03-29 21:59"), visitor: 3)  // 23:59
            try shop.bounce(try shop.utc("2026-03-29 22:00"), visitor: 4)  // the day after
            let report = try shop.report(.today, now: try shop.utc("2026-03-29 21:59:59"))
            #expect(report.series.count == 23)
            #expect(report.series.map(\.label)[1...2] == ["2026-03-29 01:00", "2026-03-29 03:00"])
            #expect(report.series[0].visitors == 1 && report.series[2].visitors == 1 && report.series[22].visitors == 1)
            #expect(report.totals.visitors == 3)
        }
    }

    @Test func aWeekOverTheChangeHasWholeDays() throws {
        try Shop.with { shop in
            for hour in 0..<25 {
                try shop.bounce(
                    try shop.utc("2026-10-24 22:00").advanced(byMilliseconds: Int64(hour) * 3_600_000),
                    visitor: Int64(hour) + 1)
            }
            let report = try shop.report(.sevenDays, now: try shop.local("2026-10-28 12:00"))
            #expect(report.series.map(\.label).contains("2026-10-25"))
            #expect(report.series.map(\.visitors) == [0, 0, 0, 25, 0, 0, 0])
        }
    }

    @Test func aDayThatBeginsTwiceBeginsTheFirstTime() throws {
        try Shop.with(timeZone: "America/Havana") { shop in
            // Havana, 1 November 2026: 1:00 CDT becomes 0:00 CST, so that midnight comes twice.
            try shop.bounce(try shop.utc("2026-11-01 03:59"), visitor: 1)  // 31 October
            try shop.bounce(try shop.utc("2026-11-01 04:00"), visitor: 2)  // 0:00 the first time
            try shop.bounce(try shop.utc("2026-11-01 05:00"), visitor: 3)  // 0:00 the second time
            let report = try shop.report(.sevenDays, now: try shop.utc("2026-11-01 20:00"))
            #expect(report.series.map(\.visitors).suffix(2) == [1, 2])
        }
    }

    @Test func aDayWithoutMidnightBeginsAtOne() throws {
        try Shop.with(timeZone: "America/Santiago") { shop in
            // Santiago, 6 September 2026: midnight becomes 1:00.
            try shop.bounce(try shop.utc("2026-09-06 03:59"), visitor: 1)  // 5 September
            try shop.bounce(try shop.utc("2026-09-06 04:00"), visitor: 2)  // 1:00
            let report = try shop.report(.today, now: try shop.utc("2026-09-06 05:30"))
            #expect(report.series.map(\.label) == ["2026-09-06 01:00", "2026-09-06 02:00"])
            #expect(report.series.map(\.visitors) == [1, 0])
            #expect(report.totals.visitors == 1)
        }
    }

    @Test(arguments: ["Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe", "UTC"])
    func everyZoneHasItsOwnDays(zone: String) throws {
        try Shop.with(timeZone: zone) { shop in
            try shop.bounce(try shop.local("2026-11-23 23:59:59"), visitor: 1)
            try shop.bounce(try shop.local("2026-11-24 00:00"), visitor: 2)
            try shop.bounce(try shop.local("2026-11-24 23:59:59"), visitor: 3)
            try shop.bounce(try shop.local("2026-11-25 00:00"), visitor: 4)
            let report = try shop.report(.today, now: try shop.local("2026-11-24 23:59:59"))
            #expect(report.totals.visitors == 2)
            #expect(report.series.count == 24)
            #expect(report.lastDate == "2026-11-24")
        }
    }
}
