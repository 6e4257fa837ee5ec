import Accounts
import EventModel
import FastCGI
import Platform

/// What people may ask about themselves, without a name: what is kept of their own visit of today, and its end.
///
///     GET  /footfall/privacy/DOMAIN/mine          lines of JSON, as `footfall person export` prints them
///     POST /footfall/privacy/DOMAIN/mine/erase    202: a page for browsers, {"erasure":NUMBER} for programs
///
/// Whoever asks is recognised as events are: by address and browser, under the salt of the day.
extension SettingsHandler {
    func ownData(_ inquiry: Inquiry) throws(AccountError) -> Response {
        guard gateway.isSelfServiceOpen(),
            let site = try accounts.visitedSite(domain: inquiry.match.parameters["domain"] ?? "")
        else { return ownDataAnswer(404, "There is no such page", "nothing is answered here", inquiry) }
        // Whoever shares the address, and guesses at browsers, would read other people's visits.
        guard ownData.takes(NetworkWords.of(inquiry.address), at: Clock.wallMilliseconds()) else {
            return tooMany("your network has asked for this too often, try again in an hour", inquiry)
        }
        switch gateway.recognise(inquiry.request, site) {
        case .away: return ownDataAnswer(503, "One moment", "this is away for a moment, try again soon", inquiry)
        case .nobody:
            guard inquiry.match.route == .eraseOwnData else { return lines([]) }
            return ownDataAnswer(404, "There is nothing of you", "nothing is kept of a visit of yours today", inquiry)
        case .visitor(let visitor):
            guard inquiry.match.route == .eraseOwnData else { return lines(try accounts.exportOwn(visitor, of: site)) }
            return erased(try accounts.eraseOwn(visitor, of: site), inquiry)
        }
    }

    private func lines(_ lines: [String]) -> Response {
        // As a file: a browser would show it as one long paragraph.
        var response = answer(200, "application/x-ndjson", lines.map { $0 + "\n" }.joined())
        response.addHeader("Content-Disposition", "attachment; filename=\"my-visit.jsonl\"")
        return response
    }

    private func erased(_ number: Int32?, _ inquiry: Inquiry) -> Response {
        guard let number else {
            return tooMany("too many have asked for this within an hour, try again later", inquiry)
        }
        guard inquiry.wantsPage else { return answer(202, "application/json", "{\"erasure\":\(number)}\n") }
        let page = ErrorPage(
            title: "Your visit is being erased",
            advice: """
                In a few seconds no report shows it any more, and within a day it is off the disk. Pages that you open from now \
                on count anew.
                """, surroundings: Surroundings(audience: .everybody))
        return Response.page(status: 202, page.html)
    }

    private func tooMany(_ words: String, _ inquiry: Inquiry) -> Response {
        var response = ownDataAnswer(429, "One moment", words, inquiry)
        response.addHeader("Retry-After", "3600")
        return response
    }

    private func ownDataAnswer(_ status: Int, _ title: String, _ words: String, _ inquiry: Inquiry) -> Response {
        guard inquiry.wantsPage else { return answer(status, "application/json", "{\"error\":\"\(words)\"}\n") }
        let page = ErrorPage(title: title, advice: "\(words)", surroundings: Surroundings(audience: .everybody))
        return Response.page(status: status, page.html)
    }

    private func answer(_ status: Int, _ type: StaticString, _ body: String) -> Response {
        var response = Response(status: status, type: type, body: Array(body.utf8))
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }
}

extension Inquiry {
    /// Whether a browser asks for something to look at, and no program.
    fileprivate var wantsPage: Bool { request.header("ACCEPT")?.contains("text/html") ?? false }
}
