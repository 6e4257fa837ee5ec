import Collect
import EventModel
import Platform
import TestSupport
import Testing

@testable import Cache
@testable import footfall

/// Several gateways and one Redis. Every bucket holds an hour's worth, so that nothing depends on how fast the test runs.
@Suite(.enabled(if: RedisServer.isInstalled, "redis-server is not installed")) struct LimitExchangeTests {
    private struct Gateway {
        let limits: RateLimits
        let exchange: LimitExchange

        init(
            _ server: RedisServer, secret: UInt8 = 7, timeout: Int = 10_000,
            now: @escaping @Sendable () -> UInt64 = Clock.monotonicNanoseconds
        ) throws {
            let limits = RateLimits(RateLimits.Settings(siteEventsPerSecond: 1, burstSeconds: 3600))
            self.limits = limits
            let address = try #require(try RedisAddress(url: server.url))
            exchange = LimitExchange(
                limits: limits,
                buckets: SharedBuckets(address, timeoutMilliseconds: timeout, log: Log(process: "test")), now: now
            ) { StoredSecret([UInt8](repeating: secret, count: 32)) }
            exchange.run()
        }

        var left: Int { limits.look(site: LimitExchangeTests.site)?.left ?? -1 }

        /// Takes events as they would come, and returns how many were let through.
        func take(_ events: Int) -> Int {
            (0..<events).filter { _ in limits.take(1, site: LimitExchangeTests.site)?.isGranted == true }.count
        }
    }

    static let site = Site(
        id: SiteID(rawValue: 5), domain: "a.example", key: "a", hosts: [], timeZone: "UTC")

    @Test func gatewaysShareALimit() throws {
        let server = try RedisServer()
        let gateways = try (0..<3).map { _ in try Gateway(server) }
        var granted = 0
        for _ in 0..<40 {
            for gateway in gateways {
                granted += gateway.take(100)
                gateway.exchange.run()
            }
        }
        // 12,000 were asked for. One burst, what the others did not know of yet, and what has flown in since.
        #expect(granted >= 3600)
        #expect(granted < 3600 + 2 * 100 + 600)
        #expect(gateways.allSatisfy { $0.left < 600 })
    }

    @Test func eachAloneWithoutRedis() throws {
        let server = try RedisServer()
        let gateways = try (0..<2).map { _ in try Gateway(server, timeout: 50) }
        server.freeze()
        for gateway in gateways {
            let granted = gateway.take(4000)
            #expect(granted >= 3600 && granted < 3990)
            gateway.exchange.run()
            #expect(gateway.exchange.isAway)
            #expect(gateway.exchange.errors > 0)
        }
        server.thaw()
        server.kill()
        for gateway in gateways {
            gateway.exchange.run()
            #expect(gateway.take(1000) < 900)
        }
    }

    @Test func theyFindEachOtherAgainAfterAFreshStart() throws {
        let server = try RedisServer()
        let gateways = try (0..<2).map { _ in try Gateway(server) }
        server.kill()
        for gateway in gateways { gateway.exchange.run() }
        try server.start()
        // Redis has forgotten its salt: the buckets have new names, and are full.
        for gateway in gateways {
            for _ in 0..<6000 where gateway.exchange.isAway {
                gateway.exchange.run()
                Clock.sleep(milliseconds: 10)
            }
            gateway.exchange.run()
        }
        #expect(gateways[0].take(3000) == 3000)
        gateways[0].exchange.run()
        #expect(gateways[1].take(1) == 1)
        gateways[1].exchange.run()
        #expect(gateways[1].left < 1200)
    }

    /// Somebody empties Redis, or it has another salt for everybody who asks.
    @Test func aRedisThatForgetsItsSaltFreesNobody() throws {
        let server = try RedisServer()
        let minutes = Published<UInt64>(1)
        let gateway = try Gateway(server, now: { minutes.value * 60_000_000_000 })
        #expect(gateway.take(3600) == 3600)
        let redis = try RedisConnection(
            try #require(try RedisAddress(url: server.url)), timeoutMilliseconds: 10_000)
        for number in 0..<3 {
            try redis.require(["SET", "footfall:limit:salt", "salt \(number)"])
            gateway.exchange.run()
        }
        #expect(gateway.take(2000) < 2000)
        // One that stays is taken.
        minutes.publish(2)
        gateway.exchange.run()
        #expect(gateway.left > 3000)
    }

    @Test func numbersOfRedisMayBeAny() {
        #expect(LimitExchange.nanoseconds(.max) == .max)
        #expect(LimitExchange.nanoseconds(.min) == 0)
        #expect(LimitExchange.nanoseconds(7) == 7000)
    }

    /// Of another installation, whose sites have the same numbers.
    @Test func anotherInstallationOnTheSameRedisHasBucketsOfItsOwn() throws {
        let server = try RedisServer()
        let (one, other) = (try Gateway(server), try Gateway(server, secret: 8))
        #expect(one.take(3600) == 3600)
        one.exchange.run()
        #expect(other.take(100) == 100)
        other.exchange.run()
        #expect(other.left > 3000)
    }
}
