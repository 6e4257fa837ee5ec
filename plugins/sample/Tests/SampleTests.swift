import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import SamplePlugin

@Suite struct SampleTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Sample.self, factory: PluginFactory(Sample.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: Sample.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try Sample(Sample.Settings(), in: PluginChecks.context).filter(&event)
        #expect(event.hit.text(ofFact: "sample") == "hello")
    }
}
