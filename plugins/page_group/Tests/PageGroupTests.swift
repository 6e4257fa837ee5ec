import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import PageGroupPlugin

@Suite struct PageGroupTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: PageGroup.self, factory: PluginFactory(PageGroup.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: PageGroup.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try PageGroup(PageGroup.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "page_group") == "hello")
    }
}
