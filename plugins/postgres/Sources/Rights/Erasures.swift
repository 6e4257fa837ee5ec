import Database
import EventModel

/// The erasures that are not settled yet: what comes out of a journal now, and was received before somebody asked for its
/// erasure, is not stored any more.
struct Erasures {
    private var open: [Open] = []

    private struct Open {
        var number: Int32
        var site: Int32
        var requestedAt: Int64
        var selectors: [EventSelector]

        func matches(_ hit: Hit) -> Bool {
            hit.site.rawValue == site && hit.receivedAt.milliseconds < requestedAt
                && selectors.contains { $0.matches(hit) }
        }
    }

    /// Reads them. To be called with the texts held (`LoadMemory.holdTexts`): whoever has asked for an erasure waits for
    /// those who hold them before anything is looked for.
    init(_ connection: Connection) throws(DatabaseError) {
        let rows = try connection.query(
            """
            SELECT erasure_id, site_id, requested_at, visitors, user_hash, since, until FROM erasure
            WHERE done_at IS NULL AND settled_at IS NULL
            """)
        for row in rows {
            var selectors: [EventSelector] = []
            for visitor in try row.value(3, as: [Int64]?.self) ?? [] {
                selectors.append(.visitor(VisitorID(rawValue: UInt64(bitPattern: visitor))))
            }
            if let user = try row.value(4, as: Int64?.self) {
                selectors.append(.user(UserID(rawValue: UInt64(bitPattern: user))))
            }
            if let since = try row.optionalMilliseconds(5), let until = try row.optionalMilliseconds(6), since < until {
                selectors.append(.period(Timestamp(milliseconds: since)..<Timestamp(milliseconds: until)))
            }
            open.append(
                Open(
                    number: try row.value(0), site: try row.value(1), requestedAt: try row.milliseconds(2),
                    selectors: selectors))
        }
    }

    /// What is left of some hits, and what is erased already, with the numbers of the erasures.
    struct Split {
        var left: [Hit]
        var erased: [Hit] = []
        fileprivate var counts: [Int32: Int64] = [:]

        /// Counts what was erased. At the end of a transaction: an erasure at work holds the visitors when it comes to the
        /// same row.
        func count(_ connection: Connection) throws(DatabaseError) {
            for number in counts.keys.sorted() {
                try connection.execute(
                    """
                    UPDATE erasure SET late_events = late_events + \(counts[number] ?? 0) WHERE erasure_id = \(number)
                    """)
            }
        }
    }

    /// Takes the events out that are erased already.
    func split(_ hits: [Hit]) -> Split {
        if open.isEmpty { return Split(left: hits) }
        var split = Split(left: [])
        for hit in hits {
            guard let erasure = open.first(where: { $0.matches(hit) }) else {
                split.left.append(hit)
                continue
            }
            split.erased.append(hit)
            split.counts[erasure.number, default: 0] += 1
        }
        return split
    }
}
