import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ReferrerPlugin

@Suite struct ReferrerTests {
    private func enriched(
        _ referrer: String, page: String = "example.com", _ change: (inout Referrer.Settings) -> Void = { _ in }
    ) throws -> Hit {
        var settings = Referrer.Settings()
        change(&settings)
        var event = HostileEvents.ordinary(referrer: referrer)
        event.hit.hostname = page
        try Referrer(settings, in: PluginChecks.context).enrich(&event)
        return event.hit
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Referrer.self, factory: PluginFactory(Referrer.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: Referrer.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test(arguments: [
        ("https://www.google.com/search?q=secret", "Google"), ("https://www.google.co.uk/", "Google"),
        ("https://news.google.com/", "Google News"), ("https://google.example.com/", "google.example.com"),
        ("https://t.co/abc", "X"), ("https://old.reddit.com/r/swift", "Reddit"), ("https://chatgpt.com/", "ChatGPT"),
        ("https://Blog.Example.ORG/post", "blog.example.org"), ("android-app://com.google.android.gm/", "Gmail"),
        ("android-app://com.example.reader/x", "com.example.reader"),
        ("android-app://ann@mail.example/x", ""), ("android-app://com.example:ann/x", ""),
        ("android-app://com.example.reader?token=1", "com.example.reader"), ("", ""), ("about:blank", ""),
        ("https://example.com/other", ""), ("https://www.example.com/", ""), ("http://localhost:3000/", ""),
    ])
    func sourcesHaveNames(referrer: String, source: String) throws {
        #expect(try enriched(referrer).source == source)
    }

    @Test func theQueryOfTheReferrerIsNeverKept() throws {
        let hit = try enriched("https://blog.example.org/post/?token=secret#x")
        #expect(hit.referrerHost == "blog.example.org")
        #expect(hit.referrerPath == "/post/")
    }

    @Test func lessIsKeptOnDemand() throws {
        let host = try enriched("https://blog.example.org/post") { $0.keep = .host }
        #expect(host.referrerHost == "blog.example.org")
        #expect(host.referrerPath == "")
        let none = try enriched("https://blog.example.org/post") { $0.keep = .none }
        #expect(none.referrerHost == "")
        #expect(none.source == "blog.example.org")
    }

    @Test func theOperatorsNamesWin() throws {
        let hit = try enriched("https://m.partner.example/x") { $0.names = ["partner.example": "Our partner"] }
        #expect(hit.source == "Our partner")
    }

    @Test func aPaymentProviderIsNoSource() throws {
        #expect(try enriched("https://checkout.pay.example/") { $0.internal_hosts = ["pay.example"] }.source == "")
    }

    @Test func hostsInSettingsAreHosts() {
        var settings = Referrer.Settings()
        settings.internal_hosts = ["https://pay.example/"]
        #expect(settings.problems().map(\.key) == ["internal_hosts"])
    }

    @Test func hostileEventsDoNotTrap() throws {
        let plugin = try Referrer(Referrer.Settings(), in: PluginChecks.context)
        for var event in HostileEvents.all { try? plugin.enrich(&event) }
    }
}
