import EventModel
import Platform
import Synchronization
import Testing

@testable import Collect

/// A clock that stands still until somebody moves it.
final class StandingClock: Sendable {
    private let nanoseconds = Atomic<UInt64>(1_000_000_000)

    var now: UInt64 { nanoseconds.load(ordering: .relaxed) }

    func go(seconds: Double) {
        nanoseconds.add(UInt64(seconds * 1_000_000_000), ordering: .relaxed)
    }
}

@Suite struct RateLimitsTests {
    private let clock = StandingClock()

    private func limits(site: Int = 0, key: Int = 0, address: Int = 0) -> RateLimits {
        RateLimits(
            RateLimits.Settings(
                siteEventsPerSecond: site, keyEventsPerSecond: key, addressEventsPerSecond: address, burstSeconds: 2)
        ) { [clock] in clock.now }
    }

    private func isTaken(_ limits: RateLimits, _ address: String, _ events: Int = 1) -> Bool {
        limits.take(events, address: IPAddress(address))?.isGranted ?? true
    }

    private func site(_ number: Int32, _ own: Int? = nil) -> Site {
        Site(
            id: SiteID(rawValue: number), domain: "a.example", key: "a", hosts: [], timeZone: "UTC",
            eventsPerSecond: own)
    }

    /// /24 of IPv4, /56 of IPv6: as many addresses as one customer has at the least.
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.255", true), ("192.0.2.1", "192.0.3.1", false),
        ("192.0.2.1", "::ffff:192.0.2.9", true), ("2001:db8:1:200::1", "2001:db8:1:2ff:ffff::9", true),
        ("2001:db8:1:200::1", "2001:db8:1:300::1", false), ("0.0.0.1", "::1", false),
    ])
    func addressesOfOneNetworkShareABucket(one: String, other: String, isShared: Bool) {
        let limits = limits(address: 3)
        #expect(isTaken(limits, one, 6))
        #expect(isTaken(limits, other) == !isShared)
        #expect(limits.refusedRequests(.address) == (isShared ? 1 : 0))
    }

    @Test func nobodyIsLimitedWithoutALimitOrAnAddress() {
        let none = limits()
        #expect(none.take(100_000, address: IPAddress("192.0.2.1")) == nil)
        #expect(none.take(100_000, site: site(1)) == nil)
        #expect(none.take(100_000, key: SendingKey(number: 1, sites: [])) == nil)
        #expect(limits(address: 1).take(100_000, address: nil) == nil)
    }

    @Test func aSiteMayHaveALimitOfItsOwn() throws {
        let limits = limits(site: 100)
        #expect(limits.look(site: site(1))?.left == 200)
        #expect(limits.look(site: site(2, 5))?.left == 10)
        // Sites and keys of the same number have nothing to do with each other.
        #expect(limits.take(200, site: site(1))?.isGranted == true)
        let met = try #require(limits.take(1, site: site(1)))
        #expect(!met.isGranted && met.left == 0 && met.seconds == 1)
        #expect(limits.take(10, site: site(2, 5))?.isGranted == true)
        clock.go(seconds: 1)
        #expect(limits.look(site: site(1))?.left == 100)
    }

    @Test func underAnotherKeyEveryBucketIsFull() {
        let limits = limits(address: 3)
        #expect(isTaken(limits, "192.0.2.1", 6) && !isTaken(limits, "192.0.2.1"))
        limits.rename(under: [1, 2, 3])
        #expect(!isTaken(limits, "192.0.2.1"), "not a key")
        limits.rename(under: Array(0..<16))
        #expect(isTaken(limits, "192.0.2.1", 6) && !isTaken(limits, "192.0.2.1"))
    }

    /// Gateways that have the same key give a bucket the same name; without it nobody can tell what it stands for.
    @Test func namesAreTheKeys() throws {
        func names(_ key: [UInt8]) -> [UInt64] {
            let limits = limits(site: 4, address: 4)
            limits.rename(under: key)
            _ = isTaken(limits, "192.0.2.1", 8)
            _ = limits.take(8, site: site(1))
            return limits.drain().map(\.name)
        }
        #expect(names(Array(0..<16)) == names(Array(0..<16)))
        #expect(Set(names(Array(0..<16))).isDisjoint(with: names(Array(1..<17))))
        #expect(names(Array(0..<16)).count == 2)
    }

    @Test func whatOthersSayNeverOverflows() throws {
        let limits = limits(site: 4)
        #expect(limits.take(8, site: site(1))?.isGranted == true)
        let taking = try #require(limits.drain().first)
        limits.setUsed(.max, of: taking)
        let refused = try #require(limits.take(1, site: site(1)))
        #expect(!refused.isGranted && refused.seconds <= 21, "ten times what the bucket holds at most")
    }

    @Test func memoryForAddressesIsBounded() {
        let limits = limits(address: 1)
        for number in 0..<300_000 as Range<UInt32> { _ = limits.take(1, address: .v4(number << 8)) }
        #expect(limits.buckets(.address) <= RateLimits.addressLimit)
    }
}
