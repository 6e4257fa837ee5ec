public import EventModel
import Journal

/// What keeps floods and wrong keys away.
extension Collector {
    /// Where the limit of a site stands, for its page.
    public func limitState(of id: SiteID) -> LimitState? {
        guard let site = sites()?.site(id) else { return nil }
        let standing = limits.look(site: site)
        return LimitState(
            eventsPerSecond: standing?.rate.perSecond, isOwn: site.eventsPerSecond != nil,
            burst: standing?.rate.capacity ?? 0, left: standing?.left ?? 0, refused: refusals.refused(of: id),
            forged: refusals.forged(of: id), needsScriptToken: site.needsScriptToken)
    }

    /// Hands the counts of refused events to the ledger. To be called about once a second, and before the journal closes: a
    /// flood costs the journal one entry for each site and second.
    public func settleRefusals() {
        let deltas = refusals.takeWaiting()
        guard !deltas.isEmpty else { return }
        var items = EncodedItems()
        for delta in deltas { items.append(delta) }
        journal.append(items, level: .journal) { [refusals] outcome in
            if outcome != .accepted { refusals.putBack(deltas) }
        }
    }

    /// Reads what a server sends, as far as key and limits allow it; what they do not allow is counted already.
    func read(
        _ request: ServerEvents
    ) throws(ServerEvents.Refusal) -> (ServerEvents.Reading, RateLimits.Standing?) {
        let key: SendingKey
        do throws(ServerEvents.Refusal) {
            key = try request.key()
        } catch {
            // Who tries keys may do so as often as a page may send events.
            if let met = limits.met(address: Sender.address(of: request.request)) { throw refusal(1, met) }
            throw error
        }
        keyUses.note(key, at: request.now)
        // One for the request, before its body is unpacked and read; the others when it is known how many there are.
        var standing = limits.take(1, key: key)
        if let standing, !standing.isGranted { throw refusal(1, standing, key) }
        var reading = try request.read(with: key)
        let count = reading.events.count + reading.rejections.count
        if count > 1 { standing = limits.take(count - 1, key: key, paid: 1) }
        if let standing, !standing.isGranted { throw refusal(count, standing, key) }
        let met = limit(&reading, request.sites)
        // Nothing for the journal: a flood should cost little.
        if let met, reading.events.isEmpty, reading.rejections.allSatisfy({ $0.reason == .rateLimited }) {
            throw ServerEvents.Refusal(status: 429, rejection: Rejection(met: met), met: met)
        }
        return (reading, met ?? standing)
    }

    private func refusal(
        _ events: Int, _ met: RateLimits.Standing, _ key: SendingKey? = nil
    ) -> ServerEvents.Refusal {
        let site = key.flatMap { $0.sites.count == 1 ? $0.sites[0] : nil } ?? .unknown
        note(events, of: site)
        return ServerEvents.Refusal(status: 429, rejection: Rejection(met: met), met: met)
    }

    /// Takes the tokens of each site. The events of one that has not enough of them are rejected, and may come again.
    private func limit(_ reading: inout ServerEvents.Reading, _ sites: SiteSnapshot) -> RateLimits.Standing? {
        var counts: [SiteID: Int] = [:]
        for event in reading.events { counts[event.hit.site, default: 0] += 1 }
        var full: [SiteID: RateLimits.Standing] = [:]
        for (id, count) in counts {
            guard let site = sites.site(id), let standing = limits.take(count, site: site), !standing.isGranted else {
                continue
            }
            full[id] = standing
            note(count, of: id)
        }
        guard let first = full.values.max(by: { $0.seconds < $1.seconds }) else { return nil }
        var kept = ServerEvents.Reading(rejections: reading.rejections)
        for (event, place) in zip(reading.events, reading.places) {
            if let standing = full[event.hit.site] {
                var rejection = Rejection(met: standing)
                (rejection.index, rejection.site) = (place, event.hit.site)
                kept.rejections.append(rejection)
            } else {
                kept.events.append(event)
                kept.places.append(place)
            }
        }
        reading = kept
        return first
    }

    /// The limit that events of a page meet. What was taken of other limits before is not given back: whoever comes too
    /// often has come.
    func met(
        by events: [Event], from address: IPAddress?, _ sites: SiteSnapshot, isReplayed: Bool
    ) -> RateLimits.Standing? {
        // The first one was taken before the body was read.
        if events.count > 1, let met = limits.met(address: address, events: events.count - 1, paid: 1) { return met }
        // What nginx kept has been answered, and came over hours: it may come back as fast as it can.
        if isReplayed { return nil }
        var start = events.startIndex
        while start < events.endIndex {
            let id = events[start].hit.site
            var end = start + 1
            while end < events.endIndex, events[end].hit.site == id { end += 1 }
            if let site = sites.site(id), let standing = limits.take(end - start, site: site), !standing.isGranted {
                return standing
            }
            start = end
        }
        return nil
    }

    /// Refuses events that are too many, at once: the ledger learns of it later.
    func refuse(
        _ number: Int, _ met: RateLimits.Standing, _ events: [Event] = [], answer: () -> Void
    ) {
        let site = events.first?.hit.site ?? .unknown
        // Events of several sites in one request are as rare as they look.
        if events.allSatisfy({ $0.hit.site == site }) {
            note(number, of: site)
        } else {
            for event in events { note(1, of: event.hit.site) }
        }
        answer()
    }

    private func note(_ events: Int, of site: SiteID) {
        refusals.count(events, of: site, reason: .rateLimited, at: now())
    }
}
