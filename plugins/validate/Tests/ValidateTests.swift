import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ValidatePlugin

@Suite struct ValidateTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Validate.self, factory: PluginFactory(Validate.self), folder: pluginFolder())
                == [])
        #expect(
            PluginChecks.accessFailures(of: Validate.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Validate(Validate.Settings(), in: PluginChecks.context).filter(&event)
        #expect(event.hit.text(ofFact: "validate") == "hello")
    }
}
