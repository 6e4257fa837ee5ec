import Database
import Platform

/// The last step of erasures: rewrites the tables in which they deleted something, so that their files hold nothing of it,
/// and moves PostgreSQL's log of changes on. Each table once for all erasures; what is done is not done again.
struct TableRewriting {
    let connection: Connection

    /// Milliseconds for which transactions are waited for that may still see deleted rows. Then others get their turn.
    var patience = 10_000

    /// In `job_run`: when tables were rewritten last, by the clock of the caller.
    private static let name = "tables_rewritten"

    /// Texts and sets of facts that nothing uses any more are deleted just before these are rewritten.
    private static let swept = ["dictionary", "fact_set"]

    /// When the oldest erasure was asked for of which something is to be done here; `nil` when there is none. In milliseconds
    /// since 1970.
    func oldestRequest() throws(DatabaseError) -> Int64? {
        let rows = try connection.query(
            """
            SELECT min(requested_at) FROM erasure
            WHERE done_at IS NULL AND log_position IS NULL AND (settled_at IS NOT NULL OR EXISTS (
                SELECT FROM erasure_trace WHERE erasure_trace.erasure_id = erasure.erasure_id))
            """)
        return try rows[0].optionalMilliseconds(0)
    }

    /// When tables were rewritten last, in milliseconds since 1970.
    func last() throws(DatabaseError) -> Int64? {
        try connection.query("SELECT last_at FROM job_run WHERE job = \(Self.name)").first?.milliseconds(0)
    }

    /// Rewrites what has to be, and moves the log on. Returns how many tables it were. Throws `retryable` when somebody is in
    /// the way, after the tables where nobody is.
    func run(now: Int64) throws(DatabaseError) -> Int {
        var traces = try Trace.all(connection)
        let texts = traces.filter { Self.swept.contains($0.relation) }
        traces.removeAll { Self.swept.contains($0.relation) }
        var rewritten = try rewrite(traces)
        if !texts.isEmpty {
            // It holds up loading, and goes through all events: not again for a table that could not be had then.
            if texts.contains(where: { !$0.isSwept }) {
                try connection.execute("SELECT sweep_unused_texts()")
                for trace in texts { try trace.noteSweep(connection) }
            }
            rewritten += try rewrite(texts)
        }
        // Whom settled ones were about stood in their own table.
        let settled = try connection.query(
            """
            SELECT erasure_id FROM erasure
            WHERE settled_at IS NOT NULL AND log_position IS NULL AND done_at IS NULL AND NOT EXISTS (
                SELECT FROM erasure_trace WHERE erasure_trace.erasure_id = erasure.erasure_id)
            """)
        if !settled.isEmpty {
            var numbers: [Int32] = []
            for row in settled { numbers.append(try row.value(0)) }
            try waitForReaders()
            try connection.execute("SELECT rewrite_table('erasure')")
            rewritten += 1
            try moveLogOn(for: numbers)
        }
        try connection.execute(
            """
            INSERT INTO job_run (job, last_at) VALUES (\(Self.name), \(timestamp: now))
            ON CONFLICT (job) DO UPDATE SET last_at = excluded.last_at
            """)
        return rewritten
    }

    /// Notes which erasures are off the disk: those before whose position in the log PostgreSQL has made a checkpoint. Returns
    /// a line for the log.
    func finish(now: Int64) throws(DatabaseError) -> String? {
        let done = try connection.query(
            """
            UPDATE erasure SET done_at = \(timestamp: now), is_log_clean = current_setting('wal_recycle') = 'off'
                AND current_setting('wal_keep_size') IN ('0', '0MB') AND current_setting('archive_mode') = 'off'
                AND NOT EXISTS (SELECT FROM pg_replication_slots WHERE restart_lsn < log_position)
            FROM pg_control_checkpoint() WHERE done_at IS NULL AND redo_lsn >= log_position
            RETURNING is_log_clean
            """)
        var isLogClean = true
        for row in done { isLogClean = try row.value(0) && isLogClean }
        if done.isEmpty { return nil }
        return "\(done.count) off the disk"
            + (isLogClean ? "" : " (what PostgreSQL keeps of its log is for its settings: docs/privacy.md)")
    }

    // MARK: Tables

    /// Rewrites all that can be had, then throws what was in the way.
    private func rewrite(_ traces: [Trace]) throws(DatabaseError) -> Int {
        if traces.isEmpty { return 0 }
        try waitForReaders()
        var rewritten = 0
        var trouble: DatabaseError?
        for trace in traces {
            do throws(DatabaseError) {
                try connection.execute("SELECT rewrite_table(\(trace.relation))")
                try trace.remove(connection)
                rewritten += 1
            } catch {
                guard error.kind == .retryable else { throw error }
                trouble = DatabaseError(
                    kind: error.kind, sqlState: error.sqlState, message: "table \(trace.relation): \(error.message)")
            }
        }
        if let trouble { throw trouble }
        return rewritten
    }

    /// A table that has to be rewritten, and for which erasures.
    private struct Trace {
        var relation: String
        var erasures: [Int32]
        /// How many deletions each of them had made when it was read: one that comes meanwhile makes it more.
        var deletions: [Int64]
        var isSwept: Bool

        static func all(_ connection: Connection) throws(DatabaseError) -> [Trace] {
            let rows = try connection.query(
                """
                SELECT relation, array_agg(erasure_id ORDER BY erasure_id), array_agg(deletions ORDER BY erasure_id),
                    bool_and(is_swept)
                FROM erasure_trace GROUP BY relation ORDER BY relation
                """)
            var traces: [Trace] = []
            for row in rows {
                traces.append(
                    Trace(
                        relation: try row.value(0), erasures: try row.value(1), deletions: try row.value(2),
                        isSwept: try row.value(3)))
            }
            return traces
        }

        private var rows: SQL {
            """
            FROM unnest(\(erasures), \(deletions)) AS known (erasure_id, deletions)
            WHERE relation = \(relation) AND erasure_trace.erasure_id = known.erasure_id
                AND erasure_trace.deletions = known.deletions
            """
        }

        func noteSweep(_ connection: Connection) throws(DatabaseError) {
            try connection.execute("UPDATE erasure_trace SET is_swept = true \(rows)")
        }

        func remove(_ connection: Connection) throws(DatabaseError) {
            try connection.execute(
                """
                DELETE FROM erasure_trace USING unnest(\(erasures), \(deletions)) AS known (erasure_id, deletions)
                WHERE relation = \(relation) AND erasure_trace.erasure_id = known.erasure_id
                    AND erasure_trace.deletions = known.deletions
                """)
        }
    }

    // MARK: Readers

    /// Waits until nobody can see rows any more that were deleted before: a rewritten table keeps them otherwise.
    ///
    /// Looks at all roles' sessions. Which transactions they have is shown to everybody, unlike what they do, so that nothing
    /// here asks for that: a vacuum, which keeps no rows alive, is known by its progress, which is shown as well.
    func waitForReaders() throws(DatabaseError) {
        let horizon: String = try connection.query("SELECT pg_current_xact_id()::xid::text")[0].value(0)
        let end = Clock.monotonicNanoseconds() + UInt64(patience) * 1_000_000
        while let reader = try reader(before: horizon) {
            guard Clock.monotonicNanoseconds() < end else {
                throw DatabaseError(
                    kind: .retryable,
                    message: "\(reader) still sees what was erased (a dump, a forgotten session?); it is waited for")
            }
            Clock.sleep(milliseconds: 100)
        }
    }

    private func reader(before horizon: String) throws(DatabaseError) -> String? {
        let older: SQL = "> age(\(horizon)::text::xid)"
        let rows = try connection.query(
            """
            SELECT 'process ' || pid || coalesce(' of ' || usename, '') FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND (age(backend_xmin) \(older) OR age(backend_xid) \(older))
                -- Of no database: a standby that wants to be spared conflicts.
                AND (datid IS NULL OR datname = current_database())
                AND NOT EXISTS (
                    SELECT FROM pg_stat_progress_vacuum WHERE pg_stat_progress_vacuum.pid = pg_stat_activity.pid)
            UNION ALL
            SELECT 'a prepared transaction of ' || owner FROM pg_prepared_xacts
            WHERE database = current_database() AND age(transaction) \(older)
            UNION ALL
            SELECT 'replication slot ' || slot_name FROM pg_replication_slots WHERE age(xmin) \(older)
            LIMIT 1
            """)
        return try rows.first?.value(0)
    }

    // MARK: The log

    /// Fills the segment of the log that is being written, so that what was logged before lies in older ones, which go with
    /// the next checkpoint; makes that where it may. Writes down how far the log must be for these erasures.
    private func moveLogOn(for numbers: [Int32]) throws(DatabaseError) {
        // A message to nobody: takes no privilege, unlike pg_switch_wal.
        try connection.execute(
            """
            SELECT count(pg_logical_emit_message(false, 'footfall', repeat(' ', 1048576)))
            FROM generate_series(0, pg_size_bytes(current_setting('wal_segment_size')) / 1048576)
            """)
        let position: String = try connection.query("SELECT pg_current_wal_insert_lsn()::text")[0].value(0)
        try connection.execute(
            "UPDATE erasure SET log_position = \(position)::text::pg_lsn WHERE erasure_id = ANY (\(numbers))")
        do throws(DatabaseError) {
            try connection.execute("CHECKPOINT")
        } catch {
            // Without the role pg_checkpoint the server's own next one will do.
            guard error.sqlState == "42501" else { throw error }
        }
    }
}
