import Database
import EventModel

/// How far a journal is loaded: the row that moves in the same transaction as what was loaded.
struct JournalCursor {
    let journal: JournalID
    let store: String
    let connection: Connection

    /// Locks the position for this transaction, so that a second loader of the same journal waits, and reads it.
    func lock() throws(DatabaseError) -> UInt64 {
        if let position = try read() { return position }
        try connection.execute(
            """
            INSERT INTO journal_cursor (journal, store, position) VALUES (\(uuid: journal.value), \(store), 0)
            ON CONFLICT DO NOTHING
            """)
        return try read() ?? 0
    }

    /// The same, for a batch that begins where the store had come to. Throws `retryable` when that is not so any more:
    /// somebody has put back an older table under a connection that lives on, and what lies between would be skipped.
    func lock(before batch: Batch) throws(DatabaseError) -> UInt64 {
        let position = try lock()
        guard position + 1 < batch.first else { return position }
        throw DatabaseError(
            kind: .retryable,
            message: "the position was set back to \(position), before \(batch.first); loading goes on from there")
    }

    /// Sets the position.
    func move(to position: UInt64) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE journal_cursor SET position = \(Int64(clamping: position))
            WHERE journal = \(uuid: journal.value) AND store = \(store)
            """)
    }

    private func read() throws(DatabaseError) -> UInt64? {
        let rows = try connection.query(
            """
            SELECT position FROM journal_cursor
            WHERE journal = \(uuid: journal.value) AND store = \(store) FOR UPDATE
            """)
        guard let row = rows.first else { return nil }
        return UInt64(clamping: try row.value(0, as: Int64.self))
    }
}
