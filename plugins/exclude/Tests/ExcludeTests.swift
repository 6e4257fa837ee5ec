import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ExcludePlugin

@Suite struct ExcludeTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Exclude.self, factory: PluginFactory(Exclude.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: Exclude.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Exclude(Exclude.Settings(), in: PluginChecks.context).filter(&event)
        #expect(event.hit.text(ofFact: "exclude") == "hello")
    }
}
