import Database

/// How long events are kept.
public struct Retention: Sendable {
    /// Whole months, beyond the one that is running, after which events and visits are deleted.
    public var months: Int
    /// Days after which events that could not be stored, or are in quarantine, are deleted.
    public var deadLetterDays: Int

    /// Kept for so long.
    public init(months: Int, deadLetterDays: Int) {
        self.months = months
        self.deadLetterDays = deadLetterDays
    }
}

extension Job {
    /// Deletes events and visits whose time is over: events by dropping a month's partition, which gives the disk back at
    /// once; visits in small batches; then the texts that nothing uses any more, for which loading pauses a while.
    ///
    /// - Parameter prepare: called with the moment, in milliseconds since 1970, before which events will be gone.
    static func expireEvents(
        _ retention: @escaping @Sendable () -> Retention,
        prepare: @escaping @Sendable (Int64) throws(DatabaseError) -> Void = { (_) throws(DatabaseError) in }
    ) -> Job {
        Job(name: "expire_events", intervalSeconds: 6 * 3600) { (connection) throws(DatabaseError) in
            let months = Int32(clamping: retention().months)
            let end = try connection.query(
                "SELECT date_trunc('month', now(), 'UTC') - make_interval(months => \(months))")
            try prepare(try end[0].milliseconds(0))
            let dropped = try connection.query("SELECT drop_event_partitions(\(months))")
            var told: [String] = []
            let partitions: Int32 = try dropped[0].value(0)
            if partitions > 0 { told.append("\(partitions) partitions of events") }
            var visits = 0
            while true {
                let deleted = try connection.execute(
                    """
                    DELETE FROM session WHERE ctid = ANY (ARRAY(
                        SELECT ctid FROM session
                        WHERE started_at < date_trunc('month', now(), 'UTC') - make_interval(months => \(months))
                        LIMIT \(Job.batchSize)))
                    """)
                visits += deleted
                if deleted < Job.batchSize { break }
            }
            if visits > 0 { told.append("\(visits) visits") }
            if partitions > 0 || visits > 0 {
                let texts: Int64 = try connection.query("SELECT sweep_unused_texts()")[0].value(0)
                if texts > 0 { told.append("\(texts) texts and sets of facts") }
            }
            if told.isEmpty { return nil }
            return "deleted \(told.joined(separator: ", ")) of more than \(months) months ago"
        }
    }

    /// Deletes dead letters and events in quarantine that nobody has asked for.
    static func expireDeadLetters(_ retention: @escaping @Sendable () -> Retention) -> Job {
        Job(name: "expire_dead_letters", intervalSeconds: 6 * 3600) { (connection) throws(DatabaseError) in
            let days = Int32(clamping: retention().deadLetterDays)
            let deleted = try connection.execute(
                "DELETE FROM dead_letter WHERE buried_at < now() - make_interval(days => \(days))")
            return deleted > 0 ? "deleted \(deleted) dead letters of more than \(days) days ago" : nil
        }
    }
}
