import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import UserAgentPlugin

@Suite struct UserAgentTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: UserAgent.self, factory: PluginFactory(UserAgent.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: UserAgent.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try UserAgent(UserAgent.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "user_agent") == "hello")
    }
}
