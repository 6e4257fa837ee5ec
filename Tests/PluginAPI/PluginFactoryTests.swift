import Configuration
import EventModel
import PluginAPI
import Testing

private struct Tag: Enricher {
    static let name: StaticString = "tag"
    static let summary: StaticString = "sets the country"

    struct Settings: ValidatedSettings {
        var country = "AT"
        func problems() -> [SettingProblem] {
            country.utf8.count == 2 ? [] : [SettingProblem("country", "must be two letters")]
        }
    }

    static func declaration(for settings: Settings) -> Declaration {
        Declaration(writes: settings.country == "XX" ? [] : [.country])
    }

    let settings: Settings

    init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        if settings.country == "ZZ" { throw .settings(key: "country", "is reserved") }
        self.settings = settings
    }

    func enrich(_ event: inout Event) throws(PluginError) { event.hit.country = settings.country }
}

@Suite struct PluginFactoryTests {
    private let factory = PluginFactory(Tag.self)

    @Test func aFactoryKnowsItsPlugin() {
        #expect(factory.name == "tag")
        #expect(factory.kind == .enrich)
        #expect(factory.defaults == .table(["country": .text("AT")]))
        #expect(factory.declaration == Declaration(writes: [.country]))
    }

    @Test func settingsReachThePluginAndItsDeclaration() throws {
        let prepared = try factory.prepare(.table(["country": .text("DE")]), "chain[0].settings")
        guard case .enricher(let plugin) = try prepared.make(PluginContext(id: "tag")) else {
            Issue.record("must be an enricher")
            return
        }
        let now = Timestamp(milliseconds: 0)
        var event = Event(
            hit: Hit(site: SiteID(rawValue: 1), id: EventID(1), name: "x", receivedAt: now, time: now),
            visitor: .unknown)
        try plugin.enrich(&event)
        #expect(event.hit.country == "DE")
        #expect(try factory.prepare(.table(["country": .text("XX")]), "").declaration.writes == [])
    }

    @Test func aPluginMayRefuseSettingsThatAreEachValid() throws {
        let prepared = try factory.prepare(.table(["country": .text("ZZ")]), "")
        #expect(throws: PluginError.settings(key: "country", "is reserved")) {
            _ = try prepared.make(PluginContext(id: "tag"))
        }
    }
}
