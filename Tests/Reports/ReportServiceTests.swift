import Cache
import Database
import EventModel
import Platform
import Reports
import Synchronization
import TestSupport
import Testing

@Suite(.enabled(if: Shop.isPossible))
struct ReportServiceTests {
    private func service(_ shop: Shop, _ cache: TieredCache, now: Timestamp, connections: Int = 4) -> ReportService {
        ReportService(
            pool: Pool(shop.database.settings, limit: connections), cache: cache, liveMilliseconds: 0,
            clock: { now.milliseconds })
    }

    /// Visitors of the last seven days and of the seven before, from the slices of visits.
    private func week(_ service: ReportService, _ shop: Shop) throws -> (now: Double?, before: Double?) {
        let query = ReportQuery(metrics: [.visitors], range: .period(.sevenDays), comparison: .previousPeriod)
        let answer = try service.answers([query], of: shop.site)[0]
        return (answer.totals[0], answer.before?.totals[0])
    }

    @Test func onlyDaysThatChangedAreComputedAgain() throws {
        try Shop.with { shop in
            let service = service(shop, TieredCache(), now: try shop.local("2026-11-24 15:20"))
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 1)
            try shop.bounce(try shop.local("2026-11-20 10:00"), visitor: 1)
            for _ in 0..<3 { #expect(try week(service, shop).now == 2) }
            #expect(service.counters.computed == 2)
            // A late event for one day changes that day's number, and nothing else is computed.
            try shop.bounce(try shop.local("2026-11-19 11:00"), visitor: 3)
            #expect(try week(service, shop).now == 3)
            #expect(service.counters.computed == 3)
            try shop.bounce(try shop.local("2026-11-12 11:00"), visitor: 4)
            #expect(try week(service, shop) == (3, 1))
            #expect(service.counters.computed == 4)
            // Out of sight.
            try shop.bounce(try shop.local("2026-10-01 11:00"), visitor: 5)
            #expect(try week(service, shop) == (3, 1))
            #expect(service.counters.computed == 4)
        }
    }

    @Test func aVisitThatGrowsOverMidnightChangesItsFirstDayAndTheNext() throws {
        try Shop.with { shop in
            let service = service(shop, TieredCache(), now: try shop.local("2026-11-24 15:20"))
            for day in 18...23 { try shop.bounce(try shop.local("2026-11-\(day) 10:00"), visitor: Int64(day)) }
            try shop.event(try shop.local("2026-11-20 23:50"), visitor: 7, visit: 7)
            try shop.visit(try shop.local("2026-11-20 23:50"), visitor: 7, visit: 7, seconds: 60)
            #expect(try week(service, shop).now == 7)
            #expect(service.counters.computed == 6)
            try shop.event(try shop.local("2026-11-21 00:05"), visitor: 8, visit: 7)
            try shop.connection.execute(
                "UPDATE session SET last_at = started_at + interval '15 minutes', pageviews = 2, visitor_after = 8 WHERE session_id = 7"
            )
            try shop.bump(try shop.local("2026-11-20 23:50"), try shop.local("2026-11-21 00:05"))
            #expect(try week(service, shop).now == 8, "the visitor has another id on the second day")
            #expect(service.counters.computed == 8)
        }
    }

    @Test func sealedDaysAreReadAndNotComputed() throws {
        try Shop.with { shop in
            let now = try shop.local("2026-11-24 15:20")
            for day in 18...24 { try shop.bounce(try shop.local("2026-11-\(day) 10:00"), visitor: Int64(day)) }
            #expect(try shop.service(now: now).seal(limit: 100) == 7)
            #expect(try shop.service(now: now).seal(limit: 100) == 0)
            let service = shop.service(now: now)
            #expect(try week(service, shop).now == 7)
            #expect(service.counters.sealed == 7 && service.counters.computed == 0)
            // What comes late for a sealed day breaks its seal, and no other.
            try shop.bounce(try shop.local("2026-11-19 11:00"), visitor: 99)
            let later = shop.service(now: now)
            #expect(try week(later, shop).now == 8)
            #expect(later.counters.sealed == 6 && later.counters.computed == 1)
            #expect(try shop.service(now: now).seal(limit: 100) == 1)
            #expect(try week(shop.service(now: now), shop).now == 8)
        }
    }

    @Test func anotherTimeZoneHasOtherDays() throws {
        try Shop.with { shop in
            let now = try shop.local("2026-11-24 15:20")
            try shop.bounce(try shop.local("2026-11-24 00:30"), visitor: 1)
            _ = try shop.service(now: now).seal(limit: 100)
            try shop.connection.execute("UPDATE site SET time_zone = 'America/New_York'")
            var site = shop.site
            site.timeZone = "America/New_York"
            let query = ReportQuery(metrics: [.visitors], interval: .day, range: .period(.sevenDays))
            let rows = try shop.service(now: now).answers([query], of: site)[0].rows
            #expect(rows.map { $0.values[0] } == [0, 0, 0, 0, 0, 1, 0])
        }
    }

    @Test func timeAloneMovesTheChart() throws {
        try Shop.with { shop in
            let cache = TieredCache()
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 1)
            for (time, hours) in [("15:20", 16), ("15:21", 16), ("16:00", 17), ("23:59", 24)] {
                let now = try shop.local("2026-11-24 \(time)")
                let report = try ShopReport(service(shop, cache, now: now), shop.site, .today)
                #expect(report.series.count == hours)
                #expect(report.computedAt == now)
            }
            let tomorrow = try ShopReport(
                service(shop, cache, now: try shop.local("2026-11-25 00:01")), shop.site, .today)
            #expect(tomorrow.totals.visitors == 0 && tomorrow.series.count == 1 && tomorrow.hasData)
        }
    }

    @Test func aHundredViewersOfOneColdReportCostOneComputation() throws {
        try Shop.with { shop in
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 1)
            let cache = TieredCache()
            let service = service(shop, cache, now: try shop.local("2026-11-24 15:20"))
            let site = shop.site
            let right = Atomic<Int>(0)
            var threads: [Thread] = []
            for number in 0..<100 {
                threads.append(
                    try Thread(name: "viewer-\(number)") {
                        let report = try? ShopReport(service, site, .thirtyDays)
                        if report?.totals.visitors == 1 { right.add(1, ordering: .relaxed) }
                    })
            }
            for thread in threads { thread.join() }
            #expect(right.load(ordering: .relaxed) == 100)
            let alone = shop.service(now: try shop.local("2026-11-24 15:20"))
            _ = try ShopReport(alone, shop.site, .thirtyDays)
            #expect(service.counters == alone.counters)
        }
    }

    @Test func anotherProcessWithTheSameRedisNeverSeesAnOldReport() throws {
        guard let url = Process.environment()["FOOTFALL_TEST_REDIS_URL"], !url.isEmpty else { return }
        try Shop.with { shop in
            let now = try shop.local("2026-11-24 15:20")
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 1)
            let address = try RedisAddress(url: url)
            _ = try ShopReport(service(shop, TieredCache(redis: address), now: now), shop.site, .today)
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 2)
            let second = service(shop, TieredCache(redis: address), now: now)
            #expect(try ShopReport(second, shop.site, .today).totals.visitors == 2)
        }
    }

    @Test func theListOfSitesHasAWeekOfEach() throws {
        try Shop.with { shop in
            try shop.connection.execute("INSERT INTO site (domain, time_zone) VALUES ('a.example', 'Asia/Tokyo')")
            var other = shop.site
            (other.id, other.domain, other.timeZone) = (
                SiteID(
                    rawValue: try shop.connection.query("SELECT site_id FROM site WHERE domain = 'a.example'")[0].value(
                        0)),
                "a.example", "Asia/Tokyo"
            )
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 1)
            try shop.bounce(try shop.local("2026-11-22 10:00"), visitor: 2)
            let cache = TieredCache()
            let service = service(shop, cache, now: try shop.local("2026-11-24 15:20"))
            for _ in 0..<2 {
                let sites = try service.summaries(of: [other, shop.site])
                #expect(sites.map(\.site.domain) == ["a.example", "shop.example"])
                #expect(sites[0].visitors.isEmpty && !sites[0].hasData)
                #expect(sites[1].visitors == [0, 0, 0, 0, 1, 0, 1] && sites[1].hasData)
            }
            #expect(service.counters.computed == 2)
        }
    }

    @Test func aDatabaseThatIsAwayIsUnavailable() throws {
        let settings = ConnectionSettings(url: "postgresql://nobody@127.0.0.1:1/none", applicationName: "test")
        let service = ReportService(pool: Pool(settings, limit: 1), cache: TieredCache())
        do {
            let site = Site(
                id: SiteID(rawValue: 1), domain: "shop.example", key: "", hosts: [], timeZone: "UTC")
            _ = try service.summaries(of: [site])
            Issue.record("answered")
        } catch {
            #expect(error.code == .unavailable)
        }
    }

    @Test func aSchemaThatIsMissingIsAFault() throws {
        try Shop.with { shop in
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 1)
            try shop.database.run(script: "DROP TABLE session CASCADE")
            do {
                _ = try ShopReport(
                    service(shop, TieredCache(), now: try shop.local("2026-11-24 15:20")), shop.site, .today)
                Issue.record("answered")
            } catch let error as ReportError {
                #expect(error.code == .failed)
            }
        }
    }

    @Test func sealedDaysOutliveTheirEvents() throws {
        try Shop.with { shop in
            let now = try shop.local("2026-11-24 15:20")
            try shop.bounce(try shop.local("2026-09-10 10:00"), visitor: 1, path: "/old")
            try shop.bounce(try shop.local("2026-11-20 10:00"), visitor: 2, path: "/young")
            let query = ReportQuery(
                metrics: [.visitors, .pageviews], dimensions: [.page],
                range: .dates(LocalDate(year: 2026, month: 9, day: 1), LocalDate(year: 2026, month: 11, day: 24)))
            let before = try service(shop, TieredCache(), now: now).answers([query], of: shop.site)[0]
            #expect(before.totals == [2, 2])
            #expect(before.rows.map(\.keys) == [["/old"], ["/young"]])
            let end = try shop.utc("2026-11-01 00:00")
            #expect(try service(shop, TieredCache(), now: now).seal(limit: 100) == 2)
            #expect(try service(shop, TieredCache(), now: now).detach(eventsBefore: end.milliseconds) == 1)
            for table in ["event", "session"] as [SQL] {
                try shop.connection.execute("DELETE FROM \(table) WHERE \(table).site_id = \(shop.site.id.rawValue)")
            }
            _ = try shop.connection.query("SELECT sweep_unused_texts()")
            let service = service(shop, TieredCache(), now: now)
            // Another form of slices would not make zeros of them either.
            #expect(try service.seal(limit: 100) == 0)
            let after = try service.answers([query], of: shop.site)[0]
            #expect(after.totals == before.totals)
            // The text of the day whose events were known to go is still there.
            #expect(after.rows.contains { $0.keys == ["/old"] })
            #expect(!after.rows.contains { $0.keys == ["/young"] })
            #expect(try service.detach(eventsBefore: end.milliseconds) == 0)
        }
    }

    @Test func whatAnOlderProgramSealedIsSealedAnew() throws {
        try Shop.with { shop in
            let now = try shop.local("2026-11-24 15:20")
            for day in 18...20 {
                try shop.bounce(try shop.local("2026-11-\(day) 10:00"), visitor: Int64(day), path: "/\(day)")
            }
            let service = service(shop, TieredCache(), now: now)
            #expect(try service.seal(limit: 100) == 3)
            #expect(try service.seal(limit: 100) == 0)
            try shop.connection.execute(
                "UPDATE day_stat SET slice = set_byte(slice, 0, 0) WHERE shape = 'pages' AND day = '2026-11-18'")
            try shop.connection.execute(
                "UPDATE day_visits SET visits = set_byte(visits, 0, 0) WHERE day = '2026-11-19'")
            // Meanwhile everything is answered from what is right.
            let query = ReportQuery(
                metrics: [.visitors], range: .period(.sevenDays),
                filter: .test(.init(.page, .is, ["/18", "/19", "/20"])))
            #expect(try self.service(shop, TieredCache(), now: now).answers([query], of: shop.site)[0].totals == [3])
            #expect(try service.seal(limit: 100) == 2)
            #expect(try service.seal(limit: 100) == 0)
            #expect(try self.service(shop, TieredCache(), now: now).answers([query], of: shop.site)[0].totals == [3])
        }
    }

    /// Today changes as fast as it is sealed: deleting old events must not wait for it.
    @Test func daysAreDetachedWhileTodayIsBusy() throws {
        try Shop.with { shop in
            let now = try shop.local("2026-11-24 15:20")
            try shop.bounce(try shop.local("2026-09-10 10:00"), visitor: 1)
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 2)
            try shop.connection.execute(
                """
                CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN UPDATE site_day SET version = version + 1 WHERE day = '2026-11-24'; RETURN NEW; END $$
                """)
            try shop.connection.execute(
                "CREATE TRIGGER busy AFTER INSERT OR UPDATE ON day_visits FOR EACH ROW EXECUTE FUNCTION busy()")
            let service = service(shop, TieredCache(), now: now)
            let end = try shop.utc("2026-11-01 00:00")
            #expect(try service.detach(eventsBefore: end.milliseconds) == 1)
            let days: Int64 = try shop.connection.query("SELECT count(DISTINCT day) FROM day_stat")[0].value(0)
            #expect(days == 1, "only the day whose events go was sealed")
        }
    }

    @Test func propertiesThatHardlyEverComeTwiceAreAskedOfPostgreSQL() throws {
        try Shop.with { shop in
            let now = try shop.local("2026-11-24 15:20")
            for number in 1...60 {
                try shop.bounce(try shop.local("2026-11-20 10:00"), visitor: Int64(number))
            }
            try shop.connection.execute(
                """
                UPDATE event SET properties = jsonb_build_object('order', event_id, 'amount', 2, 'plan', 'cup',
                    'note', repeat('x', 100))
                """)
            let queries = [
                ReportQuery(
                    metrics: [.visitors], range: .period(.sevenDays),
                    filter: .test(.init(.property("plan"), .is, ["cup"]))),
                ReportQuery(
                    metrics: [.conversions, .revenue], range: .period(.sevenDays),
                    goal: Goal(target: .page("*"), revenue: "amount")),
                ReportQuery(metrics: [.visitors], dimensions: [.property("plan")], range: .period(.sevenDays)),
            ]
            #expect(try service(shop, TieredCache(), now: now).seal(limit: 10) == 1)
            let answers = try service(shop, TieredCache(), now: now).answers(queries, of: shop.site)
            #expect(answers[0].totals == [60])
            #expect(answers[1].totals == [60, 120])
            #expect(answers[2].rows.map(\.keys) == [["cup"]])
        }
    }

    /// Where an id lives for a week, somebody who comes on three days is one visitor of the week.
    @Test func visitorsWhoseIDsOutliveTheDayAreCountedOnce() throws {
        try Shop.with { shop in
            let now = try shop.local("2026-11-24 15:20")
            // Monday to Wednesday: 40 are there every day, on another page each day; 10 more on Monday only.
            for (day, page) in [(16, "/a"), (17, "/b"), (18, "/a")] {
                for visitor in 1...(day == 16 ? 50 : 40) {
                    try shop.bounce(
                        try shop.local("2026-11-\(day) 10:00"), visitor: Int64(visitor) &* 7_777_777_777, path: page)
                }
            }
            let range = DateRange.dates(
                LocalDate(year: 2026, month: 11, day: 16), LocalDate(year: 2026, month: 11, day: 22))
            let queries = [
                ReportQuery(metrics: [.visitors, .visits], range: range),
                ReportQuery(metrics: [.visitors], dimensions: [.page], range: range),
                ReportQuery(metrics: [.visitors], interval: .week, range: range),
                ReportQuery(metrics: [.visitors], interval: .day, range: range),
                ReportQuery(
                    metrics: [.visitors, .conversions, .conversionRate], range: range, goal: Goal(target: .page("/b"))),
                ReportQuery(
                    metrics: [.visitors], range: range, filter: .test(.init(.page, .matches, ["/*"]))),
            ]
            func answers(_ identity: VisitorIdentity) throws -> [ReportAnswer] {
                try ReportService(
                    pool: Pool(shop.database.settings, limit: 4), cache: TieredCache(), identity: { identity },
                    clock: { now.milliseconds }
                ).answers(queries, of: shop.site)
            }
            func expectOnce() throws {
                let weekly = try answers(.weekly)
                // Fifty ids share hardly a register of 4,096: linear counting is right to the last or nearly so.
                func isAbout(_ value: Double?, _ expected: Double) -> Bool { abs((value ?? -1) - expected) <= 1 }
                #expect(isAbout(weekly[0].totals[0], 50) && weekly[0].totals[1] == 130)
                let pages = Dictionary(uniqueKeysWithValues: weekly[1].rows.map { ($0.keys[0], $0.values[0]) })
                #expect(isAbout(pages["/a"] ?? nil, 50))
                #expect(pages["/b"] == 40, "of one day, so exact")
                #expect(isAbout(weekly[2].rows[0].values[0], 50))
                #expect(weekly[3].rows.prefix(4).map(\.values[0]) == [50, 40, 40, 0], "single days are exact")
                #expect(weekly[4].totals[1] == 40 && isAbout(weekly[4].totals[2].map { $0 * 50 }, 40))
                #expect(isAbout(weekly[5].totals[0], 50))
                #expect(weekly.allSatisfy { $0.identity == .weekly })
            }
            try expectOnce()
            let daily = try answers(.daily)
            #expect(daily[0].totals[0] == 130 && daily[5].totals[0] == 130)
            // Sealed days with a daily identity have columns; with a longer one they have sketches.
            for (identity, hasColumns) in [(VisitorIdentity.daily, true), (.weekly, false)] {
                try shop.connection.execute("DELETE FROM day_visits")
                let sealer = ReportService(
                    pool: Pool(shop.database.settings, limit: 4), cache: TieredCache(), identity: { identity },
                    clock: { now.milliseconds })
                #expect(try sealer.seal(limit: 100) == 3)
                let bytes: Int32 = try shop.connection.query("SELECT max(octet_length(visits)) FROM day_visits")[0]
                    .value(0)
                #expect((bytes > 1) == hasColumns)
            }
            try expectOnce()
        }
    }
}
