import Configuration
import EventModel
import PluginAPI
import Synchronization
import Testing

@testable import Pipeline

// Small plugins, each for one property of the chain.

private struct NoSettings: ValidatedSettings {
    var strength = 1
    func problems() -> [SettingProblem] {
        strength > 9 ? [SettingProblem("strength", "must be at most 9")] : []
    }
}

private struct Geo: Enricher {
    static let name: StaticString = "geo"
    static let summary: StaticString = "finds a country"
    static func declaration(for settings: NoSettings) -> Declaration {
        Declaration(reads: [.address], writes: [.country])
    }
    init(_ settings: NoSettings, in context: PluginContext) throws(PluginError) {}
    func enrich(_ event: inout Event) throws(PluginError) {
        if event.hit.name == "broken" { throw .badEvent("broken") }
        event.hit.country = "AT"
    }
}

private struct ByCountry: PrivacyFilter {
    static let name: StaticString = "by_country"
    static let summary: StaticString = "drops a country"
    static func declaration(for settings: NoSettings) -> Declaration { Declaration(reads: [.country]) }
    init(_ settings: NoSettings, in context: PluginContext) throws(PluginError) {}
    func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        if event.hit.name == "trouble" { throw .badEvent("trouble") }
        return event.hit.path == "/secret" ? .drop(reason: "excluded") : .keep
    }
}

private struct Confusing: Enricher {
    static let name: StaticString = "confusing"
    static let summary: StaticString = "adds a fact that is called like a field"
    static func declaration(for settings: NoSettings) -> Declaration {
        Declaration(facts: [Fact(name: "path", sensitivity: .anonymous, meaning: "a path of its own", subject: .event)])
    }
    init(_ settings: NoSettings, in context: PluginContext) throws(PluginError) {}
    func enrich(_ event: inout Event) throws(PluginError) {}
}

private struct Forget: PrivacyFilter {
    static let name: StaticString = "forget"
    static let summary: StaticString = "erases the visitor"
    static func declaration(for settings: NoSettings) -> Declaration { Declaration(erases: Field.ofVisitor) }
    init(_ settings: NoSettings, in context: PluginContext) throws(PluginError) {}
    func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        event.visitor = .unknown
        return .keep
    }
}

private struct Keep: EventStore {
    static let name: StaticString = "keep"
    static let summary: StaticString = "keeps"
    static func declaration(for settings: NoSettings) -> Declaration { Declaration() }
    init(_ settings: NoSettings, in context: PluginContext) throws(PluginError) {}
    func position(in journal: JournalID) throws(StoreError) -> UInt64 { 0 }
    func store(_ batch: Batch) throws(StoreError) -> StoreReceipt { StoreReceipt(stored: 0, duplicates: 0) }
    func bury(_ batch: Batch, reason: String) throws(StoreError) {}
}

private let started = Mutex<[String]>([])

private struct Refusing: EventStore {
    static let name: StaticString = "refusing"
    static let summary: StaticString = "does not start"
    static func declaration(for settings: NoSettings) -> Declaration { Declaration() }
    init(_ settings: NoSettings, in context: PluginContext) throws(PluginError) {}
    func start() throws(PluginError) { throw .unavailable("nobody is there") }
    func position(in journal: JournalID) throws(StoreError) -> UInt64 { 0 }
    func store(_ batch: Batch) throws(StoreError) -> StoreReceipt { StoreReceipt(stored: 0, duplicates: 0) }
    func bury(_ batch: Batch, reason: String) throws(StoreError) {}
}

private let plugins = [
    PluginFactory(Geo.self), PluginFactory(ByCountry.self), PluginFactory(Forget.self), PluginFactory(Keep.self),
    PluginFactory(Refusing.self), PluginFactory(Confusing.self),
]

private func plan(_ text: String) throws -> ChainPlan {
    guard case .list(let entries) = try ConfigValue(json5: text) else { throw ConfigProblem(path: "", message: "list") }
    return try ChainPlan(entries, catalog: plugins)
}

private func problems(_ text: String) throws -> [String] {
    do {
        _ = try plan(text)
        return []
    } catch let problems as ConfigProblems {
        return problems.all.map(\.description)
    }
}

private func event(_ name: String = "pageview", path: String = "/") -> Event {
    let now = Timestamp(milliseconds: 0)
    var hit = Hit(site: SiteID(rawValue: 1), id: EventID(1), name: name, receivedAt: now, time: now)
    hit.path = path
    return Event(hit: hit, visitor: Visitor(address: IPAddress("192.0.2.1"), userAgent: "x"))
}

private let good = "[{plugin:'geo'},{plugin:'by_country'},{plugin:'forget'},{plugin:'keep'}]"

@Suite struct ChainProofTests {
    @Test func aGoodChainHasNoProblem() throws {
        #expect(try problems(good) == [])
    }

    @Test(
        arguments: [
            (
                "[{plugin:'confusing'},{plugin:'forget'},{plugin:'keep'}]",
                ["chain[0] (confusing): adds a fact that is called like the field path: give it another name"]
            ),
            (
                "[{plugin:'goe'},{plugin:'forget'},{plugin:'keep'}]",
                ["chain[0].plugin: there is no plugin \"goe\" (did you mean \"geo\"?)"]
            ),
            (
                "[{plugin:'geo',settings:{strength:10}},{plugin:'geo',id:'b',setings:{}}]",
                [
                    "chain[0].settings.strength: must be at most 9",
                    "chain[1].setings: is not a setting (did you mean \"settings\"?)",
                ]
            ),
            ("[{}]", ["chain[0].plugin: is missing: every entry names its plugin"]),
            (
                "[{plugin:'geo'},{plugin:'geo'},{plugin:'forget'},{plugin:'keep'}]",
                ["chain[1] (geo): has the same id as chain[0]: give one of them an \"id\" of its own"]
            ),
            (
                "[{plugin:'by_country'},{plugin:'geo'},{plugin:'forget'},{plugin:'keep'}]",
                ["chain[0] (by_country): reads country, which \"geo\" writes only later: move it after \"geo\""]
            ),
            (
                "[{plugin:'by_country'},{plugin:'forget'},{plugin:'keep'}]",
                ["chain[0] (by_country): reads country, which nobody writes: add a plugin that does, or remove it"]
            ),
            (
                "[{plugin:'forget'},{plugin:'geo'},{plugin:'keep'}]",
                [
                    "chain[1] (geo): reads visitor.address, which \"forget\" has erased: move it before \"forget\""
                ]
            ),
            (
                "[{plugin:'forget'},{plugin:'keep'},{plugin:'by_country',enabled:false},{plugin:'forget',id:'again'}]",
                [
                    "chain[3] (again): stands after the store \"keep\", which would keep events that it has not seen: "
                        + "move it before chain[1]"
                ]
            ),
            (
                "[{plugin:'geo'},{plugin:'keep'}]",
                [
                    "chain[1] (keep): would begin while visitor.accept_language, visitor.address, visitor.client_hints, "
                        + "visitor.clock, visitor.page_url, visitor.place, visitor.referrer_url, visitor.signals, "
                        + "visitor.user, visitor.user_agent is still there: put the filter \"discard\" before it"
                ]
            ),
            ("[{plugin:'forget'}]", ["chain: has no store: every event would be thrown away (add \"postgres\")"]),
        ] as [(String, [String])])
    func aBadChainIsRefusedWithItsMend(text: String, messages: [String]) throws {
        #expect(try problems(text) == messages)
    }
}

@Suite struct ChainTests {
    private func chain(_ text: String = good) throws -> Chain {
        try plan(text).build { PluginContext(id: $0) }
    }

    @Test func anEventGoesThroughAllSteps() throws {
        let chain = try chain()
        var event = event()
        #expect(chain.run(&event) == .keep)
        #expect(event.hit.country == "AT")
        #expect(event.visitor.isEmpty)
        #expect(chain.statistics.map(\.passed) == [1, 1, 1])
        #expect(chain.description == "geo, by_country, forget → keep")
    }

    @Test func enrichersFailOpen() throws {
        let chain = try chain()
        var event = event("broken")
        #expect(chain.run(&event) == .keep)
        #expect(event.visitor.isEmpty)
        #expect(chain.statistics[0].failed == 1)
        #expect(chain.statistics[0].passed == 1)
    }

    @Test func filtersFailClosed() throws {
        let chain = try chain()
        var event = event("trouble")
        #expect(chain.run(&event) == .drop(step: "by_country", reason: "filter_failed"))
        #expect(chain.statistics.map(\.dropped) == [0, 1, 0])
        #expect(chain.statistics[2].passed == 0)
    }

    @Test func aFilterDropsWithItsReason() throws {
        let chain = try chain()
        var event = event(path: "/secret")
        #expect(chain.run(&event) == .drop(step: "by_country", reason: "excluded"))
    }

    @Test func aStoreThatDoesNotStartIsNamed() throws {
        do {
            _ = try chain("[{plugin:'forget'},{plugin:'refusing'}]")
            Issue.record("the chain must not be built")
        } catch let problems as ConfigProblems {
            #expect(problems.all.map(\.description) == ["chain[1] (refusing): nobody is there"])
        }
    }
}
