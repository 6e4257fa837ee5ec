import EventModel
import Synchronization
import Testing

@testable import Collect

@Suite struct InspectorTests {
    private final class Time: Sendable {
        let milliseconds = Atomic<Int64>(1000)
        func pass(_ time: Int64) { milliseconds.add(time, ordering: .relaxed) }
    }

    private func trace(_ site: Int32, _ number: Int64) -> EventTrace {
        EventTrace(
            site: site, receivedAt: number, outcome: "stored", reason: "", steps: [],
            stored: [EventTrace.Value("visitor", "0123456789abcdef")])
    }

    @Test func theNewestEventsOfTheSiteAreKeptMasked() {
        let inspector = Inspector()
        let site = SiteID(rawValue: 1)
        #expect(!inspector.isLooking(at: site))
        #expect(inspector.look(at: site) == [])
        #expect(inspector.isLooking(at: site))
        #expect(!inspector.isLooking(at: SiteID(rawValue: 2)))
        for number in 0..<30 { inspector.keep(trace(1, Int64(number))) }
        inspector.keep(trace(2, 99))
        let kept = inspector.look(at: site)
        #expect(kept.map(\.receivedAt) == (10..<30).reversed())
        #expect(kept.allSatisfy { $0.stored[0].value == "0123…" })
        #expect(inspector.look(at: SiteID(rawValue: 2)) == [], "nobody had looked at it")
    }

    @Test func aLookEndsAfterAMinute() {
        let time = Time()
        let inspector = Inspector { time.milliseconds.load(ordering: .relaxed) }
        let site = SiteID(rawValue: 1)
        _ = inspector.look(at: site)
        inspector.keep(trace(1, 1))
        time.pass(59_999)
        #expect(inspector.isLooking(at: site))
        time.pass(1)
        #expect(!inspector.isLooking(at: site))
        #expect(inspector.look(at: site) == [], "what was kept is gone with it")
    }

    @Test func manySitesAreBounded() {
        let time = Time()
        let inspector = Inspector { time.milliseconds.load(ordering: .relaxed) }
        for number in 1...100 as ClosedRange<Int32> {
            _ = inspector.look(at: SiteID(rawValue: number))
            time.pass(1)
        }
        let looked = (1...100 as ClosedRange<Int32>).filter { inspector.isLooking(at: SiteID(rawValue: $0)) }
        #expect(looked == Array(85...100))
    }
}
