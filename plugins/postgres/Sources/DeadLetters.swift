public import Database
import EventModel
public import PluginAPI

/// The events that this store could not take, and those that the chain put into quarantine: for the person who looks at them, and tries again once the reason is gone.
public struct DeadLetters {
    private let connection: Connection
    private let facts: [Fact]

    /// The dead letters in the database of this connection. `facts` are those of the chain, for letters that are tried
    /// again.
    public init(_ connection: Connection, facts: [Fact]) throws(DatabaseError) {
        self.connection = connection
        self.facts = facts
        try LoaderConnection.setUp(connection)
    }

    /// A dead letter in one line.
    public struct Letter: Sendable, Equatable {
        /// Its number.
        public var number: Int64
        /// When it was buried, UTC, as PostgreSQL writes it.
        public var buriedAt: String
        /// The site's domain; empty when there is no such site any more.
        public var domain: String
        /// The store that could not take it.
        public var store: String
        /// Why.
        public var reason: String
    }

    /// The newest letters, at most `limit`.
    public func list(limit: Int) throws(DatabaseError) -> [Letter] {
        let rows = try connection.query(
            """
            SELECT dead_letter_id, to_char(buried_at, 'YYYY-MM-DD HH24:MI:SS'), coalesce(domain, ''), store, reason
            FROM dead_letter LEFT JOIN site USING (site_id) ORDER BY dead_letter_id DESC LIMIT \(limit)
            """)
        var letters: [Letter] = []
        for row in rows {
            letters.append(
                Letter(
                    number: try row.value(0), buriedAt: try row.value(1), domain: try row.value(2),
                    store: try row.value(3), reason: try row.value(4)))
        }
        return letters
    }

    /// How many there are.
    public func count() throws(DatabaseError) -> Int {
        try connection.query("SELECT count(*) FROM dead_letter")[0].value(0)
    }

    /// The event as JSON; `nil` when there is no letter of this number.
    public func json(_ number: Int64) throws(DatabaseError) -> String? {
        let rows = try connection.query("SELECT hit FROM dead_letter WHERE dead_letter_id = \(number)")
        guard let row = rows.first else { return nil }
        return String(decoding: try row.value(0, as: [UInt8].self), as: UTF8.self)
    }

    /// What became of a letter that was tried again.
    public enum Outcome: Sendable, Equatable {
        /// It is an event now.
        case stored
        /// An event of this id had been stored meanwhile; the letter is gone.
        case duplicate
        /// It still cannot be stored, and stays; the text says why.
        case still(String)
        /// There is no such letter.
        case missing
    }

    /// Tries to store the event of a letter, exactly once: it becomes an event and ceases to be a letter in one
    /// transaction. Throws when the database is away or refuses altogether.
    public func retry(_ number: Int64) throws(DatabaseError) -> Outcome {
        let rows = try connection.query(
            "SELECT journal, store, entry FROM dead_letter WHERE dead_letter_id = \(number)")
        guard let row = rows.first else { return .missing }
        guard let entry = try row.value(2, as: [UInt8]?.self) else {
            return .still("there is no copy of it to store")
        }
        var offset = 0
        guard case .hit(let buried)? = try? JournalItemCodec.read(entry, at: &offset, end: entry.count) else {
            return .still("its copy cannot be read by this version")
        }
        // Who looked at it says that it is an event like any other.
        var hit = buried
        hit.quarantine = ""
        let journal = JournalID(try row.value(0))
        let load = BatchLoad(
            batch: Batch(journal: journal, first: 1, hits: []), store: try row.value(1), connection: connection)
        // An event is not too old because it lay here.
        var memory = LoadMemory(maximumAgeDays: 100_000, rememberedTexts: 100, facts: facts)
        do throws(DatabaseError) {
            let receipt = try load.revive(hit, wasInQuarantine: !buried.quarantine.isEmpty, &memory) {
                () throws(DatabaseError) in
                let removed = try connection.execute("DELETE FROM dead_letter WHERE dead_letter_id = \(number)")
                guard removed == 1 else { throw DatabaseError(kind: .retryable, message: "somebody else was faster") }
                try Bookkeeping(connection: connection).takeBack(buried)
            }
            return receipt.stored > 0 ? .stored : .duplicate
        } catch {
            guard error.kind == .poison else { throw error }
            return .still(error.description)
        }
    }
}
