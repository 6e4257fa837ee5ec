import Platform
import TestSupport
import Testing

@testable import Cache

/// Buckets that several gateways take from, in a real Redis.
@Suite(.enabled(if: RedisServer.isInstalled, "redis-server is not installed")) struct SharedBucketsTests {
    private func buckets(_ server: RedisServer, timeout: Int = 10_000) throws -> SharedBuckets {
        SharedBuckets(
            try #require(try RedisAddress(url: server.url)), timeoutMilliseconds: timeout, log: Log(process: "test"))
    }

    private let hour: Int64 = 3_600_000_000

    private func taking(_ name: String, _ microseconds: Int64, most: Int64? = nil) -> SharedBuckets.Taking {
        SharedBuckets.Taking(name: name, microseconds: microseconds, most: most ?? 100 * hour)
    }

    @Test func whatOneTakesTheOthersSee() throws {
        let server = try RedisServer()
        let (one, other) = (try buckets(server), try buckets(server))
        let first = try #require(one.add([taking("a", 2 * hour), taking("b", hour)]))
        #expect(first.count == 2)
        // Buckets fill while the test runs: less than an hour, that is.
        #expect((hour...2 * hour).contains(first[0]))
        let second = try #require(other.add([taking("a", 3 * hour)]))
        #expect((4 * hour...5 * hour).contains(second[0]))
        #expect(try #require(one.add([taking("b", 0)]))[0] <= hour)
    }

    @Test func aBucketOwesNoMoreThanItMay() throws {
        let server = try RedisServer()
        let buckets = try buckets(server)
        for _ in 0..<5 {
            let used = try #require(buckets.add([taking("a", 3 * hour, most: 4 * hour)]))
            #expect(used[0] <= 4 * hour)
        }
    }

    @Test func manyBucketsAtOnce() throws {
        let server = try RedisServer()
        let buckets = try buckets(server)
        let many = (0..<1000).map { taking(String($0), Int64($0) * hour, most: .max / 4) }
        let used = try #require(buckets.add(many))
        #expect(used.count == 1000)
        for (number, used) in used.enumerated() {
            #expect(used <= Int64(number) * hour && used >= Int64(number - 1) * hour)
        }
        #expect(try #require(buckets.add([])).isEmpty)
    }

    @Test func allHaveTheSameSalt() throws {
        let server = try RedisServer()
        let (one, other) = (try buckets(server), try buckets(server))
        #expect(one.salt(otherwise: "first") == "first")
        #expect(other.salt(otherwise: "second") == "first")
    }

    @Test func aFrozenOrDeadRedisIsLeftAlone() throws {
        let server = try RedisServer()
        let buckets = try buckets(server, timeout: 50)
        server.freeze()
        #expect(buckets.add([taking("a", hour)]) == nil)
        #expect(buckets.isAway)
        #expect(buckets.salt(otherwise: "x") == nil)
        #expect(buckets.errors > 0)
        server.thaw()
        var isBack = false
        for _ in 0..<6000 where !isBack {
            isBack = buckets.salt(otherwise: "x") != nil
            if !isBack { Clock.sleep(milliseconds: 10) }
        }
        #expect(isBack)
        server.kill()
        #expect(buckets.add([taking("a", hour)]) == nil)
        #expect(buckets.isAway)
    }

    /// Somebody else writes into our Redis: the buckets of that name are full, and the others are as they were.
    @Test(arguments: ["", "no number", "nan", "-inf", "inf", "1e308", "-1e308", "0x10"])
    func whateverLiesInRedisABucketIsOne(value: String) throws {
        let server = try RedisServer()
        let buckets = try buckets(server)
        let redis = try RedisConnection(
            try #require(try RedisAddress(url: server.url)), timeoutMilliseconds: 10_000)
        try redis.require(["SET", "footfall:limit:a", value])
        let used = try #require(buckets.add([taking("a", hour, most: 2 * hour), taking("b", hour)]))
        #expect((0...2 * hour).contains(used[0]))
        #expect((1...hour).contains(used[1]))
    }
}
