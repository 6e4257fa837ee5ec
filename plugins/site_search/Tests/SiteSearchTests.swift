import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import SiteSearchPlugin

@Suite struct SiteSearchTests {
    private func term(_ url: String, _ change: (inout SiteSearch.Settings) -> Void = { _ in }) throws -> String {
        var settings = SiteSearch.Settings()
        change(&settings)
        var event = HostileEvents.ordinary(url: "https://example.com" + url)
        try SiteSearch(settings, in: PluginChecks.context).enrich(&event)
        return event.hit.text(ofFact: "search_term")
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: SiteSearch.self, factory: PluginFactory(SiteSearch.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: SiteSearch.self) { plugin, event in try? plugin.enrich(&event) } == [])
        #expect(
            PluginChecks.accessFailures(of: SiteSearch.self, settings: SiteSearch.strict(SiteSearch.Settings())) {
                plugin, event in try? plugin.enrich(&event)
            } == [])
    }

    @Test(arguments: [
        ("/search?q=red+shoes", "red shoes"), ("/?s=%20red%20%20shoes%20", "red shoes"), ("/search?Q=Red", "Red"),
        ("/search?keyword=a&q=b", "b"), ("/search?q=&query=c", "c"), ("/search", ""), ("/search?page=2", ""),
        ("/search?q=", ""), ("/search#?x", ""), ("/search?q=a#b", "a"), ("/search?q=%C3%A4pfel", "äpfel"),
    ])
    func termsAreFound(url: String, expected: String) throws {
        #expect(try term(url) == expected)
    }

    @Test func onlyPagesWithResultsCount() throws {
        let paths: (inout SiteSearch.Settings) -> Void = { $0.paths = ["/search*", "/find"] }
        #expect(try term("/search/all?q=a", paths) == "a")
        #expect(try term("/find?q=a", paths) == "a")
        #expect(try term("/findings?q=a", paths) == "")
        #expect(try term("/shop?q=a", paths) == "")
    }

    @Test func theStrictModeKeepsNoTerm() throws {
        #expect(try term("/search?q=a") { $0 = SiteSearch.strict($0) } == "")
    }

    @Test func longTermsAreCut() throws {
        #expect(try term("/search?q=" + String(repeating: "%C3%A4", count: 400)).utf8.count == 100)
    }

    @Test(arguments: [
        ("/search?q=red%09%0A%20shoes", "red shoes"), ("/search?q=%20%20", ""), ("/search?q=%09a%09", "a"),
        ("/search?q=+++red+++", "red"), ("/search?q=r%C3%A9sum%C3%A9++x", "r\u{e9}sum\u{e9} x"),
    ])
    func blanksOfAllKindsAreOne(url: String, expected: String) throws {
        #expect(try term(url) == expected)
    }

    @Test func aTermThatIsCutDoesNotEndInABlank() throws {
        #expect(try term("/search?q=1234567+abc") { $0.max_bytes = 8 } == "1234567")
    }

    @Test func theReferrersSearchIsNobodysBusiness() throws {
        var event = HostileEvents.ordinary(url: "https://example.com/", referrer: "https://www.bing.com/search?q=x")
        try SiteSearch(SiteSearch.Settings(), in: PluginChecks.context).enrich(&event)
        #expect(event.hit.fact("search_term") == nil)
    }

    @Test func settingsThatFindNothingAreRefused() {
        var settings = SiteSearch.Settings()
        settings.paths = ["search", "/a*b", "/ok*"]
        settings.parameters = ["", "q", String(repeating: "q", count: 65)]
        #expect(settings.problems().map(\.key) == ["paths", "paths", "parameters", "parameters"])
    }

    @Test func hostileEventsDoNotTrap() throws {
        var settings = SiteSearch.Settings()
        settings.paths = ["/*"]
        let plugin = try SiteSearch(settings, in: PluginChecks.context)
        for var event in HostileEvents.all { try? plugin.enrich(&event) }
    }
}
