public import Database

/// What became of events, over all sites and days: a line of the ledger for `/metrics`.
public struct LedgerSum: Sendable, Equatable {
    /// `received`, `stored`, `dropped`, …
    public var outcome: String
    /// Why, or `bot`; empty where there is nothing to say.
    public var reason: String
    /// How many events.
    public var count: Int

    /// The sums, by outcome and reason; none while the database is away, for metrics are asked for just then.
    public static func read(from pool: Pool) -> [LedgerSum] {
        let sums: [LedgerSum]? = try? pool.withConnection { (connection) throws(DatabaseError) in
            var sums: [LedgerSum] = []
            let rows = try connection.query(
                "SELECT outcome, reason, sum(count)::bigint FROM ledger GROUP BY 1, 2 ORDER BY 1, 2")
            for row in rows {
                sums.append(
                    LedgerSum(outcome: try row.value(0), reason: try row.value(1), count: try row.value(2)))
            }
            return sums
        }
        return sums ?? []
    }
}
