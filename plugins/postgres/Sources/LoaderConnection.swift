import Database
import EventModel
import PluginAPI

/// How a loader's connection differs from others.
enum LoaderConnection {
    /// Every query of the loader finds few rows through an index. The planner, which knows the tables as they were when
    /// they were last analysed, sometimes prefers to read all of a table that has grown since, and even starts parallel
    /// workers for it, which takes ten times as long as the query; these settings forbid it. A commit must be on the server's disk whatever the server's default says (promise 1).
    static func setUp(_ connection: Connection) throws(DatabaseError) {
        try connection.execute(
            """
            SELECT set_config(name, 'off', false)
            FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) AS name
            """)
        try connection.execute("SELECT set_config('max_parallel_workers_per_gather', '0', false)")
        try connection.execute(
            """
            SELECT set_config('synchronous_commit', 'on', false)
            WHERE current_setting('synchronous_commit') = 'off'
            """)
    }
}

/// What a loader remembers between batches. Nothing in it is more than a shortcut: an empty memory is always right.
struct LoadMemory: Sendable {
    /// Months (year × 12 + month − 1) whose partition exists.
    var months: Set<Int> = []
    /// Texts that stand in the dictionary.
    var texts: TextCache
    /// Sets of facts that stand in `fact_set`, by their JSON.
    var facts: TextCache
    /// Numbers of sets of facts that stand in `fact_set`, by a hash of the facts.
    private(set) var factNumbers: [Int: Int64] = [:]
    /// The epoch of the texts when they were remembered.
    private var textEpoch: Int64 = 0
    /// Whether the last batch held events that were stored before; then the next one probably does, too.
    var expectsDuplicates = false
    /// Days before its receipt beyond which an event's time is not believed.
    let maximumAgeDays: Int
    /// What the facts of the chain describe, by their names.
    let subjects: [String: Fact.Subject]

    init(maximumAgeDays: Int, rememberedTexts: Int, facts chain: [Fact]) {
        self.maximumAgeDays = maximumAgeDays
        subjects = Dictionary(chain.map { ($0.name, $0.subject) }, uniquingKeysWith: { first, _ in first })
        texts = TextCache(limit: rememberedTexts)
        facts = TextCache(limit: max(100, rememberedTexts / 10))
    }

    /// What a fact describes. One that no plugin of this chain adds came through an older one's journal.
    func subject(of fact: Property) -> Fact.Subject {
        subjects[fact.name] ?? .event
    }

    /// Remembers a set of facts that is stored. When there are too many, all are forgotten, and come again.
    mutating func rememberFacts(_ digest: Int, _ number: Int64) {
        if factNumbers.count >= 50_000 { factNumbers = [:] }
        factNumbers[digest] = number
    }

    /// Keeps texts from being deleted until the transaction ends, and forgets those that may have been since the last
    /// batch (`sweep_unused_texts`).
    mutating func holdTexts(_ connection: Connection) throws(DatabaseError) {
        // The lock first, in a statement of its own: the epoch is read as it is once nobody can raise it any more.
        try connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('footfall texts', 0))")
        let epoch: Int64 = try connection.query("SELECT epoch FROM text_epoch")[0].value(0)
        guard epoch != textEpoch else { return }
        forgetTexts()
        textEpoch = epoch
    }

    private mutating func forgetTexts() {
        factNumbers = [:]
        texts.forget()
        facts.forget()
    }

    /// Forgets all of it.
    mutating func forget() {
        months = []
        forgetTexts()
    }

    /// PostgreSQL's code for a row that no partition takes (it is that of any check).
    static let noPartition = "23514"
}
