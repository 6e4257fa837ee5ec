import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import SiteSearchPlugin

@Suite struct SiteSearchTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: SiteSearch.self, factory: PluginFactory(SiteSearch.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: SiteSearch.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try SiteSearch(SiteSearch.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "site_search") == "hello")
    }
}
