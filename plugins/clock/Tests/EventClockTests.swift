import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ClockPlugin

@Suite struct EventClockTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: EventClock.self, factory: PluginFactory(EventClock.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: EventClock.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try EventClock(EventClock.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "clock") == "hello")
    }
}
