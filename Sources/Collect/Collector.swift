public import EventModel
public import FastCGI
public import Journal
public import Pipeline
import Platform
import Synchronization

/// The edge of the house: takes what browsers send, turns it into events, runs them through the chain, hands the
/// hits to the journal and answers when the journal has them.
public final class Collector: Sendable {
    private let journal: any HitJournal
    private let sites: @Sendable () -> SiteSnapshot?
    private let chain: @Sendable () -> Chain
    private let counters = CollectCounters()

    /// A collector of these sites. `sites` and `chain` are asked at every request, so that both can be exchanged
    /// while requests run. While `sites` is still unknown, senders are asked to come again: to tell them that their
    /// site does not exist would lose their events.
    public init(
        journal: any HitJournal, sites: @escaping @Sendable () -> SiteSnapshot?,
        chain: @escaping @Sendable () -> Chain
    ) {
        self.journal = journal
        self.sites = sites
        self.chain = chain
    }

    /// Counts since the start.
    public var statistics: CollectStatistics { counters.statistics }

    /// Answers `/e`, `/p.gif` and `/footfall.js`; everything else is 404.
    public func handle(_ exchange: Exchange) {
        switch exchange.request.path {
        case "/e": beacon(exchange)
        case "/p.gif": pixel(exchange)
        case "/footfall.js": exchange.answer(TrackerScript.response(to: exchange.request))
        default: exchange.answer(Response(status: 404))
        }
    }

    private func beacon(_ exchange: Exchange) {
        let request = exchange.request
        guard let sites = sites() else {
            return exchange.answer(CrossOrigin(request: request, sites: SiteSnapshot()).answer(to: .full))
        }
        let origin = CrossOrigin(request: request, sites: sites)
        switch request.method {
        case "POST": break
        case "OPTIONS": return exchange.answer(origin.preflight(request))
        default: return exchange.answer(origin.response(status: 405, extra: ("Allow", "POST, OPTIONS")))
        }
        guard BeaconBody.isAcceptable(contentType: request.parameters["CONTENT_TYPE"] ?? "") else {
            counters.rejected.add(1, ordering: .relaxed)
            return exchange.answer(origin.refusal(415, Rejection("must be JSON, as text/plain or application/json")))
        }
        do throws(Rejection) {
            let wire = try WireEvent.decode(request.body)
            let sender = Sender(request: request)
            var events: [Event] = []
            events.reserveCapacity(wire.count)
            for (index, event) in wire.enumerated() {
                do throws(Rejection) {
                    events.append(try sender.event(event, sites: sites, index: index, of: wire.count))
                } catch {
                    var rejection = error
                    if wire.count > 1 { rejection.index = index }
                    throw rejection
                }
            }
            keep(events) { outcome in exchange.answer(origin.answer(to: outcome)) }
        } catch {
            counters.rejected.add(1, ordering: .relaxed)
            exchange.answer(origin.refusal(400, error))
        }
    }

    /// The pixel always answers its image: a broken picture on somebody's page would be our fault. The reason of a
    /// refusal stands in a header, for whoever looks.
    private func pixel(_ exchange: Exchange) {
        let request = exchange.request
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = Response(status: 405)
            response.addHeader("Allow", "GET, HEAD")
            return exchange.answer(response)
        }
        guard let sites = sites() else { return exchange.answer(Pixel.response(refusal: Pixel.later)) }
        var wire = WireEvent(query: request.query)
        if wire.url.isEmpty { wire.url = request.header("REFERER")?.prefix(bytes: WireEvent.Limit.url) ?? "" }
        do {
            let event = try Sender(request: request).event(wire, sites: sites, index: 0, of: 1)
            keep([event]) { outcome in
                exchange.answer(Pixel.response(refusal: outcome == .accepted ? nil : Pixel.later))
            }
        } catch {
            counters.rejected.add(1, ordering: .relaxed)
            exchange.answer(Pixel.response(refusal: error.field.map { "\($0) \(error.message)" } ?? error.message))
        }
    }

    /// Runs the chain and hands on what it leaves. An event that a filter drops is answered like any other: the
    /// client has done nothing wrong, and must not learn of it.
    private func keep(_ events: [Event], answer: @escaping @Sendable (AppendOutcome) -> Void) {
        let chain = chain()
        var hits: [Hit] = []
        hits.reserveCapacity(events.count)
        for var event in events {
            if chain.run(&event) == .keep { hits.append(event.hit) }
        }
        counters.received.add(events.count, ordering: .relaxed)
        counters.dropped.add(events.count - hits.count, ordering: .relaxed)
        guard !hits.isEmpty else { return answer(.accepted) }
        let count = hits.count
        journal.append(hits) { [counters] outcome in
            counters.count(outcome, hits: count)
            answer(outcome)
        }
    }
}

/// What the edge has done since its start.
public struct CollectStatistics: Sendable {
    /// Events that were well formed and went into the chain.
    public var received: Int
    /// Of these, events that a filter dropped.
    public var dropped: Int
    /// Of these, events that the journal took.
    public var accepted: Int
    /// Of these, events that the journal had no room for; their senders were asked to come again.
    public var refused: Int
    /// Requests that could never succeed.
    public var rejected: Int
}

final class CollectCounters: Sendable {
    let received = Atomic(0)
    let dropped = Atomic(0)
    let accepted = Atomic(0)
    let refused = Atomic(0)
    let rejected = Atomic(0)

    func count(_ outcome: AppendOutcome, hits: Int) {
        switch outcome {
        case .accepted: accepted.add(hits, ordering: .relaxed)
        case .full, .closed: refused.add(hits, ordering: .relaxed)
        }
    }

    var statistics: CollectStatistics {
        CollectStatistics(
            received: received.load(ordering: .relaxed), dropped: dropped.load(ordering: .relaxed),
            accepted: accepted.load(ordering: .relaxed), refused: refused.load(ordering: .relaxed),
            rejected: rejected.load(ordering: .relaxed))
    }
}
