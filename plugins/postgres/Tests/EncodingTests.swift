import Testing

@testable import PostgresPlugin

@Suite struct EncodingTests {
    @Test func aCacheIsBoundedAndKeepsWhatIsUsed() {
        func key(_ number: Int) -> TextCache.Key { TextCache.Key(site: 1, text: "/\(number)") }
        var cache = TextCache(limit: 10)
        for number in 0..<1000 {
            cache.insert(key(number), Int64(number))
            #expect(cache.number(of: key(0)) == 0)
        }
        #expect((0..<1000).count { cache.number(of: key($0)) != nil } <= 20)
        #expect(cache.number(of: TextCache.Key(site: 2, text: "/0")) == nil)
        let long = TextCache.Key(site: 1, text: String(repeating: "a", count: 257))
        cache.insert(long, 1)
        #expect(cache.number(of: long) == nil)
    }

    @Test func textsHaveTheirNumbersForEver() {
        // A change of the hash would part every stored event from its texts.
        var memory = LoadMemory(maximumAgeDays: 400, rememberedTexts: 100, facts: [])
        var new = NewTexts()
        #expect(memory.number(of: "", site: 1, new: &new) == nil)
        // Python: int.from_bytes(hashlib.blake2b(b"pageview", digest_size=16).digest()[:8], "big", signed=True)
        #expect(memory.number(of: "pageview", site: 1, new: &new) == -3_226_430_846_583_468_678)
    }
}
