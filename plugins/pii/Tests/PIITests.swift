import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import PIIPlugin

@Suite struct PIITests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: PII.self, factory: PluginFactory(PII.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: PII.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try PII(PII.Settings(), in: PluginChecks.context).filter(&event)
        #expect(event.hit.text(ofFact: "pii") == "hello")
    }
}
