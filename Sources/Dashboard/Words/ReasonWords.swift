/// What the fixed words of the ledger mean, for people. Plugins may have words of their own: those are shown as they are.
enum ReasonWords {
    /// A word's name and what it says about the event.
    struct Meaning {
        let title: StaticString
        let explanation: StaticString
    }

    /// The meaning of a reason; `nil` for a word that is not known here.
    static func of(_ reason: String) -> Meaning? { meanings[reason] }

    /// The name of an outcome, or the word itself.
    static func outcome(_ word: String) -> String {
        switch word {
        case "stored": "Stored"
        case "bot": "Program"
        case "dropped": "Dropped"
        case "rejected": "Rejected"
        case "quarantined": "Set aside"
        case "dead": "Could not be stored"
        default: word
        }
    }

    private static let meanings: [String: Meaning] = choices.merging(requests, uniquingKeysWith: { first, _ in first })
        .merging(contents, uniquingKeysWith: { first, _ in first })

    /// What the visitor, or whoever runs the site, does not want to be counted.
    private static let choices: [String: Meaning] = [
        "opted_out": Meaning(title: "Opted out", explanation: "The visitor asked not to be counted on this site."),
        "do_not_track": Meaning(
            title: "Do Not Track", explanation: "The browser sends this signal, and the settings respect it."),
        "global_privacy_control": Meaning(
            title: "Global Privacy Control", explanation: "The browser sends this signal, and the settings respect it."),
        "no_consent": Meaning(
            title: "No consent", explanation: "This site counts with consent only, and the visitor had not given it."),
        "excluded_address": Meaning(
            title: "Excluded address", explanation: "It came from an internet address that the settings leave out."),
        "excluded_host": Meaning(
            title: "Excluded host", explanation: "The page is on a host that the settings leave out."),
        "excluded_path": Meaning(
            title: "Excluded page", explanation: "The page is one that the settings leave out."),
        "excluded_country": Meaning(
            title: "Excluded country", explanation: "It came from a country that the settings leave out."),
        "own_traffic": Meaning(
            title: "Your own visits",
            explanation:
                "The page was open on the visitor’s own machine or in a local network: somebody works on the site."),
        "prefetch": Meaning(
            title: "Loaded ahead", explanation: "The browser fetched the page in advance; nobody may ever have seen it."
        ),
        "bot": Meaning(
            title: "Program", explanation: "A program sent it, and the settings say that programs are not kept."),
        "erased": Meaning(
            title: "Erased",
            explanation: "It arrived after somebody had asked for the erasure of what was received before."),
        "sampled": Meaning(
            title: "Left out of the sample",
            explanation: "Only a share of the visitors is kept, which stands for the others."),
    ]

    /// What is wrong with a request.
    private static let requests: [String: Meaning] = [
        "malformed": Meaning(
            title: "Unreadable", explanation: "What was sent is not the format that the gateway reads."),
        "invalid_field": Meaning(title: "Invalid field", explanation: "A field holds something that it cannot hold."),
        "missing_field": Meaning(title: "Missing field", explanation: "A field that every event needs is not there."),
        "unknown_site": Meaning(
            title: "Unknown key", explanation: "No site has this key: look at data-site in the pages’ script element."),
        "site_deleted": Meaning(
            title: "Deleted site", explanation: "The site was deleted before the event could be stored."),
        "host_not_allowed": Meaning(
            title: "Host not allowed", explanation: "The page is on a host that does not belong to the site."),
        "too_large": Meaning(title: "Too large", explanation: "The request is larger than the gateway takes."),
        "unsupported_type": Meaning(
            title: "Unsupported type", explanation: "The request’s content type or encoding is not one that is read."),
        "crashed": Meaning(
            title: "Dangerous request",
            explanation: "The same request once ended the collecting process, and is kept from doing so again."),
        "rate_limited": Meaning(
            title: "Too many", explanation: "More events came in a short time than the limits allow."),
        "unknown_key": Meaning(
            title: "Unknown secret key",
            explanation: "A server sent without a secret key, or with one that is not known."
        ),
        "key_expired": Meaning(
            title: "Expired secret key", explanation: "A server sent with a secret key whose time is over."),
        "key_scope": Meaning(
            title: "Key that may not send", explanation: "A server sent with a key that is for reading only."),
        "site_not_of_key": Meaning(
            title: "Site not of this key",
            explanation: "A server’s event names a site that its secret key is not good for, or none of several."),
        "script_token": Meaning(
            title: "Not from the script",
            explanation: "The site wants events from its own script only, and this one could not show a token of it."),
        "refused_by_chain": Meaning(title: "Refused", explanation: "A step of the chain refused it."),
        "filter_failed": Meaning(
            title: "A privacy filter failed",
            explanation: "Nothing is stored that a filter could not look at; the gateway’s log says why it failed."),
    ]

    /// What is wrong with what an event says.
    private static let contents: [String: Meaning] = [
        "personal_data": Meaning(
            title: "Personal data", explanation: "Something in it looks like personal data, such as a mail address."),
        "missing_property": Meaning(
            title: "Missing property", explanation: "A property that this event must have is not there."),
        "unknown_property": Meaning(
            title: "Unknown property", explanation: "It has a property that nobody has described in the settings."),
        "invalid_type": Meaning(
            title: "Wrong type", explanation: "A property holds text where a number belongs, or the like."),
        "out_of_range": Meaning(title: "Out of range", explanation: "A number is smaller or larger than it may be."),
        "not_allowed_value": Meaning(
            title: "Value not allowed", explanation: "A property’s value is not one of those that are allowed."),
        "unknown_event": Meaning(
            title: "Unknown event", explanation: "Nobody has described an event of this name in the settings."),
        "too_long": Meaning(title: "Too long", explanation: "A text is longer than it may be."),
    ]
}
