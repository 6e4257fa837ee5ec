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
    ///
    /// Batches without a duplicate are the rule: their ids are copied in, and the table's key would refuse a duplicate.
    /// Only then, and for as long as duplicates keep coming, are they inserted one by one, which takes PostgreSQL three
    /// times as long.
    func accept(_ hits: [Hit], _ memory: inout LoadMemory) throws(DatabaseError) -> [Int] {
        if hits.isEmpty { return [] }
        var first: [Key: Int] = [:]
        first.reserveCapacity(hits.count)
        for (index, hit) in hits.enumerated() {
            let key = Key(site: hit.site.rawValue, id: hit.id.value)
            if first[key] == nil { first[key] = index }
        }
        // In one order for all loaders, so that two of them cannot wait for each other.
        let keys = first.keys.sorted { ($0.id, $0.site) < ($1.id, $1.site) }
        if !memory.expectsDuplicates, try copy(keys) {
            return keys.count == hits.count ? Array(hits.indices) : first.values.sorted()
        }
        let new = try insert(keys)
        memory.expectsDuplicates = new.count < keys.count
        return new.compactMap { first[$0] }.sorted()
    }

    /// Lets an event come once more.
    func forget(_ hit: Hit) throws(DatabaseError) {
        try connection.execute(
            "DELETE FROM seen_event WHERE event_id = \(uuid: hit.id.value) AND site_id = \(hit.site.rawValue)")
    }

    /// Adds all of them, or none. Returns whether none had been there.
    private func copy(_ keys: [Key]) throws(DatabaseError) -> Bool {
        try connection.execute("SAVEPOINT seen")
        do throws(DatabaseError) {
            try copyAll(keys)
        } catch {
            guard error.sqlState == SeenEvents.duplicateKey else { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT seen")
            return false
        }
        try connection.execute("RELEASE SAVEPOINT seen")
        return true
    }

    private func copyAll(_ keys: [Key]) throws(DatabaseError) {
        let now = try connection.query("SELECT now()")[0].milliseconds(0)
        try connection.copy("COPY seen_event (event_id, site_id, seen_at) FROM STDIN (FORMAT binary)") {
            (copy) throws(DatabaseError) in
            for key in keys {
                try copy.row(fields: 3)
                copy.field(uuid: key.id)
                copy.field(key.site)
                copy.field(timestamp: now)
            }
        }
    }

    /// Adds those that are missing, and returns them.
    private func insert(_ keys: [Key]) throws(DatabaseError) -> [Key] {
        let rows = try connection.query(
            """
            INSERT INTO seen_event (event_id, site_id, seen_at)
            SELECT event_id, site_id, now()
            FROM unnest(\(uuids: keys.map(\.id)), \(keys.map(\.site))) AS new (event_id, site_id)
            ON CONFLICT DO NOTHING RETURNING event_id, site_id
            """)
        if rows.count == keys.count { return keys }
        var new: [Key] = []
        new.reserveCapacity(rows.count)
        for row in rows { new.append(Key(site: try row.value(1), id: try row.value(0))) }
        return new
    }

    /// PostgreSQL's code for a unique violation.
    private static let duplicateKey = "23505"
}
