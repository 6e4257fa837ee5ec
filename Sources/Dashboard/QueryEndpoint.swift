import Accounts
import EventModel
import FastCGI
import FoundationEssentials
import Platform
import Reports

/// `POST /api/v1/query`: questions and answers as JSON (docs/query-api.md).
struct QueryEndpoint {
    static let path = "/api/v1/query"

    let reports: any ReportSource
    let access: any AccessSource
    let log: Log

    /// The answer to a request.
    func respond(to request: Request) -> Response {
        guard request.method == "POST" else {
            var response = failure(405, "", "must be sent with POST")
            response.addHeader("Allow", "POST")
            return response
        }
        guard isJSON(request.parameters["CONTENT_TYPE"] ?? "") else {
            return failure(415, "", "must be sent as application/json")
        }
        do {
            guard let key = try key(of: request) else {
                var response = failure(401, "", "needs a key that may read: Authorization: Bearer ff_rk_…")
                response.addHeader("WWW-Authenticate", "Bearer")
                return response
            }
            return try answer(request, key)
        } catch let problem as QuestionProblem {
            return failure(400, problem.field, problem.message)
        } catch {
            let id = ErrorID(request)
            log.error("query: request=\(id.text) \(error)")
            let failure = (error as? AccountError).map { ReportError($0) } ?? error as? ReportError
            if failure?.code == .unavailable {
                var response = self.failure(503, "", "the database does not answer; in the log as \(id.text)")
                response.addHeader("Retry-After", "5")
                return response
            }
            return self.failure(500, "", "something is wrong here; in the log as \(id.text)")
        }
    }

    private func isJSON(_ type: String) -> Bool {
        let essence = type.split(separator: ";").first ?? ""
        return essence.split(separator: " ").joined().lowercased() == "application/json"
    }

    /// Cookies open nothing here: what has no key is no program of ours.
    private func key(of request: Request) throws(AccountError) -> ReadingKey? {
        guard let header = request.header("AUTHORIZATION"), header.lowercased().hasPrefix("bearer ") else { return nil }
        return try access.readingKey(String(header.dropFirst("bearer ".count)))
    }

    private func answer(_ request: Request, _ key: ReadingKey) throws -> Response {
        let draft = try QuestionReader.draft(request.body)
        // A site that the key does not open looks like one that does not exist.
        guard let owned = try access.site(domain: draft.site, for: .key(key)),
            authorize(.key(key), .queryReports, .site(owned)) == .allowed
        else {
            return failure(404, "site", "is not a site of this key")
        }
        let site = owned.site
        let query = try QuestionReader(goals: try reports.goals(of: site)).query(draft)
        try QuestionReader.check(query, today: try reports.today(of: site))
        let answer = try reports.answers([query], of: site)[0]
        return json(200, QueryAnswer(answer, query, site).json)
    }

    private func failure(_ status: Int, _ field: String, _ message: String) -> Response {
        json(status, "{\"error\":{\"field\":\(JSONWord.quoted(field)),\"message\":\(JSONWord.quoted(message))}}")
    }

    private func json(_ status: Int, _ text: String) -> Response {
        var response = Response(status: status, type: "application/json", body: Array((text + "\n").utf8))
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }
}

/// An answer as JSON.
struct QueryAnswer {
    private let answer: ReportAnswer
    private let query: ReportQuery
    private let site: Site

    init(_ answer: ReportAnswer, _ query: ReportQuery, _ site: Site) {
        self.answer = answer
        self.query = query
        self.site = site
    }

    var json: String {
        var text = """
            {"site":\(JSONWord.quoted(site.domain)),"time_zone":\(JSONWord.quoted(site.timeZone)),\
            "from":"\(answer.first)","to":"\(answer.last)","totals":\(metrics(answer.totals)),"rows":[
            """
        for (place, row) in answer.rows.enumerated() {
            if place > 0 { text += "," }
            text += self.row(row)
        }
        text += "],\"row_count\":\(answer.rowCount)"
        if let before = answer.before {
            text += """
                ,"before":{"from":"\(before.first)","to":"\(before.last)","totals":\(metrics(before.totals))}
                """
        }
        return text
            + ",\"visitor_identity\":\"\(answer.identity.rawValue)\",\"computed_at\":\"\(CivilTime(milliseconds: answer.computedAt.milliseconds).description)\"}"
    }

    private func row(_ row: ReportAnswer.Row) -> String {
        var fields: [String] = []
        if query.interval != nil { fields.append("\"time\":\(JSONWord.quoted(row.time))") }
        if !query.dimensions.isEmpty {
            fields.append("\"keys\":[\(row.keys.map { JSONWord.quoted($0) }.joined(separator: ","))]")
        }
        fields.append("\"metrics\":\(metrics(row.values))")
        if !row.before.isEmpty { fields.append("\"before\":\(metrics(row.before))") }
        return "{\(fields.joined(separator: ","))}"
    }

    private func metrics(_ values: [Double?]) -> String {
        let fields = zip(query.metrics, values).map { "\"\($0.rawValue)\":\(JSONWord.number($1))" }
        return "{\(fields.joined(separator: ","))}"
    }
}

/// Texts and numbers as JSON has them.
enum JSONWord {
    /// A text in quotation marks.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let code = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - code.utf8.count) + code
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// A number, whole where it is; `null` for none.
    static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "null" }
        return value == value.rounded() && value.magnitude < 9e15 ? "\(Int(value))" : "\(value)"
    }
}
