import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import UserAgentPlugin

private let firefox = "Mozilla/5.0 (Android 14; Mobile; rv:141.0) Gecko/141.0 Firefox/141.0"
private let factNames = ["browser", "browser_version", "os", "os_version", "device"]

@Suite struct UserAgentTests {
    private func enriched(
        _ userAgent: String, hints: ClientHints = ClientHints(), signals: Signals = [],
        _ change: (inout UserAgent.Settings) -> Void = { _ in }
    ) throws -> Hit {
        var settings = UserAgent.Settings()
        change(&settings)
        var event = HostileEvents.ordinary(userAgent: userAgent)
        event.visitor.clientHints = Sensitive(hints)
        event.visitor.signals = signals
        let plugin = try UserAgent(settings, in: PluginChecks.context)
        try plugin.start()
        defer { plugin.stop() }
        try plugin.enrich(&event)
        return event.hit
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: UserAgent.self, factory: PluginFactory(UserAgent.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: UserAgent.self) { plugin, event in try? plugin.enrich(&event) } == [])
        var settings = UserAgent.Settings()
        settings.versions = false
        settings.os_versions = false
        #expect(
            PluginChecks.accessFailures(of: UserAgent.self, settings: settings) { plugin, event in
                try? plugin.enrich(&event)
            } == [])
    }

    @Test(arguments: GoldenAgents.all)
    func currentBrowsersAreKnown(agent: GoldenAgents.Agent) throws {
        let hit = try enriched(
            agent.userAgent,
            hints: ClientHints(brands: agent.brands, platform: agent.platform, isMobile: agent.isMobile),
            signals: agent.touch ? .touch : [])
        #expect(factNames.map { hit.text(ofFact: $0) } == agent.facts)
    }

    @Test func thereAreEnoughGoldenAgents() {
        #expect(GoldenAgents.all.count >= 150)
        #expect(GoldenAgents.all.allSatisfy { $0.facts.count == 5 })
    }

    @Test func whatIsUnknownIsNotSet() throws {
        let hit = try enriched("SomethingWeNeverKnewExisted")
        for name in factNames { #expect(hit.fact(name) == nil) }
        #expect(try enriched("").fact("device") == nil)
    }

    @Test func versionsCanBeLeftOut() throws {
        let hit = try enriched(firefox) { $0.versions = false }
        #expect(hit.text(ofFact: "browser") == "Firefox")
        #expect(hit.fact("browser_version") == nil)
        #expect(hit.text(ofFact: "os_version") == "14")
        let facts = UserAgent.declaration(
            for: {
                var settings = UserAgent.Settings()
                settings.versions = false
                settings.os_versions = false
                return settings
            }()
        ).facts.map(\.name)
        #expect(facts == ["browser", "os", "device"])
    }

    @Test func strictKeepsNoVersionOfTheSystem() throws {
        let hit = try enriched(firefox) { $0 = UserAgent.strict($0) }
        #expect(hit.fact("os_version") == nil)
        #expect(hit.text(ofFact: "browser_version") == "141")
    }

    @Test func factsOfOthersStay() throws {
        #expect(try enriched(firefox).text(ofFact: "foreign_fact") == "x")
    }

    @Test func settingsHaveBounds() {
        var settings = UserAgent.Settings()
        settings.cache_entries = -1
        settings.engine = .regexes
        settings.regexes = "regexes.yaml"
        #expect(settings.problems().map(\.key) == ["cache_entries", "regexes"])
        settings = UserAgent.Settings()
        settings.regexes = ""
        #expect(settings.problems().isEmpty)
    }

    @Test func eventsWithoutABrowserAreCounted() throws {
        let plugin = try UserAgent(UserAgent.Settings(), in: PluginChecks.context)
        for userAgent in ["curl/8.5.0", firefox, "x"] {
            var event = HostileEvents.ordinary(userAgent: userAgent)
            event.visitor.clientHints = Sensitive(ClientHints())
            try plugin.enrich(&event)
        }
        #expect(plugin.counts.first { $0.name == "unknown" }?.count == 2)
        #expect(plugin.notes.isEmpty)
    }

    @Test func hostileEventsDoNotTrap() throws {
        let plugin = try UserAgent(UserAgent.Settings(), in: PluginChecks.context)
        for var event in HostileEvents.all { try plugin.enrich(&event) }
    }
}

@Suite struct UserAgentParserTests {
    private func parse(_ userAgent: String, touch: Bool = false) -> Client {
        UserAgentParser.parse(userAgent, hints: ClientHints(), touch: touch)
    }

    @Test func everyCutOfEveryAgentIsReadWithoutATrap() {
        for agent in GoldenAgents.all {
            let bytes = Array(agent.userAgent.utf8)
            for length in stride(from: 0, through: bytes.count, by: 3) {
                _ = parse(String(decoding: bytes[..<length], as: UTF8.self))
                _ = parse(String(decoding: bytes[length...], as: UTF8.self), touch: true)
            }
        }
    }

    @Test func changedBytesAreReadWithoutATrapAndAlwaysAlike() {
        var random = SeededRandom(4)
        let agents = GoldenAgents.all
        for _ in 0..<4000 {
            guard let agent = agents.randomElement(using: &random) else { return }
            var bytes = Array(agent.userAgent.utf8)
            for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: bytes.indices, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let hints = ClientHints(brands: text, platform: text, isMobile: Bool.random(using: &random))
            let touch = Bool.random(using: &random)
            let client = UserAgentParser.parse(text, hints: hints, touch: touch)
            #expect(client == UserAgentParser.parse(text, hints: hints, touch: touch))
            #expect(client.major >= -1 && client.major <= 9999)
        }
    }

    @Test func numbersWithoutEndAreNoVersion() {
        #expect(parse("Mozilla/5.0 (X11; Linux x86_64) Firefox/99999999999999999999999999").major == -1)
        #expect(parse("Mozilla/5.0 (X11; Linux x86_64) Gecko/1 Firefox/9999.1").major == 9999)
    }

    @Test func nothingBeyondTheLimitIsRead() {
        let padding = String(repeating: "a ", count: UserAgentScan.limit / 2)
        #expect(parse(padding + "Firefox/141.0") == Client())
        #expect(parse(String(repeating: "x", count: 100_000)) == Client())
    }

    @Test func aMacWithATouchScreenIsAnIPad() {
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        #expect(parse(mac + " Version/18.5 Safari/605.1.15", touch: true).device == .tablet)
        #expect(parse(mac + " Version/18.5 Safari/605.1.15").device == .desktop)
        #expect(parse(mac + " Chrome/138.0.0.0 Safari/537.36", touch: true).device == .desktop)
    }

    @Test(arguments: [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
            + " Safari/605.1.15",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
    ])
    func frozenVersionsOfSystemsAreNotBelieved(userAgent: String) {
        #expect(parse(userAgent).systemMajor == -1)
    }

    @Test(arguments: [
        "Mozilla/5.0 (Linux; Android 9; CUBOT KING KONG) Chrome/99.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 8.1.0; XBot_Senior Build/O11019) Chrome/65.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 6.0; IDbot553PLUS Build/MRA58K) Chrome/63.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 7.0; C Bot Tab 100) Chrome/74.0.0.0 Safari/537.36",
    ])
    func aPhoneWithBotInItsNameIsNoBot(userAgent: String) {
        #expect(parse(userAgent).device != .bot)
        #expect(parse(userAgent).browser == .chrome)
    }

    @Test func everyFamilyHasANameOfItsOwn() {
        #expect(Set(Browser.allCases.map(\.name)).count == Browser.allCases.count)
        #expect(Set(System.allCases.map(\.name)).count == System.allCases.count)
        #expect(Set(Device.allCases.map(\.name)).count == Device.allCases.count)
    }

    @Test func everyKnownWordIsFound() {
        for (names, _) in KnownWords.marks {
            for name in names.split(separator: " ") {
                let (head, tail) = WordTable.pack(String(name))
                #expect(name.utf8.count <= 16)
                #expect(WordTable.all.find(head, tail) != nil)
            }
        }
        for (names, browser, _, _) in KnownWords.browsers {
            for name in names.split(separator: " ") {
                let (head, tail) = WordTable.pack(String(name))
                #expect(name.utf8.count <= 16)
                #expect(WordTable.all.find(head, tail)?.browser == browser)
            }
        }
    }
}
