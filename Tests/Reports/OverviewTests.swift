import Database
import EventModel
import Reports
import Testing

@Suite(.enabled(if: Shop.isPossible))
struct OverviewTests {
    @Test func aSiteWithoutEventsHasAChartWithoutGapsAndNoRates() throws {
        try Shop.with { shop in
            let report = try shop.report(.thirtyDays, now: try shop.local("2026-11-24 15:20"))
            #expect(!report.hasData)
            #expect(report.series.count == 30)
            #expect(report.series.first?.label == "2026-10-26")
            #expect(report.series.last?.label == "2026-11-24")
            #expect(report.firstDate == "2026-10-26")
            #expect(report.lastDate == "2026-11-24")
            #expect(report.totals == ShopReport.Totals())
            #expect(report.pages.isEmpty && report.sources.isEmpty && report.countries.isEmpty && report.events.isEmpty)
        }
    }

    @Test func todayGoesByTheHourUpToTheCurrentOne() throws {
        try Shop.with { shop in
            try shop.bounce(try shop.local("2026-11-24 00:00"), visitor: 1)
            try shop.bounce(try shop.local("2026-11-24 15:19"), visitor: 2)
            try shop.bounce(try shop.local("2026-11-23 23:59:59"), visitor: 3)
            let report = try shop.report(.today, now: try shop.local("2026-11-24 15:20"))
            #expect(report.isHourly && report.hasData)
            #expect(report.series.map(\.label) == (0...15).map { "2026-11-24 \($0 < 10 ? "0" : "")\($0):00" })
            #expect(report.series.map(\.visitors) == [1] + Array(repeating: 0, count: 14) + [1])
            #expect(report.totals.visitors == 2)
        }
    }

    @Test func aVisitorOfTwoHoursIsOneVisitorOfTheDay() throws {
        try Shop.with { shop in
            try shop.event(try shop.local("2026-11-24 08:59"), visitor: 1)
            try shop.event(try shop.local("2026-11-24 09:01"), visitor: 1)
            try shop.visit(try shop.local("2026-11-24 08:59"), visitor: 1, seconds: 120, pageviews: 2)
            let report = try shop.report(.today, now: try shop.local("2026-11-24 15:20"))
            #expect(report.totals.visitors == 1)
            #expect(report.totals.visits == 1)
            #expect(report.series[8].visitors == 1 && report.series[9].visitors == 1)
            #expect(report.series[8].visits == 1 && report.series[9].visits == 0)
        }
    }

    @Test func visitorsAreTheSumOfTheDays() throws {
        try Shop.with { shop in
            // The same id on two days, as identities that live longer have it.
            try shop.bounce(try shop.local("2026-11-23 10:00"), visitor: 1)
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 1)
            let report = try shop.report(.sevenDays, now: try shop.local("2026-11-24 15:20"))
            #expect(report.totals.visitors == 2)
            #expect(report.series.map(\.visitors) == [0, 0, 0, 0, 0, 1, 1])
            #expect(report.pages == [.init(name: "/", visitors: 2, count: 2)])
            #expect(report.sources == [.init(name: "", visitors: 2, count: 2)])
        }
    }

    @Test func anEventWithoutAVisitorIsAPageViewButNobodyAndNoVisit() throws {
        try Shop.with { shop in
            try shop.event(try shop.local("2026-11-24 10:00"), visitor: nil, path: "/feed")
            let report = try shop.report(.today, now: try shop.local("2026-11-24 15:20"))
            #expect(report.totals == ShopReport.Totals(pageviews: 1))
            #expect(report.pages == [.init(name: "/feed", visitors: 0, count: 1)])
        }
    }

    @Test func aVisitBelongsToTheDayOnWhichItBegan() throws {
        try Shop.with { shop in
            try shop.event(try shop.local("2026-11-23 23:50"), visitor: 1, visit: 7)
            try shop.event(try shop.local("2026-11-24 00:10"), visitor: 2, visit: 7)
            try shop.visit(try shop.local("2026-11-23 23:50"), visitor: 1, visit: 7, seconds: 1200, pageviews: 2)
            let report = try shop.report(.today, now: try shop.local("2026-11-24 15:20"))
            #expect(report.totals.visitors == 1)
            #expect(report.totals.pageviews == 1)
            #expect(report.totals.visits == 0)
            #expect(report.totals.visitDuration == nil)
        }
    }

    @Test func bouncesAreWhatTheirDefinitionSays() throws {
        try Shop.with { shop in
            let time = try shop.local("2026-11-24 10:00")
            try shop.visit(time, visitor: 1)  // bounces
            try shop.visit(time, visitor: 2, engaged: 9999)  // bounces
            try shop.visit(time, visitor: 3, engaged: 10_000)  // read
            try shop.visit(time, visitor: 4, events: 1)  // did something
            try shop.visit(time, visitor: 5, pageviews: 2)  // went on
            try shop.visit(time, visitor: 6, pageviews: 0, events: 1)  // saw no page: not in the rate
            let report = try shop.report(.today, now: try shop.local("2026-11-24 15:20"))
            #expect(report.totals.visits == 6)
            #expect(report.totals.bounceRate == 2.0 / 5)
        }
    }

    @Test func onlyVisitsWithoutPagesHaveNoBounceRate() throws {
        try Shop.with { shop in
            try shop.visit(try shop.local("2026-11-24 10:00"), visitor: 6, pageviews: 0, events: 1)
            let report = try shop.report(.today, now: try shop.local("2026-11-24 15:20"))
            #expect(report.totals.bounceRate == nil)
            #expect(report.totals.visitDuration == 0)
        }
    }

    @Test func theAverageDurationIncludesVisitsOfNoLength() throws {
        try Shop.with { shop in
            let time = try shop.local("2026-11-24 10:00")
            try shop.visit(time, visitor: 1, seconds: 90, pageviews: 2)
            try shop.visit(time, visitor: 2)
            let report = try shop.report(.today, now: try shop.local("2026-11-24 15:20"))
            #expect(report.totals.visitDuration == 45)
        }
    }

    @Test func theDayBeforeIsComparedUpToTheSameTime() throws {
        try Shop.with { shop in
            try shop.bounce(try shop.local("2026-11-23 15:19"), visitor: 1)
            try shop.bounce(try shop.local("2026-11-23 15:26"), visitor: 2)
            try shop.bounce(try shop.local("2026-11-22 12:00"), visitor: 3)
            let report = try shop.report(.today, now: try shop.local("2026-11-24 15:20"))
            #expect(report.previousTotals.visitors == 1)
            #expect(report.previousTotals.visits == 1)
            #expect(report.previousTotals.bounceRate == 1)
        }
    }

    @Test func aWeekIsComparedWithTheSevenDaysBeforeUpToTheSameHour() throws {
        try Shop.with { shop in
            try shop.bounce(try shop.local("2026-11-11 00:00"), visitor: 1)
            try shop.bounce(try shop.local("2026-11-10 23:59"), visitor: 2)
            try shop.bounce(try shop.local("2026-11-17 15:59"), visitor: 3)
            try shop.bounce(try shop.local("2026-11-17 16:00"), visitor: 4)
            try shop.bounce(try shop.local("2026-11-18 00:00"), visitor: 5)
            let report = try shop.report(.sevenDays, now: try shop.local("2026-11-24 15:20"))
            #expect(report.previousTotals.visitors == 2)
            #expect(report.totals.visitors == 1)
        }
    }

    @Test func listsNameTheirRowsAndCountVisitorsFirst() throws {
        try Shop.with { shop in
            let time = try shop.local("2026-11-24 10:00")
            for visitor in 1...3 as ClosedRange<Int64> {
                try shop.event(time, visitor: visitor, path: "/popular")
                try shop.visit(time, visitor: visitor, source: "Google", country: visitor == 1 ? "DE" : "FR")
            }
            for _ in 1...9 { try shop.event(time, visitor: 4, path: "/reloaded") }
            try shop.visit(time, visitor: 4, pageviews: 9, events: 2)
            try shop.event(time, visitor: 4, name: "signup", path: "/reloaded")
            try shop.event(time, visitor: 4, name: "signup", path: "/reloaded")
            let report = try shop.report(.today, now: try shop.local("2026-11-24 15:20"))
            #expect(
                report.pages == [
                    .init(name: "/popular", visitors: 3, count: 3), .init(name: "/reloaded", visitors: 1, count: 9),
                ])
            #expect(
                report.sources == [
                    .init(name: "Google", visitors: 3, count: 3), .init(name: "", visitors: 1, count: 1),
                ])
            #expect(
                report.countries == [
                    .init(name: "FR", visitors: 2, count: 2), .init(name: "DE", visitors: 1, count: 1),
                ])
            #expect(report.events == [.init(name: "signup", visitors: 1, count: 2)])
            #expect(report.totals.pageviews == 12)
            #expect(report.totals.visitors == 4)
        }
    }

    @Test func markupInNamesIsOnlyText() throws {
        try Shop.with { shop in
            let hostile = "/<script>alert('$1; DROP TABLE event; --')</script>"
            try shop.event(try shop.local("2026-11-24 10:00"), visitor: 1, path: hostile)
            let report = try shop.report(.today, now: try shop.local("2026-11-24 15:20"))
            #expect(report.pages == [.init(name: hostile, visitors: 1, count: 1)])
        }
    }

    @Test func whatPluginsFoundOutIsListed() throws {
        try Shop.with { shop in
            let noon = try shop.local("2026-11-24 12:00")
            for visitor in [1, 2, 3] as [Int64] { try shop.visit(noon, visitor: visitor) }
            // A second visit of a visitor with the same browser: one visitor, two visits.
            try shop.visit(try shop.local("2026-11-24 13:00"), visitor: 1, visit: 99)
            try shop.connection.execute(
                """
                INSERT INTO fact_set (site_id, facts_id, facts) VALUES
                    (\(shop.site.id.rawValue), 1, '{"browser": "Firefox", "browser_version": "150", "os": "Linux"}'),
                    (\(shop.site.id.rawValue), 2, '{"browser": "Firefox", "browser_version": "151", "os": "Windows"}'),
                    (\(shop.site.id.rawValue), 3, '{"channel": "Email"}')
                """)
            try shop.connection.execute(
                "UPDATE session SET device_id = CASE WHEN visitor = 3 THEN 2 ELSE 1 END, acquisition_id = CASE visitor WHEN 2 THEN 3 END"
            )
            let now = try shop.local("2026-11-24 15:20")
            func rows(_ dimension: Dimension) throws -> [ReportAnswer.Row] {
                let query = ReportQuery(
                    metrics: [.visitors, .visits], dimensions: [dimension], range: .period(.today))
                return try shop.service(now: now).answers([query], of: shop.site)[0].rows
            }
            #expect(try rows(.browser) == [.init(keys: ["Firefox"], values: [3, 4])])
            #expect(
                try rows(.os) == [.init(keys: ["Linux"], values: [2, 3]), .init(keys: ["Windows"], values: [1, 1])])
            #expect(
                try rows(.channel) == [.init(keys: [""], values: [2, 3]), .init(keys: ["Email"], values: [1, 1])])
            #expect(try rows(.device) == [.init(keys: [""], values: [3, 4])])
        }
    }

    /// A sample of one in ten: the numbers are those of all.
    @Test func aSampleCountsForWhatItStandsFor() throws {
        try Shop.with { shop in
            let noon = try shop.local("2026-11-24 12:00")
            for visitor in [1, 2] as [Int64] {
                try shop.event(noon, visitor: visitor)
                try shop.event(noon, visitor: visitor, path: "/two")
                try shop.visit(noon, visitor: visitor, pageviews: 2)
            }
            try shop.event(noon, visitor: nil)
            try shop.connection.execute("UPDATE event SET weight = 10")
            try shop.connection.execute("UPDATE session SET weight = 10")
            let report = try shop.report(.today, now: try shop.local("2026-11-24 13:00"))
            #expect(report.totals.visitors == 20)
            #expect(report.totals.pageviews == 50)
            #expect(report.totals.visits == 20)
            #expect(report.totals.bounceRate == 0)
            #expect(report.pages.first.map { [$0.visitors, $0.count] } == [20, 30])
            #expect(report.sources.first.map { [$0.visitors, $0.count] } == [20, 20])
        }
    }

    @Test func otherSitesAreNotCounted() throws {
        try Shop.with { shop in
            let other = try shop.connection.query(
                "INSERT INTO site (domain) VALUES ('other.example') RETURNING site_id")[0].value(0, as: Int32.self)
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 1)
            let site = Site(
                id: SiteID(rawValue: other), domain: "other.example", key: "", hosts: [], timeZone: "Europe/Berlin")
            let report = try ShopReport(
                shop.service(now: try shop.local("2026-11-24 15:20")), site, .today)
            #expect(report.totals == ShopReport.Totals())
            #expect(!report.hasData)
        }
    }
}
