import Configuration
import EventModel
import PluginAPI
import PluginTesting
import Testing
@testable import BotPlugin
@Suite struct BotTests {
    @Test func smoke() throws {
        var event = HostileEvents.ordinary(userAgent: "Googlebot/2.1 x")
        try Bot(Bot.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.text(ofFact: "bot") == "crawler")
    }
}
