import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import BotPolicyPlugin

@Suite struct BotPolicyTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: BotPolicy.self, factory: PluginFactory(BotPolicy.self), folder: pluginFolder())
                == [])
        #expect(
            PluginChecks.accessFailures(of: BotPolicy.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try BotPolicy(BotPolicy.Settings(), in: PluginChecks.context).filter(&event)
        #expect(event.hit.text(ofFact: "bot_policy") == "hello")
    }
}
