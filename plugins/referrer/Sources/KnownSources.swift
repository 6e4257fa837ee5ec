/// A site that sends visitors to many others.
struct Source: Sendable, Equatable {
    /// What people call it.
    var name: String
    /// `search`, `social`, `email`, `video`, `shopping`, `ai`, `news`, `paid`; `other` for what is known and none of these.
    var kind: String
}

/// Names of such sites, by host without `www.`; a host stands for its subdomains.
enum KnownSources {
    /// All of them by host.
    static let byHost: [String: Source] = {
        var sources: [String: Source] = [:]
        for (kind, names) in groups {
            for (host, name) in names { sources[host] = Source(name: name, kind: kind) }
        }
        return sources
    }()

    /// Sites with a domain for each country, by the label that all of them share.
    static let international: [String: Source] = [
        "google": Source(name: "Google", kind: "search"), "yandex": Source(name: "Yandex", kind: "search"),
        "yahoo": Source(name: "Yahoo", kind: "search"), "ebay": Source(name: "eBay", kind: "shopping"),
        "amazon": Source(name: "Amazon", kind: "shopping"), "pinterest": Source(name: "Pinterest", kind: "social"),
    ]

    /// What may stand between such a label and the country: `google.co.uk`, but not `google.example.com`.
    static let secondLevels: Set<Substring> = ["co", "com", "net", "org", "ne", "or"]

    /// What people write into `utm_source`, where it is neither a host nor a name.
    static let aliases: [String: String] = [
        "ig": "instagram.com", "insta": "instagram.com", "fb": "facebook.com", "meta": "facebook.com",
        "adwords": "google.com", "yt": "youtube.com", "tw": "x.com", "li": "linkedin.com",
        "hn": "news.ycombinator.com",
        "whatsapp": "web.whatsapp.com", "openai": "chatgpt.com",
    ]

    /// Names of sources that are everyday words too: in `utm_source` they mean something else more often than not.
    static let everydayWords = ["mix", "shop", "target"]

    private static let groups: [(kind: String, names: [String: String])] = [
        ("search", search), ("ai", assistants), ("social", social), ("video", video), ("shopping", shopping),
        ("email", mail), ("news", news), ("paid", paid), ("other", other),
    ]

    private static let search = [
        "bing.com": "Bing", "duckduckgo.com": "DuckDuckGo", "search.brave.com": "Brave Search", "ecosia.org": "Ecosia",
        "qwant.com": "Qwant", "startpage.com": "Startpage", "baidu.com": "Baidu", "so.com": "360 Search",
        "sogou.com": "Sogou", "naver.com": "Naver", "daum.net": "Daum", "seznam.cz": "Seznam", "kagi.com": "Kagi",
        "ya.ru": "Yandex", "swisscows.com": "Swisscows", "mojeek.com": "Mojeek", "metager.org": "MetaGer",
        "metager.de": "MetaGer", "search.aol.com": "AOL", "ask.com": "Ask", "dogpile.com": "Dogpile",
        "com.google.android.googlequicksearchbox": "Google", "cse.google.com": "Google", "lens.google.com": "Google",
        "images.google.com": "Google", "presearch.com": "Presearch", "gibiru.com": "Gibiru", "rambler.ru": "Rambler",
        "coccoc.com": "Cốc Cốc", "sm.cn": "Shenma", "onet.pl": "Onet", "search.marginalia.nu": "Marginalia",
    ]

    private static let assistants = [
        "chatgpt.com": "ChatGPT", "chat.openai.com": "ChatGPT", "perplexity.ai": "Perplexity", "claude.ai": "Claude",
        "gemini.google.com": "Gemini", "bard.google.com": "Gemini", "copilot.microsoft.com": "Microsoft Copilot",
        "copilot.cloud.microsoft": "Microsoft Copilot", "chat.deepseek.com": "DeepSeek", "grok.com": "Grok",
        "x.com/i/grok": "Grok", "meta.ai": "Meta AI", "chat.mistral.ai": "Mistral", "you.com": "You.com",
        "duck.ai": "Duck.ai", "notebooklm.google.com": "NotebookLM", "chat.qwen.ai": "Qwen", "phind.com": "Phind",
        "poe.com": "Poe", "iask.ai": "iAsk", "kimi.com": "Kimi", "doubao.com": "Doubao",
    ]

    private static let social = [
        "facebook.com": "Facebook", "fb.com": "Facebook", "fb.me": "Facebook", "com.facebook.katana": "Facebook",
        "messenger.com": "Messenger", "instagram.com": "Instagram", "com.instagram.android": "Instagram",
        "threads.net": "Threads", "threads.com": "Threads", "t.co": "X", "x.com": "X", "twitter.com": "X",
        "com.twitter.android": "X", "linkedin.com": "LinkedIn", "lnkd.in": "LinkedIn",
        "com.linkedin.android": "LinkedIn", "pin.it": "Pinterest", "reddit.com": "Reddit", "redd.it": "Reddit",
        "com.reddit.frontpage": "Reddit", "tiktok.com": "TikTok", "snapchat.com": "Snapchat", "vk.com": "VK",
        "ok.ru": "Odnoklassniki", "weibo.com": "Weibo", "zhihu.com": "Zhihu", "bsky.app": "Bluesky",
        "mastodon.social": "Mastodon", "mastodon.online": "Mastodon", "fosstodon.org": "Mastodon",
        "hachyderm.io": "Mastodon", "tumblr.com": "Tumblr", "quora.com": "Quora", "xing.com": "XING",
        "discord.com": "Discord", "t.me": "Telegram", "web.telegram.org": "Telegram",
        "org.telegram.messenger": "Telegram", "web.whatsapp.com": "WhatsApp", "whatsapp.com": "WhatsApp",
        "com.slack": "Slack", "app.slack.com": "Slack", "teams.microsoft.com": "Microsoft Teams",
        "lobste.rs": "Lobsters", "news.ycombinator.com": "Hacker News", "producthunt.com": "Product Hunt",
        "slashdot.org": "Slashdot", "disqus.com": "Disqus", "meetup.com": "Meetup", "mix.com": "Mix",
        "nextdoor.com": "Nextdoor", "flickr.com": "Flickr", "deviantart.com": "DeviantArt", "line.me": "LINE",
        "plurk.com": "Plurk", "hatena.ne.jp": "Hatena", "ravelry.com": "Ravelry", "goodreads.com": "Goodreads",
    ]

    private static let video = [
        "youtube.com": "YouTube", "youtu.be": "YouTube", "com.google.android.youtube": "YouTube", "vimeo.com": "Vimeo",
        "twitch.tv": "Twitch", "dailymotion.com": "Dailymotion", "bilibili.com": "Bilibili", "rumble.com": "Rumble",
        "odysee.com": "Odysee", "netflix.com": "Netflix",
    ]

    private static let shopping = [
        "etsy.com": "Etsy", "aliexpress.com": "AliExpress", "alibaba.com": "Alibaba", "walmart.com": "Walmart",
        "shopping.google.com": "Google Shopping", "idealo.de": "idealo", "geizhals.at": "Geizhals",
        "geizhals.de": "Geizhals", "shop.app": "Shop", "temu.com": "Temu", "rakuten.com": "Rakuten",
        "mercadolibre.com": "Mercado Libre", "otto.de": "OTTO", "zalando.com": "Zalando", "target.com": "Target",
    ]

    private static let mail = [
        "mail.google.com": "Gmail", "com.google.android.gm": "Gmail", "outlook.live.com": "Outlook",
        "outlook.office.com": "Outlook", "outlook.office365.com": "Outlook",
        "com.microsoft.office.outlook": "Outlook", "mail.yahoo.com": "Yahoo Mail", "mail.proton.me": "Proton Mail",
        "mail.yandex.ru": "Yandex Mail", "mail.ru": "Mail.ru", "navigator.gmx.net": "GMX", "gmx.net": "GMX",
        "navigator.web.de": "WEB.DE", "mail.aol.com": "AOL Mail", "mail.zoho.com": "Zoho Mail",
        "fastmail.com": "Fastmail",
        "app.tuta.com": "Tuta",
    ]

    private static let news = [
        "news.google.com": "Google News", "com.google.android.apps.magazines": "Google News",
        "news.yahoo.com": "Yahoo News", "flipboard.com": "Flipboard", "feedly.com": "Feedly",
        "getpocket.com": "Pocket", "medium.com": "Medium", "substack.com": "Substack", "dev.to": "DEV",
        "apple.news": "Apple News", "inoreader.com": "Inoreader", "newsblur.com": "NewsBlur", "msn.com": "MSN",
        "smartnews.com": "SmartNews",
    ]

    private static let paid = [
        "googleads.g.doubleclick.net": "Google Ads", "doubleclick.net": "Google Ads",
        "googlesyndication.com": "Google Ads", "googleadservices.com": "Google Ads", "taboola.com": "Taboola",
        "outbrain.com": "Outbrain", "criteo.com": "Criteo", "adnxs.com": "Xandr", "adroll.com": "AdRoll",
    ]

    private static let other = [
        "docs.google.com": "Google Docs", "classroom.google.com": "Google Classroom",
        "translate.google.com": "Google Translate", "sites.google.com": "Google Sites",
        "accounts.google.com": "Google", "wikipedia.org": "Wikipedia", "github.com": "GitHub",
        "gitlab.com": "GitLab", "codeberg.org": "Codeberg", "stackoverflow.com": "Stack Overflow",
        "stackexchange.com": "Stack Exchange", "notion.so": "Notion", "sharepoint.com": "SharePoint",
        "trello.com": "Trello", "figma.com": "Figma", "linktr.ee": "Linktree",
    ]
}
