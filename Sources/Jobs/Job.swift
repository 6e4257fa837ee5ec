public import Database
import Platform

/// A piece of scheduled work.
public struct Job: Sendable {
    /// Names it in logs, in `job_run` and in the lock that keeps two processes apart.
    public var name: String
    /// Seconds from the end of one run to the next.
    public var intervalSeconds: Int
    /// The work. Returns a line for the log when there is something to tell.
    public var run: @Sendable (Connection) throws(DatabaseError) -> String?

    /// A job of this name.
    public init(
        name: String, intervalSeconds: Int, run: @escaping @Sendable (Connection) throws(DatabaseError) -> String?
    ) {
        self.name = name
        self.intervalSeconds = intervalSeconds
        self.run = run
    }
}

extension Job {
    /// The jobs that every installation needs. `retention` is asked at every run: a reload of the configuration changes it.
    ///
    /// - Parameters:
    ///   - now: the clock, in milliseconds since 1970.
    ///   - prepareExpiry: called for each site before events of it are deleted: for what rests on them and is to stay.
    public static func standard(
        retention: @escaping @Sendable () -> Retention, now: @escaping @Sendable () -> Int64 = wallClock,
        prepareExpiry: @escaping ExpiryPreparation = { (_, _) throws(DatabaseError) in }
    ) -> [Job] {
        [
            .eventPartitions, .expireSeenEvents, .expireEvents(retention, now: now, prepare: prepareExpiry),
            .expireDeadLetters(retention, now: now), .expireAccounts(now: now),
        ]
    }

    /// The machine's clock, in milliseconds since 1970.
    public static let wallClock: @Sendable () -> Int64 = { Clock.wallMilliseconds() }

    /// Makes this month's partitions of `event` and `bot_event` and those of the next three, so that the loader finds them ready.
    public static let eventPartitions = Job(name: "event_partitions", intervalSeconds: 6 * 3600) {
        (connection) throws(DatabaseError) in
        let rows = try connection.query(
            """
            SELECT count(*) FILTER (WHERE create_event_partition((date_trunc('month', now() AT TIME ZONE 'UTC')
                + ahead * interval '1 month')::date))
            FROM generate_series(0, 3) AS ahead
            """)
        let made: Int = try rows[0].value(0)
        return made > 0 ? "made the partitions of \(made) months ahead" : nil
    }

    /// Forgets event ids after 48 hours, in small batches: one long delete would hold up the loaders' inserts.
    public static let expireSeenEvents = Job(name: "expire_seen_events", intervalSeconds: 600) {
        (connection) throws(DatabaseError) in
        var total = 0
        while true {
            let deleted = try connection.execute(
                """
                DELETE FROM seen_event WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM seen_event WHERE seen_at < now() - interval '48 hours'
                    ORDER BY seen_at LIMIT \(batchSize)))
                """)
            total += deleted
            if deleted < batchSize { return total > 0 ? "forgot \(total) event ids of more than 48 hours ago" : nil }
        }
    }

    /// Seals days that are over, so that reports about them need not look at single events. `seal` does it and says how many
    /// days it were.
    public static func sealDays(_ seal: @escaping @Sendable () throws(DatabaseError) -> Int) -> Job {
        Job(name: "seal_days", intervalSeconds: 300) { (_) throws(DatabaseError) in
            let days = try seal()
            return days > 0 ? "sealed \(days) days" : nil
        }
    }

    static let batchSize = 10_000
}
