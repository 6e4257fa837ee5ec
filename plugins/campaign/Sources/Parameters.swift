import EventModel

/// Names of query parameters that say something about a campaign.
struct Parameters: Sendable {
    /// What a parameter means.
    enum Meaning: Sendable {
        /// A fact, by its place in `facts`; of several names for one, the lower rank wins.
        case fact(Int, rank: Int)
        /// A click identifier of this kind; of several in one URL, the lower rank wins.
        case click(String, rank: Int)
    }

    /// The facts, in order.
    static let facts = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"]

    private let meanings: [String: Meaning]

    init(aliases: [String: String], clickIDs: [String]) {
        var meanings: [String: Meaning] = [:]
        for (rank, kind) in Parameters.companions.enumerated() { meanings[kind] = .click(kind, rank: rank + 1) }
        for kind in Parameters.clickIDs + clickIDs {
            meanings[kind.lowercasedASCII] = .click(kind.lowercasedASCII, rank: 0)
        }
        for (rank, names) in Parameters.names.enumerated() {
            for (name, fact) in names { meanings[name] = Parameters.meaning(fact, rank: rank + 1) }
        }
        for (name, fact) in aliases { meanings[name.lowercasedASCII] = Parameters.meaning(fact, rank: 1) }
        for fact in Parameters.facts { meanings[fact] = Parameters.meaning(fact, rank: 0) }
        self.meanings = meanings
    }

    private static func meaning(_ fact: String, rank: Int) -> Meaning? {
        facts.firstIndex(of: fact).map { .fact($0, rank: rank) }
    }

    /// What a parameter means, by its name as it stands in the URL; `nil` for all others.
    func meaning(of name: Substring) -> Meaning? {
        // Settings have no longer names either.
        guard (1...Parameters.longestName).contains(name.utf8.count) else { return nil }
        return meanings[String(name).lowercasedASCII]
    }

    /// Bytes of the longest name that is looked at.
    static let longestName = 40

    /// Why the name cannot be one of the operator's own for a fact or a click; `nil` when it can.
    static func problem(of name: String) -> String? {
        let bytes = name.utf8
        let hasSign = bytes.contains { $0 <= 0x20 || $0 == 0x7f || "&=#?%+".utf8.contains($0) }
        if bytes.isEmpty || bytes.count > longestName || hasSign {
            return "must be the name of a parameter as it stands in a URL, of 1 to \(longestName) bytes"
        }
        let name = name.lowercasedASCII
        if recipients.contains(name) { return "names the recipient of a mail: it is never recorded" }
        return facts.contains(name) ? "means something already, which cannot be changed" : nil
    }

    /// Whether a parameter of this name identifies a click, of which the value must not be kept.
    static func isClick(_ name: String, with own: [String]) -> Bool {
        let name = name.lowercasedASCII
        return clickIDs.contains(name) || companions.contains(name)
            || own.contains { $0.lowercasedASCII == name }
    }

    /// Identifiers of clicks: Google, Microsoft, Meta, TikTok, X, LinkedIn, Pinterest, Reddit, Snap, Yandex, Outbrain,
    /// Taboola.
    private static let clickIDs = [
        "gclid", "dclid", "msclkid", "fbclid", "igshid", "ttclid", "twclid", "li_fat_id", "epik", "rdt_cid", "sccid",
        "yclid", "ob_click_id", "tblci",
    ]

    /// Google sets these beside a `gclid` and mostly before it (`gad_source=1&gbraid=…&gclid=…`), or where there is none:
    /// the other says more. Those that say most come first.
    private static let companions = ["gbraid", "wbraid", "srsltid", "gad_source"]

    /// Identifiers of the recipient of a mail (Mailchimp, HubSpot, Vero, Marketo): not even counted.
    private static let recipients = ["mc_eid", "_hsenc", "vero_id", "mkt_tok"]

    /// Other names for the five, those that are meant for it before those that only may be.
    private static let names: [[(String, String)]] = [
        [
            ("mtm_source", "utm_source"), ("pk_source", "utm_source"), ("mtm_medium", "utm_medium"),
            ("pk_medium", "utm_medium"), ("mtm_campaign", "utm_campaign"), ("pk_campaign", "utm_campaign"),
            ("mtm_kwd", "utm_term"), ("mtm_keyword", "utm_term"), ("pk_kwd", "utm_term"), ("pk_keyword", "utm_term"),
            ("mtm_content", "utm_content"), ("pk_content", "utm_content"),
        ],
        [("source", "utm_source")],
        [("ref", "utm_source")],
    ]
}
