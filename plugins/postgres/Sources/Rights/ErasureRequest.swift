import Database
import EventModel

/// What an erasure is about, as far as it is not settled.
struct ErasureRequest {
    /// Whose events, or which.
    enum Target {
        case person(visitors: [Int64], user: Int64?)
        /// Milliseconds since 1970; the end is not in it.
        case period(Range<Int64>)
    }

    var number: Int32
    var site: Int32
    /// Events that were received before are meant, and no others: a busy site would never be done with. Milliseconds since
    /// 1970.
    var requestedAt: Int64
    var target: Target

    var selectors: [EventSelector] {
        switch target {
        case .person(let visitors, let user):
            visitors.map { .visitor(VisitorID(rawValue: UInt64(bitPattern: $0))) }
                + [user].compactMap { $0.map { .user(UserID(rawValue: UInt64(bitPattern: $0))) } }
        case .period(let period):
            [.period(Timestamp(milliseconds: period.lowerBound)..<Timestamp(milliseconds: period.upperBound))]
        }
    }

    /// Reads one; `nil` when there is none of this number, or it is settled. A visitor's other pseudonyms are looked for as
    /// long as visits tell them, and written down for the loader.
    init?(_ number: Int32, _ connection: Connection) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE erasure SET visitors = pseudonyms_of(site_id, visitors)
            WHERE erasure_id = \(number) AND settled_at IS NULL AND visitors IS NOT NULL
                AND visitors <> pseudonyms_of(site_id, visitors)
            """)
        let rows = try connection.query(
            """
            SELECT site_id, visitors, user_hash, since, until, requested_at FROM erasure
            WHERE erasure_id = \(number) AND settled_at IS NULL
            """)
        guard let row = rows.first else { return nil }
        self.number = number
        site = try row.value(0)
        requestedAt = try row.milliseconds(5)
        if let since = try row.optionalMilliseconds(3), let until = try row.optionalMilliseconds(4), since < until {
            target = .period(since..<until)
        } else {
            target = .person(visitors: try row.value(1, as: [Int64]?.self) ?? [], user: try row.value(2))
        }
    }

    /// Rows of `event` and `bot_event` that were received before the request.
    var receivedBefore: SQL {
        "\"time\" + received_after * interval '1 millisecond' < \(timestamp: requestedAt)"
    }
}

/// The tables whose files may hold bytes of what an erasure deleted.
struct ErasureTraces {
    let connection: Connection
    let number: Int32

    /// Notes that something was deleted from these tables, in the transaction that did it.
    func note(_ relations: [String]) throws(DatabaseError) {
        if relations.isEmpty { return }
        try connection.execute(
            """
            INSERT INTO erasure_trace (erasure_id, relation, deletions)
            SELECT \(number), relation, 1 FROM unnest(\(relations.sorted())) AS relation
            ON CONFLICT (erasure_id, relation) DO UPDATE
            SET deletions = erasure_trace.deletions + 1, is_swept = false
            """)
    }
}
