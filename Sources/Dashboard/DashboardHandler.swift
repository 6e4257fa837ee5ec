public import FastCGI
public import Platform
public import Reports

/// Answers everything under `/dashboard`: from a request to a page, and from trouble to a page that says so.
public struct DashboardHandler: Sendable {
    private let overview: any OverviewSource
    private let log: Log

    /// A handler whose numbers come from `overview`; what goes wrong is written to `log`.
    public init(overview: any OverviewSource, log: Log) {
        self.overview = overview
        self.log = log
    }

    /// The answer to a request. Never throws: whatever happens, the reader gets a page.
    public func respond(to request: Request) -> Response {
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = page(
                status: 405, ErrorPage(title: "This page can only be read", advice: "Open it in a browser.").html)
            response.addHeader("Allow", "GET, HEAD")
            return response
        }
        do throws(ReportError) {
            switch DashboardPath(request.path) {
            case .sites: return page(status: 200, SitesPage(sites: try overview.sites()).html)
            case .overview(let domain): return try overviewPage(domain, request)
            case .asset(let path): return asset(path)
            case .redirect(let path): return redirect(to: path, query: request.query)
            case .unknown: return notFound
            }
        } catch {
            return failure(error, request)
        }
    }

    private func overviewPage(_ domain: String, _ request: Request) throws(ReportError) -> Response {
        guard let site = try overview.site(domain: domain) else { return unknownSite(domain) }
        let state = OverviewState(query: request.query)
        let report = try overview.overview(of: site, period: state.period)
        guard report.hasData else {
            var response = page(status: 200, WaitingPage(site: site, origin: origin(request)).html)
            response.addHeader("Refresh", "3")
            return response
        }
        return page(status: 200, OverviewPage(report: report, state: state).html)
    }

    /// Scheme and host under which the reader opened the dashboard, so that the snippet can be pasted as it is. The
    /// host is the client's word; it is escaped like every other and only ever shown to the one who sent it.
    private func origin(_ request: Request) -> String {
        guard let host = request.header("HOST"), !host.isEmpty, host.utf8.count <= 255,
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

    private func page(status: Int, _ html: HTML) -> Response {
        var response = Response(status: status, type: "text/html; charset=utf-8", body: html.bytes)
        // A shared computer's back button must not show the numbers after signing out.
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }

    private func asset(_ path: String) -> Response {
        let stylesheet = Stylesheet.current
        guard path == stylesheet.path else { return notFound }
        var response = Response(status: 200, type: "text/css; charset=utf-8", body: stylesheet.bytes)
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

    private var notFound: Response {
        page(
            status: 404,
            ErrorPage(title: "There is no such page", advice: "The address may be old or mistyped.").html)
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
        switch error.code {
        case .unavailable:
            var response = page(
                status: 503,
                ErrorPage(
                    title: "The numbers are away for a moment",
                    advice: """
                        The database does not answer. Visits are still being collected and will be here when it is \
                        back; this page tries again by itself.
                        """, id: id.text
                ).html)
            response.addHeader("Retry-After", "10")
            response.addHeader("Refresh", "10")
            return response
        case .failed:
            return page(
                status: 500,
                ErrorPage(
                    title: "Something went wrong on our side",
                    advice:
                        "Trying again will probably not help. Whoever runs this server finds the reason in the log.",
                    id: id.text
                ).html)
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
