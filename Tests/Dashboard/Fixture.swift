import Dashboard
import EventModel
import FastCGI
import Platform
import Reports
import Testing

/// Numbers that need no database, always the same.
struct Fixture: OverviewSource {
    enum Mood { case busy, countries, waiting, sparse, midnight, noSites, away, broken, unbalanced }

    var mood = Mood.busy
    /// What every name in the report is, for tests of escaping.
    var name: String?

    static let site = Site(
        id: SiteID(rawValue: 1), domain: "shop.example", key: "demo", hosts: ["shop.example", "localhost"],
        timeZone: "Europe/Berlin")

    func sites() throws(ReportError) -> [SiteSummary] {
        try check()
        if mood == .noSites { return [] }
        var blog = Fixture.site
        blog.domain = name ?? "blog.example"
        var quiet = Fixture.site
        quiet.domain = "quiet.example"
        return [
            SiteSummary(site: blog, visitors: [0, 0, 0, 0, 0, 1, 0], hasData: true),
            SiteSummary(site: quiet, visitors: [], hasData: false),
            SiteSummary(site: Fixture.site, visitors: [412, 530, 488, 610, 300, 280, 333], hasData: true),
        ]
    }

    func site(domain: String) throws(ReportError) -> Site? {
        try check()
        guard domain == "shop.example" || domain == name else { return nil }
        var site = Fixture.site
        if let name { (site.domain, site.key, site.hosts, site.timeZone) = (name, name, [name], name) }
        return site
    }

    func overview(of site: Site, period: Period) throws(ReportError) -> OverviewReport {
        try check()
        let labels = mood == .midnight ? Array(Fixture.labels(.today).prefix(1)) : Fixture.labels(period)
        let isSparse = [.sparse, .waiting, .midnight].contains(mood)
        let series = labels.enumerated().map { index, label in
            let visitors = isSparse ? (index == labels.count - 1 ? 1 : 0) : 100 + (index * 7919) % 400
            return OverviewReport.Point(
                label: label, visitors: visitors, visits: visitors + visitors / 9, pageviews: visitors * 3)
        }
        let total = series.reduce(into: OverviewReport.Totals()) { total, point in
            total.visitors += point.visitors
            total.visits += point.visits
            total.pageviews += point.pageviews
        }
        var totals = total
        var previous = OverviewReport.Totals()
        if !isSparse {
            (totals.bounceRate, totals.visitDuration) = (0.413, 187.2)
            previous = OverviewReport.Totals(
                visitors: total.visitors * 9 / 10, visits: total.visits, pageviews: total.pageviews * 11 / 10,
                bounceRate: 0.446, visitDuration: 3725)
        }
        func rows(_ names: [String], _ most: Int) -> [OverviewReport.Row] {
            names.enumerated().map { index, row in
                OverviewReport.Row(name: name ?? row, visitors: most / (index + 1), count: most * 3 / (index + 2))
            }
        }
        return OverviewReport(
            domain: site.domain, timeZone: site.timeZone, period: period,
            firstDate: String(labels.first?.prefix(10) ?? ""), lastDate: "2026-11-24", totals: totals,
            previousTotals: previous, series: series, isHourly: period == .today,
            pages: rows(isSparse ? ["/"] : ["/", "/products/espresso-machine", "/cart", "/日本語"], isSparse ? 1 : 1412),
            sources: rows(isSparse ? [""] : ["", "Google", "coffee-forum.example"], isSparse ? 1 : 903),
            countries: mood == .countries ? rows(["DE", "CI", "QQ"], 700) : [],
            events: isSparse ? [] : rows(["add_to_cart", "signup"], 37), hasData: mood != .waiting,
            computedAt: Timestamp(milliseconds: 1_795_533_660_000))
    }

    func quality(of site: Site) throws(ReportError) -> QualityReport {
        try check()
        return Fixture.quality(mood, name: name)
    }

    private func check() throws(ReportError) {
        if mood == .away { throw ReportError(.unavailable, "database: connection refused") }
        if mood == .broken { throw ReportError(.failed, "database: relation missing (42P01)") }
    }

    private static func labels(_ period: Period) -> [String] {
        switch period {
        case .today: (0...15).map { "2026-11-24 \($0 < 10 ? "0" : "")\($0):00" }
        case .sevenDays: (18...24).map { "2026-11-\($0)" }
        case .thirtyDays:
            (26...31).map { "2026-10-\($0)" } + (1...24).map { "2026-11-\($0 < 10 ? "0" : "")\($0)" }
        }
    }
}

/// The answer of a dashboard over a fixture.
func answer(
    _ path: String, query: String = "", mood: Fixture.Mood = .busy, name: String? = nil, method: String = "GET",
    gateway: GatewaySource? = nil, parameters: Parameters = [:]
) -> Response {
    let handler = DashboardHandler(
        overview: Fixture(mood: mood, name: name), gateway: gateway ?? Fixture.gateway(mood, name: name),
        log: Log(process: "test"))
    return handler.respond(to: Request(method: method, path: path, query: query, parameters: parameters))
}

/// A page as text.
func page(
    _ path: String, query: String = "", mood: Fixture.Mood = .busy, name: String? = nil, gateway: GatewaySource? = nil
) -> String {
    String(decoding: answer(path, query: query, mood: mood, name: name, gateway: gateway).body, as: UTF8.self)
}

/// Every kind of page that there is.
struct PageCase: CustomTestStringConvertible {
    var file: String
    var path = "/dashboard/shop.example"
    var query = ""
    var mood = Fixture.Mood.busy
    var testDescription: String { file }

    var text: String {
        String(
            decoding: answer(
                path, query: query, mood: mood,
                parameters: [
                    "HTTP_HOST": "stats.example", "HTTPS": "on",
                    "FOOTFALL_REQUEST_ID": "00112233445566778899aabbccddeeff",
                ]
            ).body, as: UTF8.self)
    }

    static let all = [
        PageCase(file: "overview-week"),
        PageCase(file: "overview-today-pageviews", query: "period=today&metric=pageviews"),
        PageCase(file: "overview-month-countries", query: "period=30d&metric=visits", mood: .countries),
        PageCase(file: "overview-first-visitor", query: "period=today", mood: .sparse),
        PageCase(file: "overview-after-midnight", query: "period=today", mood: .midnight),
        PageCase(file: "waiting", mood: .waiting),
        PageCase(file: "sites", path: "/dashboard"),
        PageCase(file: "no-sites", path: "/dashboard", mood: .noSites),
        PageCase(file: "unknown-site", path: "/dashboard/other.example"),
        PageCase(file: "not-found", path: "/dashboard/a/b/c"),
        PageCase(file: "away", mood: .away),
        PageCase(file: "broken", mood: .broken),
        PageCase(file: "quality", path: "/dashboard/shop.example/quality"),
        PageCase(file: "quality-empty", path: "/dashboard/shop.example/quality", mood: .waiting),
        PageCase(file: "quality-unbalanced", path: "/dashboard/shop.example/quality", mood: .unbalanced),
        PageCase(file: "inspector", path: "/dashboard/shop.example/inspector"),
        PageCase(file: "inspector-paused", path: "/dashboard/shop.example/inspector", query: "pause=1"),
        PageCase(file: "inspector-empty", path: "/dashboard/shop.example/inspector", mood: .waiting),
        PageCase(file: "inspector-silent", path: "/dashboard/shop.example/inspector", mood: .unbalanced),
        PageCase(file: "privacy", path: "/dashboard/shop.example/privacy"),
        PageCase(file: "privacy-hidden", path: "/dashboard/shop.example/privacy", mood: .waiting),
        PageCase(file: "privacy-public", path: "/footfall/privacy/shop.example"),
        PageCase(file: "privacy-public-away", path: "/footfall/privacy/shop.example", mood: .away),
        PageCase(file: "privacy-public-none", path: "/footfall/privacy/other.example"),
    ]
}
