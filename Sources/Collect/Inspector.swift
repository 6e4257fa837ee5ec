public import EventModel
import Platform
import Synchronization

/// Keeps the way of the next events of a site that somebody looks at, masked: in memory only, a few events, for a minute
/// after the last look.
public final class Inspector: Sendable {
    /// Milliseconds of the monotonic clock until which any site is looked at; 0 for never. Asked for every event.
    private let armedUntil = Atomic<Int64>(0)
    private let sites = Mutex<[SiteID: Watched]>([:])
    private let now: @Sendable () -> Int64

    private struct Watched {
        var until: Int64
        var traces: [EventTrace] = []
    }

    /// Events that are kept of a site.
    static let limit = 20
    /// Sites that are looked at at the same time; beyond, the one that was looked at longest ago is forgotten.
    static let siteLimit = 16
    /// Milliseconds for which a look lasts.
    static let duration: Int64 = 60_000

    /// An inspector that looks at nobody.
    public convenience init() {
        self.init { Int64(clamping: Clock.monotonicNanoseconds() / 1_000_000) }
    }

    init(now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    /// Begins, or goes on, to keep events of a site. Returns those that are there, newest first.
    public func look(at site: SiteID) -> [EventTrace] {
        let now = now()
        return sites.withLock { sites in
            sites = sites.filter { $0.value.until > now }
            if sites[site] == nil, sites.count >= Inspector.siteLimit,
                let oldest = sites.min(by: { $0.value.until < $1.value.until })?.key
            {
                sites[oldest] = nil
            }
            sites[site, default: Watched(until: 0)].until = now + Inspector.duration
            armedUntil.store(now + Inspector.duration, ordering: .relaxed)
            return sites[site]?.traces.reversed() ?? []
        }
    }

    /// Whether events of the site are to be traced.
    func isLooking(at site: SiteID) -> Bool {
        // Nearly always nobody looks: one load.
        let until = armedUntil.load(ordering: .relaxed)
        guard until > 0 else { return false }
        let now = now()
        guard until > now else {
            forget(now)
            return false
        }
        return sites.withLock { $0[site].map { $0.until > now } ?? false }
    }

    private func forget(_ now: Int64) {
        sites.withLock { sites in
            sites = sites.filter { $0.value.until > now }
            if sites.isEmpty { armedUntil.store(0, ordering: .relaxed) }
        }
    }

    /// Keeps a trace, in place of the oldest where there are enough.
    func keep(_ trace: EventTrace) {
        let masked = trace.masked
        sites.withLock { sites in
            guard var watched = sites.removeValue(forKey: SiteID(rawValue: trace.site)) else { return }
            if watched.traces.count >= Inspector.limit { watched.traces.removeFirst() }
            watched.traces.append(masked)
            sites[SiteID(rawValue: trace.site)] = watched
        }
    }
}
