import Cache
import Database
import EventModel
import Reports
import TestSupport
import Testing

/// The questions of every page, asked for a site on behalf of another tenant: PostgreSQL shows nothing.
@Suite(.enabled(if: Shop.isPossible))
struct ForeignTenantTests {
    private static let dimensions: [Dimension] = [
        .source, .referrer, .channel, .utmSource, .utmCampaign, .country, .region, .city, .browser, .browserVersion,
        .os,
        .device, .screen, .language, .hostname, .entryPage, .exitPage, .page, .title, .event, .pageGroup, .searchTerm,
        .property("plan"), .fact("channel"),
    ]

    private func service(_ shop: Shop, _ pool: Pool, now: Timestamp) -> ReportService {
        ReportService(pool: pool, cache: TieredCache(), liveMilliseconds: 0, clock: { now.milliseconds })
    }

    /// Numbers that something is in, of everything that pages ask.
    private func findings(_ service: ReportService, _ site: Site) throws -> [String] {
        var found: [String] = []
        var queries: [(name: String, query: ReportQuery)] = [
            ("totals", ReportQuery(metrics: [.visitors, .visits, .pageviews], range: .period(.sevenDays))),
            ("hours", ReportQuery(metrics: [.visitors], interval: .hour, range: .period(.today))),
            (
                "filtered",
                ReportQuery(
                    metrics: [.visitors], range: .period(.sevenDays), filter: .test(.init(.page, .is, ["/secret"])))
            ),
        ]
        for dimension in ForeignTenantTests.dimensions {
            queries.append(
                (
                    dimension.name,
                    ReportQuery(metrics: [.visitors], dimensions: [dimension], range: .period(.sevenDays))
                ))
        }
        for (name, query) in queries {
            let answer = try service.answers([query], of: site)[0]
            let sum = answer.totals.compactMap { $0 }.reduce(0, +)
            if sum != 0 { found.append("\(name): totals") }
            if !query.dimensions.isEmpty, !answer.rows.isEmpty { found.append("\(name): rows") }
        }
        if try service.hasData(site) { found.append("has data") }
        if try !service.goals(of: site).isEmpty { found.append("goals") }
        if try !service.properties(of: site, events: ["pageview"]).isEmpty { found.append("properties") }
        let realtime = try service.realtime(of: site, filter: nil)
        if realtime.current > 0 || !realtime.pages.isEmpty { found.append("realtime") }
        let quality = try service.quality(of: site)
        if quality.totals.received != 0 || !quality.bots.isEmpty { found.append("quality") }
        return found
    }

    @Test func pagesOfOthersFindNothing() throws {
        try Shop.with { shop in
            let now = try shop.local("2026-11-24 15:20")
            try shop.bounce(try shop.local("2026-11-24 15:18"), visitor: 1, path: "/secret")
            try shop.bounce(try shop.local("2026-11-22 10:00"), visitor: 2, path: "/secret")
            try shop.ledger("2026-11-24", "received", count: 2)
            try shop.connection.execute(
                "INSERT INTO goal (site_id, name, definition) VALUES (\(shop.site.id.rawValue), 'g', \(json: "{\"page\":\"/\"}"))"
            )
            let other: Int32 = try shop.connection.query(
                "INSERT INTO site (domain) VALUES ('other.example') RETURNING site_id")[0].value(0)
            let confined = try shop.database.confined()

            let own = Pool(confined, limit: 2, isConfined: true)
            let seen = try findings(service(shop, own, now: now), shop.site)
            #expect(seen.contains("totals: totals") && seen.contains("page: rows") && seen.contains("goals"))
            #expect(seen.contains("realtime") && seen.contains("quality") && seen.contains("filtered: totals"))

            for behalf in [Behalf.site(other), .nobody, Behalf(organisation: 1, person: 1, email: "a@b.example")] {
                let foreign = Pool(confined, limit: 2, isConfined: true, pinned: behalf)
                #expect(try findings(service(shop, foreign, now: now), shop.site) == [])
            }
        }
    }
}
