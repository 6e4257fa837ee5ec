import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import SamplePlugin

@Suite struct SampleTests {
    private func plugin(_ keepOneIn: Int, events: [String] = [], id: String = "sample") throws -> Sample {
        try Sample(settings(keepOneIn, events: events), in: PluginContext(id: id))
    }

    private func settings(_ keepOneIn: Int, events: [String] = []) -> Sample.Settings {
        var settings = Sample.Settings()
        settings.keep_one_in = keepOneIn
        settings.events = events
        return settings
    }

    private func hit(_ visitor: UInt64?, id: UInt128 = 7, name: String = Hit.pageview) -> Hit {
        let now = Timestamp(milliseconds: 0)
        var hit = Hit(site: SiteID(rawValue: 1), id: EventID(id), name: name, receivedAt: now, time: now)
        hit.visitor = visitor.map(VisitorID.init)
        return hit
    }

    /// The weight with which a hit is kept, 0 when it is dropped.
    private func weight(_ plugin: Sample, _ hit: Hit) throws -> Int {
        var event = Event(hit: hit, visitor: .unknown)
        switch try plugin.filter(&event) {
        case .keep: return Int(event.hit.weight)
        case .drop(let reason):
            #expect("\(reason)" == "sampled")
            return 0
        case .reject:
            Issue.record("must not reject")
            return 0
        }
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Sample.self, factory: PluginFactory(Sample.self), folder: pluginFolder()) == [])
        for settings in [settings(1), settings(2), settings(3, events: ["scroll"])] {
            #expect(
                PluginChecks.accessFailures(of: Sample.self, settings: settings) { plugin, event in
                    _ = try? plugin.filter(&event)
                } == [])
        }
    }

    @Test func byDefaultAllIsKept() throws {
        let plugin = try plugin(1)
        for visitor in 0..<1000 as Range<UInt64> { #expect(try weight(plugin, hit(visitor)) == 1) }
    }

    /// Both for random pseudonyms and for numbers in a row: three standard deviations of a binomial distribution.
    @Test(arguments: [2, 3, 10, 100, 1000])
    func oneInSoManyVisitorsIsKept(divisor: Int) throws {
        let plugin = try plugin(divisor)
        var random = SeededRandom(4)
        let count = 100_000
        var kept = [0, 0, 0]
        var total = 0
        for number in 0..<count {
            let first = try weight(plugin, hit(random.next()))
            total += first
            kept[0] += first == 0 ? 0 : 1
            kept[1] += try weight(plugin, hit(UInt64(number))) == 0 ? 0 : 1
            // Random event ids, of hits without a visitor.
            kept[2] +=
                try weight(plugin, hit(nil, id: UInt128(random.next()) << 64 | UInt128(random.next()))) == 0 ? 0 : 1
        }
        let share = 1 / Double(divisor)
        let deviation = (Double(count) * share * (1 - share)).squareRoot()
        for number in kept { #expect(abs(Double(number) - Double(count) * share) <= 3 * deviation) }
        // Weighted, the visitors that are kept stand for all.
        #expect(total == kept[0] * divisor)
        #expect(abs(Double(total - count)) <= 3 * deviation * Double(divisor))
    }

    @Test func aVisitorIsKeptOrLeftOutWithAllEvents() throws {
        let one = try plugin(5)
        let other = try plugin(5)
        var random = SeededRandom(4)
        for _ in 0..<1000 {
            let visitor = random.next()
            let first = try weight(one, hit(visitor))
            for name in ["pageview", "scroll", "buy"] {
                let id = UInt128(random.next())
                #expect(try weight(one, hit(visitor, id: id, name: name)) == first)
                #expect(try weight(other, hit(visitor, id: id, name: name)) == first)
            }
        }
    }

    @Test func onlyTheNamedEventsAreSampled() throws {
        let plugin = try plugin(1_000_000, events: ["scroll", "hover"])
        var kept = 0
        for visitor in 0..<1000 as Range<UInt64> {
            #expect(try weight(plugin, hit(visitor)) == 1)
            kept += try weight(plugin, hit(visitor, name: "scroll")) == 0 ? 0 : 1
        }
        #expect(kept < 5)
    }

    @Test func programsAreSampledEventByEvent() throws {
        let plugin = try plugin(10)
        var random = SeededRandom(4)
        var kept = 0
        for _ in 0..<10_000 {
            var hit = hit(1, id: UInt128(random.next()) << 64 | UInt128(random.next()))
            hit.isBot = true
            kept += try weight(plugin, hit) == 0 ? 0 : 1
        }
        #expect(abs(Double(kept) - 1000) <= 3 * (10_000 * 0.1 * 0.9).squareRoot())
    }

    /// Who is kept says nothing about the pseudonym's bits: each of them is set for half of those who are kept.
    @Test func theChoiceDoesNotGoWithThePseudonymsBits() throws {
        let plugin = try plugin(4)
        var random = SeededRandom(4)
        var kept = 0
        var ones = [Int](repeating: 0, count: 64)
        for _ in 0..<100_000 {
            let visitor = random.next()
            guard try weight(plugin, hit(visitor)) > 0 else { continue }
            kept += 1
            for bit in 0..<64 { ones[bit] += Int(visitor >> UInt64(bit) & 1) }
        }
        // Four and a half standard deviations: 64 bits are asked at once.
        let deviation = (Double(kept) / 4).squareRoot()
        for count in ones { #expect(abs(Double(count) - Double(kept) / 2) <= 4.5 * deviation) }
    }

    @Test func twoSamplesInOneChainChooseIndependentlyAndMultiplyTheirWeights() throws {
        let first = try plugin(4, id: "sample")
        let second = try plugin(5, id: "sample_again")
        var random = SeededRandom(4)
        var total = 0
        var kept = 0
        for _ in 0..<100_000 {
            var event = Event(hit: hit(random.next()), visitor: .unknown)
            guard try first.filter(&event) == .keep, try second.filter(&event) == .keep else { continue }
            #expect(event.hit.weight == 20)
            kept += 1
            total += Int(event.hit.weight)
        }
        let deviation = (100_000 * 0.05 * 0.95).squareRoot()
        #expect(abs(Double(kept) - 5000) <= 3 * deviation)
        #expect(abs(Double(total) - 100_000) <= 3 * deviation * 20)
    }

    @Test func aWeightNeverOverflows() throws {
        var settings = Sample.Settings()
        settings.keep_one_in = 2
        let plugin = try Sample(settings, in: PluginChecks.context)
        for weight in [Int32.min, -1, 0, 1, .max] {
            for number in 0..<20 as Range<UInt64> {
                var event = Event(hit: hit(number), visitor: .unknown)
                event.hit.weight = weight
                guard try plugin.filter(&event) == .keep else { continue }
                #expect(event.hit.weight == (weight == .max ? .max : 2))
            }
        }
    }

    @Test func settingsThatKeepNobodyAreRefused() {
        for divisor in [0, -1, 1_000_001, .min] { #expect(settings(divisor).problems().map(\.key) == ["keep_one_in"]) }
        #expect(settings(1_000_000).problems() == [])
        #expect(settings(2, events: ["scroll", ""]).problems().map(\.key) == ["events"])
    }

    @Test func hostileEventsDoNotTrap() throws {
        for divisor in [Int.min, 0, 2, .max] {
            let plugin = try plugin(divisor, events: divisor == 2 ? ["pageview"] : [])
            for var event in HostileEvents.all { _ = try plugin.filter(&event) }
        }
    }
}
