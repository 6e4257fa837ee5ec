import Compression
import Cryptography
import EventModel
import FastCGI

/// `POST /api/v1/events`: events from servers, with a secret key. One JSON object, an array, or NDJSON; also with gzip.
///
///     Authorization: Bearer ff_sk_…
///     → 200 {"accepted":2,"rejected":[{"error":"host not allowed for this site","field":"u","index":1}]}
///
/// Every event is judged by itself. What is not JSON is refused as a whole, with the place, and nothing of it is taken.
struct ServerEvents {
    let request: Request
    let sites: SiteSnapshot
    /// Bytes of a body, unpacked.
    let limit: Int
    /// When the request came.
    let now: Timestamp

    /// What a request brought.
    struct Reading {
        var events: [Event] = []
        /// Where each of the events stood in the body.
        var places: [Int] = []
        var rejections: [Rejection] = []
    }

    /// A request that is answered without an event being taken.
    struct Refusal: Error {
        var status: Int
        var rejection: Rejection
        /// The limit that was met, for 429.
        var met: RateLimits.Standing?
    }

    /// Who sends.
    func key() throws(Refusal) -> SendingKey {
        guard let header = request.header("AUTHORIZATION"), header.prefix(7).lowercased() == "bearer ",
            let key = sites.key(hash: SecretKey.hash(String(header.dropFirst(7))))
        else {
            throw Refusal(
                status: 401,
                rejection: Rejection(.unknownKey, "needs \"Authorization: Bearer\" with a secret key of a site"))
        }
        func refusal(_ status: Int, _ reason: Rejection.Reason, _ message: String) -> Refusal {
            var rejection = Rejection(reason, message)
            if key.sites.count == 1 { rejection.site = key.sites[0] }
            return Refusal(status: status, rejection: rejection)
        }
        guard !key.isExpired(at: now) else { throw refusal(401, .keyExpired, "this secret key has expired") }
        guard key.maySend else { throw refusal(403, .keyScope, "this secret key may not send events") }
        return key
    }

    func read(with key: SendingKey) throws(Refusal) -> Reading {
        do throws(Rejection) {
            return try read(body: try unpacked(), key: key)
        } catch {
            var rejection = error
            if rejection.site == .unknown, key.sites.count == 1 { rejection.site = key.sites[0] }
            let status =
                switch rejection.reason {
                case .tooLarge: 413
                case .unsupportedType: 415
                default: 400
                }
            throw Refusal(status: status, rejection: rejection)
        }
    }

    private func unpacked() throws(Rejection) -> [UInt8] {
        switch request.header("CONTENT_ENCODING") ?? "" {
        case "", "identity":
            guard request.body.count <= limit else { throw tooLarge }
            return request.body
        case "gzip", "x-gzip":
            do throws(CompressionError) {
                // Never more than the limit, however little was sent: a few KiB can unpack to gigabytes.
                return try Gzip.inflate(request.body, limit: limit)
            } catch {
                if case .tooLong = error { throw tooLarge }
                throw Rejection(.malformed, "is not whole gzip data")
            }
        default:
            throw Rejection(.unsupportedType, "is compressed in a way that is not known here; gzip is")
        }
    }

    private var tooLarge: Rejection { Rejection(.tooLarge, "is larger than \(limit) bytes") }

    private func read(body: [UInt8], key: SendingKey) throws(Rejection) -> Reading {
        var wires: [(index: Int, event: WireEvent)] = []
        var rejections: [Rejection] = []
        let only = key.sites.count == 1 ? sites.site(key.sites[0]) : nil
        try WireEvent.scan(body, limit: WireEvent.Limit.eventsPerBatch, lines: true) { scanner, index in
            let beginning = scanner
            do {
                wires.append((index ?? 0, try WireEvent.event(&scanner, from: .server, index: index)))
            } catch var rejection as Rejection {
                rejection.site = only?.id ?? .unknown
                rejections.append(rejection)
                scanner = beginning
                try scanner.skip()
            }
        }
        let count = wires.count + rejections.count
        let sender = Sender(request: request, address: Sender.address(of: request), now: now)
        var reading = Reading(rejections: rejections)
        reading.events.reserveCapacity(wires.count)
        for (index, wire) in wires {
            do throws(Rejection) {
                let site = try site(of: wire, key: key, only: only)
                reading.events.append(try sender.serverEvent(wire, site: site, index: index, of: count))
                reading.places.append(index)
            } catch {
                var rejection = error
                rejection.index = index
                reading.rejections.append(rejection)
            }
        }
        return reading
    }

    /// The site that an event is for: the one that it names by its key, or the only one that the secret key is good for.
    private func site(of wire: WireEvent, key: SendingKey, only: Site?) throws(Rejection) -> Site {
        if wire.site.isEmpty {
            if let only { return only }
            throw Rejection(
                .siteNotOfKey, field: "s",
                key.sites.isEmpty
                    ? "is of no use: this secret key is good for no site"
                    : "is missing: this secret key is good for several sites, so each event names its own")
        }
        guard let site = sites.byKey[wire.site], key.sites.contains(site.id) else {
            throw Rejection(.siteNotOfKey, field: "s", "is not the key of a site that this secret key is good for")
        }
        return site
    }

    /// Most rejections that an answer lists: it has to fit a socket's buffer, for it is written between two commits.
    private static let listedRejections = 100

    /// The answer once the journal has the events.
    static func answer(
        accepted: Int, rejections: [Rejection], standing: RateLimits.Standing? = nil
    ) -> Response {
        let ordered = rejections.sorted { ($0.index ?? 0) < ($1.index ?? 0) }
        let list = ordered.prefix(listedRejections).map(\.object).joined(separator: ",")
        let more =
            rejections.count > listedRejections ? ",\"more_rejected\":\(rejections.count - listedRejections)" : ""
        // Where nothing was taken, but some of it may be when it comes again, 400 would have it thrown away.
        let isLater = rejections.contains { $0.reason == .rateLimited }
        let status = accepted > 0 || rejections.isEmpty ? 200 : isLater ? 429 : 400
        var response = json(status, "{\"accepted\":\(accepted),\"rejected\":[\(list)]\(more)}\n")
        // Servers can pace themselves by it, before they have to.
        if let standing, standing.isGranted { response.addLimit(standing) }
        if let standing, !standing.isGranted { response.addMet(standing) }
        return response
    }

    /// An answer in JSON that nobody may keep.
    static func json(_ status: Int, _ text: String) -> Response {
        var response = Response(status: status, type: "application/json", body: Array(text.utf8))
        response.addHeader("Cache-Control", "no-store")
        return response
    }
}
