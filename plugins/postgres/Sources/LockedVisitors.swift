import Database
import EventModel

/// The visitors of a batch, locked against other loaders, with their stored visits.
struct LockedVisitors {
    let connection: Connection
    let extra: Set<VisitorKey>
    private var groups = VisitorGroups()
    private var stored: [StoredVisit] = []

    init(connection: Connection, extra: Set<VisitorKey>) {
        self.connection = connection
        self.extra = extra
    }

    /// Locks per site: bounded, for the server has room for some 6,000 locks in all.
    static let stripes: Int64 = 256

    /// Locks the visitors of these hits and reads their visits. Returns the visitors that need to be locked as well,
    /// if there are any: then nothing else may happen in this transaction.
    mutating func lockAndLoad(_ hits: [Hit]) throws(DatabaseError) -> Set<VisitorKey>? {
        for hit in hits {
            guard let visitor = hit.visitor, hit.makesVisits else { continue }
            let key = VisitorKey(site: hit.site.rawValue, visitor: Int64(bitPattern: visitor.rawValue))
            groups.add(key, from: hit.time.milliseconds, to: hit.time.milliseconds)
            if let before = hit.visitorBefore {
                groups.join(key, VisitorKey(site: key.site, visitor: Int64(bitPattern: before.rawValue)))
            }
        }
        if groups.groups.isEmpty { return nil }
        var locked = extra
        for group in groups.groups { locked.formUnion(group.members) }
        try lock(locked)
        let table = SessionTable(connection: connection)
        var found: [VisitorKey: [Int64: StoredVisit]] = [:]
        var wanted = groups.groups
        while !wanted.isEmpty {
            var isWider = false
            for visit in try table.load(wanted) where found[visit.key]?[visit.session] == nil {
                found[visit.key, default: [:]][visit.session] = visit
                isWider = meet(visit) || isWider
            }
            wanted = isWider ? groups.groups.filter { $0.members.count > 1 } : []
        }
        stored = found.values.flatMap(\.values)
        var all: Set<VisitorKey> = []
        for group in groups.groups { all.formUnion(group.members) }
        let missing = all.subtracting(locked)
        return missing.isEmpty ? nil : missing
    }

    /// Takes note of a visit that was read. Returns whether more visits may be in reach because of it.
    private mutating func meet(_ visit: StoredVisit) -> Bool {
        let other = visit.summary.visitorAfter.map { VisitorKey(site: visit.site, visitor: $0) }
        var isWider = false
        if let other {
            // One of the two is known, for it led here.
            let known = groups.group(of: visit.key) == nil ? other : visit.key
            isWider = groups.join(known, known == other ? visit.key : other)
        }
        return groups.extend(visit.key, by: visit.summary) || isWider
    }

    /// The visits that change because of the events.
    func merge(_ events: [EncodedHit]) -> [MergedVisit] {
        var eventsOf = [[Int]](repeating: [], count: groups.groups.count)
        var storedOf = [[StoredVisit]](repeating: [], count: groups.groups.count)
        for (index, event) in events.enumerated() {
            guard let visitor = event.visitor,
                let group = groups.group(of: VisitorKey(site: event.site, visitor: visitor))
            else { continue }
            eventsOf[group].append(index)
        }
        for visit in stored {
            if let group = groups.group(of: visit.key) { storedOf[group].append(visit) }
        }
        var merged: [MergedVisit] = []
        for (group, places) in eventsOf.enumerated() where !places.isEmpty {
            guard let site = groups.groups[group].members.first?.site else { continue }
            merged += VisitMerger.merge(site: site, stored: storedOf[group], events: places, in: events) {
                Int64.random(in: 1...Int64.max)
            }
        }
        return merged
    }

    private func lock(_ visitors: Set<VisitorKey>) throws(DatabaseError) {
        var locks: Set<VisitorKey> = []
        for key in visitors { locks.insert(VisitorKey(site: key.site, visitor: key.visitor & (Self.stripes - 1))) }
        let sorted = locks.sorted()
        let stripes = sorted.map { Int32(truncatingIfNeeded: $0.visitor) }
        try connection.execute(
            "SELECT pg_advisory_xact_lock(site, stripe) FROM unnest(\(sorted.map(\.site)), \(stripes)) AS l (site, stripe)"
        )
    }
}
