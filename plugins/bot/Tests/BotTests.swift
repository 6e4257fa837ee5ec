import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import BotPlugin

/// Browsers of today, written by hand.
enum Browser {
    static let chrome =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
    static let android =
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36"
    static let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    static let safari =
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"
    static let iPhone =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
    static let oldSafari =
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.3 Safari/605.1.15"
    static let webView =
        "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/138.0.0.0 Mobile Safari/537.36"
    static let inApp =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 380.0.0.28.81"
    static let all = [chrome, android, firefox, safari, iPhone, oldSafari, webView, inApp]

    static func hints(_ platform: String) -> ClientHints {
        ClientHints(
            brands: #""Google Chrome";v="138", "Chromium";v="138", "Not)A;Brand";v="8""#, platform: "\"\(platform)\"",
            isMobile: false)
    }

    /// A visitor as the browser would send it over https.
    static func visitor(
        _ agent: String, hints: ClientHints? = nil, language: String = "de-AT,de;q=0.9",
        address: String = "198.51.100.7",
        signals: Signals = [.secure, .fetchMetadata]
    ) -> Visitor {
        let own: ClientHints =
            switch agent {
            case chrome: self.hints("Windows")
            case android, webView: self.hints("Android")
            default: ClientHints()
            }
        return Visitor(
            address: IPAddress(address), userAgent: agent, acceptLanguage: language, clientHints: hints ?? own,
            signals: signals)
    }
}

@Suite struct BotTests {
    private func hit(_ visitor: Visitor, _ change: (inout Bot.Settings) -> Void = { _ in }) throws -> Hit {
        var settings = Bot.Settings()
        change(&settings)
        var event = HostileEvents.ordinary()
        event.visitor = visitor
        try Bot(settings, in: PluginChecks.context).enrich(&event)
        return event.hit
    }

    private func judged(_ visitor: Visitor, _ change: (inout Bot.Settings) -> Void = { _ in }) throws -> String {
        let hit = try hit(visitor, change)
        guard case .number(let score)? = hit.fact("bot_score") else { return "" }
        return "\(hit.text(ofFact: "bot")) \(hit.text(ofFact: "bot_reason")) \(Int(score))"
    }

    @Test func passesTheChecksOfEveryPlugin() throws {
        #expect(PluginChecks.failures(of: Bot.self, factory: PluginFactory(Bot.self), folder: pluginFolder()) == [])
        #expect(PluginChecks.accessFailures(of: Bot.self) { plugin, event in try? plugin.enrich(&event) } == [])
        var settings = Bot.Settings()
        settings.headers = false
        #expect(
            PluginChecks.accessFailures(of: Bot.self, settings: settings) { plugin, event in
                try? plugin.enrich(&event)
            } == [])
    }

    @Test(arguments: Browser.all) func peopleAreSaidNothingAbout(agent: String) throws {
        let hit = try hit(Browser.visitor(agent))
        #expect(hit.facts.map(\.name) == ["foreign_fact"])
    }

    @Test(arguments: [
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            "ai"
        ),
        ("Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", "ai"), ("CCBot/2.0", "ai"),
        ("Mozilla/5.0 (compatible; PerplexityBot/1.0)", "ai"), ("Mozilla/5.0 (compatible; OAI-SearchBot/1.0)", "ai"),
        ("Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (compatible; Bytespider)", "ai"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "crawler"),
        ("Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "monitor"),
        ("Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)", "monitor"),
        ("facebookexternalhit/1.1", "preview"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview"),
        ("WhatsApp/2.23.20.0", "preview"), ("TelegramBot (like TwitterBot)", "preview"),
        ("python-requests/2.32.3", "library"), ("curl/8.5.0", "library"), ("Go-http-client/2.0", "library"),
        (Browser.chrome.replacing("Chrome/", with: "HeadlessChrome/"), "headless"),
        (Browser.chrome.replacing("Safari/537.36", with: "Safari/537.36 Chrome-Lighthouse"), "monitor"),
        ("Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 PhantomJS/2.1.1 Safari/538.1", "headless"),
    ])
    func wellKnownProgramsHaveTheirClass(agent: String, kind: String) throws {
        #expect(try judged(Browser.visitor(agent, signals: .fromServer)) == "\(kind) named 100")
    }

    @Test(arguments: [
        ("Mozilla/5.0 (compatible; FooBot/1.0) AppleWebKit/537.36", "crawler word 80"),
        ("SomeCrawler 2.0 (Linux)", "crawler word 80"),
        (Browser.firefox + " (+https://example.com/x)", "crawler link 70"),
        ("x", "crawler shape 60"), ("no slash in this one", "crawler shape 60"),
        ("MyClient/1.0 build", "crawler shape 60"),
        ("Mozilla/5.0", "crawler shape 60"), ("Mozilla/5.0 (compatible; Foo 1.0)", "crawler shape 60"),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Chrome/90 Mobile Safari/537.36", ""),
        ("Mozilla/5.0 (Linux; Android 9; bottle) AppleWebKit/537.36 Chrome/90 Mobile Safari/537.36", ""),
        ("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)", ""),
        ("Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.16", ""),
    ])
    func othersAreKnownByWordsLinksAndShape(agent: String, judgement: String) throws {
        #expect(try judged(Browser.visitor(agent, signals: .fromServer)) == judgement)
    }

    @Test func theClientsOwnFlagsAreEnough() throws {
        #expect(
            try judged(Browser.visitor(Browser.chrome, signals: [.secure, .fetchMetadata, .webDriver]))
                == "headless web_driver 100")
        #expect(
            try judged(Browser.visitor(Browser.chrome, signals: [.secure, .fetchMetadata, .automation]))
                == "headless automation 100")
    }

    @Test func aPageLoadedAheadIsAPrefetch() throws {
        let signals: Signals = [.secure, .fetchMetadata, .prefetch]
        #expect(try judged(Browser.visitor(Browser.chrome, signals: signals)) == "prefetch prefetch 100")
        #expect(try judged(Browser.visitor("Googlebot/2.1 (x)", signals: signals)).hasPrefix("crawler named"))
    }

    @Test func aProgramThatPassesForABrowserForgetsItsHeaders() throws {
        let bare = Browser.visitor(Browser.chrome, hints: ClientHints(), signals: .secure)
        #expect(try judged(bare) == "headless fetch_metadata 60")
        let barest = Browser.visitor(Browser.chrome, hints: ClientHints(), language: "", signals: .secure)
        #expect(try judged(barest) == "headless fetch_metadata 85")
        #expect(
            try judged(Browser.visitor(Browser.firefox, language: "", signals: .secure)) == "headless fetch_metadata 60"
        )
    }

    @Test(arguments: [
        Browser.visitor(Browser.chrome, language: ""), Browser.visitor(Browser.chrome, hints: ClientHints()),
        Browser.visitor(Browser.chrome, signals: [.secure, .fetchMetadata, .navigation]),
        Browser.visitor(Browser.chrome, signals: [.secure]),
        Browser.visitor(Browser.chrome, hints: Browser.hints("Linux")),
        Browser.visitor(Browser.chrome, signals: [.secure, .fetchMetadata, .hostingNetwork]),
        Browser.visitor(Browser.chrome, signals: [.secure, .fetchMetadata, .anonymousNetwork]),
    ])
    func oneOddThingIsNotEnough(visitor: Visitor) throws {
        let score = try Bot(Bot.Settings(), in: PluginChecks.context).judge(visitor).score
        #expect(score < 50)
    }

    @Test func anAddressAloneSaysDatacenterAndWithOthersOnlyAddsUp() throws {
        let signals: Signals = [.secure, .fetchMetadata, .hostingNetwork]
        #expect(try judged(Browser.visitor(Browser.firefox, signals: signals)) == "datacenter datacenter 30")
        #expect(
            try judged(Browser.visitor(Browser.firefox, signals: [.secure, .hostingNetwork]))
                == "headless fetch_metadata 65")
    }

    @Test func browsersThatDoNotSendAHeaderNeedNot() throws {
        #expect(try judged(Browser.visitor(Browser.oldSafari, signals: .secure)) == "")
        #expect(try judged(Browser.visitor(Browser.webView, hints: ClientHints())) == "")
        #expect(try judged(Browser.visitor(Browser.inApp, signals: .secure)) == "")
        #expect(try judged(Browser.visitor(Browser.android, hints: Browser.hints("Linux"))) == "")
    }

    @Test func overPlainHTTPNoHeaderIsMissed() throws {
        for agent in Browser.all + [""] {
            #expect(try judged(Browser.visitor(agent, hints: ClientHints(), language: "", signals: [])) == "")
        }
    }

    @Test func hintsOnABrowserThatHasNoneAreOdd() throws {
        #expect(
            try judged(Browser.visitor(Browser.firefox, hints: Browser.hints("Linux"))) == "headless hints_differ 35")
        #expect(try judged(Browser.visitor(Browser.iPhone, hints: Browser.hints("iOS"))) == "headless hints_differ 35")
        #expect(
            try judged(Browser.visitor(Browser.chrome, hints: Browser.hints("macOS"))) == "headless hints_differ 35")
    }

    @Test func headlessChromeStaysInItsHints() throws {
        var hints = Browser.hints("Windows")
        hints.brands = #""HHeadlessChrome";v="138", "Chromium";v="138""#
        #expect(try judged(Browser.visitor(Browser.chrome, hints: hints)) == "headless named 100")
    }

    @Test func aServersEventIsJudgedByItsUserAgentOnly() throws {
        let all = Signals(rawValue: .max)
        #expect(try judged(Browser.visitor(Browser.chrome, hints: ClientHints(), language: "", signals: all)) == "")
        #expect(try judged(Browser.visitor("", language: "", signals: all)) == "")
        #expect(try judged(Browser.visitor("curl/8.5.0", signals: all)) == "library named 100")
    }

    @Test func aRequestWithoutAUserAgentIsNoBrowsers() throws {
        #expect(try judged(Browser.visitor("")) == "library no_agent 60")
    }

    @Test func headersCanBeLeftOut() throws {
        let bare = Browser.visitor(Browser.chrome, hints: ClientHints(), language: "", signals: .secure)
        #expect(try judged(bare) { $0.headers = false } == "")
        #expect(Bot.declaration(for: Bot.Settings()).reads.contains(.clientHints))
        var settings = Bot.Settings()
        settings.headers = false
        #expect(Bot.declaration(for: settings).reads == [.userAgent, .signals])
    }

    @Test func theOperatorsTextsWin() throws {
        let agent = "Mozilla/5.0 (compatible; AcmeLinkCheck/1.0; Googlebot)"
        #expect(try judged(Browser.visitor(agent)) { $0.extra = ["acmelinkcheck": "monitor"] } == "monitor extra 100")
        #expect(try judged(Browser.visitor(agent)) { $0.extra = ["AcmeLinkCheck/": "person"] } == "")
        #expect(
            try judged(Browser.visitor(Browser.chrome)) { $0.extra = ["Chrome/": "crawler"] } == "crawler extra 100")
    }

    @Test func settingsAreJudged() {
        var settings = Bot.Settings()
        settings.lists = ["bots.json"]
        settings.networks = ["clouds.txt"]
        settings.extra = ["x": "ai", "some": "robot"]
        #expect(settings.problems().map(\.key) == ["lists", "networks", "extra.x", "extra.some"])
    }

    @Test func everyClassIsCounted() throws {
        let plugin = try Bot(Bot.Settings(), in: PluginChecks.context)
        for agent in ["curl/8.5.0", "curl/8.6.0", "CCBot/2.0", Browser.chrome] {
            var event = HostileEvents.ordinary()
            event.visitor = Browser.visitor(agent)
            try plugin.enrich(&event)
        }
        #expect(plugin.counts.filter { $0.count > 0 } == [PluginCount("ai", 1), PluginCount("library", 2)])
    }

    @Test func aBotTokenMakesABotOfEveryBrowserOfToday() throws {
        let plugin = try Bot(Bot.Settings(), in: PluginChecks.context)
        var random = SeededRandom(4)
        for browser in Browser.all {
            for _ in 0..<200 {
                let agent = BotToken.add(to: browser, using: &random)
                #expect(plugin.judge(Browser.visitor(agent)).score >= 50, "\(agent)")
            }
        }
    }

    @Test func hostileEventsDoNotTrap() throws {
        let folder = try TemporaryFolder()
        let list = try BotListTests.write(#"[{"pattern": "abc", "tags": []}, {"pattern": "^x+y$"}]"#, in: folder)
        let networks = try BotListTests.write("198.51.100.0/24\n", in: folder, name: "networks.txt")
        var settings = Bot.Settings()
        settings.lists = [list]
        settings.networks = [networks]
        settings.extra = ["🤖": "ai", "\u{0}\u{1}\u{7f}": "crawler"]
        let plugin = try Bot(settings, in: PluginChecks.context)
        try plugin.start()
        defer { plugin.stop() }
        for var event in HostileEvents.all {
            try? plugin.enrich(&event)
            if case .number(let score)? = event.hit.fact("bot_score") { #expect((30...100).contains(score)) }
        }
    }
}
