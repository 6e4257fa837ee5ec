import Configuration
import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ValidatePlugin

@Suite struct ValidateTests {
    private let purchase = """
        {purchase: {type: "object", required: ["amount"], additionalProperties: false, properties: {
          amount: {type: "number", minimum: 0},
          currency: {enum: ["EUR", "USD"]},
          coupon: {type: "string", maxLength: 8},
        }}}
        """

    private func settings(
        _ schema: String = "{}", _ outcome: ValidateSettings.Outcome = .reject
    ) throws -> ValidateSettings {
        var settings = ValidateSettings()
        if case .table(let schema) = try ConfigValue(json5: schema) { settings.schema = schema }
        settings.on_failure = outcome
        return settings
    }

    private func event(_ name: String, _ properties: [Property]) -> Event {
        var event = HostileEvents.ordinary()
        event.hit.name = name
        event.hit.properties = properties
        return event
    }

    private func verdict(_ event: Event, _ settings: ValidateSettings) throws -> Verdict {
        #expect(settings.problems() == [])
        var event = event
        return try Validate(settings, in: PluginChecks.context).filter(&event)
    }

    private func reason(_ event: Event, _ settings: ValidateSettings) throws -> String {
        guard case .reject(let reason, _) = try verdict(event, settings) else { return "" }
        return reason.description
    }

    private func message(_ event: Event, _ settings: ValidateSettings) throws -> String {
        guard case .reject(_, let message) = try verdict(event, settings) else { return "" }
        return message
    }

    @Test func passesTheChecksOfEveryPlugin() throws {
        #expect(
            PluginChecks.failures(of: Validate.self, factory: PluginFactory(Validate.self), folder: pluginFolder())
                == [])
        for outcome in [ValidateSettings.Outcome.tag, .quarantine, .reject] {
            var settings = try settings("{pageview: {required: ['x'], properties: {plan: {type: 'number'}}}}", outcome)
            settings.max_title_bytes = 10
            #expect(
                PluginChecks.accessFailures(of: Validate.self, settings: settings) { plugin, event in
                    _ = try? plugin.filter(&event)
                } == [])
        }
    }

    @Test(
        arguments: [
            ([Property("amount", .number(9.5))], ""),
            ([Property("amount", .number(0)), Property("currency", .text("EUR")), Property("coupon", .text("x"))], ""),
            ([], "missing_property"), ([Property("amount", .text("9.5"))], "invalid_type"),
            ([Property("amount", .number(-1))], "out_of_range"),
            ([Property("amount", .number(1)), Property("currency", .text("GBP"))], "not_allowed_value"),
            ([Property("amount", .number(1)), Property("coupon", .text("123456789"))], "too_long"),
            ([Property("amount", .number(1)), Property("colour", .text("red"))], "unknown_property"),
        ] as [([Property], String)])
    func anEventIsCheckedAgainstItsSchema(properties: [Property], reason: String) throws {
        #expect(try self.reason(event("purchase", properties), settings(purchase)) == reason)
        #expect(try self.reason(event("other", properties), settings(purchase)) == "")
    }

    @Test func ofSeveralFailuresTheFirstByNameIsSaid() throws {
        let settings = try settings(purchase)
        let all = [
            Property("zebra", .flag(true)), Property("currency", .text("GBP")), Property("coupon", .number(1)),
        ]
        #expect(try reason(event("purchase", all), settings) == "missing_property")
        let some = all + [Property("amount", .number(1))]
        #expect(try message(event("purchase", some), settings).contains("\"coupon\""))
        #expect(
            try message(event("purchase", some.filter { $0.name != "coupon" }), settings).contains("\"currency\""))
        let doubled = [Property("amount", .number(1)), Property("amount", .text("x"))]
        #expect(try reason(event("purchase", doubled), settings) == "invalid_type")
    }

    @Test func messagesSayWhatWouldBeRightAndNeverWhatWasSent() throws {
        let settings = try settings(purchase)
        let amount = Property("amount", .number(1))
        #expect(
            try message(event("purchase", []), settings)
                == "the property \"amount\" is missing; it must be a number, at least 0")
        #expect(
            try message(event("purchase", [amount, Property("currency", .text("SECRET"))]), settings)
                == "the property \"currency\" must be one of \"EUR\", \"USD\"")
        #expect(
            try message(event("purchase", [amount, Property("SECRET", .text("SECRET"))]), settings)
                == "property number 2 is not known here; \"purchase\" has these: amount, coupon, currency")
    }

    @Test func sizesAreTheOperators() throws {
        var settings = try settings()
        settings.max_name_bytes = 5
        settings.max_title_bytes = 4
        settings.max_properties = 2
        settings.max_property_name_bytes = 3
        settings.max_property_value_bytes = 6
        let fits = [Property("abc", .text("123456")), Property("x", .number(1e300))]
        #expect(try verdict(event("event", fits), settings) == .keep)
        for (event, part) in [
            (event("events", []), "the event's name"), (event("evénü", []), "the event's name"),
            (event("e", fits + [Property("y", .flag(true))]), "the properties"),
            (event("e", [Property("x", .flag(true)), Property("abcd", .text("SECRET"))]), "property number 2"),
            (event("e", [Property("abc", .text("1234567"))]), "property number 1"),
        ] {
            #expect(try reason(event, settings) == "too_long")
            #expect(try message(event, settings).hasPrefix(part))
        }
        var titled = event("e", [])
        titled.hit.title = "Shop!"
        #expect(try message(titled, settings) == "the title must be at most 4 bytes long")
    }

    @Test func whatTheGatewayTakesPassesTheDefaults() throws {
        var largest = event(
            String(repeating: "n", count: 120),
            (0..<30).map {
                Property("\($0)" + String(repeating: "p", count: 98), .text(String(repeating: "v", count: 2000)))
            })
        largest.hit.title = String(repeating: "t", count: 1024)
        #expect(try verdict(largest, settings()) == .keep)
    }

    @Test func onlyNamedEventsPassAndPageViewsAlways() throws {
        var settings = try settings()
        settings.events = ["purchase", "signup"]
        #expect(try verdict(event("purchase", []), settings) == .keep)
        #expect(try verdict(event(Hit.pageview, []), settings) == .keep)
        #expect(try reason(event("SECRET", []), settings) == "unknown_event")
        #expect(
            try message(event("SECRET", []), settings) == "the event's name must be one of pageview, purchase, signup")
    }

    @Test func propertiesCanBeRequiredWithoutASchema() throws {
        var settings = try settings()
        settings.require_properties = ["purchase": ["currency", "amount"]]
        let amount = Property("amount", .text("anything"))
        #expect(try message(event("purchase", []), settings) == "the property \"amount\" is missing")
        #expect(try message(event("purchase", [amount]), settings) == "the property \"currency\" is missing")
        #expect(try verdict(event("purchase", [amount, Property("currency", .flag(true))]), settings) == .keep)
        #expect(try verdict(event("other", []), settings) == .keep)
    }

    @Test func requiredPropertiesAreAddedToTheSchema() throws {
        var settings = try settings(purchase)
        settings.require_properties = ["purchase": ["currency"]]
        #expect(try reason(event("purchase", [Property("amount", .number(1))]), settings) == "missing_property")
        settings.require_properties = ["purchase": ["colour"]]
        #expect(settings.problems().map(\.key) == ["require_properties.purchase"])
    }

    @Test func theDefaultTagsAndKeeps() throws {
        #expect(ValidateSettings().on_failure == .tag)
        var event = event("purchase", [])
        let plugin = try Validate(settings(purchase, .tag), in: PluginChecks.context)
        #expect(try plugin.filter(&event) == .keep)
        #expect(event.hit.text(ofFact: "validation") == "missing_property")
        #expect(event.hit.quarantine == "")
        #expect(plugin.counts.filter { $0.count > 0 } == [PluginCount("missing_property", 1)])
    }

    @Test func quarantineKeepsTheEventApart() throws {
        var event = event("purchase", [Property("amount", .flag(true))])
        #expect(try Validate(settings(purchase, .quarantine), in: PluginChecks.context).filter(&event) == .keep)
        #expect(event.hit.quarantine == "invalid_type")
        #expect(event.hit.fact("validation") == nil)
    }

    @Test func aGoodEventIsLeftAsItIs() throws {
        for outcome in [ValidateSettings.Outcome.tag, .quarantine, .reject] {
            var event = event("purchase", [Property("amount", .number(1))])
            let before = event.hit
            #expect(try Validate(settings(purchase, outcome), in: PluginChecks.context).filter(&event) == .keep)
            #expect(event.hit == before)
        }
    }

    @Test func settingsThatCannotWorkAreRefused() throws {
        var settings = ValidateSettings()
        settings.max_name_bytes = 121
        settings.max_properties = 0
        settings.schemas = "schemas.json5"
        settings.events = ["signup", ""]
        settings.require_properties = ["purchase": ["amount"], "pageview": ["x"], "signup": []]
        settings.schema = ["order": .table([:])]
        #expect(
            settings.problems().map(\.key) == [
                "max_name_bytes", "max_properties", "events", "schemas", "require_properties.purchase", "schema.order",
                "require_properties.signup",
            ])
    }

    @Test func settingsAreDecodedFromTheConfiguration() throws {
        let factory = PluginFactory(Validate.self)
        _ = try factory.prepare(try ConfigValue(json5: "{schema: \(purchase), on_failure: 'quarantine'}"), "s")
        let problems = #expect(throws: ConfigProblems.self) {
            try factory.prepare(try ConfigValue(json5: "{schema: {e: {properties: {x: {pattern: 'a'}}}}}"), "s")
        }
        #expect(problems?.all.map(\.path) == ["s.schema.e.properties.x.pattern"])
        #expect(throws: ConfigProblems.self) { try factory.prepare(.table(["on_failure": .text("ignore")]), "s") }
    }

    @Test func hostileEventsDoNotTrap() throws {
        for outcome in [ValidateSettings.Outcome.tag, .quarantine, .reject] {
            var settings = try settings("{pageview: {additionalProperties: false}, '': {required: ['x']}}", outcome)
            settings.max_property_value_bytes = 100
            let plugin = try Validate(settings, in: PluginChecks.context)
            for var event in HostileEvents.all { _ = try plugin.filter(&event) }
        }
    }

    @Test func aVerdictDependsOnThePropertiesNotOnTheirOrder() throws {
        var random = SeededRandom(4)
        let settings = try settings(purchase)
        let plugin = try Validate(settings, in: PluginChecks.context)
        let values: [PropertyValue] = [.text("EUR"), .text("GBP"), .number(-1), .number(7), .flag(true)]
        for _ in 0..<500 {
            var properties = ["amount", "currency", "coupon", "zebra", "ant"].filter { _ in Bool.random(using: &random)
            }
            .map { Property($0, values[Int.random(in: 0..<values.count, using: &random)]) }
            var first = event("purchase", properties)
            properties.shuffle(using: &random)
            var second = event("purchase", properties)
            let verdicts = try (plugin.filter(&first), plugin.filter(&second))
            guard case .reject(let reason, _) = verdicts.0 else {
                #expect(verdicts.1 == .keep)
                continue
            }
            guard case .reject(let other, _) = verdicts.1 else {
                Issue.record("kept in one order, and rejected in another")
                continue
            }
            #expect(reason.description == other.description)
        }
    }
}

@Suite struct SchemaFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private var path: String { "\(folder.path)/schemas.json5" }

    private func write(_ text: String) throws {
        Files.remove(path)
        try Files.append(path, bytes: Array(text.utf8), mode: 0o600)
    }

    private func plugin(_ change: (inout ValidateSettings) -> Void = { _ in }) throws -> Validate {
        var settings = ValidateSettings()
        settings.schemas = path
        change(&settings)
        return try Validate(settings, in: PluginChecks.context)
    }

    private func validation(_ plugin: Validate, _ name: String) throws -> String {
        var event = HostileEvents.ordinary()
        event.hit.name = name
        _ = try plugin.filter(&event)
        return event.hit.text(ofFact: "validation")
    }

    @Test func schemasOfAFileAreUsedAndReadAgainWhenItChanges() throws {
        try write("{ // a comment\n signup: {required: ['email_domain']} }")
        let plugin = try plugin()
        try plugin.start()
        defer { plugin.stop() }
        #expect(try validation(plugin, "signup") == "missing_property")
        #expect(plugin.notes == ["\(path): schemas of 1 events in use, 0 days old"])
        try write("{signup: {properties: {plan: {const: 'gold'}}}}")
        #expect(plugin.file?.look() == true)
        #expect(try validation(plugin, "signup") == "")
        try write("{signup: {properties: {plan: {konst: 'silver'}}}}")
        #expect(plugin.file?.look() == false)
        #expect(try validation(plugin, "signup") == "")
    }

    @Test func theSettingsWinOverTheFile() throws {
        try write("{signup: {required: ['x']}, purchase: {required: ['x']}}")
        let plugin = try plugin { $0.schema = ["signup": .table([:])] }
        try plugin.start()
        defer { plugin.stop() }
        #expect(try validation(plugin, "signup") == "")
        #expect(try validation(plugin, "purchase") == "missing_property")
    }

    @Test(arguments: [
        "[]", "{", "{signup: {properties: {x: {pattern: 'a'}}}}", "{other: {}}",
        "{signup: {additionalProperties: false}}",
    ])
    func aFileThatCannotBeReadKeepsTheGatewayFromStarting(text: String) throws {
        try write(text)
        let plugin = try plugin {
            $0.events = ["signup"]
            $0.require_properties = ["signup": ["x"]]
        }
        #expect(throws: PluginError.self) { try plugin.start() }
        plugin.stop()
    }

    @Test func aFileThatIsNotThereIsSaidAtTheStart() throws {
        let error = #expect(throws: PluginError.self) { try self.plugin().start() }
        #expect(error?.description.contains(path) == true)
    }
}
