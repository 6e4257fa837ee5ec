import EventModel

/// What brought a visit, as the plugins `campaign`, `referrer` and `channel` would have it.
struct DemoSource {
    var source = ""
    var host = ""
    var path = ""
    /// The facts about it, in the order of the chain.
    var facts: [Property] = [Property("channel", .text("Direct"))]
    /// How often somebody who came this way begins on the home page.
    var beginsAtHome = 0.5
}

/// Three hundred sites that send visitors, the campaigns, and those who come by themselves.
struct DemoSources {
    /// A visit that nobody sent; also what every event after the landing page says.
    let direct: DemoSource
    private let campaigns: DemoChoice<DemoSource>
    private let referrers: DemoChoice<DemoSource>

    /// The sources, with those facts that the chain declares.
    init(declared: Set<String>) {
        func kept(_ source: DemoSource) -> DemoSource {
            var source = source
            source.facts.removeAll { !declared.contains($0.name) }
            return source
        }
        direct = kept(DemoSource())
        campaigns = DemoChoice(DemoSources.tagged.map { (kept(DemoSources.campaign($0)), $0.weight) })
        referrers = DemoChoice(
            DemoSources.referrers.enumerated().map { place, source in
                // Half of all whom somebody sent are sent by the first.
                (kept(source), (place == 0 ? 4 : 1) / Double(place + 1))
            })
    }

    /// What brings the next visit.
    func pick(_ random: inout DemoRandom) -> DemoSource {
        let luck = random.unit()
        if luck < 0.4 { return direct }
        return luck < 0.52 ? campaigns.pick(&random) : referrers.pick(&random)
    }

    private struct Tagged {
        var source: String
        var medium: String
        var campaign: String
        /// As `referrer` names it.
        var name: String
        var host: String
        var kind: String
        var channel: String
        var weight: Double
    }

    private static func campaign(_ tagged: Tagged) -> DemoSource {
        let facts = [
            ("utm_source", tagged.source), ("utm_medium", tagged.medium), ("utm_campaign", tagged.campaign),
            ("click_id", tagged.source == "google" ? "gclid" : ""), ("source_kind", tagged.kind),
            ("channel", tagged.channel),
        ]
        return DemoSource(
            source: tagged.name, host: tagged.host, facts: properties(facts), beginsAtHome: 0.35)
    }

    private static func properties(_ facts: [(String, String)]) -> [Property] {
        facts.compactMap { $0.1.isEmpty ? nil : Property($0.0, .text($0.1)) }
    }

    private static let tagged: [Tagged] = {
        func row(
            _ source: String, _ medium: String, _ campaign: String, _ name: String, _ host: String, _ kind: String,
            _ channel: String, _ weight: Double
        ) -> Tagged {
            Tagged(
                source: source, medium: medium, campaign: campaign, name: name, host: host, kind: kind,
                channel: channel, weight: weight)
        }
        return [
            row("newsletter", "email", "weekly-letter", "newsletter", "", "", "Email", 24),
            row("newsletter", "email", "spring-firing", "newsletter", "", "", "Email", 9),
            row("newsletter", "email", "welcome", "newsletter", "", "", "Email", 6),
            row("google", "cpc", "brand", "Google", "google.com", "search", "Paid Search", 18),
            row("google", "cpc", "teapots", "Google", "google.com", "search", "Paid Search", 11),
            row("bing", "cpc", "brand", "Bing", "bing.com", "search", "Paid Search", 4),
            row("facebook", "paid_social", "autumn-glaze", "Facebook", "l.facebook.com", "social", "Paid Social", 8),
            row(
                "instagram", "paid_social", "autumn-glaze", "Instagram", "l.instagram.com", "social", "Paid Social", 10),
            row("youtube", "cpv", "how-we-throw", "YouTube", "youtube.com", "video", "Paid Video", 3),
            row("tea-lovers", "affiliate", "partners", "tea-lovers", "tea-lovers.example", "", "Affiliates", 4),
            row("clay-club", "affiliate", "partners", "clay-club", "clay-club.example", "", "Affiliates", 2),
            row("slow-mornings", "audio", "episode-42", "slow-mornings", "", "", "Audio", 1),
        ]
    }()

    /// The frequent ones first.
    private static let referrers: [DemoSource] = {
        let known = groups.flatMap { group in
            group.sites.map { site in
                let facts = [("source_kind", group.kind), ("channel", group.channel)]
                return (
                    site.place,
                    DemoSource(
                        source: site.name, host: site.host, path: site.path, facts: properties(facts),
                        beginsAtHome: group.kind == "search" ? 0.3 : 0.2)
                )
            }
        }.sorted { $0.0 < $1.0 }.map(\.1)
        let others = (0..<max(300 - known.count, 0)).map { number in
            let host = "\(first[number % first.count])-\(second[number / first.count % second.count]).example"
            return DemoSource(
                source: host, host: host, path: number % 3 == 0 ? "" : "/\(2020 + number % 7)/tea",
                facts: properties([("channel", "Referral")]), beginsAtHome: 0.25)
        }
        return known + others
    }()

    private typealias Known = (place: Int, name: String, host: String, path: String)

    /// Well-known sites with their place among all.
    private static let groups: [(kind: String, channel: String, sites: [Known])] = [
        (
            "search", "Organic Search",
            [
                (0, "Google", "google.com", ""), (2, "Bing", "bing.com", "/search"),
                (3, "DuckDuckGo", "duckduckgo.com", ""), (12, "Ecosia", "ecosia.org", ""),
                (19, "Brave Search", "search.brave.com", ""), (23, "Startpage", "startpage.com", ""),
                (24, "Qwant", "qwant.com", ""), (25, "Yahoo", "search.yahoo.com", ""), (30, "Kagi", "kagi.com", ""),
                (34, "Yandex", "yandex.ru", ""), (35, "Naver", "naver.com", ""), (36, "Baidu", "baidu.com", ""),
            ]
        ),
        (
            "social", "Organic Social",
            [
                (1, "Instagram", "l.instagram.com", ""), (4, "Facebook", "l.facebook.com", ""),
                (5, "Reddit", "reddit.com", "/r/tea"), (6, "Pinterest", "pinterest.com", ""), (7, "X", "t.co", "/kiln"),
                (9, "Hacker News", "news.ycombinator.com", "/item"), (13, "LinkedIn", "linkedin.com", ""),
                (14, "Bluesky", "bsky.app", ""), (15, "Mastodon", "mastodon.social", "/@kiln"),
                (16, "Threads", "threads.com", ""), (22, "TikTok", "tiktok.com", ""), (31, "Lobsters", "lobste.rs", ""),
                (37, "Ravelry", "ravelry.com", "/discuss"), (38, "Telegram", "t.me", ""),
            ]
        ),
        (
            "ai", "AI Assistants",
            [
                (8, "ChatGPT", "chatgpt.com", ""), (17, "Perplexity", "perplexity.ai", ""),
                (20, "Gemini", "gemini.google.com", ""), (21, "Claude", "claude.ai", ""),
                (32, "Microsoft Copilot", "copilot.microsoft.com", ""),
            ]
        ),
        (
            "video", "Organic Video",
            [(10, "YouTube", "youtube.com", "/watch"), (39, "Vimeo", "vimeo.com", ""), (40, "Twitch", "twitch.tv", "")]
        ),
        ("shopping", "Organic Shopping", [(18, "Etsy", "etsy.com", "/shop/kiln"), (33, "idealo", "idealo.de", "")]),
        ("email", "Email", [(26, "Gmail", "mail.google.com", ""), (27, "Outlook", "outlook.live.com", "")]),
        (
            "other", "Referral",
            [
                (11, "Wikipedia", "en.wikipedia.org", "/wiki/Teapot"), (28, "GitHub", "github.com", "/kiln/glazes"),
                (29, "Linktree", "linktr.ee", "/kiln"),
            ]
        ),
    ]
    private static let first = [
        "slow", "tea", "clay", "kitchen", "makers", "craft", "studio", "green", "home", "design", "pottery", "sunday",
        "paper", "little", "northern", "market", "brewing", "table", "quiet", "gift",
    ]
    private static let second = [
        "notes", "weekly", "journal", "club", "review", "guide", "diary", "forum", "blog", "letters", "house", "corner",
        "magazine",
    ]
}
