import Configuration
import EventModel
import PluginAPI
import Testing

@testable import Pipeline

private struct Settings: ValidatedSettings {
    func problems() -> [SettingProblem] { [] }
}

/// Finds a browser out, and cuts the title.
private struct Finder: Enricher {
    static let name: StaticString = "finder"
    static let summary: StaticString = "finds a browser"
    static func declaration(for settings: Settings) -> Declaration {
        Declaration(
            reads: [.userAgent, .title], writes: [.title],
            facts: [Fact(name: "browser", sensitivity: .anonymous, meaning: "the browser", subject: .device)],
            reductions: [Reduction(.title, "cut to five characters")])
    }
    init(_ settings: Settings, in context: PluginContext) throws(PluginError) {}
    func enrich(_ event: inout Event) throws(PluginError) {
        event.hit.setFact("browser", "Test")
        event.hit.title = String(event.hit.title.prefix(5))
    }
}

private struct Judge: PrivacyFilter {
    static let name: StaticString = "judge"
    static let summary: StaticString = "drops and rejects"
    static func declaration(for settings: Settings) -> Declaration {
        Declaration(reads: [.name], readsFacts: ["browser"])
    }
    init(_ settings: Settings, in context: PluginContext) throws(PluginError) {}
    func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        switch event.hit.name {
        case "dropped": .drop(reason: "unwanted")
        case "rejected": .reject(reason: "invalid_type", message: "amount must be a number")
        default: .keep
        }
    }
}

private struct Forget: PrivacyFilter {
    static let name: StaticString = "forget"
    static let summary: StaticString = "erases the visitor"
    static func declaration(for settings: Settings) -> Declaration { Declaration(erases: Field.ofVisitor) }
    init(_ settings: Settings, in context: PluginContext) throws(PluginError) {}
    func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        event.visitor = .unknown
        return .keep
    }
}

private struct Keep: EventStore {
    static let name: StaticString = "keep"
    static let summary: StaticString = "keeps"
    static func declaration(for settings: Settings) -> Declaration { Declaration() }
    init(_ settings: Settings, in context: PluginContext) throws(PluginError) {}
    func position(in journal: JournalID) throws(StoreError) -> UInt64 { 0 }
    func store(_ batch: Batch) throws(StoreError) -> StoreReceipt { StoreReceipt(stored: 0, duplicates: 0) }
    func bury(_ batch: Batch, reason: String) throws(StoreError) {}
}

@Suite struct TraceTests {
    private func plan(_ names: [String]) throws -> ChainPlan {
        try ChainPlan(
            names.map { .table(["plugin": .text($0)]) },
            catalog: [
                PluginFactory(Finder.self), PluginFactory(Judge.self), PluginFactory(Forget.self),
                PluginFactory(Keep.self),
            ])
    }

    private func event(_ name: String = "pageview") -> Event {
        let now = Timestamp(milliseconds: 0)
        var hit = Hit(site: SiteID(rawValue: 1), id: EventID(1), name: name, receivedAt: now, time: now)
        hit.title = "Mail of ada@example.com"
        return Event(hit: hit, visitor: Visitor(address: IPAddress("192.0.2.1"), userAgent: "Secret/1.0"))
    }

    private func chain() throws -> Chain {
        try plan(["finder", "judge", "forget", "keep"]).build { PluginContext(id: $0) }
    }

    @Test func aTraceSaysWhatEachStepReadAndChanged() throws {
        var traced = event()
        var run = event()
        let chain = try chain()
        let (outcome, trace) = chain.trace(&traced)
        #expect(outcome == chain.run(&run))
        #expect(traced.hit == run.hit)
        #expect(trace.outcome == "stored")
        #expect(trace.steps.map(\.id) == ["finder", "judge", "forget"])
        #expect(trace.steps[0].reads.map(\.name) == ["title", "visitor.user_agent"])
        #expect(
            trace.steps[0].changes == [
                EventTrace.Change("title", before: "Mail of ada@example.com", after: "Mail "),
                EventTrace.Change("browser", before: "", after: "Test"),
            ])
        #expect(trace.steps[1].reads.contains(EventTrace.Value("browser", "Test")))
        #expect(trace.steps[2].changes.map(\.name).contains("visitor.address"))
        #expect(trace.stored.contains(EventTrace.Value("browser", "Test")))
    }

    @Test(arguments: [("dropped", "unwanted"), ("rejected", "invalid_type")])
    func aTraceEndsWhereTheEventEnds(name: String, reason: String) throws {
        var event = event(name)
        let (_, trace) = try chain().trace(&event)
        #expect(trace.outcome == name)
        #expect(trace.reason == reason)
        #expect(trace.steps.map(\.verdict) == ["passed", name])
        #expect(trace.stored == [])
    }

    @Test func whatAnInspectorSeesNamesNobody() throws {
        var event = event()
        let shown = "\(try chain().trace(&event).trace.masked)"
        for secret in ["192.0.2.1", "Secret", "ada@"] { #expect(!shown.contains(secret), "\(secret) is shown") }
        #expect(shown.contains("Mail "), "what is stored may be seen")
    }

    @Test func theRecordIsMadeOfTheDeclarations() throws {
        let record = try plan(["finder", "judge", "forget", "keep"]).privacyRecord(
            mode: "standard", retentionMonths: 13, deadLetterDays: 30)
        let title = try #require(record.kept.first { $0.name == "title" })
        #expect(title.origins == ["request", "finder"])
        #expect(title.reductions == ["cut to five characters (finder)"])
        #expect(title.kept == "13 months")
        #expect(record.kept.contains { $0.name == "browser" && $0.meaning == "the browser" })
        #expect(!record.kept.contains { $0.name == "country" }, "nobody finds countries out")
        #expect(Set(record.forgotten.map(\.name)) == Set(Field.ofVisitor.map(\.rawValue)))
        #expect(record.forgotten.allSatisfy { $0.kept == "until the request is answered (forget)" })
    }

    @Test func aFactThatIsAddedLaterCannotBeRead() throws {
        let problems = #expect(throws: ConfigProblems.self) { try plan(["judge", "finder", "forget", "keep"]) }
        #expect(
            problems?.all.map(\.description) == [
                "chain[0] (judge): reads the fact browser, which \"finder\" adds only later: move it after \"finder\""
            ])
        // Nobody adds it: then it is unknown, and the plugin can do without.
        #expect(throws: Never.self) { try plan(["judge", "forget", "keep"]) }
    }
}
