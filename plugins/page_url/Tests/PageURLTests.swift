import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import PageURLPlugin

@Suite struct PageURLTests {
    private func page(_ url: String, _ change: (inout PageURL.Settings) -> Void = { _ in }) throws -> String {
        var settings = PageURL.Settings()
        change(&settings)
        var event = HostileEvents.ordinary(url: url)
        event.hit.hostname = ""
        event.hit.path = ""
        try PageURL(settings, in: PluginChecks.context).enrich(&event)
        return event.hit.hostname + event.hit.path
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: PageURL.self, factory: PluginFactory(PageURL.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: PageURL.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test(arguments: [
        ("https://example.com", "example.com/"), ("https://www.Example.com/About/", "example.com/About"),
        ("https://example.com/a?token=secret#part", "example.com/a"),
        ("https://example.com/index.html", "example.com/"),
        ("https://example.com/shop/index.php", "example.com/shop"), ("https://example.com//", "example.com/"),
        ("https://example.com/caf%C3%A9%20au%20lait", "example.com/café au lait"),
        ("https://user:secret@example.com:8443/x", "example.com/x"), ("https://www.com/", "www.com/"),
        ("https://example.com/%00%0a", "example.com/\u{FFFD} "),
        ("https://example.com/reset%3Ftoken=1", "example.com/reset"),
        ("https://example.com/who%3F", "example.com/who?"),
    ])
    func hostAndPathAreLeft(url: String, page expected: String) throws {
        #expect(try page(url) == expected)
    }

    @Test func namedParametersAreKeptInTheSettingsOrder() throws {
        let url = "https://example.com/article?token=secret&lang=de&id=7&id=8"
        #expect(try page(url) { $0.keep_query = ["id", "lang", "missing"] } == "example.com/article?id=7&lang=de")
    }

    @Test func hashRoutesAreKeptOnDemandWithoutTheirQuery() throws {
        #expect(try page("https://example.com/#/cart?token=secret") { $0.hash_routing = true } == "example.com/#/cart")
        #expect(try page("https://example.com/#top") { $0.hash_routing = true } == "example.com/")
    }

    @Test func longPathsAreCutAtACharacter() throws {
        let url = "https://example.com/" + String(repeating: "%C3%BC", count: 2000)
        let path = try page(url)
        #expect(path.utf8.count <= 1024 + "example.com".utf8.count)
        #expect(!path.contains("\u{FFFD}"))
    }

    @Test func longPathsEndInNoHalfAddress() throws {
        let page = "example.com/" + String(repeating: "a", count: 1000) + "/"
        #expect(try self.page("https://\(page)ann.miller@mail.example.com") == page)
    }

    @Test func whatIsNoURLIsAFailureAndLeavesThePageUnknown() {
        #expect(throws: PluginError.self) { try page("about:blank") }
    }

    @Test func hostileEventsDoNotTrap() throws {
        let plugin = try PageURL(PageURL.Settings(), in: PluginChecks.context)
        for var event in HostileEvents.all { try? plugin.enrich(&event) }
    }
}
