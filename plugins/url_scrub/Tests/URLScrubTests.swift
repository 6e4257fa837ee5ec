import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import URLScrubPlugin

@Suite struct URLScrubTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: URLScrub.self, factory: PluginFactory(URLScrub.self), folder: pluginFolder())
                == [])
        #expect(
            PluginChecks.accessFailures(of: URLScrub.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func everyEventIsToldHello() throws {
        var event = HostileEvents.ordinary()
        _ = try URLScrub(URLScrub.Settings(), in: PluginChecks.context).filter(&event)
        #expect(event.hit.text(ofFact: "url_scrub") == "hello")
    }
}
