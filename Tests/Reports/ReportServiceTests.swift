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
            pool: Pool(shop.database.settings, limit: connections), cache: cache, clock: { now.milliseconds })
    }

    @Test func findsSitesWhateverIsTyped() throws {
        try Shop.with { shop in
            let service = service(shop, TieredCache(), now: try shop.local("2026-11-24 15:20"))
            #expect(try service.site(domain: "shop.example") == shop.site)
            #expect(try service.site(domain: "Shop.Example") == shop.site)
            for domain in ["", "other.example", "shop.example'--", "a\u{0}b", String(repeating: "a", count: 10_000)] {
                #expect(try service.site(domain: domain) == nil)
            }
        }
    }

    @Test func aReportIsComputedAgainWhenItsDaysChangeAndOnlyThen() throws {
        try Shop.with { shop in
            let cache = TieredCache()
            let service = service(shop, cache, now: try shop.local("2026-11-24 15:20"))
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 1)
            for _ in 0..<3 { #expect(try ShopReport(service, shop.site, .sevenDays).totals.visitors == 1) }
            #expect(cache.counters.misses == 1)
            try shop.bounce(try shop.local("2026-11-24 11:00"), visitor: 2)
            #expect(try ShopReport(service, shop.site, .sevenDays).totals.visitors == 2)
            #expect(cache.counters.misses == 2)
            // Late by days, and in the period that is only compared with.
            try shop.bounce(try shop.local("2026-11-19 11:00"), visitor: 3)
            #expect(try ShopReport(service, shop.site, .sevenDays).totals.visitors == 3)
            try shop.bounce(try shop.local("2026-11-12 11:00"), visitor: 4)
            #expect(try ShopReport(service, shop.site, .sevenDays).previousTotals.visitors == 1)
            #expect(cache.counters.misses == 4)
            // Out of sight.
            try shop.bounce(try shop.local("2026-10-01 11:00"), visitor: 5)
            #expect(try ShopReport(service, shop.site, .sevenDays).totals.visitors == 3)
            #expect(cache.counters.misses == 4)
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
            #expect(cache.counters.misses == 3)
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
            #expect(cache.counters.misses == 1)
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
            try shop.bounce(try shop.local("2026-11-24 10:00"), visitor: 1)
            try shop.bounce(try shop.local("2026-11-22 10:00"), visitor: 2)
            let cache = TieredCache()
            let service = service(shop, cache, now: try shop.local("2026-11-24 15:20"))
            for _ in 0..<2 {
                let sites = try service.sites()
                #expect(sites.map(\.site.domain) == ["a.example", "shop.example"])
                #expect(sites[0].visitors.isEmpty && !sites[0].hasData)
                #expect(sites[1].visitors == [0, 0, 0, 0, 1, 0, 1] && sites[1].hasData)
            }
            #expect(cache.counters.misses == 1)
        }
    }

    @Test func withoutSitesTheListIsEmpty() throws {
        try Shop.with { shop in
            try shop.connection.execute("DELETE FROM site")
            #expect(try service(shop, TieredCache(), now: try shop.local("2026-11-24 15:20")).sites().isEmpty)
        }
    }

    @Test func aDatabaseThatIsAwayIsUnavailable() throws {
        let settings = ConnectionSettings(url: "postgresql://nobody@127.0.0.1:1/none", applicationName: "test")
        let service = ReportService(pool: Pool(settings, limit: 1), cache: TieredCache())
        do {
            _ = try service.sites()
            Issue.record("answered")
        } catch {
            #expect(error.code == .unavailable)
        }
    }

    @Test func aSchemaThatIsMissingIsAFault() throws {
        try Shop.with { shop in
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
}
