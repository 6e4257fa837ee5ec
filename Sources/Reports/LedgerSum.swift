public import Database

/// What became of the events of the last days, over all sites: a line of the ledger for `/metrics`.
public struct LedgerSum: Sendable, Equatable {
    /// `received`, `stored`, `dropped`, …
    public var outcome: String
    /// Why, or `bot`; empty where there is nothing to say.
    public var reason: String
    /// How many events.
    public var count: Int

    /// Days in UTC that are summed, today's among them: the ledger of years is too long for a scrape every 15 seconds.
    public static let days = 31

    /// The sums, by outcome and reason; none while the database is away, for metrics are asked for just then.
    public static func read(from pool: Pool) -> [LedgerSum] {
        let sums: [LedgerSum]? = try? pool.withConnection { (connection) throws(DatabaseError) in
            var sums: [LedgerSum] = []
            let rows = try connection.query(
                """
                SELECT outcome, reason, sum(count)::bigint FROM ledger
                WHERE day > (now() AT TIME ZONE 'UTC')::date - \(Int32(days)) GROUP BY 1, 2 ORDER BY 1, 2
                """)
            for row in rows {
                sums.append(
                    LedgerSum(outcome: try row.value(0), reason: try row.value(1), count: try row.value(2)))
            }
            return sums
        }
        return sums ?? []
    }
}
