public import EventModel
public import PluginAPI

/// What each column of the tables with visitors' data holds: the part of the privacy record that only the store knows. A
/// test compares it with the database, so that no column can be added without saying what it is for.
public enum StoredColumns {
    /// What a column holds.
    public enum Content: Sendable, Equatable {
        /// A field of the hit, by its name in the record.
        case field(Field)
        /// Facts of plugins, by what they describe (`Fact.Subject`).
        case facts(String)
        /// Something that the store makes of events, by its name in the record (`derived`).
        case derived(String)
        /// What the store needs for its own work, and tells nothing about an event, in words.
        case technical(String)
    }

    /// The tables that hold data of visitors, with their columns.
    public static let tables: [String: [String: Content]] = [
        "event": event,
        // Without visitors and visits, but with the same columns.
        "bot_event": event,
        "session": session,
        "dictionary": [
            "site_id": .field(.site), "text_id": .technical("hash of the text"),
            "text": .technical(
                "texts of name, hostname, path, title, source, referrer_host and referrer_path, each once"),
        ],
        "fact_set": [
            "site_id": .field(.site), "facts_id": .technical("hash of the facts"),
            "facts": .technical("facts of plugins, each combination once"),
        ],
        "day_visits": [
            "site_id": .field(.site), "day": .technical("local day of the site"),
            "version": .technical("which state of the day it is"),
            "visits": .technical(
                "the visits of a day and their events once more, in columns; without pseudonyms, addresses or moments"),
        ],
        "seen_event": [
            "event_id": .field(.id), "seen_at": .derived("seen_event"),
            "site_id": .field(.site),
        ],
        "dead_letter": [
            "dead_letter_id": .technical("number"), "journal": .technical("the gateway's journal"),
            "sequence": .technical("place in that journal"), "event_id": .field(.id),
            "buried_at": .derived("dead_letter"), "site_id": .field(.site), "store": .technical("the store's id"),
            "reason": .derived("dead_letter"), "hit": .derived("dead_letter"),
            "entry": .derived("dead_letter"), "quarantine": .field(.quarantine),
        ],
        "erasure": [
            "erasure_id": .technical("number"), "site_id": .field(.site),
            "kind": .technical("whether it is about a visitor, a user or a stretch of time"),
            "visitors": .derived("erasure"), "user_hash": .derived("erasure"),
            "since": .technical("beginning of the stretch of time"),
            "until": .technical("end of the stretch of time"),
            "requested_at": .technical("when it was asked for"), "invisible_at": .technical("how far it is"),
            "settled_at": .technical("how far it is"), "done_at": .technical("how far it is"),
            "events": .technical("how many were erased"), "visits": .technical("how many were erased"),
            "dead_letters": .technical("how many were erased"), "late_events": .technical("how many were erased"),
            "log_position": .technical("how far it is"),
            "is_log_clean": .technical("whether the database's log of changes held nothing of it any more"),
            "failures": .technical("how often it was tried in vain"), "retry_at": .technical("when it is tried again"),
        ],
    ]

    /// What the store makes of events, for the privacy record.
    public static let derived = [
        Derived(
            name: "visit", sensitivity: .pseudonymous,
            meaning:
                "events of one visitor with gaps of at most 30 minutes: beginning, end, numbers of views and events"),
        Derived(
            name: "entry_page", sensitivity: .content, meaning: "path and time of the first page view of the visit"),
        Derived(name: "exit_page", sensitivity: .content, meaning: "path and time of the last page view of the visit"),
        Derived(name: "engaged_time", sensitivity: .anonymous, meaning: "how long the page was visible and in use"),
        Derived(
            name: "visitor_after", sensitivity: .pseudonymous,
            meaning: "pseudonym under which a visit went on when the period changed within it"),
        Derived(
            name: "seen_event", sensitivity: .anonymous, meaning: "number of the event and when it was stored",
            kept: "48 hours"),
        Derived(
            name: "dead_letter", sensitivity: .content,
            meaning: "an event that could not be stored, or waits for a person's look, with the reason",
            kept: "until it is released, or as long as such events are kept"),
        Derived(
            name: "erasure", sensitivity: .pseudonymous,
            meaning: "pseudonym of somebody who asked for the erasure of what is kept of them",
            kept: "until nothing of it can come out of a journal any more, some hours"),
    ]

    /// Tables without data of visitors.
    public static let others: Set<String> = [
        "site", "site_key", "secret_key", "journal_cursor", "ledger", "site_day", "day_stat", "goal", "job_run",
        "text_epoch", "schema_migration", "organisation", "person", "recovery_code", "membership", "team",
        "team_member", "site_access", "invitation", "one_time_link", "person_session", "shared_link", "audit_entry",
        "gateway_secret", "deleted_site", "erasure_trace",
    ]

    private static let shared: [String: Content] = [
        "site_id": .field(.site), "visitor": .field(.visitorID), "session_id": .derived("visit"),
        "hostname_id": .field(.hostname), "source_id": .field(.source), "referrer_host_id": .field(.referrerHost),
        "referrer_path_id": .field(.referrerPath), "facts_id": .facts("event"), "device_id": .facts("device"),
        "place_id": .facts("place"), "acquisition_id": .facts("acquisition"), "weight": .field(.weight),
        "viewport_width": .field(.viewportWidth), "country": .field(.country),
        "engaged_ms": .derived("engaged_time"),
    ]

    private static let event = shared.merging(
        [
            "time": .field(.time), "event_id": .field(.id), "name_id": .field(.name), "path_id": .field(.path),
            "title_id": .field(.title), "received_after": .field(.receivedAt), "properties": .field(.properties),
            "user_hash": .field(.userID),
        ], uniquingKeysWith: { first, _ in first })

    private static let session = shared.merging(
        [
            "started_at": .derived("visit"), "last_at": .derived("visit"),
            "first_event": .field(.id),
            "visitor_after": .derived("visitor_after"),
            "entry_path_id": .derived("entry_page"), "exit_path_id": .derived("exit_page"),
            "entry_at": .derived("entry_page"), "exit_at": .derived("exit_page"),
            "entry_event": .derived("entry_page"), "exit_event": .derived("exit_page"),
            "pageviews": .derived("visit"), "events": .derived("visit"),
        ], uniquingKeysWith: { first, _ in first })
}
