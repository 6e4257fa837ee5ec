import Cryptography
import EventModel
import FastCGI
import Platform

/// Who sent a request, as far as its headers tell.
struct Sender {
    private let visitor: Visitor
    private let requestID: UInt128
    let receivedAt: Timestamp

    /// Reads the request's parameters. The address is nginx's `REMOTE_ADDR` and nothing else: every header that names
    /// an address can be forged, and nginx's realip module has judged them already.
    init(request: Request, now: Timestamp = Timestamp(milliseconds: Clock.wallMilliseconds())) {
        self.init(request: request, address: Sender.address(of: request), now: now)
    }

    /// The same, where somebody has read the address already.
    init(request: Request, address: IPAddress?, now: Timestamp = Timestamp(milliseconds: Clock.wallMilliseconds())) {
        receivedAt = Sender.moment(request.parameters["FOOTFALL_RECEIVED_AT"], now: now)
        visitor = Visitor(
            address: address,
            userAgent: (request.parameters["HTTP_USER_AGENT"] ?? "").prefix(bytes: 1024),
            acceptLanguage: (request.parameters["HTTP_ACCEPT_LANGUAGE"] ?? "").prefix(bytes: 256),
            clientHints: request.parameters.clientHints, place: request.parameters.edgePlace,
            signals: request.parameters.signals)
        // nginx's own id stays the same when it tries another upstream, so that a retry is recognised.
        requestID =
            request.parameters["FOOTFALL_REQUEST_ID"].flatMap { EventID(hexadecimal: $0)?.value }
            ?? Randomness.bits128()
    }

    static func address(of request: Request) -> IPAddress? {
        request.parameters["REMOTE_ADDR"].flatMap { IPAddress($0) }
    }

    /// Whether the request is one that nginx had kept, and answered long ago.
    static func isReplayed(_ request: Request) -> Bool { request.parameters.slice("FOOTFALL_RECEIVED_AT") != nil }

    /// When nginx had the request, as `footfall replay` says of those that nginx kept. Of a client's headers nginx makes
    /// only `HTTP_…`, so that nobody else can say it; a wrong clock may not reach the future, nor more than 30 days back.
    private static func moment(_ text: String?, now: Timestamp) -> Timestamp {
        guard let milliseconds = text.flatMap({ Int64($0) }) else { return now }
        let oldest = now.milliseconds - 30 * 24 * 60 * 60 * 1000
        return Timestamp(milliseconds: min(max(milliseconds, oldest), now.milliseconds))
    }

    /// An event for the chain, if its site exists and lets the page's host send. `pageHost` is the host of the page that
    /// the browser names beside that (`Origin`, for an image `Referer`), where it names one: a page can write any address
    /// into an event, but not into these.
    ///
    /// Events of one request come a millisecond after each other, the last one when the request came: their order
    /// tells entry from exit and source from later page.
    func event(
        _ wire: WireEvent, sites: SiteSnapshot, pageHost: String? = nil, index: Int, of count: Int
    ) throws(Rejection) -> Event {
        guard !wire.site.isEmpty else { throw Rejection(.missingField, field: "s", "is missing: the site's key") }
        guard let site = sites.byKey[wire.site] else {
            throw Rejection(.unknownSite, field: "s", "is not the key of a site")
        }
        if let pageHost, !site.allows(host: pageHost) {
            var rejection = Rejection(.hostNotAllowed, "comes from a page whose host is not allowed for this site")
            rejection.site = site.id
            throw rejection
        }
        var visitor = visitor
        visitor.pageURL = Sensitive(wire.url)
        visitor.referrerURL = Sensitive(wire.referrer)
        visitor.signals.formUnion(wire.signals)
        visitor.clock = wire.clock
        var hit = try hit(wire, site: site, index: index, of: count, from: .browser)
        if site.needsScriptToken, !ScriptToken.isGood(wire.token, secret: site.scriptSecret, at: receivedAt) {
            hit.quarantine = Sender.forged
        }
        return Event(hit: hit, visitor: visitor)
    }

    /// Why events are kept apart that cannot show a token of their site's script.
    static let forged = "script_token"

    /// An event that a server sends about one of its visitors, whom only its fields describe: the request's own
    /// address is that of the server.
    func serverEvent(_ wire: WireEvent, site: Site, index: Int, of count: Int) throws(Rejection) -> Event {
        let visitor = Visitor(
            address: IPAddress(wire.address), userAgent: wire.userAgent, pageURL: wire.url, referrerURL: wire.referrer,
            user: wire.user, signals: wire.signals.union(.fromServer), clock: wire.clock)
        return Event(hit: try hit(wire, site: site, index: index, of: count, from: .server), visitor: visitor)
    }

    private func hit(
        _ wire: WireEvent, site: Site, index: Int, of count: Int, from origin: WireEvent.Origin
    ) throws(Rejection) -> Hit {
        do throws(Rejection) {
            guard !wire.url.isEmpty else {
                throw Rejection(.missingField, field: "u", "is missing: the page's full URL")
            }
            guard let address = WebAddress(wire.url) else {
                throw Rejection(field: "u", "is not a full http or https URL")
            }
            guard site.allows(host: address.host) else {
                throw Rejection(.hostNotAllowed, field: "u", "host not allowed for this site")
            }
            guard !wire.name.isEmpty else { throw Rejection(field: "n", "is empty") }
        } catch {
            var rejection = error
            rejection.site = site.id
            throw rejection
        }
        var hit = Hit(
            site: site.id, id: id(of: wire, index: index, from: origin), name: wire.name,
            receivedAt: receivedAt, time: receivedAt.advanced(byMilliseconds: Int64(index + 1 - count)))
        hit.title = wire.title
        hit.viewportWidth = wire.width
        hit.properties = wire.properties
        return hit
    }

    /// The highest bit tells whether a server has sent the event: whoever guesses the number of an order must not be able
    /// to send its id from a browser first, so that the server's event would count as the second of two.
    private func id(of wire: WireEvent, index: Int, from origin: WireEvent.Origin) -> EventID {
        var id = EventID(requestID &+ UInt128(index))
        if !wire.id.isEmpty {
            id = EventID(hexadecimal: wire.id) ?? EventID(ContentHash.bits128(of: Array(wire.id.utf8)))
        }
        let mark: UInt128 = 1 << 127
        return EventID(origin == .server ? id.value | mark : id.value & ~mark)
    }
}
