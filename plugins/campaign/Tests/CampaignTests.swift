import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import CampaignPlugin

@Suite struct CampaignTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Campaign.self, factory: PluginFactory(Campaign.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: Campaign.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Campaign(Campaign.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "campaign") == "hello")
    }
}
