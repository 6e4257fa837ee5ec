import Database
import EventModel

/// Writes the rows of `event` and of `bot_event`, which have the same columns.
struct EventTable {
    let connection: Connection

    /// The two tables.
    enum Name {
        case event, botEvent

        fileprivate var sql: SQL {
            switch self {
            case .event: "event"
            case .botEvent: "bot_event"
            }
        }
    }

    /// Adds the events, each with the number of its visit.
    func insert(_ events: [EncodedHit], sessions: [Int64?], into table: Name) throws(DatabaseError) {
        if events.isEmpty { return }
        try connection.copy(
            """
            COPY \(table.sql) ("time", event_id, name_id, visitor, session_id, hostname_id, path_id, title_id, source_id,
                referrer_host_id, referrer_path_id, facts_id, device_id, place_id, acquisition_id, weight, site_id, received_after, engaged_ms, viewport_width,
                country, properties, user_hash)
            FROM STDIN (FORMAT binary)
            """
        ) { (copy) throws(DatabaseError) in
            for (event, session) in zip(events, sessions) {
                try copy.row(fields: 23)
                copy.field(timestamp: event.order.time)
                copy.field(uuid: event.order.id)
                copy.field(event.name)
                copy.field(event.visitor)
                copy.field(session)
                copy.field(event.attribution.hostname)
                copy.field(event.path)
                copy.field(event.title)
                copy.field(event.attribution.source)
                copy.field(event.attribution.referrerHost)
                copy.field(event.attribution.referrerPath)
                copy.field(event.attribution.facts)
                copy.field(event.attribution.device)
                copy.field(event.attribution.place)
                copy.field(event.attribution.acquisition)
                copy.field(event.attribution.weight)
                copy.field(event.site)
                copy.field(event.receivedAfter)
                copy.field(event.engaged)
                copy.field(event.attribution.viewportWidth)
                copy.field(text: event.attribution.country)
                copy.field(json: event.properties)
                copy.field(event.user)
            }
        }
    }
}
