import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import CampaignPlugin

@Suite struct CampaignTests {
    private func facts(
        _ query: String, limited: Bool = false, _ change: (inout Campaign.Settings) -> Void = { _ in }
    ) throws -> [String: String] {
        var settings = Campaign.Settings()
        change(&settings)
        var event = HostileEvents.ordinary(url: "https://example.com/shop\(query)")
        event.hit.facts = limited ? [Property("limited", .flag(true))] : []
        try Campaign(settings, in: PluginChecks.context).enrich(&event)
        let found = event.hit.facts.filter { $0.name != "limited" }
        return Dictionary(found.map { ($0.name, $0.value.description) }, uniquingKeysWith: { first, _ in first })
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Campaign.self, factory: PluginFactory(Campaign.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: Campaign.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test func theFiveParametersAreRead() throws {
        let query = "?utm_source=News%20Letter&utm_medium=email&utm_campaign=a+b&utm_term=shoes&utm_content=top&id=7"
        #expect(
            try facts(query) == [
                "utm_source": "News Letter", "utm_medium": "email", "utm_campaign": "a b", "utm_term": "shoes",
                "utm_content": "top",
            ])
    }

    @Test(
        arguments: [
            ("", [:]), ("?", [:]), ("?id=7", [:]), ("?utm_source=", [:]), ("?utm_source=+", [:]),
            ("#?utm_source=x", [:]), ("?a=1#utm_source=x", [:]), ("?UTM_Source=X", ["utm_source": "X"]),
            ("?ref=x", ["utm_source": "x"]), ("?source=x&ref=y", ["utm_source": "x"]),
            ("?ref=y&source=x&pk_source=z", ["utm_source": "z"]), ("?pk_source=z&utm_source=u", ["utm_source": "u"]),
            ("?utm_source=a&utm_source=b", ["utm_source": "a"]),
            ("?mtm_kwd=k&pk_campaign=c", ["utm_term": "k", "utm_campaign": "c"]),
            ("?gclid=Cj0K", ["click_id": "gclid"]), ("?GCLID=Cj0K", ["click_id": "gclid"]), ("?gclid=", [:]),
            ("?fbclid=a&gclid=b", ["click_id": "fbclid"]), ("?mc_eid=person&mkt_tok=person", [:]),
        ] as [(String, [String: String])])
    func parametersMeanWhatTheySay(query: String, expected: [String: String]) throws {
        #expect(try facts(query) == expected)
    }

    @Test func theIdentifierOfAClickIsNeverKept() throws {
        for value in try facts("?gclid=Secret8c1d&utm_source=x").values { #expect(!value.contains("Secret")) }
    }

    @Test func whoWishesToBeLimitedHasNoClick() throws {
        #expect(try facts("?gclid=a&utm_source=x", limited: true) == ["utm_source": "x"])
    }

    @Test func operatorsHaveNamesOfTheirOwn() throws {
        let found = try facts("?CID=autumn&partner_click=7") {
            $0.aliases = ["cid": "utm_campaign"]
            $0.click_ids = ["partner_click"]
        }
        #expect(found == ["utm_campaign": "autumn", "click_id": "partner_click"])
        var settings = Campaign.Settings()
        settings.aliases = ["cid": "campaign"]
        #expect(settings.problems().map(\.key) == ["aliases.cid"])
    }

    @Test(arguments: ["gclid", "GCLID", "partner_click", "mc_eid", "mkt_tok", "_hsenc", "vero_id"])
    func noAliasKeepsWhatTellsOnePersonFromAnother(name: String) {
        var settings = Campaign.Settings()
        settings.click_ids = ["partner_click"]
        settings.aliases = [name: "utm_term"]
        #expect(settings.problems().map(\.key) == ["aliases.\(name)"])
    }

    @Test(arguments: ["mc_eid", "Mkt_Tok", "utm_source", "", "a&b", String(repeating: "a", count: 41)])
    func aClickIdentifierIsNeitherAPersonNorACampaign(name: String) {
        var settings = Campaign.Settings()
        settings.click_ids = [name]
        #expect(settings.problems().map(\.key) == ["click_ids"])
    }

    @Test func aNameThatCouldNeverBeFoundIsRefused() throws {
        var settings = Campaign.Settings()
        settings.aliases = ["": "utm_term", "utm_medium": "utm_term", String(repeating: "a", count: 41): "utm_term"]
        #expect(settings.problems().count == 3)
        #expect(try facts("?c=autumn") { $0.aliases = ["c": "utm_campaign"] } == ["utm_campaign": "autumn"])
    }

    @Test(arguments: [
        ("?gad_source=1&gad_campaignid=7&gbraid=0AAA&gclid=Cj0K", "gclid"), ("?gbraid=a&msclkid=b", "msclkid"),
        ("?srsltid=a&fbclid=b", "fbclid"), ("?gclid=a&gad_source=1", "gclid"), ("?gad_source=1", "gad_source"),
        ("?gad_source=1&gbraid=a", "gbraid"), ("?srsltid=a&wbraid=b", "wbraid"), ("?wbraid=a", "wbraid"),
    ])
    func whatOnlyAccompaniesAClickYieldsToIt(query: String, kind: String) throws {
        #expect(try facts(query) == ["click_id": kind])
    }

    @Test func noQueryLeaksTheValueOfAClick() throws {
        var random = SeededRandom(4)
        let names = ["gclid", "gbraid", "msclkid", "fbclid", "mc_eid", "_hsenc", "vero_id", "mkt_tok", "ScCid", "epik"]
        let tagged = ["utm_source=a", "utm_medium=b", "mtm_kwd=c", "ref=d", "x=1", "", "&&", "=", "utm_term"]
        for _ in 0..<500 {
            let pieces = (0..<8).map { _ in
                Bool.random(using: &random)
                    ? "\(names.randomElement(using: &random) ?? "")=SECRET\(random.next())"
                    : tagged.randomElement(using: &random) ?? ""
            }
            let found = try facts("?" + pieces.joined(separator: "&"))
            #expect(!found.values.contains { $0.contains("SECRET") }, "\(pieces)")
        }
    }

    @Test func theStrictModeMasksFreeTexts() throws {
        let found = try facts("?utm_source=news&utm_medium=email&utm_campaign=for-anna&utm_term=x") {
            $0 = Campaign.strict($0)
        }
        #expect(
            found == [
                "utm_source": "news", "utm_medium": "email", "utm_campaign": "(masked)", "utm_term": "(masked)",
            ])
    }

    @Test func longValuesAreCut() throws {
        #expect(try facts("?utm_source=" + String(repeating: "a", count: 5000))["utm_source"]?.utf8.count == 200)
    }

    @Test func hostileEventsDoNotTrap() throws {
        let plugin = try Campaign(Campaign.Settings(), in: PluginChecks.context)
        for var event in HostileEvents.all { try? plugin.enrich(&event) }
    }
}
