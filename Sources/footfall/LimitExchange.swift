import Cache
import Collect
import Cryptography
import EventModel
import Platform
import Synchronization

/// Tells the other gateways what was let through here, and learns what they have let through: in the background, a few
/// times a second, so that no request ever waits for Redis.
///
/// How far several gateways may go beyond a limit together: each of N grants what its own bucket holds until it hears of
/// the others, so in t seconds at most N bursts, a quarter of a second's worth for each, and the rate times t. Without
/// Redis each grants the limit by itself.
///
/// Names in Redis are SipHash-2-4 under a key of two halves: a secret from the database, which Redis never sees, and a salt
/// from Redis, which is random and gone after an hour. Who reads Redis cannot try out all addresses, for lack of the first;
/// who later gets hold of the first cannot do so either, for lack of the second.
final class LimitExchange: Sendable {
    private let limits: RateLimits
    private let buckets: SharedBuckets
    private let secret: @Sendable () -> StoredSecret?
    private let naming: Mutex<(named: Named, since: UInt64)> = Mutex((Named(), 0))
    private let now: @Sendable () -> UInt64

    private struct Named: Equatable {
        var salt = ""
        var secret: [UInt8] = []
    }

    /// Nanoseconds for which a salt stays at least. Under another one every bucket is full: a Redis that has another one each
    /// time must not free everybody.
    private static let shortestLife: UInt64 = 60_000_000_000

    /// Milliseconds between two exchanges.
    static let interval = 250

    /// `secret` is the installation's, `nil` as long as it is not known.
    init(
        limits: RateLimits, buckets: SharedBuckets, now: @escaping @Sendable () -> UInt64 = Clock.monotonicNanoseconds,
        secret: @escaping @Sendable () -> StoredSecret?
    ) {
        self.limits = limits
        self.now = now
        self.buckets = buckets
        self.secret = secret
    }

    /// Whether Redis is left alone at the moment.
    var isAway: Bool { buckets.isAway }

    /// Calls of Redis that failed.
    var errors: Int { buckets.errors }

    /// One exchange.
    func run() {
        guard let secret = secret()?.reveal(), secret.count >= 16,
            let salt = buckets.salt(otherwise: Randomness.text(32))
        else {
            // What was taken meanwhile is past when Redis comes back.
            _ = limits.drain()
            return
        }
        if isToRename(Named(salt: salt, secret: secret)) {
            _ = limits.drain()
            limits.rename(under: Array(HMACSHA256.code(of: Array(salt.utf8), key: secret).prefix(SecretBytes.count)))
        }
        let takings = limits.drain()
        if takings.isEmpty { return }
        let used = buckets.add(
            takings.map {
                SharedBuckets.Taking(
                    name: String($0.name, radix: 16), microseconds: Int64(clamping: ($0.nanoseconds + 999) / 1000),
                    most: Int64(clamping: $0.most / 1000))
            })
        for (taking, microseconds) in zip(takings, used ?? []) {
            limits.setUsed(LimitExchange.nanoseconds(microseconds), of: taking)
        }
    }

    private func isToRename(_ new: Named) -> Bool {
        let now = now()
        return naming.withLock { before in
            guard before.named != new else { return false }
            let isOld = now &- before.since >= LimitExchange.shortestLife
            guard isOld || before.named.secret != new.secret else { return false }
            before = (new, now)
            return true
        }
    }

    /// What Redis says may be any number.
    static func nanoseconds(_ microseconds: Int64) -> UInt64 {
        let product = UInt64(clamping: microseconds).multipliedReportingOverflow(by: 1000)
        return product.overflow ? .max : product.partialValue
    }
}
