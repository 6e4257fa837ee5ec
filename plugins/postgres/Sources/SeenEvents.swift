import Database
import EventModel

/// Recognises events that were stored before.
struct SeenEvents {
    let connection: Connection

    private struct Key: Hashable {
        var site: Int32
        var id: UInt128
    }

    /// Places of the hits that nobody has stored within 48 hours; of two with one id in the batch, the first.
    func accept(_ hits: [Hit]) throws(DatabaseError) -> [Int] {
        var first: [Key: Int] = [:]
        first.reserveCapacity(hits.count)
        for (index, hit) in hits.enumerated() {
            let key = Key(site: hit.site.rawValue, id: hit.id.value)
            if first[key] == nil { first[key] = index }
        }
        // In one order for all loaders, so that two of them cannot wait for each other.
        let keys = first.keys.sorted { ($0.id, $0.site) < ($1.id, $1.site) }
        let rows = try connection.query(
            """
            INSERT INTO seen_event (event_id, site_id, seen_at)
            SELECT event_id, site_id, now()
            FROM unnest(\(uuids: keys.map(\.id)), \(keys.map(\.site))) AS new (event_id, site_id)
            ON CONFLICT DO NOTHING RETURNING event_id, site_id
            """)
        if rows.count == hits.count { return Array(hits.indices) }
        var accepted: [Int] = []
        for row in rows {
            if let index = first[Key(site: try row.value(1), id: try row.value(0))] { accepted.append(index) }
        }
        return accepted.sorted()
    }
}
