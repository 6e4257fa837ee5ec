import Database
import EventModel

/// What is written down about a batch beside its rows.
struct Bookkeeping {
    let connection: Connection

    /// Bumps the versions of the days whose reports change, and counts in the ledger.
    func record(
        _ events: [EncodedHit], merged: [MergedVisit], hits: [Hit], accepted: [Int]
    ) throws(DatabaseError) {
        try bump(events, merged)
        try count(hits, accepted)
    }

    /// Visits count on the day on which they began: the days of a changed visit's old and new beginning are touched.
    private func bump(_ events: [EncodedHit], _ merged: [MergedVisit]) throws(DatabaseError) {
        // Local days begin at multiples of a quarter of an hour; few moments stand for many events.
        let quarter: Int64 = 15 * 60_000
        func rounded(_ time: Int64) -> Int64 { time - (time % quarter + quarter) % quarter }
        var moments: Set<VisitorKey> = []
        for event in events { moments.insert(VisitorKey(site: event.site, visitor: rounded(event.order.time))) }
        for merge in merged {
            for visit in merge.parts + [merge.visit] {
                moments.insert(VisitorKey(site: visit.site, visitor: rounded(visit.summary.first.time)))
            }
        }
        if moments.isEmpty { return }
        let sorted = moments.sorted()
        try connection.execute(
            """
            INSERT INTO site_day (site_id, day, version)
            SELECT DISTINCT site_id, (moment AT TIME ZONE time_zone)::date, 1::bigint
            FROM unnest(\(sorted.map(\.site)), \(timestamps: sorted.map(\.visitor))) AS touched (site_id, moment)
                JOIN site USING (site_id)
            ORDER BY 1, 2
            ON CONFLICT (site_id, day) DO UPDATE SET version = site_day.version + 1
            """)
    }

    private func count(_ hits: [Hit], _ accepted: [Int]) throws(DatabaseError) {
        struct Key: Hashable {
            var site: Int32
            var day: Int64
            var isStored: Bool
        }
        var counts: [Key: Int64] = [:]
        var isAccepted = [Bool](repeating: false, count: hits.count)
        for index in accepted { isAccepted[index] = true }
        for (hit, isStored) in zip(hits, isAccepted) {
            let time = hit.receivedAt.milliseconds
            let day = time - (time % 86_400_000 + 86_400_000) % 86_400_000
            counts[Key(site: hit.site.rawValue, day: day, isStored: isStored), default: 0] += 1
        }
        let keys = counts.keys.sorted {
            ($0.site, $0.day, $0.isStored ? 1 : 0) < ($1.site, $1.day, $1.isStored ? 1 : 0)
        }
        try connection.execute(
            """
            INSERT INTO ledger (site_id, day, outcome, count)
            SELECT site_id, (moment AT TIME ZONE 'UTC')::date, outcome, count
            FROM unnest(\(keys.map(\.site)), \(timestamps: keys.map(\.day)),
                \(keys.map { $0.isStored ? "stored" : "duplicate" }), \(keys.map { counts[$0] ?? 0 })
            ) AS counted (site_id, moment, outcome, count)
            ON CONFLICT (site_id, day, outcome, reason) DO UPDATE SET count = ledger.count + excluded.count
            """)
    }
}
