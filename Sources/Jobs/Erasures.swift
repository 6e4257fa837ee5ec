public import Database

/// How erasures go on after they have become invisible.
public struct ErasureSchedule: Sendable {
    /// Seconds after a request for which a journal may still bring events from before it.
    public var journalSeconds: Int
    /// Hour of the day (UTC) in which tables are rewritten, because few people look at reports then.
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

    /// Whether what was asked for at a moment is to be off the disk now; both in milliseconds since 1970.
    func isDue(requestedAt: Int64, now: Int64) -> Bool {
        let age = (now - requestedAt) / 1000
        return hour < 0 || age >= Int64(Self.latestSeconds) || (now / 3_600_000 % 24 == Int64(hour))
    }
}

/// What the room that knows the tables of events does for an erasure. Moments are milliseconds since 1970.
public struct ErasureWork: Sendable {
    /// Erases what has been asked for; returns how many erasures it were.
    public var run: @Sendable (_ connection: Connection, _ now: Int64) throws(DatabaseError) -> Int
    /// Forgets whom erasures were about that were asked for before a moment; returns how many.
    public var settle:
        @Sendable (_ connection: Connection, _ askedBefore: Int64, _ now: Int64) throws(DatabaseError) -> Int
    /// Empties the caches of this process, and Redis.
    public var emptyCaches: @Sendable () -> Void

    /// Work that is done so.
    public init(
        run: @escaping @Sendable (_ connection: Connection, _ now: Int64) throws(DatabaseError) -> Int,
        settle:
            @escaping @Sendable (
                _ connection: Connection, _ askedBefore: Int64, _ now: Int64
            ) throws(DatabaseError) -> Int, emptyCaches: @escaping @Sendable () -> Void
    ) {
        self.run = run
        self.settle = settle
        self.emptyCaches = emptyCaches
    }

    /// Takes every erasure as far as it can go. Returns a line for the log when there is something to tell.
    public func goOn(
        _ connection: Connection, schedule: ErasureSchedule, now: Int64
    ) throws(DatabaseError) -> String? {
        var told: [String] = []
        let erased = try run(connection, now)
        if erased > 0 { told.append("\(erased) made invisible") }
        let settled = try settle(connection, now - Int64(schedule.journalSeconds) * 1000, now)
        if settled > 0 { told.append("\(settled) settled") }
        let requests = try connection.query(
            "SELECT requested_at FROM erasure WHERE settled_at IS NOT NULL AND done_at IS NULL")
        var isDue = false
        for row in requests {
            isDue = schedule.isDue(requestedAt: try row.milliseconds(0), now: now) || isDue
        }
        if isDue {
            emptyCaches()
            told.append(try TableRewriting(connection: connection).run(now: now))
        }
        return told.isEmpty ? nil : told.joined(separator: ", ")
    }
}

extension Job {
    /// Erases what people have asked for: out of every table and report within seconds, and off the disk within a day.
    public static func erase(
        _ work: ErasureWork, schedule: @escaping @Sendable () -> ErasureSchedule,
        now: @escaping @Sendable () -> Int64 = wallClock
    ) -> Job {
        Job(name: "erase", intervalSeconds: 15) { (connection) throws(DatabaseError) in
            try work.goOn(connection, schedule: schedule(), now: now())
        }
    }
}
