import EventModel
import Platform
import TestSupport
import Testing

@testable import UserAgentPlugin

@Suite struct ClientCacheTests {
    private let keys = ClientKeyMaker()

    private func key(_ text: String) throws -> ClientKey {
        try #require(keys.key(text, hints: ClientHints(), touch: false))
    }

    @Test(arguments: [1, 2, 7, 63, 64, 100, 512])
    func aCacheNeverHoldsMoreThanItsEntries(entries: Int) throws {
        let cache = ClientCache<Int>(entries: entries)
        for number in 0..<4 * entries {
            cache.insert(number, try key("\(number)"))
            #expect(cache.count <= entries)
        }
        #expect(cache.count > entries / 2)
    }

    @Test func aCacheWithoutEntriesHoldsNothing() throws {
        let cache = ClientCache<Int>(entries: 0)
        cache.insert(1, try key("a"))
        #expect(cache.count == 0)
        #expect(cache.value(try key("a")) == nil)
    }

    @Test func whatWasNotUsedForTheLongestTimeIsForgotten() throws {
        let cache = ClientCache<Int>(entries: 3)
        let keys = try ["a", "b", "c", "d"].map { try key($0) }
        for (number, key) in keys.prefix(3).enumerated() { cache.insert(number, key) }
        #expect(cache.value(keys[0]) == 0)
        cache.insert(3, keys[3])
        #expect(keys.map { cache.value($0) } == [0, nil, 2, 3])
        cache.insert(9, keys[0])
        #expect(cache.value(keys[0]) == 9)
        #expect(cache.count == 3)
    }

    @Test func itAnswersLikeATableWithTheSameHistory() throws {
        var random = SeededRandom(4)
        var entries = RecentEntries<Int>(limit: 10)
        var model: [(key: ClientKey, value: Int)] = []
        let keys = try (0..<25).map { try key("\($0)") }
        for step in 0..<5000 {
            guard let key = keys.randomElement(using: &random) else { return }
            let known = model.firstIndex { $0.key == key }
            if Bool.random(using: &random) {
                #expect(entries.use(key) == known.map { model[$0].value })
                if let known { model.append(model.remove(at: known)) }
            } else {
                entries.insert(step, key)
                if let known { model.remove(at: known) }
                model.append((key, step))
                if model.count > 10 { model.removeFirst() }
            }
            #expect(entries.count == model.count)
        }
    }

    @Test func everythingThatTheAnswerDependsOnIsInTheKey() throws {
        let agents = ["", "a", "ab"]
        let hints = [
            ClientHints(), ClientHints(brands: "b"), ClientHints(platform: "b"), ClientHints(isMobile: true),
            ClientHints(isMobile: false), ClientHints(brands: "ab"),
        ]
        var all: Set<ClientKey> = []
        for agent in agents {
            for hint in hints {
                for touch in [true, false] {
                    all.insert(try #require(keys.key(agent, hints: hint, touch: touch)))
                }
            }
        }
        #expect(all.count == agents.count * hints.count * 2)
    }

    @Test func nobodyElseCanMakeTheKeys() throws {
        let other = ClientKeyMaker().key("a", hints: ClientHints(), touch: false)
        #expect(try key("a") == (try key("a")))
        #expect(try key("a") != other)
    }

    @Test func manyThreadsGetTheirOwnAnswers() throws {
        let cache = ClientCache<Int>(entries: 256)
        let keys = try (0..<400).map { try key("\($0)") }
        let threads = try (0..<6).map { seed in
            try Thread(name: "cache-test") {
                var random = SeededRandom(UInt64(seed))
                for _ in 0..<20_000 {
                    let number = Int.random(in: keys.indices, using: &random)
                    if let known = cache.value(keys[number]) {
                        if known != number { Issue.record("somebody else's answer") }
                    } else {
                        cache.insert(number, keys[number])
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(cache.count <= 256)
    }
}
