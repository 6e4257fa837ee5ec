import EventModel
import FastCGI

/// What operators ask a process: `/healthz` (does it answer), `/readyz` (can it do its work, and if not, why) and
/// `/metrics`, also as `/metrics/ingest` and `/metrics/web` (Prometheus' text format 0.0.4). For loopback only: nginx forbids it to others, and so do we.
struct Operations: Sendable {
    private let paths: Set<String>
    private let problems: @Sendable () -> [String]
    private let metrics: @Sendable () -> String

    /// The answers of a process: what keeps it from its work, and its numbers.
    init(
        process: String, problems: @escaping @Sendable () -> [String], metrics: @escaping @Sendable () -> String
    ) {
        paths = ["/healthz", "/readyz", "/metrics", "/metrics/\(process)"]
        self.problems = problems
        self.metrics = metrics
    }

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
                problems.isEmpty ? text(200, "ready\n") : text(503, problems.joined(separator: "\n") + "\n"))
        default: exchange.answer(text(200, metrics()))
        }
        return true
    }

    private func text(_ status: Int, _ text: String) -> Response {
        var response = Response(status: status, type: "text/plain; charset=utf-8", body: Array(text.utf8))
        response.addHeader("Cache-Control", "no-store")
        return response
    }
}
