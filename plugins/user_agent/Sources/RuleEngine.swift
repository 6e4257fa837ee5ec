import EventModel
import Synchronization

/// Rules with a memory: an answer takes some 25 µs to find and is asked for again and again.
struct RuleEngine: Sendable {
    let rules: UserAgentRules
    let cache: ClientCache<ClientFacts>?
    private let keys = ClientKeyMaker()
    private let tally: UserAgentTally

    /// Without entries there is no cache.
    init(_ rules: UserAgentRules, cacheEntries: Int, tally: UserAgentTally) {
        self.rules = rules
        cache = cacheEntries > 0 ? ClientCache(entries: cacheEntries) : nil
        self.tally = tally
    }

    /// What is known of the client, from memory if it was asked for before.
    func facts(_ userAgent: String, hints: ClientHints, touch: Bool) -> ClientFacts {
        guard let cache, let key = keys.key(userAgent, hints: hints, touch: touch) else {
            return find(userAgent, hints: hints, touch: touch)
        }
        if let known = cache.value(key) {
            tally.hits.add(1, ordering: .relaxed)
            return known
        }
        tally.misses.add(1, ordering: .relaxed)
        let facts = find(userAgent, hints: hints, touch: touch)
        cache.insert(facts, key)
        return facts
    }

    /// The rules say browser and system; the kind of device, the system's version and all that the rules do not know come
    /// from our own table, and the client hints are merged as ever.
    private func find(_ userAgent: String, hints: ClientHints, touch: Bool) -> ClientFacts {
        var client = UserAgentParser.read(userAgent, touch: touch)
        guard client.device != .bot else { return ClientFacts(client) }
        let browser = rules.browser(userAgent)
        let family = browser.flatMap { UAPNames.browsers[$0.family] }
        if let browser, let family {
            client.browser = family
            client.major = Int16(browser.major).flatMap { $0 < 0 ? nil : $0 } ?? -1
        }
        // An iPad that poses as a Mac is only known by its touch screen.
        let isDisguised = touch && client.system == .iOS
        if !isDisguised, let system = rules.system(userAgent).flatMap({ UAPNames.systems[$0.family] }),
            system != client.system
        {
            client.system = system
            client.systemMajor = -1
        }
        client.merge(hints)
        var facts = ClientFacts(client)
        if let browser, family == nil, client.device != .bot, RuleEngine.isName(browser) {
            facts.browser = browser.family
            facts.browserVersion = RuleEngine.version(browser.major)
        }
        return facts
    }

    /// A family of which we have no name of our own is kept as the rule says it, but never what a visitor's user agent
    /// put there: that could be anything.
    private static func isName(_ answer: UserAgentRules.Answer) -> Bool {
        answer.isRulesOwn && !answer.family.isEmpty && answer.family.utf8.count <= 64
    }

    private static func version(_ text: String) -> String {
        text.utf8.count <= 4 && text.utf8.allSatisfy(\.isDigit) ? text : ""
    }
}

/// What uap-core calls the families that we report.
enum UAPNames {
    /// Names of browsers.
    static let browsers: [String: Browser] = [
        "Chrome": .chrome, "Chrome Mobile": .chrome, "Chrome Mobile iOS": .chrome,
        "Chrome Mobile WebView": .androidWebView, "Safari": .safari, "Mobile Safari": .safari,
        "Mobile Safari UI/WKWebView": .iosWebView, "Firefox": .firefox, "Firefox Mobile": .firefox,
        "Firefox iOS": .firefox, "Firefox Beta": .firefox, "Firefox Alpha": .firefox, "Firefox Focus": .firefoxFocus,
        "Edge": .edge, "Edge Mobile": .edge, "Samsung Internet": .samsungInternet, "Opera": .opera,
        "Opera Mobile": .opera, "Opera Tablet": .opera, "Opera Mini": .operaMini, "IE": .internetExplorer,
        "IE Mobile": .internetExplorer, "IE Large Screen": .internetExplorer, "Yandex Browser": .yandex,
        "UC Browser": .uc, "Brave": .brave, "Vivaldi": .vivaldi, "DuckDuckGo Mobile": .duckDuckGo,
        "DuckDuckGo": .duckDuckGo, "Android": .androidBrowser, "Amazon Silk": .silk, "QQ Browser": .qq,
        "QQ Browser Mobile": .qq, "QQ Browser Mini": .qq, "MiuiBrowser": .miui, "Huawei Browser": .huawei,
        "Whale": .whale, "Chromium": .chromium, "Puffin": .puffin, "Ecosia Android": .ecosia, "Ecosia iOS": .ecosia,
        "Coc Coc": .cocCoc, "Baidu Browser": .baidu, "Baidu Browser Mini": .baidu, "Maxthon": .maxthon,
        "Seznam prohlížeč": .seznam, "Aloha Browser": .aloha, "Oculus Browser": .metaQuest, "Electron": .electron,
        "Google": .googleApp, "Facebook": .facebook, "Facebook Messenger": .messenger, "Instagram": .instagram,
        "Snapchat": .snapchat, "Pinterest": .pinterest, "LinkedIn": .linkedIn, "TikTok": .tikTok, "Twitter": .x,
        "WeChat": .weChat, "LINE": .line, "KakaoTalk": .kakaoTalk, "Naver": .naver,
    ]

    /// Names of operating systems; those that are missing leave the answer to our own table.
    static let systems: [String: System] = [
        "Windows": .windows, "Windows Phone": .windows, "Windows Mobile": .windows, "Mac OS X": .macOS,
        "Mac OS": .macOS,
        "iOS": .iOS, "Android": .android, "Linux": .linux, "Ubuntu": .linux, "Debian": .linux, "Gentoo": .linux,
        "Fedora": .linux, "Red Hat": .linux, "Mandriva": .linux, "SUSE": .linux, "Arch Linux": .linux,
        "CentOS": .linux, "Slackware": .linux, "WeTab": .linux, "Kindle": .linux, "Chrome OS": .chromeOS,
        "KaiOS": .kaiOS, "GoogleTV": .television, "Samsung": .television, "Sony": .television, "LG": .television,
        "Philips": .television, "Panasonic": .television, "Roku": .television, "Tizen": .television,
        "Web0S": .television, "WebTV": .television, "tvOS": .television, "ATV OS X": .television,
        "Chromecast": .television, "FireHbbTV": .television, "FreeBSD": .other, "OpenBSD": .other, "NetBSD": .other,
        "BSD": .other, "Solaris": .other, "Symbian OS": .other, "Symbian^3": .other, "Symbian^3 Anna": .other,
        "Symbian^3 Belle": .other, "BlackBerry OS": .other, "BlackBerry Tablet OS": .other, "Firefox OS": .other,
        "Bada": .other, "MeeGo": .other, "Maemo": .other, "Sailfish": .other, "WatchOS": .other, "webOS": .other,
        "Brew MP": .other, "BREW": .other, "Nokia Series 40": .other, "Nokia Series 30 Plus": .other, "VRE": .other,
        "SerenityOS": .other,
    ]
}
