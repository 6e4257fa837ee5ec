public import Cache
public import Database
public import EventModel
public import Platform

/// Answers questions about sites' numbers: from the answers of a moment ago, from the slices of days, or from the rows.
public final class ReportEngine: Sendable {
    private let pool: Pool
    private let slices: SliceStore
    private let calendar = DayCalendar()
    private let clock: @Sendable () -> Int64
    private let identity: @Sendable () -> VisitorIdentity
    private let answers = AnswerCache()
    private let flights = SingleFlight<AnswerKey, [ReportAnswer]>()

    /// An engine over a database and a cache.
    ///
    /// - Parameters:
    ///   - liveMilliseconds: how old today's numbers may be where they are expensive.
    ///   - clock: gives milliseconds since 1970.
    ///   - identity: how long visitors have the same id; asked with every question, since a reload may change it.
    public init(
        pool: Pool, cache: TieredCache, liveMilliseconds: Int64 = 5000,
        identity: @escaping @Sendable () -> VisitorIdentity = { .daily },
        clock: @escaping @Sendable () -> Int64 = { Clock.wallMilliseconds() }
    ) {
        self.pool = pool
        slices = SliceStore(pool: pool, cache: cache, liveMilliseconds: liveMilliseconds)
        self.clock = clock
        self.identity = identity
    }

    /// What became of questions for slices.
    public var counters: SliceCounters { slices.counts }

    /// Answers questions about a site, all of one moment. Those about the same days and filter share their reading.
    public func answers(_ queries: [ReportQuery], of site: Site) throws(DatabaseError) -> [ReportAnswer] {
        let now = clock()
        let frames: [Frame] = try pool.withConnection(for: .site(site.id)) { (connection) throws(DatabaseError) in
            var reader = try FrameReader(site: site, now: now, calendar: calendar, connection)
            return try reader.frames(queries)
        }
        let step = queries.map(\.step).filter { $0 > 0 }.min().map { now / $0 } ?? 0
        let key = AnswerKey(
            site: site.id, timeZone: site.timeZone, queries: queries, frames: frames.map { $0.key() }, step: step,
            identity: identity())
        if let known = answers.value(key, now: now) {
            return known.map { answer in
                var answer = answer
                // Equal versions mean that the numbers are those of now.
                answer.computedAt = Timestamp(milliseconds: now)
                return answer
            }
        }
        // While events arrive today's state is another one with every question; what may be shown is shown.
        var momentKey = key
        momentKey.frames = frames.map { $0.key(whateverToday: true) }
        if let known = answers.value(momentKey, now: now) { return known }
        do {
            return try flights.value(for: key) {
                let (computed, freshUntil) = try compute(queries, frames, site, now, key.identity)
                // An answer with numbers that are a moment old is not one of these versions.
                if computed.allSatisfy({ $0.computedAt.milliseconds == now }) {
                    answers.insert(.init(answers: computed), for: key)
                }
                if freshUntil > now, freshUntil < .max {
                    answers.insert(.init(answers: computed, fresh: now..<freshUntil), for: momentKey)
                }
                return computed
            }
        } catch let error as DatabaseError {
            throw error
        } catch {
            throw DatabaseError(kind: .refused, message: "\(error)")
        }
    }

    /// The local date of now at a site.
    public func today(of site: Site) throws(DatabaseError) -> LocalDate {
        let now = clock()
        return try pool.withConnection(for: .site(site.id)) { (connection) throws(DatabaseError) in
            try calendar.date(connection, timeZone: site.timeZone, at: now)
        }
    }

    private func compute(
        _ queries: [ReportQuery], _ frames: [Frame], _ site: Site, _ now: Int64, _ identity: VisitorIdentity
    ) throws(DatabaseError) -> (answers: [ReportAnswer], freshUntil: Int64) {
        let reading = Reading(site: site, now: now, identity: identity, pool: pool, store: slices)
        // First everything that will be needed, so that shapes of one filter are read together.
        for (query, frame) in zip(queries, frames) {
            for (filter, shape) in query.needs { reading.announce(filter, shape, frame) }
        }
        var answers: [ReportAnswer] = []
        for (query, frame) in zip(queries, frames) {
            answers.append(try AnswerBuilder(query: query, frame: frame, reading: reading).answer())
        }
        return (answers, reading.freshUntil)
    }

    /// Forgets answers and slices in memory.
    func emptyCaches() {
        answers.removeAll()
        slices.removeAll()
    }

    /// Seals days, and keeps sealed days right when their events go.
    var sealer: Sealer {
        Sealer(
            pool: pool, vocabulary: slices.vocabulary, calendar: calendar, clock: clock, identity: identity())
    }
}
