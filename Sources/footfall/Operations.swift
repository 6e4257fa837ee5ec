import EventModel
import FastCGI
import FoundationEssentials

/// What operators ask a process: `/healthz` (does it answer), `/readyz` (can it do its work, and if not, why) and
/// `/metrics`, also as `/metrics/ingest` and `/metrics/web` (Prometheus' text format 0.0.4). For loopback only: nginx forbids
/// it to others, and so do we.
struct Operations: Sendable {
    private let paths: Set<String>
    private let problems: @Sendable () -> [String]
    private let notes: @Sendable () -> [String]
    private let metrics: @Sendable () -> String
    private let state: @Sendable (SiteID?) -> IngestState?
    private let limit: @Sendable (SiteID) -> LimitState?
    private let visitor: @Sendable (Request, SiteID) -> VisitorID?

    /// The answers of a process: what keeps it from its work, what is worth knowing beside that, and its numbers. `state`
    /// is what it tells the other process, where it tells anything, `limit` where a site's limit stands, and `visitor` the
    /// pseudonym of a person whose request the other process hands on.
    init(
        process: String, problems: @escaping @Sendable () -> [String],
        notes: @escaping @Sendable () -> [String] = { [] }, metrics: @escaping @Sendable () -> String,
        state: @escaping @Sendable (SiteID?) -> IngestState? = { _ in nil },
        limit: @escaping @Sendable (SiteID) -> LimitState? = { _ in nil },
        visitor: @escaping @Sendable (Request, SiteID) -> VisitorID? = { _, _ in nil }
    ) {
        paths = [
            "/healthz", "/readyz", "/metrics", "/metrics/\(process)", Operations.statePath, Operations.limitPath,
            OwnVisitorClient.path,
        ]
        self.problems = problems
        self.notes = notes
        self.metrics = metrics
        self.state = state
        self.limit = limit
        self.visitor = visitor
    }

    /// Where the other process asks, over the socket: nginx has no way there.
    static let statePath = "/state"
    /// Where it asks for the limit of a site alone, without looking at the site's events.
    static let limitPath = "/limit"

    /// Answers the request if it is one of these. Returns whether it was.
    func answer(_ exchange: Exchange) -> Bool {
        let request = exchange.request
        guard paths.contains(request.path) else { return false }
        guard request.parameters["REMOTE_ADDR"].flatMap({ IPAddress($0) })?.isLoopback ?? false else {
            exchange.answer(Response(status: 404))
            return true
        }
        switch request.path {
        case "/healthz": exchange.answer(text(200, "well\n"))
        case "/readyz":
            let problems = problems()
            exchange.answer(
                problems.isEmpty
                    ? text(200, (["ready"] + notes()).joined(separator: "\n") + "\n")
                    : text(503, problems.joined(separator: "\n") + "\n"))
        case Operations.statePath: exchange.answer(json(state(site(request))))
        case Operations.limitPath: exchange.answer(json(site(request).flatMap(limit)))
        case OwnVisitorClient.path: exchange.answer(visitorAnswer(request))
        default: exchange.answer(text(200, metrics()))
        }
        return true
    }

    private func site(_ request: Request) -> SiteID? {
        guard request.query.hasPrefix("site=") else { return nil }
        return Int32(request.query.dropFirst("site=".utf8.count)).map { SiteID(rawValue: $0) }
    }

    private func visitorAnswer(_ request: Request) -> Response {
        guard let site = site(request), let visitor = visitor(request, site) else { return Response(status: 404) }
        return text(200, "\(visitor.rawValue)\n")
    }

    /// 404 where there is nothing to say.
    private func json(_ value: (some Encodable)?) -> Response {
        guard let value, let json = try? JSONEncoder().encode(value) else { return Response(status: 404) }
        return Response(status: 200, type: "application/json", body: Array(json))
    }

    private func text(_ status: Int, _ text: String) -> Response {
        var response = Response(status: status, type: "text/plain; charset=utf-8", body: Array(text.utf8))
        response.addHeader("Cache-Control", "no-store")
        return response
    }
}
