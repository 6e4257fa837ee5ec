import Platform
import Testing

struct HourlyLimitTests {
    @Test func eachHasItsOwnHour() {
        let limit = HourlyLimit<String>(most: 2)
        #expect(limit.takes("a", at: 0) && limit.takes("a", at: 1000))
        #expect(!limit.takes("a", at: 3_599_999), "what is refused does not count")
        #expect(limit.takes("b", at: 3_599_999))
        #expect(limit.takes("a", at: 3_600_000), "the first one is an hour ago")
        #expect(!limit.takes("a", at: 3_600_999) && limit.takes("a", at: 3_601_000))
    }

    /// Names cost memory: of very many none is remembered beyond a bound, and none beyond it let through.
    @Test func veryManyNamesAreNotRemembered() {
        let limit = HourlyLimit<Int>(most: 2, mostNames: 3000)
        let taken = (0..<5000).count { limit.takes($0, at: 0) }
        #expect(taken == 3000)
        #expect(limit.takes(1, at: 1) && !limit.takes(4000, at: 1), "who is known goes on")
        #expect((5000..<8000).count { limit.takes($0, at: 3_600_002) } == 3000, "an hour later all is well")
    }
}
