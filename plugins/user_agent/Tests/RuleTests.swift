import EventModel
import Platform
import PluginAPI
import PluginTesting
import Synchronization
import TestSupport
import Testing

@testable import UserAgentPlugin

private let rules = #"""
    user_agent_parsers:
      #### A comment ####

      - regex: '(Walrus)/(\d+)\.(\d+)'  # behind the value
      - regex: '(Sea) ?(Lion)/(\d+)'
        family_replacement: '$2 of the $1 '
        v1_replacement: '$3'
      - regex: 'It''s (\w+)'
      - regex: "Quoted \\(\"(x)\"\\)"
        family_replacement: 'Quoted'
      - regex: '(broken'
      - regex: '(Chrome)/(\d+)'
      - regex: '^(.{0,200})/(\d+) CFNetwork'
    os_parsers:
      - regex: '(Windows) NT'
      - regex: 'Mac OS X'
        os_replacement: 'Mac OS X'
    device_parsers:
      - regex: '.*'
        regex_flag: 'i'
    """#

@Suite struct RuleTests {
    private func engine(_ text: String = rules, entries: Int = 16, tally: UserAgentTally = UserAgentTally()) throws
        -> RuleEngine
    {
        RuleEngine(try UserAgentRules(text), cacheEntries: entries, tally: tally)
    }

    private func facts(_ engine: RuleEngine, _ userAgent: String, hints: ClientHints = ClientHints()) -> ClientFacts {
        engine.facts(userAgent, hints: hints, touch: false)
    }

    @Test func sectionsAreListsOfTables() throws {
        let sections = try RuleFile.sections(rules)
        #expect(sections.keys.sorted() == ["device_parsers", "os_parsers", "user_agent_parsers"])
        let browsers = try #require(sections["user_agent_parsers"])
        #expect(browsers.count == 7)
        #expect(browsers[0] == RuleFile.Entry(line: 4, values: ["regex": #"(Walrus)/(\d+)\.(\d+)"#]))
        #expect(browsers[1].values["family_replacement"] == "$2 of the $1 ")
        #expect(browsers[2].values["regex"] == #"It's (\w+)"#)
        #expect(browsers[3].values["regex"] == #"Quoted \("(x)"\)"#)
    }

    @Test(arguments: [
        ("- regex: 'a'", 1), ("a:\n  - regex: 'b", 2), ("a:\n  regex: 'b'", 2), ("a:\n  - regex 'b'", 2),
        ("a:\n  - regex: 'b' c", 2), ("a: b", 1), ("a:\n  - {regex: 'b'}", 2),
    ])
    func whatIsNoListOfTablesIsRefusedWithItsLine(text: String, line: Int) {
        #expect { try RuleFile.sections(text) } throws: { ($0 as? RuleFileError)?.line == line }
    }

    @Test(arguments: ["", "# nothing", "user_agent_parsers:\n  - regex: 'a'", "other:\n  - regex: 'a'"])
    func aFileWithoutRulesIsRefused(text: String) {
        #expect(throws: RuleFileError.self) { try UserAgentRules(text) }
    }

    @Test func hostileFilesDoNotTrap() {
        var random = SeededRandom(4)
        let bytes = Array(rules.utf8)
        for text in HostileEvents.texts { _ = try? UserAgentRules(text) }
        for _ in 0..<1000 {
            var changed = bytes
            for _ in 0..<3 {
                changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 9...127, using: &random)
            }
            _ = try? RuleFile.sections(String(decoding: changed, as: UTF8.self))
        }
    }

    @Test func theFirstRuleThatMatchesIsTheAnswer() throws {
        let rules = try UserAgentRules(rules)
        #expect(rules.browser("Chrome/9 Walrus/3.1")?.family == "Walrus")
        #expect(rules.browser("Chrome/9 Walrus/3.1")?.major == "3")
        #expect(rules.browser("Sea Lion/12") == .init(family: "Lion of the Sea", major: "12", isRulesOwn: true))
        #expect(rules.browser("It's me")?.family == "me")
        #expect(rules.browser("nothing") == nil)
        #expect(rules.system("Windows NT 10.0")?.family == "Windows")
    }

    @Test func aPatternThatIsNoneIsLeftOutAndNamed() throws {
        let rules = try UserAgentRules(rules)
        #expect(rules.count == 8)
        #expect(rules.skipped.count == 1)
        #expect(rules.skipped.first?.hasPrefix("line 11 ") ?? false)
    }

    @Test func familiesHaveOurNames() throws {
        let engine = try engine()
        let found = facts(engine, "Mozilla/5.0 (Windows NT 10.0) Chrome/138.0 Safari/537.36")
        #expect(found.browser == "Chrome")
        #expect(found.browserVersion == "138")
        #expect(found.system == "Windows")
        #expect(found.device == "desktop")
        #expect(facts(engine, "X (Macintosh; Intel Mac OS X 10_15_7)").system == "macOS")
    }

    @Test func aFamilyOfTheRulesIsKeptAndAVisitorsOwnWordsAreNot() throws {
        let engine = try engine()
        #expect(facts(engine, "Walrus/3.1").browser == "Walrus")
        #expect(facts(engine, "Walrus/3.1").browserVersion == "3")
        #expect(facts(engine, "jane.doe@example.com/1 CFNetwork/1 Darwin/1").browser == "")
        #expect(facts(engine, "It's Jane").browser == "")
    }

    @Test func hintsAreMergedWithRulesToo() throws {
        let hints = ClientHints(
            brands: #""Brave";v="138", "Chromium";v="138""#, platform: "\"Windows\"", isMobile: false)
        let found = facts(try engine(), "Mozilla/5.0 (Windows NT 10.0) Chrome/138.0 Safari/537.36", hints: hints)
        #expect(found.browser == "Brave")
    }

    @Test func noMoreThanTheLimitIsMatched() throws {
        let rules = try UserAgentRules(rules)
        #expect(rules.browser(String(repeating: "é", count: 512) + "Walrus/3.1") == nil)
        #expect(rules.browser(String(repeating: "é", count: 500) + "Walrus/3.1")?.family == "Walrus")
    }

    @Test func withAndWithoutMemoryTheAnswersAreTheSame() throws {
        let tally = UserAgentTally()
        let remembering = try engine(entries: 4, tally: tally)
        let forgetful = try engine(entries: 0)
        #expect(forgetful.cache == nil)
        var random = SeededRandom(4)
        let agents = GoldenAgents.all.shuffled(using: &random).prefix(20) + GoldenAgents.all.prefix(3)
        for agent in agents + agents {
            let hints = ClientHints(brands: agent.brands, platform: agent.platform, isMobile: agent.isMobile)
            for _ in 0..<2 {
                #expect(
                    remembering.facts(agent.userAgent, hints: hints, touch: agent.touch)
                        == forgetful.facts(agent.userAgent, hints: hints, touch: agent.touch))
            }
            #expect(remembering.cache.map { $0.count <= 4 } ?? false)
        }
        #expect(tally.hits.load(ordering: .relaxed) >= agents.count * 2)
        #expect(tally.misses.load(ordering: .relaxed) >= 23)
    }

    @Test func manyThreadsAskAtOnce() throws {
        let engine = try engine(entries: 8)
        let agents = GoldenAgents.all.prefix(40).map(\.userAgent)
        let expected = agents.map { facts(engine, $0) }
        let threads = try (0..<4).map { seed in
            try Thread(name: "rule-test") {
                var random = SeededRandom(UInt64(seed))
                for _ in 0..<500 {
                    let number = Int.random(in: agents.indices, using: &random)
                    if facts(engine, agents[number]) != expected[number] { Issue.record("another answer") }
                }
            }
        }
        for thread in threads { thread.join() }
    }
}

@Suite struct RulePluginTests {
    private func plugin(_ path: String) throws -> UserAgent {
        var settings = UserAgent.Settings()
        settings.engine = .regexes
        settings.regexes = path
        return try UserAgent(settings, in: PluginChecks.context)
    }

    @Test func withoutItsRulesItDoesNotStart() throws {
        let plugin = try plugin("/nonexistent/regexes.yaml")
        #expect { try plugin.start() } throws: {
            guard case .unavailable(let message)? = $0 as? PluginError else { return false }
            return message.contains("/nonexistent/regexes.yaml") && message.contains("uap-core")
        }
        plugin.stop()
    }

    @Test func itSaysHowOldItsRulesAre() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/regexes.yaml"
        _ = try Files.createOnce(path, bytes: Array(rules.utf8), mode: 0o600)
        let plugin = try plugin(path)
        #expect(plugin.notes == ["\(path): not read yet"])
        try plugin.start()
        defer { plugin.stop() }
        #expect(plugin.notes.first == "\(path): 8 rules, 0 days old")
        #expect(plugin.notes.last?.hasPrefix("1 rules are no regular expressions and are left out: line 11") ?? false)
        var event = HostileEvents.ordinary(userAgent: "Walrus/7.0 (Windows NT 10.0)")
        try plugin.enrich(&event)
        try plugin.enrich(&event)
        #expect(event.hit.text(ofFact: "browser") == "Walrus")
        #expect(
            plugin.counts == [PluginCount("cache_hits", 1), PluginCount("cache_misses", 1), PluginCount("unknown", 0)])
    }

    @Test func itKeepsToItsDeclaration() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/regexes.yaml"
        _ = try Files.createOnce(path, bytes: Array(rules.utf8), mode: 0o600)
        var settings = UserAgent.Settings()
        settings.engine = .regexes
        settings.regexes = path
        #expect(
            PluginChecks.accessFailures(of: UserAgent.self, settings: settings) { plugin, event in
                try? plugin.start()
                try? plugin.enrich(&event)
                plugin.stop()
            } == [])
    }
}
