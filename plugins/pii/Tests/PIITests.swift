import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import PIIPlugin

@Suite struct PIITests {
    private func plugin(_ change: (inout PII.Settings) -> Void = { _ in }) throws -> PII {
        var settings = PII.Settings()
        change(&settings)
        return try PII(settings, in: PluginChecks.context)
    }

    private func filtered(_ event: Event, _ change: (inout PII.Settings) -> Void = { _ in }) throws -> Hit {
        var event = event
        #expect(try plugin(change).filter(&event) == .keep)
        return event.hit
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: PII.self, factory: PluginFactory(PII.self), folder: pluginFolder()) == [])
        var few = PII.Settings()
        few.fields = ["title"]
        few.facts = ["foreign_fact"]
        for settings in [PII.Settings(), PII.strict(PII.Settings()), few] {
            #expect(
                PluginChecks.accessFailures(of: PII.self, settings: settings) { plugin, event in
                    _ = try? plugin.filter(&event)
                } == [])
        }
    }

    @Test func everyTextThatWouldBeStoredIsLookedThrough() throws {
        var event = HostileEvents.ordinary()
        event.hit.name = "signup ann@example.com"
        event.hit.path = "/account/ann@example.com/orders"
        event.hit.title = "Welcome, ann%2540example.com"
        event.hit.referrerPath = "/u/ann@example.com"
        event.hit.source = "ann@example.com"
        event.hit.referrerHost = "192.168.1.50"
        event.hit.properties = [
            Property("note", .text("from 192.0.2.1")), Property("ann@example.com", .flag(true)),
            Property("bob@example.com", .flag(false)), Property("plan", .text("gold")),
        ]
        event.hit.setFact("search_term", "ann@example.com")
        event.hit.setFact("browser", "ann@example.com")
        let hit = try filtered(event)
        #expect(hit.name == "signup [email]")
        #expect(hit.path == "/account/[email]/orders")
        #expect(hit.title == "Welcome, [email]")
        #expect(hit.referrerPath == "/u/[email]")
        #expect(hit.source == "[email]")
        #expect(hit.referrerHost == "[address]")
        #expect(
            hit.properties == [
                Property("note", .text("from [address]")), Property("[email]", .flag(true)),
                Property("plan", .text("gold")),
            ])
        #expect(hit.text(ofFact: "search_term") == "[email]")
        #expect(hit.text(ofFact: "browser") == "ann@example.com")
    }

    @Test func anEventWithoutPersonalDataIsLeftAlone() throws {
        let event = HostileEvents.ordinary()
        let plugin = try plugin()
        var after = event
        #expect(try plugin.filter(&after) == .keep)
        #expect(after.hit == event.hit)
        #expect(plugin.counts.allSatisfy { $0.count == 0 })
    }

    @Test func findsAreCountedByRule() throws {
        let plugin = try plugin()
        var event = HostileEvents.ordinary()
        event.hit.title = "ann@example.com, bob@example.com at 192.0.2.1"
        _ = try plugin.filter(&event)
        let counts = plugin.counts.filter { $0.count > 0 }
        #expect(counts == [PluginCount("email", 2), PluginCount("address", 1)])
    }

    @Test func dropEndsTheEvent() throws {
        let plugin = try plugin { $0.on_match = .drop }
        var event = HostileEvents.ordinary()
        #expect(try plugin.filter(&event) == .keep)
        event.hit.title = "ann@example.com"
        #expect(try plugin.filter(&event) == .drop(reason: "personal_data"))
    }

    @Test func aRuleThatIsOffFindsNothing() throws {
        var event = HostileEvents.ordinary()
        event.hit.title = "ann@example.com 192.0.2.1 123e4567-e89b-12d3-a456-426614174000"
        #expect(
            try filtered(event) { $0.rules.email = .off }.title
                == "ann@example.com [address] 123e4567-e89b-12d3-a456-426614174000")
        #expect(try filtered(event) { $0.rules.uuid = .redact }.title == "[email] [address] [uuid]")
        var none = PII.Settings()
        none.rules = .init(
            email: .off, jwt: .off, iban: .off, card: .off, phone: .off, address: .off, uuid: .off, token: .off)
        #expect(PII.declaration(for: none) == Declaration())
    }

    @Test(arguments: ["phone", "userPhone", "phone_number", "Mobile", "telefon", "tel", "tel_home", "homeTel", "FAX"])
    func inAPropertyThatIsATelephonesAnyNumberIsOne(_ name: String) throws {
        var event = HostileEvents.ordinary()
        event.hit.properties = [
            Property(name, .text("(0664) 123 45-67, call")), Property(name + "2", .number(6_641_234_567)),
            Property(name + "3", .text("none")), Property(name + "4", .number(12)), Property(name + "5", .flag(true)),
        ]
        #expect(
            try filtered(event).properties.map(\.value) == [
                .text("[phone], call"), .text("[phone]"), .text("none"), .number(12), .flag(true),
            ])
    }

    @Test(arguments: ["hotel", "tell", "intel", "category", "telling", "faxes", "order"])
    func otherPropertiesKeepTheirNumbers(_ name: String) throws {
        var event = HostileEvents.ordinary()
        event.hit.properties = [Property(name, .text("0664 1234567")), Property(name, .number(6_641_234_567))]
        #expect(try filtered(event).properties == event.hit.properties)
    }

    @Test func aCardsNumberIsFoundWhereItIsANumber() throws {
        var event = HostileEvents.ordinary()
        event.hit.properties = [
            Property("pay", .number(4_111_111_111_111_111)), Property("at", .number(1_700_000_000_000)),
            Property("huge", .number(.greatestFiniteMagnitude)), Property("low", .number(-.greatestFiniteMagnitude)),
        ]
        let properties = try filtered(event).properties
        #expect(properties[0].value == .text("[card]"))
        #expect(properties.dropFirst().elementsEqual(event.hit.properties.dropFirst()))
    }

    @Test func onlyNamedFieldsAndFactsAreTouched() throws {
        var event = HostileEvents.ordinary()
        event.hit.title = "ann@example.com"
        event.hit.path = "/ann@example.com"
        event.hit.setFact("tier", "ann@example.com")
        let hit = try filtered(event) {
            $0.fields = ["title"]
            $0.facts = ["tier"]
        }
        #expect((hit.title, hit.path, hit.text(ofFact: "tier")) == ("[email]", "/ann@example.com", "[email]"))
    }

    @Test func settingsThatCannotBeAreRefused() {
        var settings = PII.Settings()
        settings.fields = ["titel"]
        #expect(settings.problems().map(\.key) == ["fields"])
        #expect(settings.problems()[0].message.contains("title"))
        settings = PII.Settings()
        settings.facts = [""]
        #expect(settings.problems().map(\.key) == ["facts"])
        let wrong: ConfigValue = .table(["rules": .table(["email": .text("maybe")])])
        #expect(throws: ConfigProblems.self) { try PII.Settings.decode(wrong, at: "settings") }
        let unknown: ConfigValue = .table(["rules": .table(["emial": .text("off")])])
        #expect(throws: ConfigProblems.self) { try PII.Settings.decode(unknown, at: "settings") }
    }

    @Test func strictSettingsSwitchEverythingOn() {
        var settings = PII.Settings()
        settings.rules.email = .off
        settings.fields = ["title"]
        settings.facts = ["tier"]
        let strict = PII.strict(settings)
        #expect(strict.rules.enabled == PIIRules(PIIRule.allCases.map { PIIRules($0) }))
        #expect(strict.fields == ["name", "path", "title", "properties"])
        #expect(strict.facts.contains("tier") && strict.facts.contains("search_term"))
    }

    @Test func hostileEventsDoNotTrap() throws {
        let plugin = try plugin { $0.rules.uuid = .redact }
        for var event in HostileEvents.all { _ = try plugin.filter(&event) }
    }
}
