import Database
import EventModel

/// Reads the slices that several questions of one moment need: each filter's shapes together, and each only once.
final class Reading {
    let site: Site
    let now: Int64
    let identity: VisitorIdentity
    private let pool: Pool
    private let store: SliceStore

    private struct Key: Hashable {
        var filter: Filter?
        var first: LocalDate
        var last: LocalDate
        var cut: Int64
    }

    /// Until when what was read may be shown although today goes on; the end of time where today is not among it.
    private(set) var freshUntil = Int64.max
    private var announced: [Key: [Shape]] = [:]
    private var loaded: [Key: SliceStore.Loaded] = [:]

    init(site: Site, now: Int64, identity: VisitorIdentity, pool: Pool, store: SliceStore) {
        self.site = site
        self.now = now
        self.identity = identity
        self.pool = pool
        self.store = store
    }

    /// Says what will be asked for.
    func announce(_ filter: Filter?, _ shape: Shape, _ frame: Frame) {
        func add(_ key: Key) {
            if announced[key]?.contains(shape) != true { announced[key, default: []].append(shape) }
        }
        add(Key(filter: filter, first: frame.first, last: frame.last, cut: 0))
        guard shape.step == 0, let before = frame.before else { return }
        add(Key(filter: filter, first: before.first, last: before.last, cut: before.partial?.end ?? 0))
    }

    /// The slices of the days asked about.
    func slices(
        _ filter: Filter?, _ shape: Shape, _ frame: Frame
    ) throws(DatabaseError) -> (days: [LocalDay], slices: [SliceBytes], computedAt: Int64) {
        let key = Key(filter: filter, first: frame.first, last: frame.last, cut: 0)
        let loaded = try load(key, frame.days, frame.versions, frame)
        return (frame.days, loaded.slices[shape] ?? [], loaded.computedAt)
    }

    /// The slices of the days to compare with.
    func earlier(
        _ filter: Filter?, _ shape: Shape, _ frame: Frame
    ) throws(DatabaseError) -> (days: [LocalDay], slices: [SliceBytes]) {
        guard let before = frame.before else { return ([], []) }
        let key = Key(filter: filter, first: before.first, last: before.last, cut: before.partial?.end ?? 0)
        let loaded = try load(key, before.days, before.versions, frame)
        var days = before.days
        var slices = loaded.slices[shape] ?? []
        if let partial = before.partial, partial.start < partial.end, before.versions[partial.date] != nil {
            if let slice = try cut(filter, shape, partial, announced[key] ?? [shape], frame) {
                days.append(partial)
                slices.append(slice)
            }
        }
        return (days, slices)
    }

    private func load(
        _ key: Key, _ days: [LocalDay], _ versions: [LocalDate: DayVersion], _ frame: Frame
    ) throws(DatabaseError) -> SliceStore.Loaded {
        if let known = loaded[key] { return known }
        let result = try store.load(
            SliceStore.Request(
                site: site, days: days, filter: key.filter, shapes: announced[key] ?? [], versions: versions,
                today: frame.today, now: now, identity: identity))
        loaded[key] = result
        freshUntil = min(freshUntil, result.freshUntil)
        return result
    }

    /// The slice of a day that is cut.
    private func cut(
        _ filter: Filter?, _ shape: Shape, _ day: LocalDay, _ shapes: [Shape], _ frame: Frame
    ) throws(DatabaseError) -> SliceBytes? {
        let key = CutKey(filter: filter, day: day)
        if let known = cuts[key]?[shape]?.first { return known }
        let loaded = try store.load(
            SliceStore.Request(
                site: site, days: [day], filter: filter, shapes: shapes.filter { $0.step == 0 },
                versions: frame.before?.versions ?? [:], today: frame.today, now: now, identity: identity, isCut: true))
        cuts[key] = loaded.slices
        return loaded.slices[shape]?.first
    }

    private var cuts: [CutKey: [Shape: [SliceBytes]]] = [:]

    private struct CutKey: Hashable {
        var filter: Filter?
        var day: LocalDay
    }

    /// The texts of numbers of the dictionary.
    func texts(_ numbers: [Int64]) throws(DatabaseError) -> [Int64: String] {
        if numbers.isEmpty { return [:] }
        return try pool.withConnection(for: .site(site.id)) { (connection) throws(DatabaseError) in
            try queryTexts(connection, site: site.id, numbers)
        }
    }

    /// How the clock on the wall of the site shows moments: `2026-11-24T15:00`.
    func labels(_ moments: [Int64]) throws(DatabaseError) -> [Int64: String] {
        if moments.isEmpty { return [:] }
        return try pool.withConnection(for: .site(site.id)) { (connection) throws(DatabaseError) in
            let rows = try connection.query(
                """
                SELECT moment, to_char(moment AT TIME ZONE \(site.timeZone), 'YYYY-MM-DD"T"HH24:MI')
                FROM unnest(\(timestamps: moments)) AS moment
                """)
            var labels: [Int64: String] = [:]
            for row in rows { labels[try row.milliseconds(0)] = try row.value(1) }
            return labels
        }
    }
}
