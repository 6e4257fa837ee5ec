import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ChannelPlugin

@Suite struct ChannelTests {
    /// How a visit came, in one line: `source kind | utm_source | medium | campaign | click`.
    struct Case: Sendable {
        var source = ""
        var kind = ""
        var utm = ""
        var medium = ""
        var campaign = ""
        var click = ""
        var expected: String
    }

    private func channel(_ visit: Case, rules: [Channel.Rule] = []) throws -> String {
        var event = HostileEvents.ordinary()
        event.hit.source = visit.source
        event.hit.facts = []
        event.hit.setFact("source_kind", visit.kind)
        event.hit.setFact("utm_source", visit.utm)
        event.hit.setFact("utm_medium", visit.medium)
        event.hit.setFact("utm_campaign", visit.campaign)
        event.hit.setFact("click_id", visit.click)
        var settings = Channel.Settings()
        settings.rules = rules
        try Channel(settings, in: PluginChecks.context).enrich(&event)
        return event.hit.text(ofFact: "channel")
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Channel.self, factory: PluginFactory(Channel.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: Channel.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    private static let paid: [Case] = [
        Case(campaign: "Autumn cross-network 7", expected: "Cross-network"),
        Case(source: "Google", kind: "search", medium: "cpc", campaign: "cross-network", expected: "Cross-network"),
        Case(source: "Amazon", kind: "shopping", medium: "cpc", expected: "Paid Shopping"),
        Case(medium: "ppc", campaign: "my-shop", expected: "Paid Shopping"),
        Case(medium: "paid", campaign: "eshop", expected: "Paid Shopping"),
        Case(medium: "cpc", campaign: "workshop", expected: "Paid Other"),
        Case(source: "Google", kind: "search", medium: "cpc", expected: "Paid Search"),
        Case(source: "Google", kind: "search", medium: "CPM", expected: "Paid Search"),
        Case(source: "Google", kind: "search", utm: "google-ads", expected: "Paid Search"),
        Case(source: "Google", kind: "search", utm: "adwords", expected: "Paid Search"),
        Case(source: "Google", kind: "search", click: "gclid", expected: "Paid Search"),
        Case(source: "Bing", kind: "search", click: "msclkid", expected: "Paid Search"),
        Case(click: "gclid", expected: "Paid Search"),
        Case(source: "example.org", click: "gclid", expected: "Referral"),
        Case(source: "Bing", kind: "search", click: "gclid", expected: "Organic Search"),
        Case(source: "Facebook", kind: "social", medium: "paid-social", expected: "Paid Social"),
        Case(source: "Facebook", kind: "social", utm: "facebook_ads", expected: "Paid Social"),
        Case(source: "Google", kind: "search", utm: "googleads", expected: "Paid Search"),
        Case(source: "Google", kind: "search", utm: "google.ad", expected: "Organic Search"),
        Case(source: "Bing", kind: "search", utm: "bing", medium: "display", expected: "Display"),
        Case(source: "TikTok", kind: "social", utm: "tiktokads", expected: "Paid Social"),
        Case(source: "Threads", kind: "social", utm: "threads", expected: "Organic Social"),
        Case(source: "X", kind: "social", medium: "cpm", expected: "Paid Social"),
        Case(source: "YouTube", kind: "video", medium: "cpm", expected: "Paid Video"),
        Case(source: "download", utm: "download", expected: "Referral"),
        Case(source: "partner-ads", utm: "partner-ads", expected: "Paid Other"),
        Case(source: "Facebook", kind: "social", click: "fbclid", expected: "Organic Social"),
        Case(source: "Reddit", kind: "social", utm: "reddit", expected: "Organic Social"),
        Case(source: "YouTube", kind: "video", medium: "cpv-cp", expected: "Paid Video"),
        Case(source: "YouTube", kind: "video", utm: "yt-ad", expected: "Paid Video"),
        Case(medium: "cpm", expected: "Display"), Case(medium: "banner", expected: "Display"),
        Case(medium: "interstitial", expected: "Display"),
        Case(source: "x.example", medium: "display", expected: "Display"),
        Case(medium: "cpc", expected: "Paid Other"), Case(medium: "retargeting", expected: "Paid Other"),
        Case(medium: "paid", expected: "Paid Other"), Case(source: "Taboola", kind: "paid", expected: "Paid Other"),
        Case(source: "news.example", medium: "ppc", expected: "Paid Other"),
    ]

    private static let unpaid: [Case] = [
        Case(source: "eBay", kind: "shopping", expected: "Organic Shopping"),
        Case(medium: "link", campaign: "shop", expected: "Organic Shopping"),
        Case(medium: "link", campaign: "shopping-week", expected: "Organic Shopping"),
        Case(medium: "link", campaign: "bishop", expected: "Referral"),
        Case(medium: "shop", expected: "Direct"), Case(medium: "shopping", campaign: "sale", expected: "Direct"),
        Case(medium: "link", campaign: "workshop, then shop", expected: "Organic Shopping"),
        Case(source: "X", kind: "social", expected: "Organic Social"),
        Case(medium: "social-media", expected: "Organic Social"), Case(medium: "sm", expected: "Organic Social"),
        Case(utm: "social network", expected: "Organic Social"), Case(medium: "small", expected: "Direct"),
        Case(source: "YouTube", kind: "video", expected: "Organic Video"),
        Case(medium: "video-link", expected: "Organic Video"),
        Case(source: "ChatGPT", kind: "ai", expected: "AI Assistants"),
        Case(source: "Claude", kind: "ai", utm: "claude.ai", expected: "AI Assistants"),
        Case(medium: "ai-assistant", expected: "AI Assistants"),
        Case(campaign: "(ai-assistant)", expected: "AI Assistants"),
        Case(source: "Google", kind: "search", expected: "Organic Search"),
        Case(source: "Ecosia", kind: "search", medium: "organic", expected: "Organic Search"),
        Case(medium: "organic", expected: "Organic Search"),
        Case(source: "Gmail", kind: "email", expected: "Email"), Case(utm: "Newsletter-7", expected: "Email"),
        Case(medium: "e-mail", expected: "Email"), Case(medium: "email", expected: "Email"),
        Case(medium: "mail", expected: "Direct"),
        Case(medium: "affiliate", expected: "Affiliates"),
        Case(source: "p.example", medium: "affiliates", expected: "Affiliates"),
        Case(medium: "audio", expected: "Audio"), Case(source: "pod.example", medium: "audio", expected: "Audio"),
        Case(medium: "audiobook", expected: "Direct"),
        Case(medium: "sms", expected: "SMS"), Case(utm: "sms", expected: "SMS"),
        Case(medium: "web-push", expected: "Mobile Push Notifications"),
        Case(medium: "mobile", expected: "Mobile Push Notifications"),
        Case(utm: "firebase", expected: "Mobile Push Notifications"),
        Case(medium: "push-note", expected: "Direct"),
        Case(source: "blog.example", expected: "Referral"), Case(medium: "referral", expected: "Referral"),
        Case(utm: "partner", expected: "Referral"), Case(source: "Hacker News", kind: "news", expected: "Referral"),
        Case(expected: "Direct"),
    ]

    @Test(arguments: paid + unpaid)
    func theFirstRuleThatFitsDecides(visit: Case) throws {
        #expect(try channel(visit) == visit.expected, "\(visit)")
    }

    @Test func everyChannelIsReached() {
        let reached = Set((ChannelTests.paid + ChannelTests.unpaid).map(\.expected))
        #expect(reached == Set(ChannelName.allCases.map(\.rawValue)))
    }

    @Test func theOperatorsRulesComeFirst() throws {
        let rules = [
            Channel.Rule(channel: "Partners", source: "*.partner.example"),
            Channel.Rule(channel: "Posters", medium: "poster*", campaign: "*vienna*"),
        ]
        #expect(try channel(Case(source: "www.partner.example", expected: ""), rules: rules) == "Partners")
        #expect(try channel(Case(source: "partner.example", expected: ""), rules: rules) == "Referral")
        #expect(try channel(Case(medium: "Poster-A1", campaign: "in Vienna", expected: ""), rules: rules) == "Posters")
        #expect(try channel(Case(medium: "poster", campaign: "in Graz", expected: ""), rules: rules) == "Direct")
    }

    @Test func aRuleThatAsksForNothingIsRefused() {
        var settings = Channel.Settings()
        settings.rules = [Channel.Rule(channel: "All"), Channel.Rule(channel: "", source: "x")]
        #expect(settings.problems().map(\.key) == ["rules[0]", "rules[1]"])
    }

    @Test func aMisspeltKeyDoesNotWidenARule() throws {
        let path = "chain[0].settings"
        func problems(_ rule: String) throws -> String {
            let settings = try ConfigValue(json5: "{ rules: [\(rule)] }")
            do {
                _ = try Channel.Settings.decode(settings, at: path)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(try problems(#"{ channel: "P", source: "p.example" }"#) == "")
        #expect(try problems(#"{ channel: "P", sorce: "p.example", medium: "email" }"#).contains("sorce"))
    }

    @Test func rulesHaveMeasure() {
        var settings = Channel.Settings()
        settings.rules = [Channel.Rule](repeating: Channel.Rule(channel: "P", source: "a"), count: 1001)
        #expect(settings.problems().map(\.key) == ["rules"])
        settings.rules = [Channel.Rule(channel: "P", source: String(repeating: "a", count: 201))]
        #expect(settings.problems().map(\.key) == ["rules[0]"])
    }

    @Test func hostileEventsDoNotTrap() throws {
        let plugin = try Channel(Channel.Settings(), in: PluginChecks.context)
        for var event in HostileEvents.all { try? plugin.enrich(&event) }
    }
}
