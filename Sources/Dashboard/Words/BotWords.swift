import EventModel

/// What the words of the plugin `bot` mean, for people; words that are not known here are shown as they are.
enum BotWords {
    /// The name of a class of programs.
    static func name(_ kind: String) -> String {
        if kind.isEmpty { return "Other programs" }
        return switch BotClass(rawValue: kind) {
        case .crawler: "Crawlers"
        case .ai: "AI crawlers and assistants"
        case .monitor: "Monitors"
        case .preview: "Link previews"
        case .library: "Scripts"
        case .headless: "Browsers without a window"
        case .prefetch: "Pages loaded ahead"
        case .datacenter: "Data centres"
        case nil: kind
        }
    }

    /// What such programs do; `nil` where that is not known.
    static func explanation(_ kind: String) -> StaticString? {
        switch BotClass(rawValue: kind) {
        case .crawler: "Search engines and others that read the web page by page."
        case .ai: "They read pages to train a model or to answer somebody."
        case .monitor: "They look whether the site is up, and how fast."
        case .preview: "Chats and networks that show a card for a link."
        case .library: "Programs without a browser, written for one purpose."
        case .headless: "Browsers that a program steers, often for tests."
        case .prefetch: "Fetched in advance by a browser; nobody may ever have seen them."
        case .datacenter: "Nothing but the address speaks for a program: it belongs to a data centre."
        case nil: nil
        }
    }

    /// Why an event was taken for a program's, as part of a list.
    static func reason(_ word: String) -> String {
        switch word {
        case "named": "known by name"
        case "listed": "on a list"
        case "extra": "on your own list"
        case "word": "says so in its name"
        case "link": "a link in its name"
        case "shape": "no browser’s name"
        case "no_agent": "no name at all"
        case "automation": "automation"
        case "web_driver": "steered by a program"
        case "prefetch": "loaded ahead"
        case "datacenter": "data centre"
        case "navigation": "odd navigation"
        case "no_language": "no language"
        case "hints_missing": "hints missing"
        case "hints_differ": "contradictory hints"
        case "fetch_metadata": "headers missing"
        default: word
        }
    }
}
