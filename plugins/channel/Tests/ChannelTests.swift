import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ChannelPlugin

@Suite struct ChannelTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Channel.self, factory: PluginFactory(Channel.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: Channel.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Channel(Channel.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "channel") == "hello")
    }
}
