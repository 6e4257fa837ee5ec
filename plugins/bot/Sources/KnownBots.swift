import EventModel

/// Words in user agents by which programs are known, in lower case.
enum KnownBots {
    /// Names of programs of each kind.
    static let names: [(kind: BotClass, words: [String])] = [
        (
            .ai,
            [
                "gptbot", "chatgpt-user", "oai-searchbot", "claudebot", "claude-user", "claude-searchbot", "claude-web",
                "anthropic-ai", "perplexitybot", "perplexity-user", "ccbot", "bytespider", "google-extended",
                "googleother",
                "google-cloudvertexbot", "google-agent", "googleagent", "gemini-deep-research", "applebot-extended",
                "amazonbot", "meta-externalagent", "meta-externalfetcher", "cohere-ai", "cohere-training",
                "mistralai-user",
                "ai2bot", "diffbot", "youbot", "duckassistbot", "timpibot", "omgili", "imagesiftbot", "pangubot",
                "img2dataset", "deepseekbot", "bedrockbot", "manus-user", "firecrawl", "kagi-fetcher", "novaact",
            ]
        ),
        (
            .monitor,
            [
                "uptimerobot", "pingdom", "statuscake", "site24x7", "uptime-kuma", "betteruptime", "better uptime",
                "hetrixtools", "updown.io", "newrelic", "datadogsynthetics", "datadog/synthetics", "checkly",
                "gtmetrix",
                "ptst/", "freshping", "nodeping", "montastic", "panopta", "dareboost", "catchpoint", "thousandeyes",
                "dotcom-monitor", "ghost inspector", "nagios", "check_http", "zabbix", "prtg network", "appinsights",
                "googlestackdriver", "elb-healthchecker", "kube-probe", "route53-health", "alertra", "uptimia",
                "uptime.com", "blackbox exporter", "chrome-lighthouse", "pagespeed",
            ]
        ),
        (
            .preview,
            [
                "facebookexternalhit", "facebookcatalog", "facebot", "slackbot", "slack-imgproxy", "twitterbot",
                "whatsapp/",
                "telegrambot", "discordbot", "linkedinbot", "pinterestbot", "skypeuripreview", "redditbot", "embedly",
                "iframely", "bingpreview", "web preview", "googleimageproxy", "vkshare", "cardyb", "flipboardproxy",
                "google favicon", "snap url preview", "mastodon/", "bitlybot", "quora link preview", "viberbot",
            ]
        ),
        (
            .library,
            [
                "python", "aiohttp", "httpx/", "curl/", "libcurl", "wget", "go-http-client", "go-resty", "okhttp",
                "axios",
                "node-fetch", "undici", "java/", "libwww", "lwp::", "lwp-", "httpclient", "guzzlehttp", "faraday v",
                "reqwest", "restsharp", "postmanruntime", "insomnia/", "httpie/", "powershell/", "scrapy", "mechanize",
                "typhoeus", "aria2", "indy library", "winhttp", "dart:io", "got (https", "http.rb",
            ]
        ),
        (
            .headless,
            [
                "headlesschrome", "phantomjs", "slimerjs", "lighthouse", "playwright", "puppeteer", "selenium",
                "htmlunit",
                "zombie.js", "casperjs", "jsdom/", "cypress/", "electron-prerender", "prerender",
            ]
        ),
        (
            .crawler,
            [
                "googlebot", "bingbot", "slurp", "yandexbot", "baiduspider", "duckduckbot", "applebot", "petalbot",
                "ia_archiver", "archive.org_bot", "ahrefs", "semrush", "mj12bot", "dotbot", "mediapartners-google",
                "adsbot-google", "google-inspectiontool", "google-site-verification", "feedfetcher", "apis-google",
                "google-read-aloud", "httrack", "nikto", "nmap scripting", "sqlmap", "masscan", "zgrab",
                "censysinspect",
                "netcraft", "acunetix", "nessus", "openvas", "wpscan", "heritrix", "nutch", "daumoa", "ips-agent",
            ]
        ),
    ]

    /// Words that programs of any kind use, and that are in no browser's user agent but by accident.
    static let words = [
        "crawl", "spider", "scrap", "monitor", "checker", "validator", "archiver", "preview", "scanner", "fetcher",
        "inspector", "indexer", "synthetic", "survey", "research", "audit", "feed", "agent/", "agent)",
        "gecko; compatible",
    ]

    /// By which a program says who answers for it.
    static let links = ["http://", "https://", "mailto:", ".com)", ".com/"]

    /// Makers of phones in whose names such a word stands.
    static let exceptions = ["cubot"]

    /// All of them, and those of the operator after them, with the words by which browsers are known.
    static func tokens(extra: [String: String]) -> [TokenAutomaton.Token] {
        var tokens = Traits.tokens.map { TokenAutomaton.Token(text: $0.text, traits: $0.traits) }
        tokens += words.map { Token(text: $0, finding: Finding(kind: .crawler, reason: .word)) }
        tokens.append(Token(text: "bot", finding: Finding(kind: .crawler, reason: .word), needsEnd: true))
        tokens += links.map { Token(text: $0, finding: Finding(kind: .crawler, reason: .link)) }
        tokens += exceptions.map { Token(text: $0, isException: true) }
        for (kind, words) in names {
            tokens += words.map { Token(text: $0, finding: Finding(kind: kind, reason: .named)) }
        }
        for (text, word) in extra.sorted(by: { $0.key < $1.key }) {
            let finding = BotClass(rawValue: word).map { Finding(kind: $0, reason: .extra) }
            tokens.append(
                Token(text: text.lowercasedASCII, traits: finding == nil ? .person : [], finding: finding))
        }
        return tokens
    }

    private typealias Token = TokenAutomaton.Token
}
