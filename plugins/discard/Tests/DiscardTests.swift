import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import DiscardPlugin

@Suite struct DiscardTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Discard.self, factory: PluginFactory(Discard.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: Discard.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func nothingOfTheVisitorIsLeftAndTheHitIsAsItWas() throws {
        let plugin = try Discard(Discard.Settings(), in: PluginChecks.context)
        for event in HostileEvents.all {
            var after = event
            #expect(try plugin.filter(&after) == .keep)
            #expect(after.visitor.isEmpty)
            #expect(after.hit == event.hit)
        }
    }
}
