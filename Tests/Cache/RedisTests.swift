import Platform
import TestSupport
import Testing

@testable import Cache

/// With a Redis of the test's own, healthy and in trouble.
@Suite(.enabled(if: RedisServer.isInstalled), .serialized)
struct RedisTests {
    private func key(_ name: String) -> CacheKey { CacheKey("test", version: 1, parts: [name]) }

    /// With a generous time limit, for tests run beside others on small machines; trouble is tested with a short one.
    private func cache(_ server: RedisServer, timeoutMilliseconds: Int = 5000) throws -> TieredCache {
        TieredCache(redis: try RedisAddress(url: server.url), timeoutMilliseconds: timeoutMilliseconds)
    }

    private func compute(_ name: String, _ value: [UInt8], in cache: TieredCache) throws {
        #expect(try cache.value(for: key(name)) { value } == value)
    }

    private func milliseconds(_ body: () throws -> Void) rethrows -> Int {
        let start = Clock.monotonicNanoseconds()
        try body()
        return Int((Clock.monotonicNanoseconds() - start) / 1_000_000)
    }

    private func eventually(_ condition: () -> Bool) -> Bool {
        for _ in 0..<300 {
            if condition() { return true }
            Clock.sleep(milliseconds: 20)
        }
        return false
    }

    @Test func aSecondProcessFindsWhatTheFirstOneComputed() throws {
        let server = try RedisServer()
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try cache(server).value(for: key("all bytes\r\n$3")) { bytes } == bytes)
        let second = try cache(server)
        let found = try second.value(for: key("all bytes\r\n$3")) {
            Issue.record("computed again")
            return []
        }
        let isSame = found == bytes
        #expect(isSame)
        #expect(second.counters.redisHits == 1)
        #expect(second.counters.misses == 0)
    }

    /// All of ours, however many, and nobody else's.
    @Test func whatIsForgottenIsGoneFromRedisToo() throws {
        let server = try RedisServer()
        let cache = try cache(server)
        for number in 0..<2500 { try compute("\(number)", [1], in: cache) }
        let other = try RedisConnection(
            try #require(try RedisAddress(url: server.url)), timeoutMilliseconds: 5000)
        try other.require(["SET", "somebody:else", "1"])
        // Whoever empties the caches does not open the gates.
        let buckets = SharedBuckets(try #require(try RedisAddress(url: server.url)), log: Log(process: "test"))
        #expect(buckets.add([.init(name: "flood", microseconds: 3_600_000_000, most: 3_600_000_000)]) != nil)
        #expect(try other.command([Array("DBSIZE".utf8)]) == .integer(2502))
        cache.removeAll()
        #expect(try other.command([Array("DBSIZE".utf8)]) == .integer(2))
        #expect(try other.command(["EXISTS", "footfall:limit:flood"].map { Array($0.utf8) }) == .integer(1))
        #expect(try other.command(["GET", "somebody:else"].map { Array($0.utf8) }) == .bytes([0x31]))
        try compute("7", [2], in: cache)
    }

    @Test func anEmptyValueIsAValue() throws {
        let server = try RedisServer()
        _ = try cache(server).value(for: key("empty")) { [] }
        let second = try cache(server)
        #expect(try second.value(for: key("empty")) { [9] } == [])
    }

    @Test func whatCannotBeReadIsComputedAnewAndOverwritten() throws {
        let server = try RedisServer()
        _ = try cache(server).value(for: key("odd")) { [0] }
        #expect(try cache(server).value(for: key("odd"), isUsable: { $0 == [1] }) { [1] } == [1])
        #expect(try cache(server).value(for: key("odd"), isUsable: { $0 == [1] }) { [2] } == [1])
    }

    @Test func aRedisThatTurnsUsDownChangesNoAnswer() throws {
        let server = try RedisServer()
        let address = try RedisAddress(url: "\(server.url)?db=400")
        let cache = TieredCache(redis: address, timeoutMilliseconds: 5000)
        #expect(try cache.value(for: key("x")) { [1] } == [1])
        #expect(cache.counters.isRedisAway)
        #expect(cache.counters.redisErrors == 1)
    }

    @Test func aPasswordOpensTheDoor() throws {
        let server = try RedisServer()
        let admin = try RedisConnection(
            try #require(try RedisAddress(url: server.url)), timeoutMilliseconds: 5000)
        try admin.require(["CONFIG", "SET", "requirepass", "open sesame"])
        let refused = try cache(server)
        #expect(try refused.value(for: key("x")) { [1] } == [1])
        #expect(refused.counters.redisErrors == 2, "GET and SET were refused with NOAUTH")
        let connection = try RedisConnection(
            RedisAddress(place: .unix(path: String(server.url.dropFirst(5))), user: "", password: "open sesame"),
            timeoutMilliseconds: 5000)
        #expect(try connection.command([Array("PING".utf8)]) == .status("PONG"))
    }

    @Test func aKilledRedisChangesNoAnswerAndIsUsedAgainWhenItIsBack() throws {
        let server = try RedisServer()
        let cache = try cache(server)
        #expect(try cache.value(for: key("a")) { [1] } == [1])
        server.kill()
        let first = try milliseconds { try compute("b", [2], in: cache) }
        #expect(first < 1000, "took \(first) ms")
        #expect(cache.counters.isRedisAway)
        let later = try milliseconds {
            for number in 0..<500 { try compute("later \(number)", [3], in: cache) }
        }
        #expect(later < 2000, "a dead Redis costs nothing, but 500 values took \(later) ms")
        #expect(cache.counters.redisErrors == 1)
        try server.start()
        #expect(eventually { !cache.counters.isRedisAway })
        _ = try cache.value(for: key("after")) { [4] }
        let second = try self.cache(server)
        #expect(try second.value(for: key("after")) { [5] } == [4])
    }

    @Test func aFrozenRedisCostsTheTimeLimitOnce() throws {
        let server = try RedisServer()
        let cache = try cache(server, timeoutMilliseconds: 300)
        #expect(try cache.value(for: key("a")) { [1] } == [1])
        server.freeze()
        defer { server.thaw() }
        let first = try milliseconds { try compute("b", [2], in: cache) }
        #expect(first < 1500, "took \(first) ms")
        let later = try milliseconds {
            for number in 0..<500 { try compute("later \(number)", [3], in: cache) }
        }
        #expect(later < 2000, "a frozen Redis costs nothing after the first time, but 500 values took \(later) ms")
        server.thaw()
        #expect(eventually { !cache.counters.isRedisAway })
        // The answer to the question that was given up must not be taken for the answer to another one.
        #expect(try cache.value(for: key("c")) { [6] } == [6])
        #expect(try self.cache(server).value(for: key("c")) { [7] } == [6])
    }

    @Test func aRedisThatWasFrozenFromTheStartCostsTheTimeLimitOnce() throws {
        let server = try RedisServer()
        server.freeze()
        defer { server.thaw() }
        let cache = try cache(server, timeoutMilliseconds: 300)
        let took = try milliseconds { try compute("a", [1], in: cache) }
        #expect(took < 1000, "took \(took) ms")
    }

    @Test func noRedisAtTheAddressChangesNoAnswer() throws {
        for url in ["unix:/nowhere/redis.sock", "redis://127.0.0.1:1"] {
            let cache = TieredCache(redis: try RedisAddress(url: url))
            let took = try milliseconds { try compute("a", [1], in: cache) }
            #expect(took < 1000, "took \(took) ms")
            #expect(cache.counters.isRedisAway)
        }
    }

    @Test func aFullRedisChangesNoAnswerAndStaysInUse() throws {
        let server = try RedisServer()
        let admin = try RedisConnection(
            try #require(try RedisAddress(url: server.url)), timeoutMilliseconds: 5000)
        try admin.require(["CONFIG", "SET", "maxmemory", "1"])
        let cache = try cache(server)
        for number in 0..<20 { #expect(try cache.value(for: key("\(number)")) { [1] } == [1]) }
        #expect(!cache.counters.isRedisAway)
        #expect(cache.counters.redisErrors == 20)
    }

    @Test func manyThreadsShareTheConnections() throws {
        let server = try RedisServer()
        let address = try RedisAddress(url: server.url)
        let caches = (0..<4).map { _ in TieredCache(redis: address, timeoutMilliseconds: 5000) }
        var threads: [Thread] = []
        for number in 0..<16 {
            threads.append(
                try Thread(name: "reader-\(number)") {
                    for round in 0..<200 {
                        let place = (number * 31 + round) % 50
                        let value = try? caches[number % 4].value(
                            for: CacheKey("test", version: 1, parts: ["\(place)"])
                        ) { [UInt8(place)] }
                        if value != [UInt8(place)] { Issue.record("wrong answer for \(place)") }
                    }
                })
        }
        for thread in threads { thread.join() }
        #expect(caches.allSatisfy { $0.counters.redisErrors == 0 })
    }
}

/// With the Redis that `tools/test` names, over whatever transport it has.
@Suite(.enabled(if: SharedRedis.url != nil))
struct SharedRedisTests {
    @Test func keepsAValue() throws {
        let address = try RedisAddress(url: SharedRedis.url ?? "")
        let key = CacheKey("test", version: 1, parts: ["\(UInt64.random(in: .min ... .max))"])
        _ = try TieredCache(redis: address, timeoutMilliseconds: 5000).value(for: key, seconds: 60) { [1, 2] }
        let second = TieredCache(redis: address, timeoutMilliseconds: 5000)
        #expect(try second.value(for: key, seconds: 60) { [3] } == [1, 2])
    }
}

enum SharedRedis {
    static let url = Process.environment()["FOOTFALL_TEST_REDIS_URL"].flatMap { $0.isEmpty ? nil : $0 }
}
