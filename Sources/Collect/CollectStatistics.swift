import Journal
import Synchronization

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
    /// Requests, and events of servers' batches, that could never succeed.
    public var rejected: Int
    /// Of these, by the words of the ledger, what had to do with secret keys.
    public var refusedKeys: [(reason: String, count: Int)]
    /// Requests that were refused because a limit was met, by the limit.
    public var limited: [(limit: String, count: Int)]
    /// Buckets of tokens that are remembered, by the limit.
    public var buckets: [(limit: String, count: Int)]
    /// Events that were put into quarantine for want of a script's token.
    public var forged: Int
}

final class CollectCounters: Sendable {
    let received = Atomic(0)
    let dropped = Atomic(0)
    let accepted = Atomic(0)
    let refused = Atomic(0)
    let rejected = Atomic(0)
    let unknownKey = Atomic(0)
    let expiredKey = Atomic(0)
    let keyScope = Atomic(0)
    let siteNotOfKey = Atomic(0)

    /// Counts rejections by their reasons, where those are counted by themselves.
    func count(_ rejections: [Rejection]) {
        rejected.add(rejections.count, ordering: .relaxed)
        for rejection in rejections {
            switch rejection.reason {
            case .unknownKey: unknownKey.add(1, ordering: .relaxed)
            case .keyExpired: expiredKey.add(1, ordering: .relaxed)
            case .keyScope: keyScope.add(1, ordering: .relaxed)
            case .siteNotOfKey: siteNotOfKey.add(1, ordering: .relaxed)
            default: break
            }
        }
    }

    func count(_ outcome: AppendOutcome, hits: Int) {
        switch outcome {
        case .accepted: accepted.add(hits, ordering: .relaxed)
        case .full, .unknown, .closed: refused.add(hits, ordering: .relaxed)
        }
    }

    func statistics(limits: RateLimits, forged: Int) -> CollectStatistics {
        CollectStatistics(
            received: received.load(ordering: .relaxed), dropped: dropped.load(ordering: .relaxed),
            accepted: accepted.load(ordering: .relaxed), refused: refused.load(ordering: .relaxed),
            rejected: rejected.load(ordering: .relaxed),
            refusedKeys: [
                (Rejection.Reason.unknownKey, unknownKey.load(ordering: .relaxed)),
                (.keyExpired, expiredKey.load(ordering: .relaxed)), (.keyScope, keyScope.load(ordering: .relaxed)),
                (.siteNotOfKey, siteNotOfKey.load(ordering: .relaxed)),
            ].map { ($0.rawValue, $1) },
            limited: RateLimits.Limit.allCases.map { ($0.rawValue, limits.refusedRequests($0)) },
            buckets: RateLimits.Limit.allCases.map { ($0.rawValue, limits.buckets($0)) }, forged: forged)
    }
}
