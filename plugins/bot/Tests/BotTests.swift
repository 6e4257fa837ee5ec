import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import BotPlugin

@Suite struct BotTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Bot.self, factory: PluginFactory(Bot.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: Bot.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Bot(Bot.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "bot") == "hello")
    }
}
