import EventModel

/// Names of query parameters that say something about a campaign.
struct Parameters: Sendable {
    /// What a parameter means.
    enum Meaning: Sendable {
        /// A fact, by its place in `facts`; of several names for one, the lower rank wins.
        case fact(Int, rank: Int)
        /// A click identifier of this kind.
        case click(String)
    }

    /// The facts, in order.
    static let facts = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"]

    private let meanings: [String: Meaning]

    init(aliases: [String: String], clickIDs: [String]) {
        var meanings: [String: Meaning] = [:]
        for kind in Parameters.clickIDs + clickIDs { meanings[kind.lowercasedASCII] = .click(kind.lowercasedASCII) }
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
        // No name here is shorter or longer, and most parameters are none of ours.
        guard (2...40).contains(name.utf8.count) else { return nil }
        return meanings[String(name).lowercasedASCII]
    }

    /// Identifiers of clicks: Google, Microsoft, Meta, TikTok, X, LinkedIn, Pinterest, Reddit, Snap, Yandex, Outbrain,
    /// Taboola. Those that name the recipient of a mail (mc_eid, _hsenc, vero_id, mkt_tok) are not even counted.
    private static let clickIDs = [
        "gclid", "gbraid", "wbraid", "dclid", "gad_source", "srsltid", "msclkid", "fbclid", "igshid", "ttclid",
        "twclid",
        "li_fat_id", "epik", "rdt_cid", "sccid", "yclid", "ob_click_id", "tblci",
    ]

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
