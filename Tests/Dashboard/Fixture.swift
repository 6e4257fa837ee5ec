import EventModel
import FastCGI
import Platform
import Reports
import Testing

@testable import Dashboard

/// Numbers that need no database, always the same.
struct Fixture: ReportSource {
    enum Mood { case busy, countries, waiting, sparse, midnight, noSites, away, broken, unbalanced }

    var mood = Mood.busy
    /// What every name in the report is, for tests of escaping.
    var name: String?

    static let site = Site(
        id: SiteID(rawValue: 1), domain: "shop.example", key: "demo", hosts: ["shop.example", "localhost"],
        timeZone: "Europe/Berlin")

    func summaries(of sites: [Site]) throws(ReportError) -> [SiteSummary] {
        try check()
        return sites.map { site in
            switch site.domain {
            case "quiet.example": SiteSummary(site: site, total: 0, visitors: [], hasData: false)
            case "shop.example":
                SiteSummary(site: site, total: 2953, visitors: [412, 530, 488, 610, 300, 280, 333], hasData: true)
            default: SiteSummary(site: site, total: 1, visitors: [0, 0, 0, 0, 0, 1, 0], hasData: true)
            }
        }
    }

    func hasData(_ site: Site) throws(ReportError) -> Bool {
        try check()
        return mood != .waiting
    }

    func today(of site: Site) throws(ReportError) -> LocalDate {
        try check()
        return Fixture.today
    }

    static let today = LocalDate(year: 2026, month: 11, day: 24)

    func goals(of site: Site) throws(ReportError) -> [Goal] {
        try check()
        if mood == .sparse || mood == .midnight { return [] }
        return [
            Goal(name: name ?? "Bought", target: .event("purchase"), revenue: "amount"),
            Goal(
                name: name.map { $0 + "2" } ?? "Thanks", target: .page("/thanks*"),
                properties: [.init(name: name ?? "plan", values: [name ?? "pro"])]),
        ]
    }

    func properties(of site: Site, events: [String]) throws(ReportError) -> [String] {
        try check()
        return [name ?? "plan"]
    }

    func answers(_ queries: [ReportQuery], of site: Site) throws(ReportError) -> [ReportAnswer] {
        try check()
        return queries.map(answer)
    }

    private func answer(_ query: ReportQuery) -> ReportAnswer {
        let (first, last): (LocalDate, LocalDate) =
            switch query.range {
            case .period(let period): period.dates(today: Fixture.today)
            case .dates(let first, let last): (first, last)
            }
        var answer = ReportAnswer(
            first: first, last: last, totals: query.metrics.map { number($0, 4321) },
            computedAt: Timestamp(milliseconds: 1_795_533_660_000))
        if query.comparison != nil {
            let days = last.number - first.number + 1
            answer.before = .init(
                first: first.adding(days: -days), last: last.adding(days: -days),
                totals: isSparse ? query.metrics.map { $0.isAverage ? nil : 0 } : query.metrics.map { number($0, 3900) }
            )
        }
        answer.rows = query.dimensions.isEmpty ? steps(query, first, last) : rows(query)
        // A file asks for all rows.
        let isWhole = query.dimensions.isEmpty || isSparse || query.limit > 1000
        answer.rowCount = isWhole ? answer.rows.count : 120
        return answer
    }

    private var isSparse: Bool { [.sparse, .waiting, .midnight].contains(mood) }

    private func number(_ metric: Metric, _ scale: Int) -> Double? {
        let scale = isSparse ? 1 : scale
        return switch metric {
        case .visitors: Double(scale)
        case .visits: Double(scale + scale / 9)
        case .pageviews: Double(scale * 3)
        case .events: Double(scale / 10)
        case .viewsPerVisit: 2.7
        case .bounceRate: isSparse ? nil : 0.413
        case .visitDuration: isSparse ? nil : 187.2
        case .engagedTime: 41
        case .conversions: Double(scale / 40)
        case .conversionRate: 0.025
        case .revenue: Double(scale) * 1.5
        }
    }

    private func steps(_ query: ReportQuery, _ first: LocalDate, _ last: LocalDate) -> [ReportAnswer.Row] {
        var labels: [String] = []
        if query.interval == .hour {
            let hours = mood == .midnight ? 1 : 16
            labels = (0..<hours).map { "\(last)T\($0 < 10 ? "0" : "")\($0):00" }
        } else if query.interval != nil {
            labels = (first.number...last.number).map { LocalDate(number: $0).description }
        }
        return labels.enumerated().map { index, label in
            let scale = isSparse ? (index == labels.count - 1 ? 1 : 0) : 100 + (index * 7919) % 400
            let values = query.metrics.map { scale == 0 ? ($0.isAverage ? nil : 0) : number($0, scale) }
            return .init(
                time: label, values: values, before: query.comparison == nil || query.interval == .hour ? [] : values)
        }
    }

    private func rows(_ query: ReportQuery) -> [ReportAnswer.Row] {
        let names: [String] =
            switch query.dimensions[0] {
            case .page, .entryPage, .exitPage: ["/", "/products/espresso-machine", "/cart", "/日本語"]
            case .source: ["", "Google", "coffee-forum.example"]
            case .country: mood == .countries ? ["DE", "CI", "FR", "US", "QQ"] : [""]
            case .channel: ["Organic Search", "Direct"]
            case .event: isSparse ? [] : ["add_to_cart", "signup"]
            case .browser: ["Firefox", "Safari"]
            case .property: ["pro", ""]
            default: [""]
            }
        let scales = [1412, 900, 400, 100, 25]
        return names.prefix(isSparse ? 1 : 9).enumerated().map { index, row in
            let values = query.metrics.map { number($0, isSparse ? 1 : scales[index % 5]) }
            return .init(keys: [name ?? row], values: values, before: query.comparison == nil ? [] : values)
        }
    }

    func realtime(of site: Site, filter: Filter?) throws(ReportError) -> RealtimeReport {
        try check()
        let minutes = (0..<30).map { isSparse ? 0 : ($0 * 7) % 13 }
        func rows(_ names: [String]) -> [RealtimeReport.Row] {
            isSparse ? [] : names.enumerated().map { .init(name: name ?? $1, count: 12 / ($0 + 1)) }
        }
        return RealtimeReport(
            current: isSparse ? 0 : 17, pageviews: minutes, visitors: minutes, pages: rows(["/", "/cart"]),
            sources: rows(["", "Google"]), countries: rows(["DE"]), events: rows(["signup"]),
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
}

/// The answer of a dashboard over a fixture, to Ada, who owns the shop; or to nobody.
func answer(
    _ path: String, query: String = "", mood: Fixture.Mood = .busy, name: String? = nil, method: String = "GET",
    gateway: GatewaySource? = nil, parameters: Parameters = [:], isSignedIn: Bool = true
) -> Response {
    let fixture = Fixture(mood: mood, name: name)
    let handler = DashboardHandler(
        reports: fixture, access: fixture, gateway: gateway ?? Fixture.gateway(mood, name: name),
        log: Log(process: "test"))
    var parameters = parameters
    if isSignedIn { parameters.append("HTTP_COOKIE", "theme=dark; __Host-footfall-session=\(Fixture.token)") }
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

    /// A page that stands for itself; otherwise the address is asked for.
    var html: HTML?

    var text: String {
        if let html { return String(decoding: html.bytes, as: UTF8.self) }
        return String(
            decoding: answer(
                path, query: query, mood: mood,
                parameters: [
                    "HTTP_HOST": "stats.example", "HTTPS": "on",
                    "FOOTFALL_REQUEST_ID": "00112233445566778899aabbccddeeff",
                ]
            ).body, as: UTF8.self)
    }

    static let all =
        [
            PageCase(file: "overview-week"),
            PageCase(file: "overview-today-pageviews", query: "period=today&metric=pageviews"),
            PageCase(file: "overview-month-countries", query: "period=30d&metric=visits", mood: .countries),
            PageCase(file: "overview-first-visitor", query: "period=today", mood: .sparse),
            PageCase(file: "overview-after-midnight", query: "period=today", mood: .midnight),
            PageCase(
                file: "overview-filtered",
                query:
                    "from=2026-10-01&to=2026-11-24&filter=country,is,DE&filter=page,matches,/blog/*&goal=Bought&interval=week&compare=previous_year"
            ),
            PageCase(file: "realtime", path: "/dashboard/shop.example/realtime"),
            PageCase(file: "realtime-nobody", path: "/dashboard/shop.example/realtime", mood: .sparse),
            PageCase(file: "pages", path: "/dashboard/shop.example/pages"),
            PageCase(file: "sources", path: "/dashboard/shop.example/sources", query: "tab=source&search=goo&turned=1"),
            PageCase(file: "locations", path: "/dashboard/shop.example/locations", mood: .countries),
            PageCase(file: "devices", path: "/dashboard/shop.example/devices", query: "sort=visits"),
            PageCase(
                file: "events", path: "/dashboard/shop.example/events",
                query: "filter=event,is,signup&tab=property%3Aplan"),
            PageCase(file: "events-none", path: "/dashboard/shop.example/events", mood: .sparse),
            PageCase(file: "goals", path: "/dashboard/shop.example/goals"),
            PageCase(file: "goals-none", path: "/dashboard/shop.example/goals", mood: .sparse),
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
            PageCase(file: "privacy-public-own", path: "/footfall/privacy/shop.example", mood: .sparse),
            PageCase(file: "privacy-public-away", path: "/footfall/privacy/shop.example", mood: .away),
            PageCase(file: "privacy-public-none", path: "/footfall/privacy/other.example"),
            PageCase(file: "shared", path: "/footfall/share/board"),
        ] + settings
}

extension Metric {
    /// Whether it cannot be computed of nothing.
    var isAverage: Bool {
        switch self {
        case .bounceRate, .visitDuration, .viewsPerVisit, .engagedTime, .conversionRate: true
        default: false
        }
    }
}
