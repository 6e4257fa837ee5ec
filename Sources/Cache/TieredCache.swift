public import Platform
import Synchronization

/// Values that are dear to compute: first in memory, then in Redis, and computed once when they are in neither.
///
/// Works without Redis, and as fast when Redis dies: the answer is the same, only computed more often.
public final class TieredCache: Sendable {
    /// How long Redis keeps a value, unless somebody says otherwise: what is erased has to be off every disk within a day.
    public static let redisSeconds = 12 * 3600

    private let memory: MemoryTier
    private let redis: RedisTier?
    private let flights = SingleFlight<CacheKey, [UInt8]>()
    private let counts = Mutex(CacheCounters())

    /// A cache.
    ///
    /// - Parameters:
    ///   - memoryBytes: what the values in memory may take, keys and book-keeping included.
    ///   - redis: the server to share values with; `nil` for none.
    ///   - timeoutMilliseconds: how long one call of Redis may take.
    ///   - log: where Redis going away and coming back is written.
    public init(
        memoryBytes: Int = 32 << 20, redis: RedisAddress? = nil, timeoutMilliseconds: Int = 50,
        log: Log = Log(process: "cache")
    ) {
        memory = MemoryTier(limit: memoryBytes)
        self.redis = redis.map { RedisTier($0, timeoutMilliseconds: timeoutMilliseconds, log: log) }
    }

    /// The value of a key: from memory, from Redis, or from `compute`, which runs once however many threads ask at the
    /// same time. What `compute` throws is thrown to all of them, and not kept.
    ///
    /// - Parameters:
    ///   - seconds: how long Redis keeps the value. Keys change with their data, so this only clears up.
    ///   - isUsable: whether a value from Redis can be read; one that cannot is computed anew. Whatever lies in Redis
    ///     was written by somebody else.
    ///   - compute: makes the value. It must not ask for the same key.
    public func value(
        for key: CacheKey, seconds: Int = TieredCache.redisSeconds, isUsable: ([UInt8]) -> Bool = { _ in true },
        compute: () throws -> [UInt8]
    ) throws -> [UInt8] {
        if let value = memory.value(key) {
            count(\.memoryHits)
            return value
        }
        var computed: [UInt8]?
        let value = try flights.value(for: key, joined: { count(\.joined) }) {
            // Another flight may have landed since the look above.
            if let value = memory.value(key) {
                count(\.memoryHits)
                return value
            }
            if let value = redis?.value(key) {
                if isUsable(value) {
                    count(\.redisHits)
                    memory.insert(value, for: key)
                    return value
                }
            }
            count(\.misses)
            let value = try compute()
            memory.insert(value, for: key)
            computed = value
            return value
        }
        // After the flight has landed: those who wait for the value need not wait for Redis.
        if let computed { redis?.insert(computed, for: key, seconds: seconds) }
        return value
    }

    /// The value of a key if it is there; nothing is computed. A value from Redis was written by somebody: look at it.
    public func peek(_ key: CacheKey, alsoInRedis: Bool) -> [UInt8]? {
        if let value = memory.value(key) {
            count(\.memoryHits)
            return value
        }
        guard alsoInRedis, let value = redis?.value(key) else { return nil }
        count(\.redisHits)
        memory.insert(value, for: key)
        return value
    }

    /// Keeps a value that was computed by somebody who had peeked before.
    ///
    /// - Parameter seconds: how long Redis keeps it.
    public func keep(_ value: [UInt8], for key: CacheKey, alsoInRedis: Bool, seconds: Int = TieredCache.redisSeconds) {
        count(\.misses)
        memory.insert(value, for: key)
        if alsoInRedis { redis?.insert(value, for: key, seconds: seconds) }
    }

    /// Forgets all values, those of all processes in Redis included.
    public func removeAll() {
        memory.removeAll()
        redis?.removeAll()
    }

    /// What the cache did so far.
    public var counters: CacheCounters {
        var counters = counts.withLock { $0 }
        memory.report(to: &counters)
        redis?.report(to: &counters)
        return counters
    }

    private func count(_ counter: WritableKeyPath<CacheCounters, Int>) {
        counts.withLock { $0[keyPath: counter] += 1 }
    }
}
