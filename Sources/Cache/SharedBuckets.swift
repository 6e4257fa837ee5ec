public import Platform

/// Buckets of tokens in Redis, from which several gateways take: what one has let through, the others learn within
/// moments. For a thread in the background: a call may take as long as Redis may.
///
/// A bucket is the moment, in microseconds of Redis' own clock, at which it will be full again. Redis forgets it at that
/// moment, for then it is as if nobody had ever taken anything: names are there for seconds.
public final class SharedBuckets: Sendable {
    private let redis: RedisTier

    /// What was taken from a bucket here.
    public struct Taking: Sendable, Equatable {
        /// The bucket, in a word of which no one else can make anything.
        public var name: String
        /// How long the bucket takes to fill up again by that, in microseconds.
        public var microseconds: Int64
        /// Most that it may owe, likewise.
        public var most: Int64

        /// Something that was taken.
        public init(name: String, microseconds: Int64, most: Int64) {
            self.name = name
            self.microseconds = microseconds
            self.most = most
        }
    }

    /// Buckets in one question: Redis does nothing else meanwhile.
    static let buckets = 128

    /// Seconds for which all gateways use the same salt.
    static let saltSeconds = 3600

    private static let saltKey = "footfall:limit:salt"

    /// In one step, so that no gateway's tokens are lost between reading and writing. Needs Redis 5 or newer, or Valkey.
    private static let script = """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local used = {}
        for place, name in ipairs(KEYS) do
            local full = tonumber(redis.call('GET', name) or 0)
            if not full or not (full > now) then full = now end
            full = math.min(full + ARGV[2 * place - 1], now + ARGV[2 * place])
            redis.call('SET', name, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1)
            used[place] = string.format('%.0f', full - now)
        end
        return table.concat(used, ' ')
        """

    /// The buckets on this server. Nothing is sent before the first question.
    public init(_ address: RedisAddress, timeoutMilliseconds: Int = 200, log: Log) {
        redis = RedisTier(address, timeoutMilliseconds: timeoutMilliseconds, users: "limits", log: log)
    }

    /// Adds what was taken here. Returns how much of each bucket all gateways together have used, in microseconds; `nil` when
    /// Redis is not there.
    public func add(_ takings: [Taking]) -> [Int64]? {
        var used: [Int64] = []
        var rest = takings[...]
        while !rest.isEmpty {
            let part = rest.prefix(SharedBuckets.buckets)
            rest = rest.dropFirst(part.count)
            let names = part.map { "footfall:limit:\($0.name)" }
            let numbers = part.flatMap { ["\($0.microseconds)", "\($0.most)"] }
            guard
                case .bytes(let bytes) = redis.command(
                    ["EVAL", SharedBuckets.script, "\(part.count)"] + names + numbers)
            else { return nil }
            let sums = String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int64($0) }
            guard sums.count == part.count else { return nil }
            used += sums
        }
        return used
    }

    /// A word that all gateways have in common for an hour, and nobody afterwards: whoever comes first makes it from
    /// `random`. `nil` when Redis is not there.
    public func salt(otherwise random: @autoclosure () -> String) -> String? {
        guard let reply = redis.command(["GET", SharedBuckets.saltKey]) else { return nil }
        if case .bytes(let bytes) = reply { return String(decoding: bytes, as: UTF8.self) }
        _ = redis.command(["SET", SharedBuckets.saltKey, random(), "NX", "EX", "\(SharedBuckets.saltSeconds)"])
        guard case .bytes(let bytes) = redis.command(["GET", SharedBuckets.saltKey]) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether Redis is left alone at the moment because it failed.
    public var isAway: Bool { redis.isAway }

    /// Calls that failed or took too long.
    public var errors: Int {
        var counters = CacheCounters()
        redis.report(to: &counters)
        return counters.redisErrors
    }
}
