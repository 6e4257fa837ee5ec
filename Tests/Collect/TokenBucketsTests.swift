import TestSupport
import Testing

@testable import Collect

/// Buckets of tokens, under a clock of the test's own.
@Suite struct TokenBucketsTests {
    private let second: UInt64 = 1_000_000_000

    private func rate(_ perSecond: Int, _ seconds: Int = 10) throws -> TokenRate {
        try #require(TokenRate(perSecond: perSecond, seconds: seconds))
    }

    /// The one promise: in no stretch of time more than a full bucket and what flows in meanwhile.
    @Test(arguments: [1, 3, 7, 50, 1000, 999_983], [1, 2, 10]) func neverMoreThanBurstAndRate(
        perSecond: Int, seconds: Int
    ) throws {
        var random = SeededRandom(UInt64(perSecond * 100 + seconds))
        let rate = try rate(perSecond, seconds)
        let buckets = TokenBuckets(limit: 64)
        var now: UInt64 = 5 * second
        var granted: [(time: UInt64, tokens: Int)] = []
        for _ in 0..<3000 {
            now += random.next() % (4 * second / UInt64(perSecond) + 1)
            let tokens = 1 + Int(random.next() % UInt64(min(rate.capacity, 5)))
            if buckets.take(tokens, from: 1, rate, now: now).isGranted { granted.append((now, tokens)) }
        }
        // From every grant on, to every later one.
        for first in stride(from: 0, to: granted.count, by: 37) {
            var sum = 0
            for (time, tokens) in granted[first...] {
                sum += tokens
                let flown = (time - granted[first].time).multipliedFullWidth(by: UInt64(perSecond))
                let allowed = second.dividingFullWidth(flown).quotient
                #expect(sum <= rate.capacity + Int(allowed) + 1)
            }
        }
        #expect(granted.count > 100)
    }

    @Test func whoWaitsAsLongAsItSaysIsServed() throws {
        let rate = try rate(7, 2)
        let buckets = TokenBuckets(limit: 64)
        var now: UInt64 = 1
        #expect(
            buckets.take(14, from: 9, rate, now: now)
                == TokenGrant(isGranted: true, left: 0, wait: 0, untilFull: rate.room))
        for tokens in [1, 5, 14, 3] {
            let refused = buckets.take(tokens, from: 9, rate, now: now)
            #expect(!refused.isGranted)
            #expect(!buckets.take(tokens, from: 9, rate, now: now + refused.wait - 1).isGranted)
            now += refused.wait
            #expect(buckets.take(tokens, from: 9, rate, now: now).isGranted)
        }
    }

    /// A batch that is larger than the bucket would never be served otherwise.
    @Test func aLargeBatchNeedsAFullBucketAndIsPaidOffLater() throws {
        let rate = try rate(10, 10)
        let buckets = TokenBuckets(limit: 64)
        #expect(buckets.take(1, from: 3, rate, now: second).isGranted)
        #expect(!buckets.take(500, from: 3, rate, now: second).isGranted)
        #expect(buckets.take(500, from: 3, rate, now: 2 * second).isGranted)
        #expect(!buckets.take(1, from: 3, rate, now: 42 * second).isGranted)
        #expect(buckets.take(1, from: 3, rate, now: 43 * second).isGranted)
    }

    /// A request pays one token before its body is read, and the others afterwards.
    @Test func aLargeBatchMayPayInTwoSteps() throws {
        let rate = try rate(10, 10)
        let buckets = TokenBuckets(limit: 64)
        #expect(buckets.take(1, from: 3, rate, now: second).isGranted)
        #expect(buckets.take(499, from: 3, rate, paid: 1, now: second).isGranted)
        // 500 tokens take 50 seconds to come, a full bucket is there again after these.
        #expect(!buckets.take(1, from: 3, rate, now: 41 * second - 1).isGranted)
        #expect(buckets.take(1, from: 3, rate, now: 42 * second).isGranted)
        // What others have taken is another matter.
        let other = TokenBuckets(limit: 64)
        #expect(
            other.take(1, from: 3, rate, now: second).isGranted && other.take(1, from: 3, rate, now: second).isGranted)
        let refused = other.take(499, from: 3, rate, paid: 1, now: second)
        #expect(!refused.isGranted)
        // Who comes when it says so pays again, and is served.
        let then = second + refused.wait
        #expect(other.take(1, from: 3, rate, now: then).isGranted)
        #expect(other.take(499, from: 3, rate, paid: 1, now: then).isGranted)
    }

    /// A number that others say may be any; a bucket owes no more than it may.
    @Test func noNumberOfOthersOverflows() throws {
        let rate = try rate(10, 1)
        let buckets = TokenBuckets(limit: 64)
        _ = buckets.take(1, from: 6, rate, now: second)
        buckets.setUsed(.max, most: rate.most, of: 6, now: second)
        #expect(buckets.take(1, from: 6, rate, now: second).wait <= rate.most)
        #expect(buckets.take(1, from: 6, rate, now: second + rate.most).isGranted)
        buckets.setUsed(.max, most: rate.most, of: 0, now: second)
    }

    @Test func lookingTakesNothing() throws {
        let rate = try rate(5, 1)
        let buckets = TokenBuckets(limit: 64)
        for _ in 0..<20 { #expect(buckets.look(1, at: 4, rate, now: second).left == 5) }
        #expect(buckets.count == 0)
        _ = buckets.take(2, from: 4, rate, now: second)
        #expect(buckets.look(1, at: 4, rate, now: second).left == 3)
    }

    /// Whoever sends from ever new addresses finds neither the end of our memory nor the end of his own limit.
    @Test func rotatingNamesCostBoundedMemoryAndFreeNobody() throws {
        var random = SeededRandom(7)
        let rate = try rate(100)
        let buckets = TokenBuckets(limit: 8192)
        #expect(buckets.places == 1024)
        #expect(buckets.take(1000, from: 42, rate, now: second).isGranted)
        for _ in 0..<100_000 { _ = buckets.take(1, from: random.next(), rate, now: second) }
        #expect(buckets.places == 8192)
        #expect(buckets.count <= 8192)
        #expect(!buckets.take(1, from: 42, rate, now: second).isGranted)
    }

    /// Buckets that are full again leave their places: the table does not grow for those that come one after the other.
    @Test func whatIsFullAgainMakesRoom() throws {
        var random = SeededRandom(8)
        let rate = try rate(100)
        let buckets = TokenBuckets(limit: 131_072)
        for number in 0..<100_000 {
            _ = buckets.take(1, from: random.next(), rate, now: second + UInt64(number) * 1_000_000)
        }
        #expect(buckets.places == 1024)
    }

    @Test func growingLosesNobody() throws {
        var random = SeededRandom(9)
        let rate = try rate(1)
        let buckets = TokenBuckets(limit: 131_072)
        let names = (0..<20_000).map { _ in random.next() }
        for name in names { #expect(buckets.take(10, from: name, rate, now: second).isGranted) }
        for name in names { #expect(!buckets.take(1, from: name, rate, now: second).isGranted) }
        #expect(buckets.count == 20_000)
    }

    @Test func othersAreToldOfWhatIsWorthIt() throws {
        let rate = try rate(100)
        let buckets = TokenBuckets(limit: 64)
        for _ in 0..<24 { _ = buckets.take(1, from: 5, rate, now: second) }
        #expect(buckets.drain().isEmpty)
        for _ in 0..<6 { _ = buckets.take(1, from: 5, rate, now: second) }
        let told = buckets.drain()
        #expect(told.map(\.name) == [5])
        #expect(told.map(\.tokens) == [30])
        #expect(buckets.drain().isEmpty)
    }

    @Test func theBucketIsAsEmptyAsOthersHaveMadeIt() throws {
        let rate = try rate(10, 1)
        let buckets = TokenBuckets(limit: 64)
        _ = buckets.take(4, from: 6, rate, now: second)
        buckets.setUsed(rate.nanoseconds * 9, most: rate.most, of: 6, now: second)
        #expect(buckets.look(1, at: 6, rate, now: second).left == 1)
        buckets.setUsed(rate.nanoseconds, most: rate.most, of: 6, now: second)
        #expect(buckets.look(1, at: 6, rate, now: second).left == 1, "it is never fuller than this gateway knows")
    }

    @Test(arguments: [(0, 10), (-1, 10), (5, 0), (2_000_000_000, 1)]) func noRateOfNothing(
        perSecond: Int, seconds: Int
    ) {
        #expect(TokenRate(perSecond: perSecond, seconds: seconds) == nil)
    }
}
