import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import LanguagePlugin

@Suite struct LanguageTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Language.self, factory: PluginFactory(Language.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: Language.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Language(Language.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "language") == "hello")
    }
}
