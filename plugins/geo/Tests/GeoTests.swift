import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import GeoPlugin

@Suite struct GeoTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Geo.self, factory: PluginFactory(Geo.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: Geo.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Geo(Geo.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "geo") == "hello")
    }
}
