public import EventModel
public import FastCGI
public import Journal
public import Pipeline
import Platform
import Synchronization

/// The edge of the house: takes what browsers and servers send, turns it into events, runs them through the chain, hands
/// the hits to the journal and answers when the journal has them.
public final class Collector: Sendable {
    let journal: JournalWriter
    let settings: CollectSettings
    let sites: @Sendable () -> SiteSnapshot?
    private let chain: @Sendable () -> Chain
    private let counters = CollectCounters()
    let now: @Sendable () -> Timestamp
    let refusals = Refusals()

    /// How many events may come.
    public let limits: RateLimits
    /// On which day which secret key was used.
    public let keyUses = KeyUses()
    /// Who looks at events on their way.
    public let inspector = Inspector()

    /// A collector of these sites. `sites` and `chain` are asked at every request, so that both can be exchanged
    /// while requests run. While `sites` is still unknown, senders are asked to come again: to tell them that their
    /// site does not exist would lose their events. `limits` are made of the settings unless somebody has them already.
    public convenience init(
        journal: JournalWriter, settings: CollectSettings = CollectSettings(), limits: RateLimits? = nil,
        sites: @escaping @Sendable () -> SiteSnapshot?, chain: @escaping @Sendable () -> Chain
    ) {
        self.init(journal: journal, settings: settings, limits: limits, sites: sites, chain: chain) {
            Timestamp(milliseconds: Clock.wallMilliseconds())
        }
    }

    init(
        journal: JournalWriter, settings: CollectSettings = CollectSettings(), limits: RateLimits? = nil,
        sites: @escaping @Sendable () -> SiteSnapshot?, chain: @escaping @Sendable () -> Chain,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.now = now
        self.journal = journal
        self.settings = settings
        self.sites = sites
        self.chain = chain
        self.limits = limits ?? RateLimits(settings.limits)
    }

    /// Counts since the start.
    public var statistics: CollectStatistics {
        counters.statistics(limits: limits, forged: refusals.forged)
    }

    /// Answers `/e`, `/p.gif`, `/api/v1/events` and `/footfall.js`; everything else is 404.
    public func handle(_ exchange: Exchange) {
        // Whatever happens in here, a successor of this process knows on which request it happened.
        let checksum = exchange.request.checksum
        CrashMarker.working(on: checksum) { handle(exchange, hasCrashed: settings.crashes.contains(checksum)) }
    }

    private func handle(_ exchange: Exchange, hasCrashed: Bool) {
        switch exchange.request.path {
        case "/e": beacon(exchange, hasCrashed)
        case "/p.gif": pixel(exchange, hasCrashed)
        case "/api/v1/events": serverEvents(exchange, hasCrashed)
        case "/footfall.js": exchange.answer(TrackerScript.response(to: exchange.request, sites: sites(), now: now()))
        default: exchange.answer(Response(status: 404))
        }
    }

    private func beacon(_ exchange: Exchange, _ hasCrashed: Bool) {
        let request = exchange.request
        let reply = exchange.reply
        guard let sites = sites() else {
            return exchange.answer(CrossOrigin(request: request, sites: SiteSnapshot()).answer(to: .full))
        }
        let origin = CrossOrigin(request: request, sites: sites)
        switch request.method {
        case "POST": break
        case "OPTIONS": return exchange.answer(origin.preflight(request))
        default: return exchange.answer(origin.response(status: 405, extra: ("Allow", "POST, OPTIONS")))
        }
        // Before anybody looks at the body: a flood should cost little.
        let address = Sender.address(of: request)
        if let met = limits.met(address: address) { return refuse(1, met) { reply.answer(origin.tooMany(met)) } }
        do throws(Rejection) {
            guard BeaconBody.isAcceptable(contentType: request.parameters["CONTENT_TYPE"] ?? "") else {
                throw Rejection(.unsupportedType, "must be JSON, as text/plain or application/json")
            }
            guard request.body.count <= settings.beaconBytes else {
                throw Rejection(.tooLarge, "is larger than \(settings.beaconBytes) bytes")
            }
            try refuse(hasCrashed)
            let wire = try WireEvent.decode(request.body)
            let sender = Sender(request: request, address: address, now: now())
            var events: [Event] = []
            events.reserveCapacity(wire.count)
            for (index, event) in wire.enumerated() {
                do throws(Rejection) {
                    events.append(
                        try sender.event(
                            event, sites: sites, pageHost: origin.host, index: index, of: wire.count))
                } catch {
                    var rejection = error
                    if wire.count > 1 { rejection.index = index }
                    throw rejection
                }
            }
            if let met = met(by: events, from: address, sites, isReplayed: Sender.isReplayed(request)) {
                return refuse(wire.count, met, events) { reply.answer(origin.tooMany(met)) }
            }
            keep(events, sites) { outcome, refused in
                if var first = refused.first, refused.count == wire.count {
                    if wire.count == 1 { first.index = nil }
                    return reply.answer(origin.refusal(400, first))
                }
                reply.answer(origin.answer(to: outcome))
            }
        } catch {
            let status =
                switch error.reason {
                case .tooLarge: 413
                case .unsupportedType: 415
                default: 400
                }
            count(error) { reply.answer(origin.refusal(status, error)) }
        }
    }

    /// The pixel always answers its image: a broken picture on somebody's page would be our fault. The reason of a
    /// refusal stands in a header, for whoever looks.
    private func pixel(_ exchange: Exchange, _ hasCrashed: Bool) {
        let request = exchange.request
        let reply = exchange.reply
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = Response(status: 405)
            response.addHeader("Allow", "GET, HEAD")
            return exchange.answer(response)
        }
        guard let sites = sites() else { return exchange.answer(Pixel.response(refusal: Pixel.later)) }
        let address = Sender.address(of: request)
        if let met = limits.met(address: address) { return refuse(1, met) { reply.answer(Pixel.tooMany(met)) } }
        var wire = WireEvent(query: request.query)
        wire.signals.insert(.pixel)
        if wire.url.isEmpty { wire.url = request.header("REFERER")?.cut(bytes: WireEvent.Limit.url) ?? "" }
        do throws(Rejection) {
            try refuse(hasCrashed)
            // An image says where it stands in `Referer`; in `Origin`, too, where the page asks for CORS.
            let origin = request.header("ORIGIN").flatMap { WebAddress($0) }
            let page = origin ?? request.header("REFERER").flatMap { WebAddress($0) }
            let event = try Sender(request: request, address: address, now: now()).event(
                wire, sites: sites, pageHost: page?.host, index: 0, of: 1)
            if let met = met(by: [event], from: nil, sites, isReplayed: Sender.isReplayed(request)) {
                return refuse(1, met, [event]) { reply.answer(Pixel.tooMany(met)) }
            }
            keep([event], sites) { outcome, refused in
                let refusal = outcome == .accepted ? refused.first?.message : Pixel.later
                reply.answer(Pixel.response(refusal: refusal))
            }
        } catch {
            let refusal = error.field.map { "\($0) \(error.message)" } ?? error.message
            count(error) { reply.answer(Pixel.response(refusal: refusal)) }
        }
    }

    private func serverEvents(_ exchange: Exchange, _ hasCrashed: Bool) {
        let request = exchange.request
        let reply = exchange.reply
        guard request.method == "POST" else {
            var response = Response(status: 405)
            response.addHeader("Allow", "POST")
            return exchange.answer(response)
        }
        guard let sites = sites() else { return exchange.answer(CrossOrigin.comeAgain) }
        do throws(ServerEvents.Refusal) {
            do throws(Rejection) { try refuse(hasCrashed) } catch {
                throw ServerEvents.Refusal(status: 400, rejection: error)
            }
            let (reading, standing) = try read(
                ServerEvents(request: request, sites: sites, limit: settings.batchBytes, now: now()))
            let (number, rejections, places) = (reading.events.count, reading.rejections, reading.places)
            keep(reading.events, sites, rejections) { outcome, refused in
                guard outcome == .accepted else { return reply.answer(CrossOrigin.comeAgain) }
                let placed = refused.map { rejection in
                    var rejection = rejection
                    rejection.index = rejection.index.map { places[$0] }
                    return rejection
                }
                reply.answer(
                    ServerEvents.answer(
                        accepted: number - refused.count, rejections: rejections + placed, standing: standing))
            }
        } catch {
            let answer: @Sendable () -> Void = {
                var response = ServerEvents.json(error.status, error.rejection.object + "\n")
                switch error.rejection.reason {
                case .unknownKey: response.addHeader("WWW-Authenticate", "Bearer")
                case .keyExpired: response.addHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"")
                case .keyScope: response.addHeader("WWW-Authenticate", "Bearer error=\"insufficient_scope\"")
                default: break
                }
                if let met = error.met { response.addMet(met) }
                reply.answer(response)
            }
            if error.met == nil { count(error.rejection, answer: answer) } else { answer() }
        }
    }

    /// Refuses a request that has ended the process before. Its sender would only send it again.
    private func refuse(_ hasCrashed: Bool) throws(Rejection) {
        guard hasCrashed else { return }
        throw Rejection(.crashed, "cannot be worked on; the operator's log says more")
    }

    /// Runs the chain and hands on what it leaves. An event that a filter drops is answered like any other: the
    /// client has done nothing wrong, and must not learn of it. One that a filter rejects is named to its sender, by its
    /// place among `events`. What was dropped or rejected is counted in the same commit as what was kept.
    private func keep(
        _ events: consuming [Event], _ sites: SiteSnapshot, _ rejections: [Rejection] = [],
        answer: @escaping @Sendable (AppendOutcome, _ refused: [Rejection]) -> Void
    ) {
        let chain = chain()
        let number = events.count
        var items = EncodedItems(hits: number)
        var level = AckLevel.journal
        var hits = 0
        var refused: [Rejection] = []
        var known: (site: SiteID, level: AckLevel)?
        // In place: an event has some twenty texts, and a copy counts references to all of them.
        for index in events.indices {
            let site = events[index].hit.site
            let outcome = run(chain, &events[index], site)
            switch outcome {
            case .keep:
                items.append(events[index].hit)
                if events[index].hit.quarantine == Sender.forged { refusals.countForged(of: site) }
                hits += 1
                if known?.site != site { known = (site, sites.site(site)?.ack ?? settings.ack) }
                if known?.level == .fsync { level = .fsync }
            case .drop(_, let reason):
                let receivedAt = events[index].hit.receivedAt
                items.append(LedgerDelta(site: site, receivedAt: receivedAt, outcome: .dropped, reason: reason))
            case .reject(_, let reason, let message):
                let receivedAt = events[index].hit.receivedAt
                items.append(LedgerDelta(site: site, receivedAt: receivedAt, outcome: .rejected, reason: reason))
                refused.append(Rejection(.refusedByChain, message, index: index))
            }
        }
        append(rejections, to: &items)
        counters.count(rejections)
        counters.rejected.add(refused.count, ordering: .relaxed)
        counters.received.add(number, ordering: .relaxed)
        counters.dropped.add(number - hits - refused.count, ordering: .relaxed)
        let (count, list) = (hits, refused)
        journal.append(items, level: hits > 0 ? level : settings.ack) { [counters] outcome in
            counters.count(outcome, hits: count)
            answer(outcome, list)
        }
    }

    private func run(_ chain: Chain, _ event: inout Event, _ site: SiteID) -> ChainOutcome {
        guard inspector.isLooking(at: site) else { return chain.run(&event) }
        let (outcome, trace) = chain.trace(&event)
        inspector.keep(trace)
        return outcome
    }

    /// Counts what was rejected, and answers when the count is safe; or at once, when there is no room for it.
    private func count(_ rejection: Rejection, answer: @escaping @Sendable () -> Void) {
        counters.count([rejection])
        var items = EncodedItems()
        append([rejection], to: &items)
        journal.append(items, level: settings.ack) { _ in answer() }
    }

    private func append(_ rejections: [Rejection], to items: inout EncodedItems) {
        if rejections.isEmpty { return }
        let now = now()
        // Those of a limit are counted elsewhere.
        for rejection in rejections where rejection.reason != .rateLimited {
            items.append(
                LedgerDelta(
                    site: rejection.site, receivedAt: now, outcome: .rejected, reason: rejection.reason.rawValue))
        }
    }
}

/// Bounds and habits of the edge.
public struct CollectSettings: Sendable {
    /// How safe an event is when its sender is told that it was taken, where its site does not say.
    public var ack = AckLevel.fsync
    /// Largest body of a beacon.
    public var beaconBytes = 65_536
    /// Largest body of a server's batch, unpacked.
    public var batchBytes = 1 << 20
    /// How many events may come.
    public var limits = RateLimits.Settings()
    /// Checksums of requests that have ended the process before.
    public var crashes: Set<UInt64> = []

    /// Every default.
    public init() {}
}

extension Request {
    /// Tells this request from others, however often it comes: all that the edge and the chain look at, except for the
    /// address, which a client may change between two tries.
    var checksum: UInt64 {
        var head = Checksum.crc32c(Array(query.utf8), seed: UInt32(truncatingIfNeeded: body.count))
        for name in ["HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_ORIGIN", "HTTP_ACCEPT_LANGUAGE", "HTTP_CONTENT_ENCODING"]
        {
            if let value = parameters.slice(name) { head = Checksum.crc32c(value, seed: head) }
        }
        return UInt64(Checksum.crc32c(body, seed: head)) << 32 | UInt64(head)
    }
}
