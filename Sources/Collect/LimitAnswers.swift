import FastCGI

/// How an answer tells its client of a limit: `Retry-After` (RFC 9110), and the fields `RateLimit-Policy` and `RateLimit`
/// of draft-ietf-httpapi-ratelimit-headers-11, as structured fields:
///
///     RateLimit-Policy: "site";q=20000;w=10;footfall-unit="events"
///     RateLimit: "site";r=0;t=3
///
/// `q` events may come in `w` seconds; `r` may still come within the next `t`. The draft has no unit for events, and lets
/// a parameter with a vendor's name say it.
extension Response {
    /// Adds where a limit stands.
    mutating func addLimit(_ standing: RateLimits.Standing) {
        let rate = standing.rate
        addHeader(
            "RateLimit-Policy",
            "\"\(standing.limit.rawValue)\";q=\(rate.capacity);w=\(rate.seconds);footfall-unit=\"events\"")
        addHeader("RateLimit", "\"\(standing.limit.rawValue)\";r=\(standing.left);t=\(standing.seconds)")
    }

    /// Adds a limit that was met, and when to come again: not all at the same moment, and never before `t` is over.
    mutating func addMet(_ standing: RateLimits.Standing) {
        addHeader("Retry-After", "\(standing.seconds + Int.random(in: 0...max(1, standing.seconds / 2)))")
        addLimit(standing)
    }
}

extension Rejection {
    /// The refusal of events for which there was no room in a limit.
    init(met standing: RateLimits.Standing) {
        let whose =
            switch standing.limit {
            case .site: "of this site"
            case .key: "with this key"
            case .address: "from this network"
            }
        self.init(
            .rateLimited, "too many events \(whose): \(standing.rate.perSecond) a second are taken, try again later")
    }
}
