import Database
import Platform

/// The last step of erasures: rewrites the tables in which they deleted something, so that their files hold nothing of it,
/// and moves PostgreSQL's log of changes on.
struct TableRewriting {
    let connection: Connection

    /// Milliseconds for which transactions are waited for that may still see deleted rows.
    private static let patience = 60_000

    /// Finishes every erasure that is settled. Returns a line for the log. Throws `retryable` when somebody's transaction is
    /// in the way.
    func run(now: Int64) throws(DatabaseError) -> String {
        let rows = try connection.query(
            """
            SELECT erasure_id, ARRAY(SELECT to_char(month, 'YYYY_MM') FROM unnest(months) AS month), dead_letters > 0,
                kind = 'period'
            FROM erasure
            WHERE settled_at IS NOT NULL AND done_at IS NULL ORDER BY erasure_id
            """)
        var numbers: [Int32] = []
        var months: Set<String> = []
        var (hasLetters, hasDays) = (false, false)
        for row in rows {
            numbers.append(try row.value(0))
            months.formUnion(try row.value(1, as: [String].self))
            if try row.value(2) { hasLetters = true }
            if try row.value(3) { hasDays = true }
        }
        if !months.isEmpty { try connection.execute("SELECT sweep_unused_texts()") }
        try waitForReaders()
        var tables = ["erasure"]
        if hasLetters { tables.append("dead_letter") }
        if hasLetters || !months.isEmpty { tables.append("seen_event") }
        if hasDays || !months.isEmpty { tables += ["day_stat", "day_visits"] }
        if !months.isEmpty { tables += ["session", "dictionary", "fact_set"] }
        for month in months.sorted() { tables += ["event_\(month)", "bot_event_\(month)"] }
        for table in tables { try connection.execute("SELECT rewrite_table(\(table))") }
        let isLogClean = try moveLogOn()
        try connection.execute(
            "UPDATE erasure SET done_at = \(timestamp: now) WHERE erasure_id = ANY (\(numbers))")
        return "\(numbers.count) off the disk, for which \(tables.count) tables were rewritten"
            + (isLogClean ? "" : " (what PostgreSQL keeps of its log is for its settings: docs/privacy.md)")
    }

    /// A rewritten table keeps deleted rows that some transaction may still see.
    private func waitForReaders() throws(DatabaseError) {
        let horizon: String = try connection.query("SELECT pg_current_xact_id()::xid::text")[0].value(0)
        let end = Clock.monotonicNanoseconds() + UInt64(Self.patience) * 1_000_000
        while true {
            let others: Int = try connection.query(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                    AND backend_type IN ('client backend', 'parallel worker')
                    AND age(backend_xmin) > age(\(horizon)::text::xid)
                """)[0].value(0)
            if others == 0 { return }
            guard Clock.monotonicNanoseconds() < end else {
                throw DatabaseError(
                    kind: .retryable,
                    message: "a transaction that began before the erasure does not end (a dump, a forgotten session?)")
            }
            Clock.sleep(milliseconds: 100)
        }
    }

    /// Fills the segment of the log that is being written, so that what was logged before lies in older ones, which go with
    /// the next checkpoint. Returns whether that has taken place and leaves no segments for later use.
    private func moveLogOn() throws(DatabaseError) -> Bool {
        // A message to nobody: takes no privilege, unlike pg_switch_wal.
        try connection.execute(
            """
            SELECT count(pg_logical_emit_message(false, 'footfall', repeat(' ', 1048576)))
            FROM generate_series(0, pg_size_bytes(current_setting('wal_segment_size')) / 1048576)
            """)
        do throws(DatabaseError) {
            try connection.execute("CHECKPOINT")
        } catch {
            // Without the role pg_checkpoint the server's own next one will do.
            guard error.sqlState == "42501" else { throw error }
            return false
        }
        return try connection.query("SELECT current_setting('wal_recycle') = 'off'")[0].value(0)
    }
}
