import Cache
import Database
import EventModel
import Platform
import Synchronization

/// Slices of days, wherever they are: in memory, in Redis, sealed in `day_stat`, or computed now.
///
/// A slice is named by the version of its day, so that one that is found is right. Only today's may be up to
/// `liveMilliseconds` old when it is expensive, for it changes with every event.
final class SliceStore: Sendable {
    private let pool: Pool
    private let cache: TieredCache
    let vocabulary = Vocabulary()
    private let live = Mutex<[LiveKey: LiveSlice]>([:])
    private let counters = Mutex(SliceCounters())

    /// How old today's numbers may be at most.
    private let liveMilliseconds: Int64
    /// Bytes that today's slices may take.
    private static let mostLiveBytes = 8 << 20
    /// Milliseconds up to which a slice is cheap enough to be computed whenever it changes.
    private static let cheap: Int64 = 20

    init(pool: Pool, cache: TieredCache, liveMilliseconds: Int64) {
        self.pool = pool
        self.cache = cache
        self.liveMilliseconds = liveMilliseconds
    }

    /// Forgets today's slices, and the facts that were read.
    func removeAll() {
        live.withLock { $0 = [:] }
        vocabulary.removeAll()
    }

    /// What happened so far.
    var counts: SliceCounters { counters.withLock { $0 } }

    /// The slices of some days under a filter, by shape, in the order of the days.
    struct Loaded: Sendable {
        var slices: [Shape: [SliceBytes]] = [:]
        /// When the oldest of them was computed, milliseconds since 1970.
        var computedAt: Int64
        /// Until when they may be shown although today goes on, before the next ones are looked for.
        var freshUntil = Int64.max
    }

    /// A question for slices.
    struct Request {
        var site: Site
        var days: [LocalDay]
        var filter: Filter?
        var shapes: [Shape]
        /// The versions of the days.
        var versions: [LocalDate: DayVersion]
        /// Today's date, and now.
        var today: LocalDate
        var now: Int64
        /// How long visitors have the same id.
        var identity: VisitorIdentity
        /// Whether the only day ends before its end, at a moment that moves on in steps.
        var isCut = false
    }

    private static let nothing = SliceBytes(Slice())

    /// Finds or computes the slices.
    func load(_ request: Request) throws(DatabaseError) -> Loaded {
        var loaded = Loaded(computedAt: request.now)
        var found: [Shape: [LocalDate: SliceBytes]] = [:]
        var stale: [Shape] = []
        for shape in request.shapes {
            for day in request.days {
                if request.versions[day.date] == nil {
                    found[shape, default: [:]][day.date] = SliceStore.nothing
                } else if day.date == request.today, let (kept, mustRefresh) = liveSlice(request, shape) {
                    found[shape, default: [:]][day.date] = kept.slice
                    loaded.computedAt = min(loaded.computedAt, kept.computedAt)
                    if mustRefresh { stale.append(shape) }
                } else if let bytes = peek(request, shape, day) {
                    found[shape, default: [:]][day.date] = bytes
                }
            }
        }
        if !stale.isEmpty { refresh(request, stale) }
        try readSealed(request, &found)
        try compute(request, &found)
        for shape in request.shapes {
            loaded.slices[shape] = request.days.map { found[shape]?[$0.date] ?? SliceStore.nothing }
            if request.versions[request.today] != nil, request.days.contains(where: { $0.date == request.today }) {
                loaded.freshUntil = min(loaded.freshUntil, freshUntil(request, shape))
            }
        }
        return loaded
    }

    // MARK: Caches

    private func key(_ request: Request, _ shape: Shape, _ day: LocalDay, version: Int64) -> CacheKey {
        CacheKey(
            "slice", version: Int(SliceBytes.version),
            parts: [
                "\(request.site.id.rawValue)", request.site.timeZone, day.date.description, "\(version)", shape.name,
                request.filter?.key ?? "", request.isCut ? "\(day.end)" : "", request.identity.rawValue,
            ])
    }

    /// Whether past days have it in `day_stat`, which is as near as Redis.
    private func isSealed(_ request: Request, _ shape: Shape) -> Bool {
        request.filter == nil && !request.isCut && Shape.standard.contains(shape)
    }

    /// From memory, and from Redis what costs more than a look there.
    private func peek(_ request: Request, _ shape: Shape, _ day: LocalDay) -> SliceBytes? {
        guard let version = request.versions[day.date]?.version else { return nil }
        let key = key(request, shape, day, version: version)
        guard let bytes = cache.peek(key, alsoInRedis: !isSealed(request, shape)) else { return nil }
        return SliceBytes(bytes)
    }

    private func keep(_ slice: SliceBytes, _ request: Request, _ shape: Shape, _ day: LocalDay, version: Int64) {
        cache.keep(
            slice.bytes, for: key(request, shape, day, version: version), alsoInRedis: !isSealed(request, shape))
    }

    // MARK: Today

    private struct LiveKey: Hashable {
        var site: SiteID
        var filter: Filter?
        var shape: Shape
        var identity: VisitorIdentity
    }

    private struct LiveSlice {
        var date: LocalDate
        var version: Int64
        var slice: SliceBytes
        var computedAt: Int64
        /// Milliseconds that it took.
        var cost: Int64
        var isBeingRefreshed = false
    }

    /// Today's slice as it was a moment ago, while it is young enough for what it costs, and whether the caller has to see to
    /// the next one.
    private func liveSlice(_ request: Request, _ shape: Shape) -> (LiveSlice, mustRefresh: Bool)? {
        let version = request.versions[request.today]?.version
        let key = LiveKey(site: request.site.id, filter: request.filter, shape: shape, identity: request.identity)
        return live.withLock { live in
            guard let kept = live[key], kept.date == request.today else { return nil }
            if kept.version == version {
                // Nothing has happened since: these are the numbers of now.
                var current = kept
                current.computedAt = request.now
                return (current, false)
            }
            let patience = patience(kept)
            let age = request.now - kept.computedAt
            guard age >= 0, age < patience else { return nil }
            // Past the half of its time the next one is made while this one is still shown: nobody waits.
            guard age > patience / 2, !kept.isBeingRefreshed else { return (kept, false) }
            live[key]?.isBeingRefreshed = true
            return (kept, true)
        }
    }

    /// For how many milliseconds a slice may be shown.
    private func patience(_ kept: LiveSlice) -> Int64 {
        kept.cost > SliceStore.cheap ? min(liveMilliseconds, kept.cost * 50) : 0
    }

    /// The half of a slice's time: then somebody has to see to the next one.
    private func freshUntil(_ request: Request, _ shape: Shape) -> Int64 {
        let kept = live.withLock {
            $0[LiveKey(site: request.site.id, filter: request.filter, shape: shape, identity: request.identity)]
        }
        guard let kept, kept.date == request.today else { return request.now }
        return kept.computedAt + patience(kept) / 2
    }

    /// Makes the next slices of today, all in one reading.
    private func refresh(_ request: Request, _ shapes: [Shape]) {
        var request = request
        request.days = request.days.filter { $0.date == request.today }
        request.shapes = shapes
        let question = request
        let done: @Sendable () -> Void = { [self] in
            live.withLock { live in
                for shape in question.shapes {
                    let key = LiveKey(
                        site: question.site.id, filter: question.filter, shape: shape, identity: question.identity)
                    live[key]?.isBeingRefreshed = false
                }
            }
        }
        let thread = try? Thread(name: "refresh") { [self] in
            var found: [Shape: [LocalDate: SliceBytes]] = [:]
            try? compute(question, &found)
            done()
        }
        if thread == nil { done() }
    }

    private func keepLive(
        _ request: Request, _ shape: Shape, _ slice: SliceBytes, _ computed: SliceComputer.Computed
    ) {
        let key = LiveKey(site: request.site.id, filter: request.filter, shape: shape, identity: request.identity)
        let kept = LiveSlice(
            date: request.today, version: computed.version, slice: slice, computedAt: request.now,
            cost: computed.cost)
        live.withLock { live in
            // Bounded like every cache: what nobody has asked for lately goes first, and all of it if that is not enough.
            func bytes() -> Int { live.values.reduce(0) { $0 + $1.slice.bytes.count } }
            if bytes() > SliceStore.mostLiveBytes { live = live.filter { request.now - $0.value.computedAt < 10_000 } }
            if bytes() > SliceStore.mostLiveBytes { live.removeAll() }
            live[key] = kept
        }
    }

    // MARK: Sealed days

    private func readSealed(
        _ request: Request, _ found: inout [Shape: [LocalDate: SliceBytes]]
    ) throws(DatabaseError) {
        let shapes = request.shapes.filter { shape in
            isSealed(request, shape) && request.days.contains { found[shape]?[$0.date] == nil }
        }
        guard !shapes.isEmpty, let first = request.days.first?.date, let last = request.days.last?.date else { return }
        let sealed = try pool.withConnection(for: .site(request.site.id)) { (connection) throws(DatabaseError) in
            let rows = try connection.query(
                """
                SELECT day, shape, version, slice FROM day_stat
                WHERE site_id = \(request.site.id.rawValue) AND shape = ANY (\(shapes.map(\.name)))
                    AND day BETWEEN \(first.description)::text::date AND \(last.description)::text::date
                """)
            var sealed: [(day: LocalDate, shape: String, version: Int64, bytes: [UInt8])] = []
            for row in rows {
                let day = try row.localDate(0)
                sealed.append((day, try row.value(1), try row.value(2), try row.value(3)))
            }
            return sealed
        }
        let days = Dictionary(request.days.map { ($0.date, $0) }, uniquingKeysWith: { first, _ in first })
        var hits = 0
        for row in sealed where request.versions[row.day]?.version == row.version {
            guard let shape = shapes.first(where: { $0.name == row.shape }), let day = days[row.day],
                found[shape]?[row.day] == nil, let slice = SliceBytes(row.bytes)
            else { continue }
            found[shape, default: [:]][row.day] = slice
            keep(slice, request, shape, day, version: row.version)
            hits += 1
        }
        let count = hits
        counters.withLock { $0.sealed += count }
    }

    // MARK: Computing

    private func compute(
        _ request: Request, _ found: inout [Shape: [LocalDate: SliceBytes]]
    ) throws(DatabaseError) {
        var missing: [LocalDate: Set<Shape>] = [:]
        for shape in request.shapes {
            for day in request.days where found[shape]?[day.date] == nil {
                missing[day.date, default: []].insert(shape)
            }
        }
        if missing.isEmpty { return }
        // Days that lack the same shapes are read together.
        var groups: [Set<Shape>: [LocalDay]] = [:]
        for day in request.days {
            if let shapes = missing[day.date] { groups[shapes, default: []].append(day) }
        }
        for (shapes, days) in groups {
            let ordered = request.shapes.filter(shapes.contains)
            let computer = SliceComputer(
                site: request.site.id, filter: request.filter, shapes: ordered, vocabulary: vocabulary,
                identity: request.identity)
            for computed in try ParallelDays.run(computer, days, isCut: request.isCut, pool) {
                for shape in ordered {
                    guard let slice = computed.slices[shape.name] else { continue }
                    found[shape, default: [:]][computed.day.date] = slice
                    keep(slice, request, shape, computed.day, version: computed.version)
                    if computed.day.date == request.today {
                        keepLive(request, shape, slice, computed)
                    }
                }
            }
            counters.withLock { $0.computed += days.count * ordered.count }
        }
    }
}

/// What became of questions for slices that memory did not have.
public struct SliceCounters: Sendable, Equatable {
    /// Found sealed.
    public var sealed = 0
    /// Computed from visits and events.
    public var computed = 0
}
