import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import LanguagePlugin

@Suite struct LanguageTests {
    private func language(_ header: String, region: Bool = false) throws -> String {
        var settings = Language.Settings()
        settings.region = region
        var event = HostileEvents.ordinary()
        event.visitor.acceptLanguage = Sensitive(header)
        try Language(settings, in: PluginChecks.context).enrich(&event)
        return event.hit.text(ofFact: "language")
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Language.self, factory: PluginFactory(Language.self), folder: pluginFolder())
                == [])
        for region in [false, true] {
            var settings = Language.Settings()
            settings.region = region
            #expect(
                PluginChecks.accessFailures(of: Language.self, settings: settings) { plugin, event in
                    try? plugin.enrich(&event)
                } == [])
        }
    }

    @Test(arguments: [
        ("de-AT,de;q=0.9", "de", "de-AT"), ("en", "en", "en"), ("EN-us", "en", "en-US"),
        ("en;q=0.8, de;q=0.9, *;q=0.1", "de", "de"), ("*, fr-CH;q=0.5", "fr", "fr-CH"),
        ("de;q=0, en;q=0.1", "en", "en"), ("de;q=0.5,fr;q=0.5", "de", "de"), ("gsw-CH,de;q=0.9", "gsw", "gsw-CH"),
        ("zh-Hant-TW", "zh", "zh-TW"), ("zh-yue-Hant-HK", "zh", "zh-HK"), ("es-419,es;q=0.9", "es", "es-419"),
        ("sl-rozaj-biske", "sl", "sl"), ("en-x-private", "en", "en"), ("de ; q=0.7 , it ;Q=0.9", "it", "it"),
        ("de;q=0.1234567,en;q=0.124", "en", "en"), ("en;q=1.000,de", "en", "en"), ("de;q=.9,en;q=0.1", "en", "en"),
        ("de;,en", "de", "de"), (",,, de", "de", "de"),
    ])
    func theHighestWeightWinsAndOfEqualsTheFirst(header: String, language: String, withRegion: String) throws {
        #expect(try self.language(header) == language)
        #expect(try self.language(header, region: true) == withRegion)
    }

    @Test(arguments: [
        "", " ", "*", "*;q=0.5", "de;q=0", "de;q=0.000", "de;q=x", "de;q", "i-klingon", "x-private", "german", "d",
        "d3", "12", "und", "mul,zxx", "-", "--", "-de", ";q=1", ",", ";", "日本語", "d\u{0}", "<script>", "de_AT",
    ])
    func whatNamesNoLanguageLeavesItUnknown(header: String) throws {
        #expect(try language(header, region: true) == "")
    }

    @Test func theStrictSettingsKeepNoRegion() {
        var settings = Language.Settings()
        settings.region = true
        #expect(!Language.strict(settings).region)
    }

    @Test func anyHeaderGivesTwoOrThreeLettersOrNothing() throws {
        var random = SeededRandom(4)
        let pieces = ["de", "EN", "gsw", "-", "-AT", "-419", ";", "q=", "0.", "9", "1", ",", " ", "*", "\t", "é", "="]
        for _ in 0..<5000 {
            let header = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }.joined()
            let found = try language(header)
            #expect(found.isEmpty || (2...3).contains(found.utf8.count), "\(header)")
            #expect(found.utf8.allSatisfy { (97...122).contains($0) }, "\(header)")
            #expect(try language(header, region: true).hasPrefix(found), "\(header)")
        }
    }

    @Test func hostileEventsDoNotTrap() throws {
        let plugin = try Language(Language.Settings(), in: PluginChecks.context)
        for var event in HostileEvents.all { try plugin.enrich(&event) }
    }
}
