import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ScreenPlugin

@Suite struct ScreenTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Screen.self, factory: PluginFactory(Screen.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: Screen.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Screen(Screen.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "screen") == "hello")
    }
}
