public import Database
import EventModel
import PluginAPI

/// Erases what people have asked for (`erasure`), in bounded transactions, from every table that the loader fills: events,
/// visits, sealed days, ids, dead letters. The versions of the days rise, so that no cache is asked for them any more.
///
/// What the deleted rows leave in the files of PostgreSQL goes when the tables are rewritten, later.
public struct Eraser {
    private let connection: Connection
    /// Events of one transaction.
    private let batchSize: Int

    /// Milliseconds after which a gateway of which nothing is heard any more holds up no erasure: it is gone for good, or its
    /// store has another name now.
    static let silentMilliseconds: Int64 = 7 * 86_400_000

    /// What became of several erasures.
    public struct Outcome: Sendable, Equatable {
        /// How many of them worked.
        public var done = 0
        /// What those said that did not, and are tried again later. Nothing about whom.
        public var failures: [String] = []
    }

    /// An eraser in the database of this connection, which must be its owner's.
    public init(_ connection: Connection, batchSize: Int = 5000) {
        self.connection = connection
        self.batchSize = batchSize
    }

    /// Erases what has been asked for and is still there. One that fails is tried again later, and the others go on; throws
    /// only what no other one would survive either.
    ///
    /// - Parameter now: milliseconds since 1970.
    public func runAll(now: Int64) throws(DatabaseError) -> Outcome {
        try work(
            on: """
                invisible_at IS NULL AND settled_at IS NULL AND coalesce(retry_at <= \(timestamp: now), true)
                """, now: now, finish: becomeInvisible)
    }

    /// Erases what one erasure is about; again where that has been done before. Does nothing for one that is settled.
    public func run(_ number: Int32, now: Int64) throws(DatabaseError) {
        guard let request = try waited({ () throws(DatabaseError) in try ErasureRequest(number, connection) })
        else { return }
        try EventErasure(connection: connection, request: request, batchSize: batchSize).run()
        try DeadLetterErasure(connection: connection, site: request.site, requests: [request]).run()
        try becomeInvisible(request, now)
    }

    /// Forgets whom erasures were about of which nothing more can come: those that were asked for before a moment, when
    /// every journal is loaded beyond the request. They are run once more.
    ///
    /// - Parameters:
    ///   - moment: milliseconds since 1970.
    ///   - heedsJournals: whether it is asked how far the journals are; otherwise what they still bring will be stored.
    ///   - now: milliseconds since 1970.
    public func settle(askedBefore moment: Int64, heedsJournals: Bool, now: Int64) throws(DatabaseError) -> Outcome {
        try work(
            on: """
                settled_at IS NULL AND invisible_at IS NOT NULL AND requested_at < \(timestamp: moment)
                    AND coalesce(retry_at <= \(timestamp: now), true)
                    AND (NOT \(heedsJournals)::boolean OR NOT EXISTS (
                            SELECT FROM journal_cursor WHERE loaded_through < requested_at
                                AND loaded_through > \(timestamp: now - Eraser.silentMilliseconds))
                        -- Nothing is stored for a site that is gone.
                        OR NOT EXISTS (SELECT FROM site WHERE site.site_id = erasure.site_id))
                """, now: now, finish: settle)
    }

    // MARK: One after the other

    private typealias Finish = (ErasureRequest, Int64) throws(DatabaseError) -> Void

    private func work(on which: SQL, now: Int64, finish: Finish) throws(DatabaseError) -> Outcome {
        var outcome = Outcome()
        let rows = try connection.query(
            "SELECT erasure_id FROM erasure WHERE \(which) ORDER BY retry_at NULLS FIRST, erasure_id")
        if rows.isEmpty { return outcome }
        var numbers: [Int32] = []
        for row in rows { numbers.append(try row.value(0)) }
        var requests: [Int32: [ErasureRequest]] = [:]
        let read = try waited { () throws(DatabaseError) in
            var read: [ErasureRequest] = []
            for number in numbers { if let request = try ErasureRequest(number, connection) { read.append(request) } }
            return read
        }
        for request in read {
            let worked = try attempt([request], now, &outcome) { () throws(DatabaseError) in
                try EventErasure(connection: connection, request: request, batchSize: batchSize).run()
            }
            if worked { requests[request.site, default: []].append(request) }
        }
        for (site, requests) in requests.sorted(by: { $0.key < $1.key }) {
            let worked = try attempt(requests, now, &outcome) { () throws(DatabaseError) in
                // Each letter has to be looked into: once for all of them.
                try DeadLetterErasure(connection: connection, site: site, requests: requests).run()
                for request in requests { try finish(request, now) }
            }
            if worked { outcome.done += requests.count }
        }
        return outcome
    }

    /// Reads requests so that whatever is loaded afterwards knows of them: batches that were being loaded when somebody asked
    /// end first.
    private func waited<Result>(_ read: () throws(DatabaseError) -> Result) throws(DatabaseError) -> Result {
        let result = try read()
        try connection.transaction { () throws(DatabaseError) in
            try connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('footfall texts', 0))")
        }
        return result
    }

    /// Whether the work on some erasures was done. What goes wrong is noted, and they are left alone for a while.
    private func attempt(
        _ requests: [ErasureRequest], _ now: Int64, _ outcome: inout Outcome,
        _ body: () throws(DatabaseError) -> Void
    ) throws(DatabaseError) -> Bool {
        do throws(DatabaseError) {
            try body()
            return true
        } catch {
            if error.kind == .connection { throw error }
            let numbers = requests.map(\.number)
            outcome.failures.append("erasure \(numbers.map { "\($0)" }.joined(separator: ", ")): \(error)")
            try connection.execute(
                """
                UPDATE erasure SET failures = failures + 1,
                    retry_at = \(timestamp: now) + least(15 * 2 ^ least(failures, 20), 3600) * interval '1 second'
                WHERE erasure_id = ANY (\(numbers))
                """)
            return false
        }
    }

    // MARK: What is written down

    private func becomeInvisible(_ request: ErasureRequest, _ now: Int64) throws(DatabaseError) {
        // Not when somebody has asked for the same again meanwhile, or a journal has told another pseudonym.
        try connection.execute(
            """
            UPDATE erasure SET invisible_at = coalesce(invisible_at, \(timestamp: now)), failures = 0, retry_at = NULL
            WHERE erasure_id = \(request.number) AND requested_at = \(timestamp: request.requestedAt)
                AND coalesce(visitors <@ \(request.visitors), true)
            """)
    }

    private func settle(_ request: ErasureRequest, _ now: Int64) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE erasure SET settled_at = \(timestamp: now), visitors = NULL, user_hash = NULL, failures = 0,
                retry_at = NULL
            WHERE erasure_id = \(request.number) AND requested_at = \(timestamp: request.requestedAt)
                AND invisible_at IS NOT NULL AND coalesce(visitors <@ \(request.visitors), true)
            """)
    }
}

extension ErasureRequest {
    fileprivate var visitors: [Int64] {
        if case .person(let visitors, _) = target { visitors } else { [] }
    }
}
