import EventModel

/// What the fields of an event are called by people who never saw a query.
enum RecordWords {
    /// The name of a field or fact: a common one, or the technical one without its underscores.
    static func title(_ name: String) -> String {
        if let title = titles[name] { return title }
        let words = name.split(separator: "_", omittingEmptySubsequences: true).joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// What a field holds, in plain words, where the record's are for technicians; `nil` where the record says it well.
    static func explanation(_ name: String) -> StaticString? { explanations[name] }

    /// What has to be said of how much an entry tells; `nil` where the entry speaks for itself.
    static func warning(_ sensitivity: Sensitivity) -> StaticString? {
        switch sensitivity {
        case .anonymous: nil
        case .content: "It holds what the site, or its visitor, puts there."
        case .pseudonymous: "It tells one visitor from another for a limited time."
        case .personal: "It may say who somebody is."
        }
    }

    private static let titles: [String: String] = [
        "visitor.address": "Internet address", "visitor.user_agent": "Name of the browser",
        "visitor.page_url": "Full address of the page", "visitor.referrer_url": "Full address of the page before",
        "visitor.accept_language": "Languages", "visitor.client_hints": "Hints of the browser",
        "visitor.place": "Place of the internet address", "visitor.signals": "Signals",
        "visitor.clock": "Clock of the device", "site": "Site", "id": "Number of the event", "name": "What happened",
        "received_at": "Time of arrival", "time": "Time", "hostname": "Host", "path": "Page",
        "title": "Title of the page",
        "source": "Source", "referrer_host": "Referring site", "referrer_path": "Referring page", "country": "Country",
        "viewport_width": "Width of the window", "is_bot": "Person or program", "quarantine": "Set aside",
        "weight": "Weight", "visitor": "Visitor code", "visitor_before": "Visitor code before",
        "properties": "Details", "os": "Operating system", "os_version": "Version of the system",
        "browser_version": "Version of the browser", "device": "Kind of device", "bot": "Kind of program",
        "bot_reason": "Why a program", "bot_score": "How surely a program", "click_id": "Kind of advertisement click",
        "utm_source": "Campaign: source", "utm_medium": "Campaign: medium", "utm_campaign": "Campaign: name",
        "utm_term": "Campaign: term", "utm_content": "Campaign: content", "source_kind": "Kind of source",
        "visit": "Visit", "entry_page": "First page of the visit", "exit_page": "Last page of the visit",
        "engaged_time": "Time in use", "visitor_after": "Visitor code after", "seen_event": "Memory of stored events",
        "dead_letter": "Events set aside", "search_term": "Search on the site", "page_group": "Kind of page",
        "screen": "Kind of screen",
    ]

    private static let explanations: [String: StaticString] = [
        "visitor.address": "The number under which the network reaches your device or your household.",
        "visitor.user_agent": "How your browser describes itself to every site: its kind, its version, your system.",
        "visitor.page_url": "The address of the page that you opened, with everything after the question mark.",
        "visitor.referrer_url":
            "The address of the page on which you followed a link, as far as your browser tells it.",
        "visitor.accept_language": "The languages that your browser asks for.",
        "visitor.client_hints": "What newer browsers say about themselves beside their name.",
        "visitor.place": "Country, region and city that belong to your internet address.",
        "visitor.signals":
            "Whether you asked not to be counted, in the browser or on the site, and how the page was loaded.",
        "visitor.clock": "When it happened by the clock of your device.",
        "site": "The site on which it happened.",
        "id": "A random number, so that nothing is counted twice.",
        "name": "That a page was opened, or what else the site counts, such as a purchase.",
        "received_at": "When the event arrived here.",
        "time": "When it happened.",
        "hostname": "The part of the page’s address that names the site.",
        "path": "The part of the page’s address that follows the site’s name.",
        "title": "What stands in the title bar.",
        "source": "The name of the site on which a link was followed, such as a search engine.",
        "referrer_host": "The name in the address of the site on which a link was followed.",
        "referrer_path": "Which page of it.",
        "country": "The country that belongs to the internet address.",
        "viewport_width": "How wide the part of the window is in which the page is shown.",
        "is_bot": "Whether a program seems to have opened the page.",
        "quarantine": "Why the event waits for a person’s look before it counts.",
        "weight": "For how many events this one stands, where only some are kept.",
        "visitor": "A code made from other data, instead of a name or an address.",
        "visitor_before": "The code of the period before, so that a visit at its end stays one visit.",
        "properties": "What the site says about the event, such as the size of an order.",
    ]
}
