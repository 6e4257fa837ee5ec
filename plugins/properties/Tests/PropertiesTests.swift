import Configuration
import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import PropertiesPlugin

@Suite struct PropertiesTests {
    private func plugin(_ change: (inout Properties.Settings) -> Void) throws -> Properties {
        var settings = Properties.Settings()
        change(&settings)
        #expect(settings.problems() == [])
        return try Properties(settings, in: PluginChecks.context)
    }

    private func filtered(
        _ properties: [Property], _ change: (inout Properties.Settings) -> Void
    ) throws -> [Property] {
        var event = HostileEvents.ordinary()
        event.hit.properties = properties
        #expect(try plugin(change).filter(&event) == .keep)
        return event.hit.properties
    }

    private func value(_ value: PropertyValue, _ action: String) throws -> PropertyValue? {
        try filtered([Property("a", value)]) { $0.fields = ["a": action] }.first?.value
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Properties.self, factory: PluginFactory(Properties.self), folder: pluginFolder())
                == [])
        var all = Properties.Settings()
        all.deny = ["note", "http*"]
        all.fields = ["*": "truncate:3", "price": "bucket:1,2", "plan": "redact"]
        for settings in [Properties.Settings(), all] {
            #expect(
                PluginChecks.accessFailures(of: Properties.self, settings: settings) { plugin, event in
                    _ = try? plugin.filter(&event)
                } == [])
        }
    }

    private let three = [
        Property("plan", .text("gold")), Property("user_id", .number(7)), Property("user_x", .flag(true)),
    ]

    @Test func withoutSettingsEverythingStays() throws {
        #expect(try filtered(three) { _ in } == three)
        #expect(Properties.declaration(for: Properties.Settings()) == Declaration())
    }

    @Test func onlyWhatIsAllowedIsKept() throws {
        #expect(try filtered(three) { $0.allow = ["plan"] } == [three[0]])
        #expect(try filtered(three) { $0.allow = ["user_*"] } == [three[1], three[2]])
        #expect(try filtered(three) { $0.allow = ["Plan"] } == [three[0]])
        #expect(try filtered(three) { $0.deny = ["USER_*", "PLAN"] } == [])
    }

    @Test func whatIsDeniedIsDroppedAlsoWhenItIsAllowed() throws {
        #expect(try filtered(three) { $0.deny = ["user_*"] } == [three[0]])
        let kept = try filtered(three) {
            $0.allow = ["*"]
            $0.deny = ["plan"]
        }
        #expect(kept == [three[1], three[2]])
    }

    @Test func theMoreExactNameDecides() throws {
        let result = try filtered(three) { $0.fields = ["*": "drop", "user_*": "redact", "user_id": "keep"] }
        #expect(result == [three[1], Property("user_x", .text("[redacted]"))])
    }

    @Test(arguments: [
        (PropertyValue.text("1010 Wien"), "10"), (.text("Äö€"), "Äö"), (.text("e\u{301}\u{302}"), "e\u{301}"),
        (.number(1010), "10"), (.number(-12.5), "-1"),
    ])
    func truncateKeepsTheBeginning(_ before: PropertyValue, _ after: String) throws {
        #expect(try value(before, "truncate:2") == .text(after))
    }

    @Test(arguments: [PropertyValue.text("ab"), .text(""), .text("€ü"), .number(42), .flag(true)])
    func whatIsShortStaysAsItIs(_ before: PropertyValue) throws {
        #expect(try value(before, "truncate:2") == before)
    }

    @Test(arguments: [
        (PropertyValue.number(-5), "<10"), (.number(9.99), "<10"), (.number(10), "10-100"), (.text("99.5"), "10-100"),
        (.number(100), "100-1000"), (.number(1000), "1000+"), (.number(.greatestFiniteMagnitude), "1000+"),
        (.text("1e2"), "100-1000"), (.text("many"), "other"), (.text(""), "other"), (.text("nan"), "other"),
        (.text("0x10"), "other"), (.flag(true), "other"),
    ])
    func bucketNamesTheInterval(_ before: PropertyValue, _ label: String) throws {
        #expect(try value(before, "bucket:10, 100,1000") == .text(label))
    }

    @Test func actionsAreCounted() throws {
        let plugin = try plugin { $0.fields = ["plan": "redact", "user_*": "drop"] }
        var event = HostileEvents.ordinary()
        event.hit.properties = three
        _ = try plugin.filter(&event)
        #expect(plugin.counts.filter { $0.count > 0 } == [PluginCount("drop", 2), PluginCount("redact", 1)])
    }

    @Test(arguments: [
        ("hmacc", "hmac"), ("truncate", "truncate:2"), ("truncate:0", "truncate:2"), ("truncate:x", "truncate:2"),
        ("bucket:", "bucket:10"), ("bucket:10,5", "grow"), ("bucket:a", "numbers"), ("", "action"),
        ("drop:1", "action"),
        ("bucket:1,,2", "grow"), ("bucket:inf", "numbers"),
    ])
    func anUnknownActionIsRefusedWithItsPlace(_ action: String, _ hint: String) {
        let user: ConfigValue = .table(["fields": .table(["plan": .text(action)])])
        #expect {
            try Properties.Settings.decode(user, at: "chain[1].settings")
        } throws: { error in
            let problems = (error as? ConfigProblems)?.all ?? []
            return problems.count == 1 && problems[0].path == "chain[1].settings.fields.plan"
                && problems[0].message.contains(hint)
        }
    }

    @Test func settingsThatCannotBeAreRefused() {
        func keys(_ change: (inout Properties.Settings) -> Void) -> [String] {
            var settings = Properties.Settings()
            change(&settings)
            return settings.problems().map(\.key)
        }
        #expect(keys { $0.allow = ["a*b"] } == ["allow"])
        #expect(keys { $0.deny = [""] } == ["deny"])
        #expect(keys { $0.fields = ["a": "hmac"] } == ["key_path"])
        #expect(keys { $0.key_path = "key" } == ["key_path"])
        #expect(
            keys {
                $0.allow = ["plan", "user_*"]
                $0.fields = ["zip": "drop", "user_id": "redact", "user_*": "redact", "*": "keep"]
            } == ["fields.*", "fields.zip"])
    }

    @Test func theRecordSaysWhatIsMadeSmaller() {
        var settings = Properties.Settings()
        settings.allow = ["zip", "plan"]
        settings.fields = ["zip": "truncate:2", "plan": "keep"]
        #expect(
            Properties.declaration(for: settings).reductions == [
                Reduction(.properties, "only these are kept: zip, plan; zip is cut to 2 characters")
            ])
    }

    @Test func hostileEventsDoNotTrap() throws {
        for action in ["drop", "redact", "truncate:1", "bucket:0"] {
            let plugin = try plugin { $0.fields = ["*": action] }
            for var event in HostileEvents.all { _ = try plugin.filter(&event) }
        }
    }
}

@Suite struct PseudonymTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = "\(folder.path)/key"
    }

    private func write(_ count: Int, _ byte: UInt8 = 7, mode: UInt32 = 0o600) throws {
        Files.remove(path)
        _ = try Files.createOnce(path, bytes: [UInt8](repeating: byte, count: count), mode: mode)
        setPermissions(of: path, to: mode)
    }

    private func plugin() throws -> Properties {
        var settings = Properties.Settings()
        settings.fields = ["customer": "hmac", "buyer": "hmac"]
        settings.key_path = path
        #expect(settings.problems() == [])
        return try Properties(settings, in: PluginChecks.context)
    }

    private func started() throws -> Properties {
        let plugin = try plugin()
        try plugin.start()
        return plugin
    }

    private func pseudonym(
        _ value: PropertyValue, of name: String = "customer", site: Int32 = 1, _ plugin: Properties
    ) throws -> String {
        var event = HostileEvents.ordinary()
        event.hit.site = SiteID(rawValue: site)
        event.hit.properties = [Property(name, value)]
        _ = try plugin.filter(&event)
        guard case .text(let text)? = event.hit.properties.first?.value else { return "no text" }
        return text
    }

    @Test func aValueHasOnePseudonymAndOthersHaveOthers() throws {
        try write(32)
        let plugin = try started()
        defer { plugin.stop() }
        let first = try pseudonym(.text("4711"), plugin)
        #expect(first.utf8.count == 16 && first.utf8.allSatisfy { $0 &- 48 < 10 || $0 &- 97 < 6 })
        #expect(try pseudonym(.text("4711"), plugin) == first)
        #expect(try pseudonym(.number(4711), plugin) == first)
        #expect(try pseudonym(.text("4712"), plugin) != first)
        #expect(try pseudonym(.text("4711"), of: "buyer", plugin) != first)
        #expect(try pseudonym(.text("4711"), site: 2, plugin) != first)
        #expect(try pseudonym(.text(""), plugin) == "")
        #expect(plugin.notes == ["the key for hmac is 0 days old"])
    }

    @Test func everyPseudonymHasSixteenDigits() throws {
        for number in 0..<2000 {
            let property = Property("a", .number(Double(number)))
            let text = Pseudonym.make(of: property, site: SiteID(rawValue: 1), key: [UInt8](repeating: 1, count: 16))
            #expect(text?.utf8.count == 16)
            #expect(Pseudonym.make(of: property, site: SiteID(rawValue: 1), key: [1]) == nil)
        }
    }

    @Test func anotherKeyMakesOtherPseudonyms() throws {
        try write(32)
        let first = try started()
        let before = try pseudonym(.text("4711"), first)
        first.stop()
        try write(32, 8)
        let second = try started()
        #expect(try pseudonym(.text("4711"), second) != before)
        second.stop()
        try write(32)
        let third = try started()
        #expect(try pseudonym(.text("4711"), third) == before)
        third.stop()
    }

    @Test(arguments: [(31, 0o600), (0, 0o600), (32, 0o644), (32, 0o604), (32, 0o620)] as [(Int, UInt32)])
    func aShortKeyAndOneThatOthersCanReadAreRefused(_ count: Int, _ mode: UInt32) throws {
        try write(count, mode: mode)
        #expect(throws: PluginError.self) { try started() }
    }

    @Test func aKeyThatIsNotThereIsRefused() throws {
        #expect(throws: PluginError.self) { try started() }
    }

    @Test func withoutAKeyTheEventIsNotLetThrough() throws {
        let plugin = try plugin()
        #expect(throws: PluginError.self) { try pseudonym(.text("4711"), plugin) }
    }

    @Test func strictSettingsDropWhatWouldBeHashed() {
        var settings = Properties.Settings()
        settings.fields = ["customer": "hmac", "zip": "truncate:2"]
        settings.key_path = "/key"
        #expect(Properties.strict(settings).fields == ["customer": "drop", "zip": "truncate:2"])
    }

    @Test func hashingReadsNothingButSiteAndProperties() throws {
        var settings = Properties.Settings()
        settings.fields = ["*": "hmac"]
        settings.key_path = path
        #expect(Properties.declaration(for: settings).reads == [.properties, .site])
    }
}
