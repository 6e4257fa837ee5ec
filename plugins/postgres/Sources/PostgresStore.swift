import Database
public import EventModel
public import PluginAPI
import Synchronization

/// Keeps events and visits in PostgreSQL, exactly once: rows, visits and the journal's position move in one
/// transaction.
public struct PostgresStore: EventStore {
    /// As in the configuration.
    public static let name: StaticString = "postgres"
    /// For `footfall plugins`.
    public static let summary: StaticString = "keeps events and visits in PostgreSQL, exactly once"

    private let id: String
    private let hasURL: Bool
    private let holder: ConnectionHolder
    private let core: Core

    /// What is shared by the copies of this value.
    private final class Core: Sendable {
        let memory: Mutex<LoadMemory>

        init(_ memory: LoadMemory) {
            self.memory = Mutex(memory)
        }
    }

    /// Reads everything that is left of an event, and writes nothing.
    public static func declaration(for settings: PostgresSettings) -> Declaration {
        Declaration(reads: Set(Field.allCases).subtracting(Field.ofVisitor), derived: StoredColumns.derived)
    }

    /// A store that has not connected yet.
    public init(_ settings: PostgresSettings, in context: PluginContext) throws(PluginError) {
        let url = settings.url.isEmpty ? context.databaseURL.reveal() : settings.url
        id = context.id
        hasURL = !url.isEmpty
        core = Core(
            LoadMemory(
                maximumAgeDays: settings.maximumAgeDays, rememberedTexts: settings.rememberedTexts,
                facts: context.facts))
        let connection = ConnectionSettings(
            url: url, applicationName: "footfall loader",
            statementTimeoutMilliseconds: settings.statementTimeoutSeconds * 1000)
        holder = ConnectionHolder(connection) { (connection) throws(DatabaseError) in
            try LoaderConnection.setUp(connection)
        }
    }

    /// Does not connect: a gateway starts, and acknowledges events, while its database is away.
    public func start() throws(PluginError) {
        guard hasURL else {
            throw .settings(key: "url", "must be given, because the gateway's database.url is empty as well")
        }
    }

    /// Closes the connection.
    public func stop() {
        holder.close()
    }

    /// The stored position of this journal.
    public func position(in journal: JournalID) throws(StoreError) -> UInt64 {
        try translating { (connection, memory) throws(DatabaseError) in
            // Asked after every failure: the database may have been set back meanwhile, and lack what we remember of it.
            memory.forget()
            let rows = try connection.query(
                "SELECT position FROM journal_cursor WHERE journal = \(uuid: journal.value) AND store = \(id)")
            guard let row = rows.first else { return 0 }
            return UInt64(clamping: try row.value(0, as: Int64.self))
        }
    }

    /// Stores the batch in one transaction.
    public func store(_ batch: Batch) throws(StoreError) -> StoreReceipt {
        try translating { (connection, memory) throws(DatabaseError) in
            do throws(DatabaseError) {
                return try BatchLoad(batch: batch, store: id, connection: connection).run(&memory)
            } catch  where error.sqlState == LoadMemory.noPartition {
                // Somebody dropped a month that we had seen.
                memory.months = []
                return try BatchLoad(batch: batch, store: id, connection: connection).run(&memory)
            }
        }
    }

    /// Puts one hit among the dead letters and moves the position past it.
    public func bury(_ batch: Batch, reason: String) throws(StoreError) {
        try translating { (connection, memory) throws(DatabaseError) in
            try connection.transaction { () throws(DatabaseError) in
                let cursor = JournalCursor(journal: batch.journal, store: id, connection: connection)
                guard let batch = batch.after(try cursor.lock(before: batch)) else { return }
                try memory.holdTexts(connection)
                let deleted = try DeletedSites(connection, of: batch, throwsForUnknown: false)
                let split = try Erasures(connection, for: batch.hits).split(batch.hits, deleted, storesVisits: false)
                for (index, hit) in split.hits.enumerated() {
                    var hit = hit
                    // Dead, whatever it would have been.
                    hit.quarantine = ""
                    let sequence = batch.sequence(ofHit: split.place(of: index))
                    let isNew = try DeadLetter(hit: hit, reason: reason)
                        .insert(batch.journal, sequence: sequence, store: id, connection)
                    if isNew { try Bookkeeping(connection: connection).countDead(hit) }
                }
                try Bookkeeping(connection: connection).count([], accepted: [], ended: split.dropped)
                try split.note(connection)
                try cursor.move(to: batch.last)
            }
        }
    }

    /// Writes down how far the journal is loaded, for erasures.
    public func note(loadedThrough moment: Timestamp, of journal: JournalID) throws(StoreError) {
        try translating { (connection, _) throws(DatabaseError) in
            _ = try connection.execute(
                """
                INSERT INTO journal_cursor (journal, store, position, loaded_through)
                VALUES (\(uuid: journal.value), \(id), 0, \(timestamp: moment.milliseconds))
                ON CONFLICT (journal, store) DO UPDATE
                SET loaded_through = greatest(journal_cursor.loaded_through, excluded.loaded_through)
                """)
        }
    }

    private func translating<Result: Sendable>(
        _ body: (Connection, inout LoadMemory) throws(DatabaseError) -> Result
    ) throws(StoreError) -> Result {
        do throws(DatabaseError) {
            return try holder.withConnection { (connection) throws(DatabaseError) in
                try core.memory.withLock { (memory) throws(DatabaseError) in try body(connection, &memory) }
            }
        } catch {
            switch error.kind {
            case .connection, .retryable: throw .unavailable(error.description)
            case .poison: throw .poison(error.description)
            case .refused, .decoding: throw .refused(error.description)
            }
        }
    }
}
