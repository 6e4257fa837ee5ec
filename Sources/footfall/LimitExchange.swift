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
    private let salt: Mutex<Named> = Mutex(Named())

    private struct Named: Equatable {
        var salt = ""
        var secret: [UInt8] = []
    }

    /// Milliseconds between two exchanges.
    static let interval = 250

    /// `secret` is the installation's, `nil` as long as it is not known.
    init(limits: RateLimits, buckets: SharedBuckets, secret: @escaping @Sendable () -> StoredSecret?) {
        self.limits = limits
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
            let now = buckets.salt(otherwise: Randomness.text(32))
        else {
            // What was taken meanwhile is past when Redis comes back.
            _ = limits.drain()
            return
        }
        let named = Named(salt: now, secret: secret)
        let isNew = salt.withLock { before in
            defer { before = named }
            return before != named
        }
        if isNew {
            _ = limits.drain()
            limits.rename(under: Array(HMACSHA256.code(of: Array(now.utf8), key: secret).prefix(SecretBytes.count)))
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
            limits.setUsed(UInt64(clamping: microseconds) * 1000, of: taking)
        }
    }
}
