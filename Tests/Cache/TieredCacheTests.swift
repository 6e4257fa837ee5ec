import Cache
import Glibc
import Platform
import Synchronization
import Testing

struct TieredCacheTests {
    private func key(_ name: String) -> CacheKey { CacheKey("test", version: 1, parts: [name]) }

    @Test func aValueIsComputedOnceAndThenComesFromMemory() throws {
        let cache = TieredCache()
        var computations = 0
        for _ in 0..<3 {
            let value = try cache.value(for: key("a")) {
                computations += 1
                return [1, 2, 3]
            }
            #expect(value == [1, 2, 3])
        }
        #expect(computations == 1)
        #expect(cache.counters.memoryHits == 2)
        #expect(cache.counters.misses == 1)
        #expect(cache.counters.redisErrors == 0)
    }

    @Test func whatIsForgottenIsComputedAnew() throws {
        let cache = TieredCache()
        for name in ["a", "b"] { _ = try cache.value(for: key(name)) { [1] } }
        cache.removeAll()
        #expect(cache.counters.entries == 0)
        #expect(cache.counters.bytes == 0)
        #expect(try cache.value(for: key("a")) { [2] } == [2])
        #expect(cache.counters.entries == 1)
    }

    @Test func keysWithColonsStayApart() throws {
        let one = CacheKey("test", version: 1, parts: ["a:b", "c"])
        let other = CacheKey("test", version: 1, parts: ["a", "b:c"])
        let escaped = CacheKey("test", version: 1, parts: ["a%3Ab", "c"])
        #expect(one != other)
        #expect(one != escaped)
        #expect(one.text == "test:1:a%3Ab:c")
        #expect(CacheKey("test", version: 2, parts: ["a:b", "c"]) != one)
    }

    @Test func memoryIsBoundedAndTheLeastUsedValueGoesFirst() throws {
        let cache = TieredCache(memoryBytes: 64_000)
        let block = [UInt8](repeating: 7, count: 10_000)
        for name in ["a", "b", "c", "d", "e", "f"] { _ = try cache.value(for: key(name)) { block } }
        _ = try cache.value(for: key("a")) { block }
        _ = try cache.value(for: key("g")) { block }
        #expect(cache.counters.bytes <= 64_000)
        #expect(cache.counters.entries == 6)
        #expect(cache.counters.evictions == 1)
        let misses = cache.counters.misses
        _ = try cache.value(for: key("a")) { block }
        #expect(cache.counters.misses == misses, "a was used after b, so b had to go")
        _ = try cache.value(for: key("b")) { block }
        #expect(cache.counters.misses == misses + 1)
    }

    @Test func aRandomMixOfKeysNeverBreaksTheBound() throws {
        let cache = TieredCache(memoryBytes: 20_000)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            let number = Int(random.next() % 100)
            let value = try cache.value(for: key("\(number)")) { [UInt8](repeating: UInt8(number), count: number * 40) }
            #expect(value.count == number * 40 && value.allSatisfy { $0 == UInt8(number) })
            #expect(cache.counters.bytes <= 20_000)
        }
        #expect(cache.counters.evictions > 0)
    }

    @Test func aValueThatWouldPushOutAllOthersIsNotKept() throws {
        let cache = TieredCache(memoryBytes: 10_000)
        _ = try cache.value(for: key("small")) { [1] }
        _ = try cache.value(for: key("large")) { [UInt8](repeating: 0, count: 9000) }
        #expect(cache.counters.entries == 1)
    }

    @Test func aHundredViewersOfOneColdReportCostOneComputation() throws {
        let cache = TieredCache()
        let computations = Atomic<Int>(0)
        let right = Atomic<Int>(0)
        var threads: [Thread] = []
        for number in 0..<100 {
            threads.append(
                try Thread(name: "viewer-\(number)") {
                    let value = try? cache.value(for: CacheKey("test", version: 1, parts: ["cold"])) {
                        computations.add(1, ordering: .relaxed)
                        Clock.sleep(milliseconds: 200)
                        return [42]
                    }
                    if value == [42] { right.add(1, ordering: .relaxed) }
                })
        }
        for thread in threads { thread.join() }
        #expect(computations.load(ordering: .relaxed) == 1)
        #expect(right.load(ordering: .relaxed) == 100)
        let counters = cache.counters
        #expect(counters.misses == 1)
        #expect(counters.joined + counters.memoryHits == 99)
    }

    @Test func anErrorReachesAllWhoWaitAndIsNotKept() throws {
        struct Trouble: Error {}
        let cache = TieredCache()
        let failures = Atomic<Int>(0)
        var threads: [Thread] = []
        for number in 0..<10 {
            threads.append(
                try Thread(name: "viewer-\(number)") {
                    do {
                        _ = try cache.value(for: CacheKey("test", version: 1, parts: ["bad"])) {
                            Clock.sleep(milliseconds: 100)
                            throw Trouble()
                        }
                    } catch is Trouble {
                        failures.add(1, ordering: .relaxed)
                    } catch {}
                })
        }
        for thread in threads { thread.join() }
        #expect(failures.load(ordering: .relaxed) == 10)
        #expect(try cache.value(for: key("bad")) { [1] } == [1])
    }
}
