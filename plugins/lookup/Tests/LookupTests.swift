import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import LookupPlugin

@Suite struct LookupTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Lookup.self, factory: PluginFactory(Lookup.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: Lookup.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Lookup(Lookup.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "lookup") == "hello")
    }
}
