import EventModel
import Synchronization

/// Events that were refused because there were too many of them: counted in memory, and handed to the ledger now and then
/// as one number. A flood must not fill the journal with the news of its own refusal.
final class Refusals: Sendable {
    private let state = Mutex(State())

    private struct State {
        /// Not in the journal yet. As many entries as there are sites, days and reasons, however large the flood.
        var waiting: [Entry: UInt32] = [:]
        var sinceStart: [SiteID: Int] = [:]
        var forged: [SiteID: Int] = [:]
    }

    private struct Entry: Hashable {
        var site: SiteID
        var day: Int32
        var reason: Rejection.Reason
    }

    /// Counts events of a site; `.unknown` where nobody has looked whose they are.
    func count(_ events: Int, of site: SiteID, reason: Rejection.Reason, at time: Timestamp) {
        let day = LedgerDelta(site: site, receivedAt: time, outcome: .rejected, reason: "").day
        state.withLock { state in
            let sum = state.waiting[Entry(site: site, day: day, reason: reason), default: 0]
                .addingReportingOverflow(UInt32(clamping: events))
            state.waiting[Entry(site: site, day: day, reason: reason)] = sum.overflow ? .max : sum.partialValue
            state.sinceStart[site, default: 0] &+= events
        }
    }

    /// Counts an event that goes into quarantine because it cannot show that it comes from the site's script.
    func countForged(of site: SiteID) {
        state.withLock { $0.forged[site, default: 0] &+= 1 }
    }

    /// Events of a site that were refused since the start.
    func refused(of site: SiteID) -> Int { state.withLock { $0.sinceStart[site, default: 0] } }

    /// Events of a site that were put into quarantine for want of a script's token since the start.
    func forged(of site: SiteID) -> Int { state.withLock { $0.forged[site, default: 0] } }

    /// The same of all sites.
    var forged: Int { state.withLock { $0.forged.values.reduce(0, &+) } }

    /// What the ledger has to learn; afterwards it is no longer here.
    func takeWaiting() -> [LedgerDelta] {
        state.withLock { state in
            defer { state.waiting.removeAll(keepingCapacity: true) }
            return state.waiting.map { entry, count in
                LedgerDelta(
                    site: entry.site, receivedAt: Timestamp(milliseconds: Int64(entry.day) * 86_400_000),
                    outcome: .rejected, reason: entry.reason.rawValue, count: count)
            }
        }
    }

    /// Takes back what the journal had no room for.
    func putBack(_ deltas: [LedgerDelta]) {
        state.withLock { state in
            for delta in deltas {
                guard let reason = Rejection.Reason(rawValue: delta.reason) else { continue }
                let entry = Entry(site: delta.site, day: delta.day, reason: reason)
                let sum = state.waiting[entry, default: 0].addingReportingOverflow(delta.count)
                state.waiting[entry] = sum.overflow ? .max : sum.partialValue
            }
        }
    }
}
