import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import PropertiesPlugin

@Suite struct PropertiesTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Properties.self, factory: PluginFactory(Properties.self), folder: pluginFolder())
                == [])
        #expect(
            PluginChecks.accessFailures(of: Properties.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Properties(Properties.Settings(), in: PluginChecks.context).filter(&event)
        #expect(event.hit.text(ofFact: "properties") == "hello")
    }
}
