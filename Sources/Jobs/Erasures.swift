public import Database

/// How erasures go on after they have become invisible.
public struct ErasureSchedule: Sendable {
    /// Seconds after a request for which a journal may still bring events from before it, and its files may hold them.
    public var journalSeconds: Int
    /// Hour of the day (UTC) in which tables are rewritten, because few people look at reports then; −1 for at once.
    public var hour: Int

    /// Goes on so.
    public init(journalSeconds: Int, hour: Int) {
        self.journalSeconds = journalSeconds
        self.hour = hour
    }

    /// Seconds after a request at which tables are rewritten whatever the hour is: it is promised within a day.
    static let latestSeconds = 20 * 3600

    /// At once.
    public static let now = ErasureSchedule(journalSeconds: 0, hour: -1)

    /// Whether nothing is waited for.
    var isAtOnce: Bool { hour < 0 }

    /// Whether tables are to be rewritten now: once in each quiet hour for all that was asked for by then, and when the
    /// oldest request cannot wait for the next one. All moments in milliseconds since 1970.
    ///
    /// - Parameters:
    ///   - oldest: when the first of those was asked for that are not off the disk yet.
    ///   - last: when tables were rewritten last.
    func isDue(oldest: Int64, last: Int64?, now: Int64) -> Bool {
        if isAtOnce { return true }
        if now - oldest >= Int64(Self.latestSeconds) * 1000 {
            // A journal that brings more and more from before is no reason to write everything anew each minute.
            return last.map { now - $0 >= 3_600_000 } ?? true
        }
        let hours = now / 3_600_000
        guard hours % 24 == Int64(hour) else { return false }
        return last.map { $0 / 3_600_000 < hours } ?? true
    }
}

/// What the room that knows the tables of events does for erasures. Moments are milliseconds since 1970.
public struct ErasureWork: Sendable {
    /// What became of several erasures.
    public struct Outcome: Sendable {
        /// How many of them worked.
        public var done: Int
        /// What those said that did not, and are tried again later.
        public var failures: [String]

        /// An outcome of these.
        public init(done: Int, failures: [String] = []) {
            self.done = done
            self.failures = failures
        }
    }

    /// Erases what has been asked for.
    public var run: @Sendable (_ connection: Connection, _ now: Int64) throws(DatabaseError) -> Outcome
    /// Forgets whom erasures were about that were asked for before a moment; `heedsJournals` says whether those are left out
    /// of which a journal may still bring something.
    public var settle:
        @Sendable (
            _ connection: Connection, _ askedBefore: Int64, _ heedsJournals: Bool, _ now: Int64
        ) throws(DatabaseError) -> Outcome
    /// Empties the caches of this process, and Redis.
    public var emptyCaches: @Sendable () -> Void

    /// Work that is done so.
    public init(
        run: @escaping @Sendable (_ connection: Connection, _ now: Int64) throws(DatabaseError) -> Outcome,
        settle:
            @escaping @Sendable (
                _ connection: Connection, _ askedBefore: Int64, _ heedsJournals: Bool, _ now: Int64
            ) throws(DatabaseError) -> Outcome, emptyCaches: @escaping @Sendable () -> Void
    ) {
        self.run = run
        self.settle = settle
        self.emptyCaches = emptyCaches
    }

    /// Takes every erasure as far as it can go. Returns a line for the log when there is something to tell.
    public func goOn(
        _ connection: Connection, schedule: ErasureSchedule, now: Int64
    ) throws(DatabaseError) -> String? {
        let erased = try erase(connection, schedule: schedule, now: now)
        let rewritten = try rewrite(connection, schedule: schedule, now: now)
        let told = [erased, rewritten].compactMap { $0 }
        return told.isEmpty ? nil : told.joined(separator: ", ")
    }

    /// Makes erasures invisible, and forgets whom settled ones were about. Throws at the end what went wrong with some.
    func erase(_ connection: Connection, schedule: ErasureSchedule, now: Int64) throws(DatabaseError) -> String? {
        let erased = try run(connection, now)
        let settled = try settle(
            connection, now - Int64(schedule.journalSeconds) * 1000, !schedule.isAtOnce, now)
        var told: [String] = []
        if erased.done > 0 { told.append("\(erased.done) made invisible") }
        if settled.done > 0 { told.append("\(settled.done) settled") }
        let failures = erased.failures + settled.failures
        guard failures.isEmpty else {
            throw DatabaseError(
                kind: .retryable,
                message: (failures + told).joined(separator: "; ") + "; what failed is tried again later")
        }
        return told.isEmpty ? nil : told.joined(separator: ", ")
    }

    /// Takes what is invisible off the disk when its time has come.
    func rewrite(_ connection: Connection, schedule: ErasureSchedule, now: Int64) throws(DatabaseError) -> String? {
        let rewriting = TableRewriting(connection: connection)
        var told: [String] = []
        if let oldest = try rewriting.oldestRequest(),
            schedule.isDue(oldest: oldest, last: try rewriting.last(), now: now)
        {
            let tables = try rewriting.run(now: now)
            // Not before: while somebody is in the way it is tried again every minute, and pages would be computed each time.
            emptyCaches()
            told.append("\(tables) tables were rewritten")
        }
        if let line = try rewriting.finish(now: now) { told.append(line) }
        return told.isEmpty ? nil : told.joined(separator: ", ")
    }
}

extension Job {
    /// Erases what people have asked for, out of every table and report, within seconds.
    public static func erase(
        _ work: ErasureWork, schedule: @escaping @Sendable () -> ErasureSchedule,
        now: @escaping @Sendable () -> Int64 = wallClock
    ) -> Job {
        Job(name: eraseName, intervalSeconds: 15) { (connection) throws(DatabaseError) in
            try work.erase(connection, schedule: schedule(), now: now())
        }
    }

    /// The name of the job that erases, to wake it by.
    public static let eraseName = "erase"

    /// Takes off the disk what was erased, within a day.
    public static func rewriteTables(
        _ work: ErasureWork, schedule: @escaping @Sendable () -> ErasureSchedule,
        now: @escaping @Sendable () -> Int64 = wallClock
    ) -> Job {
        Job(name: "rewrite_tables", intervalSeconds: 60) { (connection) throws(DatabaseError) in
            try work.rewrite(connection, schedule: schedule(), now: now())
        }
    }
}
