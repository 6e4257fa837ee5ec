import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import OptOutPlugin

@Suite struct OptOutTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: OptOut.self, factory: PluginFactory(OptOut.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: OptOut.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try OptOut(OptOut.Settings(), in: PluginChecks.context).filter(&event)
        #expect(event.hit.text(ofFact: "opt_out") == "hello")
    }
}
