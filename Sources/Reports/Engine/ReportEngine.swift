public import Cache
public import Database
public import EventModel
public import Platform
import Synchronization

/// Answers questions about sites' numbers: from the answers of a moment ago, from the slices of days, or from the rows.
public final class ReportEngine: Sendable {
    private let pool: Pool
    private let slices: SliceStore
    private let calendar = DayCalendar()
    private let clock: @Sendable () -> Int64
    private let answers = AnswerCache()
    private let flights = SingleFlight<AnswerKey, [ReportAnswer]>()

    /// An engine over a database and a cache.
    ///
    /// - Parameters:
    ///   - liveMilliseconds: how old today's numbers may be where they are expensive.
    ///   - clock: gives milliseconds since 1970.
    public init(
        pool: Pool, cache: TieredCache, liveMilliseconds: Int64 = 5000,
        clock: @escaping @Sendable () -> Int64 = { Clock.wallMilliseconds() }
    ) {
        self.pool = pool
        slices = SliceStore(pool: pool, cache: cache, liveMilliseconds: liveMilliseconds)
        self.clock = clock
    }

    /// What became of questions for slices.
    public var counters: SliceCounters { slices.counts }

    /// Answers questions about a site, all of one moment. Those about the same days and filter share their reading.
    public func answers(_ queries: [ReportQuery], of site: Site) throws(DatabaseError) -> [ReportAnswer] {
        let now = clock()
        let frames: [Frame] = try pool.withConnection { (connection) throws(DatabaseError) in
            try self.frames(queries, site, now, connection)
        }
        let key = AnswerKey(site: site.id, timeZone: site.timeZone, queries: queries, frames: frames.map { $0.key })
        if let known = answers.value(key) {
            return known.map { answer in
                var answer = answer
                // Equal versions mean that the numbers are those of now.
                answer.computedAt = Timestamp(milliseconds: now)
                return answer
            }
        }
        do {
            return try flights.value(for: key) {
                let computed = try compute(queries, frames, site, now)
                // An answer with numbers that are a moment old is not one of these versions.
                if computed.allSatisfy({ $0.computedAt.milliseconds == now }) { answers.insert(computed, for: key) }
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
        return try pool.withConnection { (connection) throws(DatabaseError) in
            try calendar.date(connection, timeZone: site.timeZone, at: now)
        }
    }

    /// The state of days.
    struct Frame: Sendable {
        var first: LocalDate
        var last: LocalDate
        var today: LocalDate
        var days: [LocalDay]
        var versions: [LocalDate: DayVersion]
        /// The time to compare with.
        var before: Earlier?

        /// An earlier time of as many days, cut where the later one has got to.
        struct Earlier: Sendable {
            var first: LocalDate
            var last: LocalDate
            /// Whole days.
            var days: [LocalDay]
            /// The last one, where it is cut.
            var partial: LocalDay?
            var versions: [LocalDate: DayVersion]
        }

        /// Whatever the numbers depend on.
        fileprivate var key: FrameKey {
            func list(_ versions: [LocalDate: DayVersion]) -> [Int64] {
                versions.sorted { $0.key < $1.key }.flatMap { [Int64($0.key.number), $0.value.version] }
            }
            return FrameKey(
                first: first, last: last, today: today, versions: list(versions),
                before: before.map { list($0.versions) } ?? [], cut: before?.partial?.end ?? 0)
        }
    }

    private func frames(
        _ queries: [ReportQuery], _ site: Site, _ now: Int64, _ connection: Connection
    ) throws(DatabaseError) -> [Frame] {
        let today = try calendar.date(connection, timeZone: site.timeZone, at: now)
        var frames: [Frame] = []
        var known: [FrameQuestion: Frame] = [:]
        for query in queries {
            let question = FrameQuestion(range: query.range, comparison: query.comparison)
            if let frame = known[question] {
                frames.append(frame)
                continue
            }
            let frame = try self.frame(question, site, today, now, connection)
            known[question] = frame
            frames.append(frame)
        }
        return frames
    }

    private struct FrameQuestion: Hashable {
        var range: DateRange
        var comparison: ReportQuery.Comparison?
    }

    private func frame(
        _ question: FrameQuestion, _ site: Site, _ today: LocalDate, _ now: Int64, _ connection: Connection
    ) throws(DatabaseError) -> Frame {
        let (first, last): (LocalDate, LocalDate) =
            switch question.range {
            case .period(let period): period.dates(today: today)
            case .dates(let first, let last): (first, last)
            }
        let days = try calendar.days(connection, timeZone: site.timeZone, from: first, through: last)
        let versions = try queryVersions(connection, site: site.id, from: first, through: last)
        var frame = Frame(first: first, last: last, today: today, days: days, versions: versions)
        guard let comparison = question.comparison else { return frame }
        let length = last.number - first.number + 1
        let shift: (LocalDate) -> LocalDate =
            comparison == .previousPeriod ? { $0.adding(days: -length) } : { $0.adding(months: -12) }
        let (earlierFirst, earlierLast) = (shift(first), shift(last))
        var earlier = Frame.Earlier(
            first: earlierFirst, last: earlierLast,
            days: try calendar.days(connection, timeZone: site.timeZone, from: earlierFirst, through: earlierLast),
            versions: try queryVersions(connection, site: site.id, from: earlierFirst, through: earlierLast))
        // A time that has not ended yet is compared with as much of the one before.
        if last >= today, first <= today {
            let cutDate = shift(today)
            earlier.days.removeAll { $0.date > cutDate }
            if let day = earlier.days.last, day.date == cutDate {
                earlier.days.removeLast()
                let cut = try queryCut(
                    connection, timeZone: site.timeZone, now: now, days: today.number - cutDate.number,
                    step: length <= 2 ? 300_000 : 3_600_000)
                let end = min(max(cut, day.start), day.end)
                earlier.partial = LocalDay(date: day.date, start: day.start, end: end)
            }
        }
        frame.before = earlier
        return frame
    }

    private func compute(
        _ queries: [ReportQuery], _ frames: [Frame], _ site: Site, _ now: Int64
    ) throws(DatabaseError) -> [ReportAnswer] {
        let reading = Reading(site: site, now: now, pool: pool, store: slices)
        // First everything that will be needed, so that shapes of one filter are read together.
        for (query, frame) in zip(queries, frames) {
            for (filter, shape) in query.needs { reading.announce(filter, shape, frame) }
        }
        var answers: [ReportAnswer] = []
        for (query, frame) in zip(queries, frames) {
            answers.append(try AnswerBuilder(query: query, frame: frame, reading: reading).answer())
        }
        return answers
    }

    /// Seals days of a site that are not sealed yet, or no longer right; returns how many. Computing begins with the latest,
    /// and ends after `limit` days. Today is among them: it is right for as long as nothing happens.
    public func seal(_ site: Site, limit: Int) throws(DatabaseError) -> Int {
        let now = clock()
        let days = try pool.withConnection { (connection) throws(DatabaseError) in
            let today = try calendar.date(connection, timeZone: site.timeZone, at: now)
            let rows = try connection.query(
                """
                SELECT day FROM site_day
                WHERE site_id = \(site.id.rawValue) AND day <= \(today.description)::text::date
                    AND (SELECT count(*) FROM day_stat
                        WHERE day_stat.site_id = site_day.site_id AND day_stat.day = site_day.day
                            AND (has_texts OR day_stat.version = site_day.version
                                AND get_byte(slice, 0) = \(Int32(SliceBytes.version)))
                            AND shape = ANY (\(Shape.standard.map(\.name)))) < \(Shape.standard.count)
                ORDER BY day DESC LIMIT \(limit)
                """)
            var days: [LocalDay] = []
            for row in rows {
                let date = try row.localDate(0)
                days += try calendar.days(connection, timeZone: site.timeZone, from: date, through: date)
            }
            return days
        }
        let computer = SliceComputer(
            site: site.id, filter: nil, shapes: Shape.standard, vocabulary: slices.vocabulary)
        for day in days {
            try pool.withConnection { (connection) throws(DatabaseError) in
                if let computed = try computer.seal(day, connection) { try store(computed, site, connection) }
            }
        }
        return days.count
    }

    private func store(
        _ computed: SliceComputer.Computed, _ site: Site, _ connection: Connection
    ) throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
            try DayVisitsStore(site: site.id, connection).keep(
                computed.visits, of: computed.day, version: computed.version)
            for (shape, slice) in computed.slices {
                try connection.execute(
                    """
                    INSERT INTO day_stat (site_id, day, shape, version, slice)
                    VALUES (\(site.id.rawValue), \(computed.day.date.description)::text::date, \(shape),
                        \(computed.version), \(bytes: slice.bytes))
                    ON CONFLICT (site_id, day, shape) DO UPDATE
                    SET version = excluded.version, slice = excluded.slice
                    WHERE day_stat.version <= excluded.version AND NOT day_stat.has_texts
                    """)
            }
        }
    }
}

/// Everything that a list of answers depends on.
private struct AnswerKey: Hashable, Sendable {
    var site: SiteID
    var timeZone: String
    var queries: [ReportQuery]
    var frames: [FrameKey]
}

private struct FrameKey: Hashable, Sendable {
    var first: LocalDate
    var last: LocalDate
    var today: LocalDate
    var versions: [Int64]
    var before: [Int64]
    var cut: Int64
}

/// The last answers, as they are: reading them from bytes would take longer than all the rest of a page.
private final class AnswerCache: Sendable {
    private struct State {
        var young: [AnswerKey: [ReportAnswer]] = [:]
        var old: [AnswerKey: [ReportAnswer]] = [:]
        var rows = 0
    }

    private let state = Mutex(State())
    /// Rows of the young generation; about 150 bytes each.
    private static let limit = 20_000

    func value(_ key: AnswerKey) -> [ReportAnswer]? {
        state.withLock { state in
            if let value = state.young[key] { return value }
            guard let value = state.old[key] else { return nil }
            AnswerCache.insert(value, key, &state)
            return value
        }
    }

    func insert(_ answers: [ReportAnswer], for key: AnswerKey) {
        state.withLock { AnswerCache.insert(answers, key, &$0) }
    }

    private static func insert(_ answers: [ReportAnswer], _ key: AnswerKey, _ state: inout State) {
        let rows = answers.reduce(10) { $0 + $1.rows.count + 10 }
        guard rows < limit / 4 else { return }
        if state.rows + rows > limit {
            state.old = state.young
            state.young = [:]
            state.rows = 0
        }
        state.young[key] = answers
        state.rows += rows
    }
}

/// The moment so many days ago with the same local time of day, rounded up to whole steps so that it does not move with
/// every question.
func queryCut(
    _ connection: Connection, timeZone: String, now: Int64, days: Int, step: Int64
) throws(DatabaseError) -> Int64 {
    let rounded = now - now % step + step
    let rows = try connection.query(
        """
        SELECT (\(timestamp: rounded) AT TIME ZONE \(timeZone) - make_interval(days => \(Int32(clamping: days))))
            AT TIME ZONE \(timeZone)
        """)
    return try rows[0].milliseconds(0)
}
