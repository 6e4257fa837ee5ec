public import EventModel

/// What each column of the tables with visitors' data holds: the part of the privacy record that only the store knows. A
/// test compares it with the database, so that no column can be added without saying what it is for.
public enum StoredColumns {
    /// What a column holds.
    public enum Content: Sendable, Equatable {
        /// A field of the hit, by its name in the record.
        case field(Field)
        /// Facts of plugins, by what they describe (`Fact.Subject`).
        case facts(String)
        /// Something that the store itself makes, in words.
        case own(String)
    }

    /// The tables that hold data of visitors, with their columns.
    public static let tables: [String: [String: Content]] = [
        "event": event,
        // Without visitors and visits, but with the same columns.
        "bot_event": event,
        "session": session,
        "dictionary": [
            "site_id": .field(.site), "text_id": .own("hash of the text"),
            "text": .own("texts of name, hostname, path, title, source, referrer_host and referrer_path, each once"),
        ],
        "fact_set": [
            "site_id": .field(.site), "facts_id": .own("hash of the facts"),
            "facts": .own("facts of plugins, each combination once"),
        ],
        "seen_event": [
            "event_id": .field(.id), "seen_at": .own("when it was stored; deleted after 48 hours"),
            "site_id": .field(.site),
        ],
        "dead_letter": [
            "dead_letter_id": .own("number"), "journal": .own("the gateway's journal"),
            "sequence": .own("place in that journal"), "event_id": .field(.id),
            "buried_at": .own("when it was set aside"), "site_id": .field(.site), "store": .own("the store's id"),
            "reason": .own("why it could not be stored"), "hit": .own("the fields of the event, as JSON"),
            "entry": .own("the same in the journal's form"), "quarantine": .field(.quarantine),
        ],
    ]

    /// Tables without data of visitors.
    public static let others: Set<String> = [
        "site", "site_key", "secret_key", "journal_cursor", "ledger", "site_day", "job_run", "schema_migration",
    ]

    private static let shared: [String: Content] = [
        "site_id": .field(.site), "visitor": .field(.visitorID), "session_id": .own("random number of the visit"),
        "hostname_id": .field(.hostname), "source_id": .field(.source), "referrer_host_id": .field(.referrerHost),
        "referrer_path_id": .field(.referrerPath), "facts_id": .facts("event"), "device_id": .facts("device"),
        "place_id": .facts("place"), "acquisition_id": .facts("acquisition"), "weight": .field(.weight),
        "viewport_width": .field(.viewportWidth), "country": .field(.country),
        "engaged_ms": .own("engaged time, as the script measured it"),
    ]

    private static let event = shared.merging(
        [
            "time": .field(.time), "event_id": .field(.id), "name_id": .field(.name), "path_id": .field(.path),
            "title_id": .field(.title), "received_after": .field(.receivedAt), "properties": .field(.properties),
        ], uniquingKeysWith: { first, _ in first })

    private static let session = shared.merging(
        [
            "started_at": .own("time of the first event"), "last_at": .own("time of the last event"),
            "first_event": .field(.id),
            "visitor_after": .own("pseudonym under which the visit went on after the period changed"),
            "entry_path_id": .own("path of the first page view"), "exit_path_id": .own("path of the last page view"),
            "entry_at": .own("time of the first page view"), "exit_at": .own("time of the last page view"),
            "entry_event": .own("id of the first page view"), "exit_event": .own("id of the last page view"),
            "pageviews": .own("page views"), "events": .own("custom events"),
        ], uniquingKeysWith: { first, _ in first })
}
