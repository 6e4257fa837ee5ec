import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import BotPolicyPlugin

@Suite struct BotPolicyTests {
    private static let policies: [BotPolicy.Settings.Policy] = [.drop, .separate, .keep]

    /// An event of which `bot` has said this; nothing of a person's.
    private func event(_ kind: String, score: Double?) -> Event {
        var event = HostileEvents.ordinary()
        event.hit.setFact("bot", kind)
        if let score { event.hit.setFact("bot_score", .number(score)) }
        return event
    }

    private func outcome(
        _ event: Event, _ change: (inout BotPolicy.Settings) -> Void = { _ in }
    ) throws -> (verdict: Verdict, hit: Hit) {
        var settings = BotPolicy.Settings()
        change(&settings)
        var event = event
        let verdict = try BotPolicy(settings, in: PluginChecks.context).filter(&event)
        return (verdict, event.hit)
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: BotPolicy.self, factory: PluginFactory(BotPolicy.self), folder: pluginFolder())
                == [])
        #expect(
            PluginChecks.accessFailures(of: BotPolicy.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func programsAreKeptApartByDefault() throws {
        let (verdict, hit) = try outcome(event("crawler", score: 100))
        #expect(verdict == .keep)
        #expect(hit.isBot)
        #expect(hit.text(ofFact: "bot") == "crawler")
    }

    @Test func programsAreDroppedWithAReason() throws {
        let (verdict, _) = try outcome(event("ai", score: 80)) { $0.policy = .drop }
        #expect(verdict == .drop(reason: "bot"))
    }

    @Test func programsThatAreKeptCountLikePeople() throws {
        let before = event("ai", score: 80)
        let (verdict, hit) = try outcome(before) { $0.policy = .keep }
        #expect(verdict == .keep)
        #expect(hit == before.hit)
    }

    @Test(arguments: policies) func peopleGoOnAsTheyCame(policy: BotPolicy.Settings.Policy) throws {
        for before in [event("", score: nil), event("datacenter", score: 30), event("headless", score: 49)] {
            let (verdict, hit) = try outcome(before) { $0.policy = policy }
            #expect(verdict == .keep)
            #expect(hit == before.hit)
        }
    }

    @Test func aClassCanHaveItsOwnPolicy() throws {
        let classes: [String: BotPolicy.Settings.Policy] = ["monitor": .drop, "ai": .keep]
        #expect(try outcome(event("monitor", score: 100)) { $0.classes = classes }.verdict == .drop(reason: "bot"))
        #expect(try !outcome(event("ai", score: 100)) { $0.classes = classes }.hit.isBot)
        #expect(try outcome(event("crawler", score: 100)) { $0.classes = classes }.hit.isBot)
    }

    @Test(arguments: policies) func aPrefetchIsNoView(policy: BotPolicy.Settings.Policy) throws {
        let verdict = try outcome(event("prefetch", score: 100)) { $0.policy = policy }.verdict
        #expect(verdict == .drop(reason: "prefetch"))
        let kept = try outcome(event("prefetch", score: 100)) {
            $0.policy = policy
            $0.classes = ["prefetch": .separate]
        }
        #expect(kept.verdict == .keep)
        #expect(kept.hit.isBot)
    }

    @Test func theThresholdCounts() throws {
        #expect(try outcome(event("headless", score: 50)).hit.isBot)
        #expect(try !outcome(event("headless", score: 60)) { $0.threshold = 61 }.hit.isBot)
        #expect(try outcome(event("datacenter", score: 30)) { $0.threshold = 30 }.hit.isBot)
    }

    @Test func aScoreThatIsNoNumberIsNone() throws {
        var before = event("crawler", score: nil)
        before.hit.setFact("bot_score", "100")
        #expect(try outcome(before) { $0.policy = .drop }.verdict == .keep)
        before.hit.setFact("bot_score", .number(.nan))
        #expect(try outcome(before) { $0.policy = .drop }.verdict == .keep)
    }

    @Test func settingsAreJudged() {
        var settings = BotPolicy.Settings()
        settings.threshold = 29
        settings.classes = ["crawlers": .drop]
        #expect(settings.problems().map(\.key) == ["threshold", "classes.crawlers"])
        #expect(settings.problems().last?.message.contains("\"crawler\"") == true)
        #expect(throws: ConfigProblems.self) {
            try BotPolicy.Settings.decode(.table(["policy": .text("ignore")]), at: "settings")
        }
    }

    @Test func hostileEventsDoNotTrap() throws {
        for policy in BotPolicyTests.policies {
            var settings = BotPolicy.Settings()
            settings.policy = policy
            let plugin = try BotPolicy(settings, in: PluginChecks.context)
            for var event in HostileEvents.all {
                event.hit.setFact("bot_score", .number(event.hit.title.isEmpty ? .infinity : 75))
                _ = try? plugin.filter(&event)
            }
        }
    }
}
