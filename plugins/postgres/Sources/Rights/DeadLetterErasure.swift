import Database
import EventModel

/// Erases dead letters and events in quarantine, for all erasures of a site at once: nothing but their content says whose
/// they are, so that each has to be looked into.
struct DeadLetterErasure {
    let connection: Connection
    let site: Int32
    let requests: [ErasureRequest]

    /// A letter may have as many kilobytes as an event.
    private static let batchSize: Int64 = 500

    func run() throws(DatabaseError) {
        var last: Int64 = 0
        while true {
            let rows = try connection.query(
                """
                SELECT dead_letter_id, entry, buried_at FROM dead_letter
                WHERE site_id = \(site) AND dead_letter_id > \(last)
                ORDER BY dead_letter_id LIMIT \(Self.batchSize)
                """)
            var found: [Int32: [Int64]] = [:]
            for row in rows {
                last = try row.value(0)
                let request = whoseIs(try row.value(1, as: [UInt8]?.self), buriedAt: try row.milliseconds(2))
                if let request { found[request, default: []].append(last) }
            }
            if !found.isEmpty { try remove(found) }
            if rows.count < Self.batchSize { return }
        }
    }

    /// The number of the erasure that means a letter.
    private func whoseIs(_ entry: [UInt8]?, buriedAt: Int64) -> Int32? {
        guard let entry, let hit = JournalItemCodec.hit(in: entry) else {
            // One without a copy that can be read could be anybody's, and can never be stored.
            return requests.first { buriedAt < $0.requestedAt }?.number
        }
        return requests.first { request in
            hit.receivedAt.milliseconds < request.requestedAt && request.selectors.contains { $0.matches(hit) }
        }?.number
    }

    private func remove(_ letters: [Int32: [Int64]]) throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
            for (number, letters) in letters.sorted(by: { $0.key < $1.key }) {
                let rows = try connection.query(
                    "DELETE FROM dead_letter WHERE dead_letter_id = ANY (\(letters)) RETURNING event_id")
                var ids: [UInt128] = []
                for row in rows { ids.append(try row.value(0)) }
                try connection.execute(
                    "DELETE FROM seen_event WHERE site_id = \(site) AND event_id = ANY (\(uuids: ids))")
                try connection.execute(
                    """
                    UPDATE erasure SET dead_letters = dead_letters + \(Int64(ids.count)) WHERE erasure_id = \(number)
                    """)
                try ErasureTraces(connection: connection, number: number).note(["dead_letter", "seen_event"])
            }
        }
    }
}
