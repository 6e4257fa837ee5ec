import EventModel
import FastCGI
import Journal

/// Answers with the headers that let a page on another origin send and read (CORS, Fetch standard section 3.2).
///
/// The origin is echoed when some site lets its host send. `*` would not do: `sendBeacon` always includes
/// credentials, for which browsers refuse it. No cookie is ever set or read here, so that nothing is given away.
struct CrossOrigin: Sendable {
    private let allowed: String?
    /// The host of the page that sends, where the browser says one. It says `null` for pages with the policy `no-referrer`,
    /// and apps have origins of their own: neither is a page of the web that could be a foreign one.
    let host: String?

    init(request: Request, sites: SiteSnapshot) {
        guard let origin = request.parameters["HTTP_ORIGIN"], let address = WebAddress(origin) else {
            (allowed, host) = (nil, nil)
            return
        }
        allowed = sites.allows(host: address.host) ? origin : nil
        host = address.host
    }

    /// The answer to `OPTIONS`: which site it will be is not known before the body comes.
    func preflight(_ request: Request) -> Response {
        var response = response(status: 204)
        guard allowed != nil else { return response }
        response.addHeader("Access-Control-Allow-Methods", "POST, OPTIONS")
        // With credentials a literal * means the header named *; what was asked for is echoed instead.
        if let asked = request.header("ACCESS_CONTROL_REQUEST_HEADERS"), asked.utf8.count <= 256 {
            response.addHeader("Access-Control-Allow-Headers", asked)
        }
        response.addHeader("Access-Control-Max-Age", "86400")
        return response
    }

    /// The answer to events that the journal took, or could not take.
    func answer(to outcome: AppendOutcome) -> Response {
        switch outcome {
        case .accepted: response(status: 204)
        case .full, .unknown, .closed: response(status: 503, extra: ("Retry-After", "\(CrossOrigin.retryAfter)"))
        }
    }

    /// The answer to more events than may come. The page may read when to come again.
    func tooMany(_ standing: RateLimits.Standing) -> Response {
        var response = refusal(429, Rejection(met: standing))
        response.addMet(standing)
        return response
    }

    /// Seconds after which to come again. Not the same for all, or all would come at once.
    private static var retryAfter: Int { Int.random(in: 5...15) }

    /// The answer to a server whose events could not be taken.
    static var comeAgain: Response {
        var response = ServerEvents.json(503, "{\"error\":\"cannot be taken now, try again later\"}\n")
        response.addHeader("Retry-After", "\(retryAfter)")
        return response
    }

    /// The answer to what can never succeed, with the reason.
    func refusal(_ status: Int, _ rejection: Rejection) -> Response {
        var response = response(status: status)
        response.addHeader("Content-Type", "application/json")
        response.body = rejection.json
        return response
    }

    /// An answer that nobody may keep.
    func response(status: Int, extra: (name: StaticString, value: String)? = nil) -> Response {
        var response = Response(status: status)
        response.addHeader("Cache-Control", "no-store")
        response.addHeader("Vary", "Origin")
        if let allowed {
            response.addHeader("Access-Control-Allow-Origin", allowed)
            response.addHeader("Access-Control-Allow-Credentials", "true")
            // Of the headers of an answer, a page may read but a few others.
            if status == 429 || status == 503 {
                response.addHeader("Access-Control-Expose-Headers", "Retry-After, RateLimit, RateLimit-Policy")
            }
        }
        if let extra { response.addHeader(extra.name, extra.value) }
        return response
    }
}

/// What a beacon's body may call itself.
enum BeaconBody {
    /// `text/plain` is what `sendBeacon` gives a string, `application/json` what one would expect, and nothing at all
    /// is what some clients send. Everything else is somebody else's request.
    static func isAcceptable(contentType: String) -> Bool {
        // What browsers send, without a closer look.
        if contentType == "text/plain;charset=UTF-8" || contentType == "application/json" { return true }
        let type = contentType.prefix { $0 != ";" }.lowercased()
        return ["", "text/plain", "application/json"].contains(type.filter { $0 != " " })
    }
}
