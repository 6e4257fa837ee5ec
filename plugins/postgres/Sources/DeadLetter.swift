import Database
import EventModel

/// A hit that cannot be stored, in a form that can: JSON in a `bytea`.
struct DeadLetter {
    let hit: Hit
    let reason: String

    /// Adds it to the dead letters, once. Returns whether it was not among them.
    func insert(
        _ journal: JournalID, sequence: UInt64, store: String, _ connection: Connection
    ) throws(DatabaseError) -> Bool {
        // The server's messages may quote a zero byte, which a text cannot hold.
        let reason = String(decoding: reason.utf8.filter { $0 != 0 }.prefix(500), as: UTF8.self)
        let added = try connection.execute(
            """
            INSERT INTO dead_letter (journal, sequence, event_id, site_id, store, reason, hit, entry, quarantine)
            VALUES (\(uuid: journal.value), \(Int64(clamping: sequence)), \(uuid: hit.id.value), \(hit.site.rawValue),
                \(store), \(reason), \(bytes: json), \(bytes: entry),
                \(hit.quarantine.isEmpty ? nil : hit.quarantine))
            ON CONFLICT DO NOTHING
            """)
        return added == 1
    }

    /// The hit in the form of the journal, from which it can be stored later.
    private var entry: [UInt8] {
        var hit = hit
        hit.visitorBefore = nil
        var bytes: [UInt8] = []
        JournalItemCodec.append(hit, to: &bytes)
        return bytes
    }

    /// Every field that a hit is made of, except the pseudonym before, which is never stored.
    private var json: [UInt8] {
        var fields: [Property] = [
            Property("name", .text(hit.name)),
            Property("received_at", .number(Double(hit.receivedAt.milliseconds))),
            Property("time", .number(Double(hit.time.milliseconds))), Property("hostname", .text(hit.hostname)),
            Property("path", .text(hit.path)), Property("title", .text(hit.title)),
            Property("source", .text(hit.source)), Property("referrer_host", .text(hit.referrerHost)),
            Property("referrer_path", .text(hit.referrerPath)), Property("country", .text(hit.country)),
        ]
        if hit.isBot { fields.append(Property("is_bot", .flag(true))) }
        if !hit.quarantine.isEmpty { fields.append(Property("quarantine", .text(hit.quarantine))) }
        if let width = hit.viewportWidth { fields.append(Property("viewport_width", .number(Double(width)))) }
        // As text: a JSON number holds 53 bits.
        if let visitor = hit.visitor { fields.append(Property("visitor", .text("\(visitor.rawValue)"))) }
        if let user = hit.user { fields.append(Property("user", .text("\(Int64(bitPattern: user.rawValue))"))) }
        let properties = hit.properties.map(\.representable)
        let facts = hit.facts.map(\.representable)
        var bytes = Array((JSONText.object(fields) ?? []).dropLast())
        bytes += ",\"properties\":".utf8
        bytes += JSONText.object(properties) ?? []
        bytes += ",\"facts\":".utf8
        bytes += JSONText.object(facts) ?? []
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
