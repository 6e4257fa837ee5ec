/// Names of sites that send visitors to many others, by host without `www.`; a host stands for its subdomains.
enum KnownSources {
    static let names: [String: String] = [
        // Search
        "bing.com": "Bing", "duckduckgo.com": "DuckDuckGo", "search.brave.com": "Brave Search", "ecosia.org": "Ecosia",
        "qwant.com": "Qwant", "startpage.com": "Startpage", "baidu.com": "Baidu", "so.com": "360 Search",
        "sogou.com": "Sogou", "naver.com": "Naver", "daum.net": "Daum", "seznam.cz": "Seznam", "kagi.com": "Kagi",
        "ya.ru": "Yandex", "swisscows.com": "Swisscows", "mojeek.com": "Mojeek", "metager.org": "MetaGer",
        "metager.de": "MetaGer", "search.aol.com": "AOL", "ask.com": "Ask", "dogpile.com": "Dogpile",
        // Google's parts that are not the search
        "news.google.com": "Google News", "mail.google.com": "Gmail", "com.google.android.gm": "Gmail",
        "com.google.android.googlequicksearchbox": "Google", "docs.google.com": "Google Docs",
        "classroom.google.com": "Google Classroom", "translate.google.com": "Google Translate",
        // AI assistants
        "chatgpt.com": "ChatGPT", "chat.openai.com": "ChatGPT", "perplexity.ai": "Perplexity", "claude.ai": "Claude",
        "gemini.google.com": "Gemini", "bard.google.com": "Gemini", "copilot.microsoft.com": "Microsoft Copilot",
        "chat.deepseek.com": "DeepSeek", "grok.com": "Grok", "meta.ai": "Meta AI", "chat.mistral.ai": "Mistral",
        "you.com": "You.com", "duck.ai": "Duck.ai", "notebooklm.google.com": "NotebookLM", "chat.qwen.ai": "Qwen",
        "phind.com": "Phind", "poe.com": "Poe",
        // Social networks
        "facebook.com": "Facebook", "fb.com": "Facebook", "fb.me": "Facebook", "com.facebook.katana": "Facebook",
        "instagram.com": "Instagram", "com.instagram.android": "Instagram", "threads.net": "Threads",
        "threads.com": "Threads", "t.co": "X", "x.com": "X", "twitter.com": "X", "com.twitter.android": "X",
        "linkedin.com": "LinkedIn", "lnkd.in": "LinkedIn", "com.linkedin.android": "LinkedIn",
        "pinterest.com": "Pinterest", "pin.it": "Pinterest", "reddit.com": "Reddit", "redd.it": "Reddit",
        "com.reddit.frontpage": "Reddit", "tiktok.com": "TikTok", "snapchat.com": "Snapchat", "vk.com": "VK",
        "ok.ru": "Odnoklassniki", "weibo.com": "Weibo", "zhihu.com": "Zhihu", "bsky.app": "Bluesky",
        "mastodon.social": "Mastodon", "mastodon.online": "Mastodon", "fosstodon.org": "Mastodon",
        "hachyderm.io": "Mastodon", "tumblr.com": "Tumblr", "quora.com": "Quora", "xing.com": "XING",
        "discord.com": "Discord", "t.me": "Telegram", "web.telegram.org": "Telegram",
        "org.telegram.messenger": "Telegram", "web.whatsapp.com": "WhatsApp", "com.slack": "Slack",
        "app.slack.com": "Slack", "teams.microsoft.com": "Microsoft Teams", "lobste.rs": "Lobsters",
        "news.ycombinator.com": "Hacker News", "producthunt.com": "Product Hunt", "slashdot.org": "Slashdot",
        // Video and reading
        "youtube.com": "YouTube", "youtu.be": "YouTube", "vimeo.com": "Vimeo", "twitch.tv": "Twitch",
        "medium.com": "Medium", "dev.to": "DEV", "substack.com": "Substack", "flipboard.com": "Flipboard",
        "feedly.com": "Feedly", "getpocket.com": "Pocket", "news.yahoo.com": "Yahoo News",
        "wikipedia.org": "Wikipedia",
        // Developers
        "github.com": "GitHub", "gitlab.com": "GitLab", "codeberg.org": "Codeberg",
        "stackoverflow.com": "Stack Overflow",
        "stackexchange.com": "Stack Exchange",
        // Mail
        "outlook.live.com": "Outlook", "outlook.office.com": "Outlook", "outlook.office365.com": "Outlook",
        "mail.yahoo.com": "Yahoo Mail", "mail.proton.me": "Proton Mail", "mail.yandex.ru": "Yandex Mail",
    ]

    /// Sites with a domain for each country, by the label that all of them share.
    static let internationalNames: [String: String] = [
        "google": "Google", "yandex": "Yandex", "yahoo": "Yahoo", "ebay": "eBay", "amazon": "Amazon",
        "pinterest": "Pinterest",
    ]

    /// What may stand between such a label and the country: `google.co.uk`, but not `google.example.com`.
    static let secondLevels: Set<Substring> = ["co", "com", "net", "org", "ne", "or"]
}
