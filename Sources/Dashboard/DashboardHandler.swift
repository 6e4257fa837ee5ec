import EventModel
public import FastCGI
public import Platform
public import Reports

/// Answers everything under `/dashboard`, and under `/footfall/` the page about privacy that everybody may read: from a
/// request to a page, and from trouble to a page that says so.
public struct DashboardHandler: Sendable {
    let reports: any ReportSource
    private let gateway: GatewaySource
    private let log: Log

    /// A handler whose numbers come from `reports`, and what runs at this moment from `gateway`; what goes wrong is
    /// written to `log`.
    public init(reports: any ReportSource, gateway: GatewaySource, log: Log) {
        self.reports = reports
        self.gateway = gateway
        self.log = log
    }

    /// The answer to a request. Never throws: whatever happens, the reader gets a page.
    public func respond(to request: Request) -> Response {
        if request.path == QueryEndpoint.path { return QueryEndpoint(reports: reports, log: log).respond(to: request) }
        let audience = Audience(path: request.path)
        guard request.method == "GET" || request.method == "HEAD" else {
            let error = ErrorPage(
                title: "This page can only be read", advice: "Open it in a browser.", audience: audience)
            var response = page(status: 405, error.html)
            response.addHeader("Allow", "GET, HEAD")
            return response
        }
        do throws(ReportError) {
            switch DashboardPath(request.path) {
            case .sites: return page(status: 200, SitesPage(sites: try reports.sites()).html)
            case .site(let kind, let domain):
                guard let site = try reports.site(domain: domain) else { return unknownSite(domain) }
                return try sitePage(kind, site, request)
            case .csv(let kind, let domain):
                guard let site = try reports.site(domain: domain) else { return unknownSite(domain) }
                return try file(kind, site, request)
            case .publicRecord(let domain): return try publicRecord(domain)
            case .asset(let name): return asset(name, audience)
            case .redirect(let path): return redirect(to: path, query: request.query)
            case .unknown: return notFound(audience)
            }
        } catch {
            return failure(error, request)
        }
    }

    private func sitePage(_ kind: SitePage, _ site: Site, _ request: Request) throws(ReportError) -> Response {
        switch kind {
        case .overview: return try overviewPage(site, request)
        case .pages, .sources, .locations, .devices, .events: return try breakdownPage(kind, site, request)
        case .goals: return try goalsPage(site, request)
        case .realtime:
            let state = ReportState(query: request.query)
            let report = try reports.realtime(of: site, filter: state.filter)
            return page(status: 200, RealtimePage(site: site, state: state, report: report).html)
        case .quality:
            let report = try reports.quality(of: site)
            return page(status: 200, QualityPage(site: site, report: report, state: gateway.state(nil)).html)
        case .inspector: return inspectorPage(site, request)
        case .privacy:
            let reader = PrivacyPage.Reader.owner(isPublic: gateway.isRecordPublic(), origin: origin(request))
            return page(status: 200, PrivacyPage(site: site, record: record(of: site), reader: reader).html)
        }
    }

    /// Looking is what keeps the tracing alive: it ends a minute after nobody has asked any more.
    private func inspectorPage(_ site: Site, _ request: Request) -> Response {
        let isPaused = request.query.split(separator: "&").contains("pause=1")
        let inspector = InspectorPage(site: site, state: gateway.state(site.id), isPaused: isPaused)
        var response = page(status: 200, inspector.html)
        if !isPaused { response.addHeader("Refresh", "\(InspectorPage.seconds)") }
        return response
    }

    private func record(of site: Site) -> PrivacyRecord {
        gateway.privacyRecord().keeping(months: site.retentionMonths)
    }

    /// A site that does not exist looks like one whose record is not public: strangers learn no names here.
    private func publicRecord(_ domain: String) throws(ReportError) -> Response {
        guard gateway.isRecordPublic(), let site = try reports.site(domain: domain) else {
            return notFound(.everybody)
        }
        let html = PrivacyPage(site: site, record: record(of: site), reader: .visitor).html
        var response = Response(status: 200, type: "text/html; charset=utf-8", body: html.bytes)
        response.addHeader("Cache-Control", "public, max-age=300")
        response.addSecurityHeaders(mayBeFound: true)
        return response
    }

    /// Scheme and host under which the reader opened the dashboard, so that the snippet can be pasted as it is. The
    /// host is the client's word; it is escaped like every other and only ever shown to the one who sent it.
    func origin(_ request: Request) -> String {
        // What Debian's nginx passes as HTTP_HOST has lost the port.
        guard let host = request.parameters["FOOTFALL_HOST"] ?? request.header("HOST"), !host.isEmpty,
            host.utf8.count <= 255,
            host.utf8.allSatisfy({ DashboardHandler.isHostByte($0) })
        else { return "" }
        return "\(request.parameters["HTTPS"] == "on" ? "https" : "http")://\(host)"
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }

    // MARK: Answers

    func page(status: Int, _ html: HTML) -> Response {
        var response = Response(status: status, type: "text/html; charset=utf-8", body: html.bytes)
        // A shared computer's back button must not show the numbers after signing out.
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }

    private func asset(_ name: String, _ audience: Audience) -> Response {
        guard let asset = Asset.all.first(where: { $0.name == name }) else { return notFound(audience) }
        var response = Response(status: 200, type: asset.type, body: asset.bytes)
        response.addHeader("Cache-Control", "public, max-age=31536000, immutable")
        response.addSecurityHeaders()
        return response
    }

    private func redirect(to path: String, query: String) -> Response {
        var response = Response(status: 308)
        response.addHeader("Location", query.isEmpty ? path : "\(path)?\(query)")
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }

    func notFound(_ audience: Audience) -> Response {
        let error = ErrorPage(
            title: "There is no such page", advice: "The address may be old or mistyped.", audience: audience)
        return page(status: 404, error.html)
    }

    private func unknownSite(_ domain: String) -> Response {
        page(
            status: 404,
            ErrorPage(
                title: "There is no such site",
                advice: """
                    Nobody has added <strong><bdi>\(domain)</bdi></strong> here. The site may have another name, or \
                    still has to be added: <code>footfall site add</code>
                    """
            ).html)
    }

    private func failure(_ error: ReportError, _ request: Request) -> Response {
        let id = ErrorID(request)
        log.error("dashboard: request=\(id.text) \(error)")
        let audience = Audience(path: request.path)
        switch error.code {
        case .unavailable:
            let advice: HTML =
                audience == .everybody
                ? "The page is back in a moment; it tries again by itself."
                : """
                The database does not answer. Visits are still being collected and will be here when it is \
                back; this page tries again by itself.
                """
            let error = ErrorPage(
                title: audience == .everybody ? "One moment" : "The numbers are away for a moment", advice: advice,
                id: id.text, audience: audience)
            var response = page(status: 503, error.html)
            response.addHeader("Retry-After", "10")
            response.addHeader("Refresh", "10")
            return response
        case .failed:
            let error = ErrorPage(
                title: "Something went wrong on our side",
                advice: "Trying again will probably not help. Whoever runs this server finds the reason in the log.",
                id: id.text, audience: audience)
            return page(status: 500, error.html)
        }
    }
}

/// Ties what a reader sees to a line of the log: nginx's request id, so that its log agrees too, else a random number.
struct ErrorID {
    let text: String

    init(_ request: Request) {
        let given = request.parameters["FOOTFALL_REQUEST_ID"] ?? ""
        let isHexadecimal = given.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
            default: false
            }
        }
        if (8...64).contains(given.utf8.count), isHexadecimal {
            text = given
        } else {
            let random = String(UInt64.random(in: .min ... .max), radix: 16)
            text = String(repeating: "0", count: 16 - random.utf8.count) + random
        }
    }
}
