import Cache
import Database
import EventModel
import Platform
import Reports
import TestSupport
import Testing

@Suite(.enabled(if: Shop.isPossible))
struct QualityTests {
    private func service(_ shop: Shop, _ cache: TieredCache = TieredCache(), now: Timestamp) -> ReportService {
        ReportService(pool: Pool(shop.database.settings, limit: 2), cache: cache, clock: { now.milliseconds })
    }

    @Test func aSiteWithoutEventsHasThirtyEmptyDaysThatBalance() throws {
        try Shop.with { shop in
            let now = try shop.utc("2026-11-24 15:20")
            let report = try service(shop, now: now).quality(of: shop.site)
            #expect(report.days.count == 30)
            #expect(report.days.first?.date == "2026-10-26" && report.days.last?.date == "2026-11-24")
            #expect(report.totals == QualityReport.Counts())
            #expect(report.totals.unaccounted == 0)
            #expect(report.reasons.isEmpty && report.unattributed.isEmpty && report.bots.isEmpty)
            #expect(report.computedAt == now)
        }
    }

    @Test func everyOutcomeHasItsColumnAndTheSumsBalance() throws {
        try Shop.with { shop in
            try shop.ledger("2026-11-24", "received", count: 100)
            try shop.ledger("2026-11-24", "stored", count: 50)
            try shop.ledger("2026-11-24", "stored", "bot", count: 20)
            try shop.ledger("2026-11-24", "dropped", "opted_out", count: 9)
            try shop.ledger("2026-11-24", "dropped", "sampled", count: 1)
            try shop.ledger("2026-11-24", "rejected", "malformed", count: 8)
            try shop.ledger("2026-11-24", "duplicate", count: 7)
            try shop.ledger("2026-11-24", "quarantined", "too_long", count: 4)
            try shop.ledger("2026-11-24", "dead", count: 1)
            let report = try service(shop, now: try shop.utc("2026-11-24 15:20")).quality(of: shop.site)
            let counts = QualityReport.Counts(
                received: 100, people: 50, bots: 20, dropped: 10, rejected: 8, duplicates: 7, quarantined: 4, dead: 1)
            #expect(report.days.last?.counts == counts)
            #expect(report.totals == counts)
            #expect(report.totals.unaccounted == 0)
            #expect(
                report.reasons == [
                    .init(outcome: "dropped", word: "opted_out", count: 9),
                    .init(outcome: "rejected", word: "malformed", count: 8),
                    .init(outcome: "quarantined", word: "too_long", count: 4),
                    .init(outcome: "dropped", word: "sampled", count: 1),
                ])
        }
    }

    @Test func whatIsMissingFromTheBooksIsSaid() throws {
        try Shop.with { shop in
            try shop.ledger("2026-11-24", "received", count: 10)
            try shop.ledger("2026-11-24", "stored", count: 7)
            try shop.ledger("2026-11-23", "stored", count: 1)
            let report = try service(shop, now: try shop.utc("2026-11-24 15:20")).quality(of: shop.site)
            #expect(report.totals.unaccounted == 2)
            #expect(report.days.suffix(2).map(\.counts.unaccounted) == [-1, 3])
        }
    }

    @Test func daysAreThoseOfUTCAndEndToday() throws {
        // In Auckland it is already the 25th.
        try Shop.with(timeZone: "Pacific/Auckland") { shop in
            for day in ["2026-10-25", "2026-10-26", "2026-11-24", "2026-11-25"] {
                try shop.ledger(day, "received", count: 1)
                try shop.ledger(day, "dropped", "opted_out", count: 1)
            }
            for (time, first) in [("2026-11-24 00:00", "2026-10-26"), ("2026-11-24 23:59:59.999", "2026-10-26")] {
                let report = try service(shop, now: try shop.utc(time)).quality(of: shop.site)
                #expect(report.days.first?.date == first && report.days.last?.date == "2026-11-24")
                #expect(report.totals == QualityReport.Counts(received: 2, dropped: 2))
                #expect(report.reasons == [.init(outcome: "dropped", word: "opted_out", count: 2)])
            }
        }
    }

    @Test func eventsOfNobodyAreShownApartAndOtherSitesAreNot() throws {
        try Shop.with { shop in
            try shop.ledger("2026-11-24", "received", count: 3, site: 0)
            try shop.ledger("2026-11-24", "rejected", "unknown_site", count: 3, site: 0)
            try shop.ledger("2026-11-24", "received", count: 5, site: 77)
            try shop.ledger("2026-11-24", "rejected", "malformed", count: 5, site: 77)
            try shop.bot("2026-11-24 10:00", class: "ai", reason: "named", site: 77)
            let report = try service(shop, now: try shop.utc("2026-11-24 15:20")).quality(of: shop.site)
            #expect(report.totals == QualityReport.Counts())
            #expect(report.reasons.isEmpty && report.bots.isEmpty)
            #expect(report.unattributed == [.init(outcome: "rejected", word: "unknown_site", count: 3)])
        }
    }

    @Test func programsAreCountedByClassWithTheirReasons() throws {
        try Shop.with { shop in
            for _ in 0..<3 { try shop.bot("2026-11-24 10:00", class: "crawler", reason: "named") }
            try shop.bot("2026-10-26 00:00", class: "crawler", reason: "link")
            try shop.bot("2026-10-25 23:59:59", class: "crawler", reason: "before")
            for _ in 0..<2 { try shop.bot("2026-11-01 10:00", class: "ai", reason: "named") }
            try shop.bot("2026-11-01 10:00", class: nil, reason: nil)
            let report = try service(shop, now: try shop.utc("2026-11-24 15:20")).quality(of: shop.site)
            #expect(
                report.bots == [
                    .init(name: "crawler", count: 4, reasons: ["named", "link"]),
                    .init(name: "ai", count: 2, reasons: ["named"]),
                    .init(name: "", count: 1, reasons: []),
                ])
        }
    }

    @Test func theReportIsNeverOldAndTheProgramsAreReadOnce() throws {
        try Shop.with { shop in
            let cache = TieredCache()
            let service = service(shop, cache, now: try shop.utc("2026-11-24 15:20"))
            try shop.bot("2026-11-24 10:00", class: "ai", reason: "named")
            for _ in 0..<3 { #expect(try service.quality(of: shop.site).bots.map(\.count) == [1]) }
            #expect(cache.counters.misses == 1)
            // Nothing of programs changes: only the ledger is read.
            try shop.ledger("2026-11-24", "received", count: 1)
            try shop.ledger("2026-11-24", "stored", count: 1)
            #expect(try service.quality(of: shop.site).totals.people == 1)
            #expect(cache.counters.misses == 1)
            try shop.bot("2026-11-24 10:00", class: "ai", reason: "named")
            #expect(try service.quality(of: shop.site).bots.map(\.count) == [2])
            #expect(cache.counters.misses == 2)
        }
    }

    @Test func hostileWordsAreOnlyText() throws {
        try Shop.with { shop in
            let hostile = "<script>alert('$1; DROP TABLE ledger; --')</script>"
            try shop.ledger("2026-11-24", "received", count: 1)
            try shop.ledger("2026-11-24", "dropped", hostile, count: 1)
            try shop.bot("2026-11-24 10:00", class: hostile, reason: hostile)
            let report = try service(shop, now: try shop.utc("2026-11-24 15:20")).quality(of: shop.site)
            #expect(report.reasons == [.init(outcome: "dropped", word: hostile, count: 1)])
            #expect(report.bots == [.init(name: hostile, count: 1, reasons: [hostile])])
        }
    }

    @Test func aDatabaseThatIsAwayIsUnavailable() throws {
        let settings = ConnectionSettings(url: "postgresql://nobody@127.0.0.1:1/none", applicationName: "test")
        let site = Site(id: SiteID(rawValue: 1), domain: "a", key: "", hosts: [], timeZone: "UTC")
        do {
            _ = try ReportService(pool: Pool(settings, limit: 1), cache: TieredCache()).quality(of: site)
            Issue.record("answered")
        } catch {
            #expect(error.code == .unavailable)
        }
    }
}
