public import Database

/// How long events are kept.
public struct Retention: Sendable {
    /// Whole months, beyond the one that is running, after which the events and visits of a site that has no number of its
    /// own are deleted.
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
    /// What is to be done before a site's events go that are older than a moment, in milliseconds since 1970.
    public typealias ExpiryPreparation = @Sendable (_ site: Int32, _ moment: Int64) throws(DatabaseError) -> Void

    /// Deletes events and visits whose time is over, each site's by its own number of months; then the texts that nothing
    /// uses any more, for which loading pauses a while. A month that is over for every site goes by dropping its partition,
    /// which gives the disk back at once.
    ///
    /// - Parameters:
    ///   - now: the moment, in milliseconds since 1970.
    ///   - prepare: called for each site before anything of it is deleted.
    static func expireEvents(
        _ retention: @escaping @Sendable () -> Retention, now: @escaping @Sendable () -> Int64,
        prepare: @escaping ExpiryPreparation = { (_, _) throws(DatabaseError) in }
    ) -> Job {
        Job(name: "expire_events", intervalSeconds: 6 * 3600) { (connection) throws(DatabaseError) in
            var expiry = try Expiry(connection, months: retention().months, now: now())
            var trouble: DatabaseError?
            for (index, site) in expiry.sites.enumerated() {
                do throws(DatabaseError) {
                    try prepare(site.number, site.keptFrom)
                } catch {
                    guard error.kind == .retryable else { throw error }
                    // Its events stay for now; the others' need not.
                    trouble = error
                    expiry.sites[index].keptFrom = 0
                }
            }
            let line = try expiry.run()
            if let trouble { throw trouble }
            return line
        }
    }

    /// Deletes dead letters and events in quarantine that nobody has asked for.
    static func expireDeadLetters(
        _ retention: @escaping @Sendable () -> Retention, now: @escaping @Sendable () -> Int64
    ) -> Job {
        Job(name: "expire_dead_letters", intervalSeconds: 6 * 3600) { (connection) throws(DatabaseError) in
            let days = Int32(clamping: retention().deadLetterDays)
            let moment = now()
            var total = 0
            while true {
                let deleted = try connection.execute(
                    """
                    DELETE FROM dead_letter WHERE ctid = ANY (ARRAY(
                        SELECT ctid FROM dead_letter
                        WHERE buried_at < \(timestamp: moment) - make_interval(days => \(days))
                        ORDER BY buried_at LIMIT \(batchSize)))
                    """)
                total += deleted
                if deleted < batchSize { break }
            }
            return total > 0 ? "deleted \(total) dead letters of more than \(days) days ago" : nil
        }
    }
}

/// The deletion of what is older than each site wants it.
private struct Expiry {
    /// A site and the moment from which on its events are kept, in milliseconds since 1970.
    struct SiteLimit {
        var number: Int32
        var keptFrom: Int64
    }

    let connection: Connection
    var sites: [SiteLimit]
    /// From when on the events of sites are kept that are deleted meanwhile.
    private let usual: Int64

    init(_ connection: Connection, months: Int, now: Int64) throws(DatabaseError) {
        self.connection = connection
        let month: SQL = "date_trunc('month', \(timestamp: now), 'UTC')"
        let usualMonths = Int32(clamping: months)
        usual = try connection.query("SELECT \(month) - make_interval(months => \(usualMonths))")[0].milliseconds(0)
        let rows = try connection.query(
            """
            SELECT site_id, \(month) - make_interval(months => coalesce(retention_months, \(usualMonths)))
            FROM site ORDER BY site_id
            """)
        var sites: [SiteLimit] = []
        for row in rows { sites.append(SiteLimit(number: try row.value(0), keptFrom: try row.milliseconds(1))) }
        self.sites = sites
    }

    func run() throws(DatabaseError) -> String? {
        let oldest = sites.reduce(usual) { min($0, $1.keptFrom) }
        let newest = sites.reduce(usual) { max($0, $1.keptFrom) }
        var partitions: Int32 = try connection.query("SELECT drop_event_partitions(\(timestamp: oldest))")[0].value(0)
        var events = 0
        var visits = 0
        for site in sites {
            // What is older than every site's limit is gone by now.
            if site.keptFrom > oldest {
                events += try delete("event", of: site)
                events += try delete("bot_event", of: site)
            }
            visits += try deleteVisits(
                "site_id = \(site.number) AND started_at < \(timestamp: site.keptFrom)")
        }
        visits += try deleteVisits(
            """
            started_at < \(timestamp: usual)
                AND NOT EXISTS (SELECT FROM site WHERE site.site_id = session.site_id)
            """)
        if newest > oldest {
            partitions += try connection.query("SELECT drop_empty_event_partitions(\(timestamp: newest))")[0].value(0)
        }
        var told: [String] = []
        if partitions > 0 { told.append("\(partitions) partitions of events") }
        if events > 0 { told.append("\(events) events") }
        if visits > 0 { told.append("\(visits) visits") }
        if told.isEmpty { return nil }
        let texts: Int64 = try connection.query("SELECT sweep_unused_texts()")[0].value(0)
        if texts > 0 { told.append("\(texts) texts and sets of facts") }
        return "deleted \(told.joined(separator: ", ")) whose time is over"
    }

    /// Deletes a site's events, oldest day first, never more than a batch of one day in a transaction.
    private func delete(_ table: SQL, of site: SiteLimit) throws(DatabaseError) -> Int {
        let day: Int64 = 86_400_000
        var total = 0
        while true {
            // Only the last row is wanted, but the first tells the day.
            let rows = try connection.query(
                """
                SELECT min("time"), max("time") FROM (
                    SELECT "time" FROM \(table)
                    WHERE site_id = \(site.number) AND "time" < \(timestamp: site.keptFrom)
                    ORDER BY "time" LIMIT \(Job.batchSize)) AS oldest
                """)
            guard let first = try rows[0].optionalMilliseconds(0), let last = try rows[0].optionalMilliseconds(1) else {
                return total
            }
            let endOfDay = first - (first % day + day) % day + day - 1
            total += try connection.execute(
                """
                DELETE FROM \(table) WHERE site_id = \(site.number)
                    AND "time" BETWEEN \(timestamp: first) AND \(timestamp: min(last, endOfDay))
                """)
        }
    }

    private func deleteVisits(_ condition: SQL) throws(DatabaseError) -> Int {
        var total = 0
        while true {
            let deleted = try connection.execute(
                """
                DELETE FROM session WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM session WHERE \(condition) LIMIT \(Job.batchSize)))
                """)
            total += deleted
            if deleted < Job.batchSize { return total }
        }
    }
}
