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

    /// What a request brought.
    struct Reading {
        var site: Site
        var events: [Event]
        /// Where each of the events stood in the body.
        var places: [Int] = []
        var rejections: [Rejection]
    }

    /// A request that is answered without an event being taken.
    struct Refusal: Error {
        var status: Int
        var rejection: Rejection
    }

    func read() throws(Refusal) -> Reading {
        guard let site = site() else {
            throw Refusal(
                status: 401,
                rejection: Rejection(.unknownSite, "needs \"Authorization: Bearer\" with a secret key of a site"))
        }
        do throws(Rejection) {
            return try read(body: try unpacked(), site: site)
        } catch {
            var rejection = error
            if rejection.site == .unknown { rejection.site = site.id }
            let status =
                switch rejection.reason {
                case .tooLarge: 413
                case .unsupportedType: 415
                default: 400
                }
            throw Refusal(status: status, rejection: rejection)
        }
    }

    private func site() -> Site? {
        guard let header = request.header("AUTHORIZATION"), header.prefix(7).lowercased() == "bearer " else {
            return nil
        }
        return sites.site(secretKeyHash: SecretKey.hash(String(header.dropFirst(7))))
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

    private func read(body: [UInt8], site: Site) throws(Rejection) -> Reading {
        var wires: [(index: Int, event: WireEvent)] = []
        var rejections: [Rejection] = []
        try WireEvent.scan(body, limit: WireEvent.Limit.eventsPerBatch, lines: true) { scanner, index in
            let beginning = scanner
            do {
                wires.append((index ?? 0, try WireEvent.event(&scanner, from: .server, index: index)))
            } catch let rejection as Rejection {
                rejections.append(rejection)
                scanner = beginning
                try scanner.skip()
            }
        }
        let count = wires.count + rejections.count
        let sender = Sender(request: request)
        var reading = Reading(site: site, events: [], rejections: rejections)
        reading.events.reserveCapacity(wires.count)
        for (index, wire) in wires {
            do throws(Rejection) {
                reading.events.append(try sender.serverEvent(wire, site: site, index: index, of: count))
                reading.places.append(index)
            } catch {
                var rejection = error
                rejection.index = index
                reading.rejections.append(rejection)
            }
        }
        for place in reading.rejections.indices { reading.rejections[place].site = site.id }
        return reading
    }

    /// Most rejections that an answer lists: it has to fit a socket's buffer, for it is written between two commits.
    private static let listedRejections = 100

    /// The answer once the journal has the events.
    static func answer(accepted: Int, rejections: [Rejection]) -> Response {
        let ordered = rejections.sorted { ($0.index ?? 0) < ($1.index ?? 0) }
        let list = ordered.prefix(listedRejections).map(\.listed).joined(separator: ",")
        let more =
            rejections.count > listedRejections ? ",\"more_rejected\":\(rejections.count - listedRejections)" : ""
        let status = accepted == 0 && !rejections.isEmpty ? 400 : 200
        return json(status, "{\"accepted\":\(accepted),\"rejected\":[\(list)]\(more)}\n")
    }

    /// An answer in JSON that nobody may keep.
    static func json(_ status: Int, _ text: String) -> Response {
        var response = Response(status: status, type: "application/json", body: Array(text.utf8))
        response.addHeader("Cache-Control", "no-store")
        return response
    }
}
