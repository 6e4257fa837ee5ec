import Accounts
import Dashboard
import Database
import EventModel
import FastCGI
import Platform

/// What people may ask about themselves, without a name: what is kept of their own visit of today, and its end.
///
///     GET  /footfall/privacy/DOMAIN/mine          lines of JSON, as `footfall person export` prints them
///     POST /footfall/privacy/DOMAIN/mine/erase    202 {"erasure":NUMBER}
///
/// Whoever asks is recognised as events are: by address and browser, under the salt of the day.
struct OwnData: Sendable {
    let pool: Pool
    /// The ingest process's socket.
    let ingest: String
    let log: Log
    /// Whether the operator wants this.
    let isOpen: @Sendable () -> Bool

    /// More than anybody does in a day.
    private static let mostLines = 20_000

    /// Answers the request if it is one of these. Returns whether it was.
    func answer(_ exchange: Exchange) -> Bool {
        let parts = exchange.request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard (4...5).contains(parts.count), parts.starts(with: ["footfall", "privacy"]), parts[4] == "mine",
            parts.count == 4 || parts[5] == "erase", isOpen()
        else { return false }
        exchange.answer(respond(to: exchange.request, domain: String(parts[3]), erases: parts.count == 5))
        return true
    }

    private func respond(to request: Request, domain: String, erases: Bool) -> Response {
        guard request.method == (erases ? "POST" : "GET"), OwnData.isOwnWish(request) else {
            return text(405, "{\"error\":\"GET shows, POST to /erase erases\"}\n")
        }
        do throws(DatabaseError) {
            guard let site = try site(domain) else { return text(404, "{\"error\":\"no such site\"}\n") }
            switch OwnVisitorClient(socket: ingest).visitor(of: request, site: site) {
            case .away: return text(503, "{\"error\":\"away for a moment\"}\n")
            case .nobody: return erases ? text(404, "{\"error\":\"nothing is kept of you\"}\n") : lines([])
            case .visitor(let visitor):
                return erases ? try erase(.visitor(visitor), site) : try export(.visitor(visitor), site)
            }
        } catch {
            log.error("own data: database: \(error)")
            return text(503, "{\"error\":\"away for a moment\"}\n")
        }
    }

    /// Nobody else's page may have a person's browser erase something.
    private static func isOwnWish(_ request: Request) -> Bool {
        guard ["same-origin", "none"].contains(request.header("SEC_FETCH_SITE") ?? "none") else { return false }
        // Over plain HTTP browsers send no Sec-Fetch-Site, but Origin with every POST.
        guard let origin = request.header("ORIGIN") else { return true }
        guard let host = request.parameters["FOOTFALL_HOST"] ?? request.header("HOST") else { return false }
        return ["http://\(host)", "https://\(host)"].contains(origin)
    }

    private func site(_ domain: String) throws(DatabaseError) -> SiteID? {
        // PostgreSQL knows no text with a zero in it.
        guard !domain.utf8.contains(0), domain.utf8.count <= 255 else { return nil }
        return try pool.withConnection { (connection) throws(DatabaseError) in
            let rows = try connection.query("SELECT site_of_domain(\(domain.lowercased()))")
            return try rows[0].value(0, as: Int32?.self).map { SiteID(rawValue: $0) }
        }
    }

    private func export(_ selector: EventSelector, _ site: SiteID) throws(DatabaseError) -> Response {
        try pool.withConnection(for: .site(site.rawValue)) { (connection) throws(DatabaseError) in
            var found: [String] = []
            try PersonalExport(selector, of: site, on: connection).run { (line) throws(DatabaseError) in
                if found.count < OwnData.mostLines { found.append(line) }
            }
            return lines(found)
        }
    }

    private func erase(_ selector: EventSelector, _ site: SiteID) throws(DatabaseError) -> Response {
        try pool.withConnection(for: .site(site.rawValue)) { (connection) throws(DatabaseError) in
            let number = try ErasureStore(connection).request(selector, of: site, now: Clock.wallMilliseconds())
            return text(202, "{\"erasure\":\(number)}\n")
        }
    }

    private func lines(_ lines: [String]) -> Response {
        response(200, "application/x-ndjson", lines.map { $0 + "\n" }.joined())
    }

    private func text(_ status: Int, _ json: String) -> Response {
        response(status, "application/json", json)
    }

    private func response(_ status: Int, _ type: StaticString, _ body: String) -> Response {
        var response = Response(status: status, type: type, body: Array(body.utf8))
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }
}
