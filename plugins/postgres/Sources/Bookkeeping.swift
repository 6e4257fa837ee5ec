import Database
import EventModel

/// What is written down about a batch beside its rows.
struct Bookkeeping {
    let connection: Connection

    /// Bumps the versions of the days whose reports change: those of the events, and all days of a visit that changed, as it
    /// was and as it is. A day also remembers how far back visits reach that were still going on.
    func bump(_ events: [EncodedHit], _ merged: [MergedVisit]) throws(DatabaseError) {
        // Local days begin at multiples of a quarter of an hour; few moments stand for many events.
        let quarter: Int64 = 15 * 60_000
        func rounded(_ time: Int64) -> Int64 { time - (time % quarter + quarter) % quarter }
        var stretches: Set<Stretch> = []
        for event in events {
            let moment = rounded(event.order.time)
            stretches.insert(Stretch(site: event.site, from: moment, to: moment))
        }
        for merge in merged {
            for visit in merge.parts + [merge.visit] {
                let summary = visit.summary
                stretches.insert(
                    Stretch(site: visit.site, from: rounded(summary.first.time), to: rounded(summary.lastAt)))
            }
        }
        if stretches.isEmpty { return }
        let touched = Array(stretches)
        try connection.execute(
            """
            INSERT INTO site_day (site_id, day, version, visits_since)
            SELECT site_id, day::date, 1::bigint, min(since) FILTER (WHERE day > first_day)
            FROM unnest(\(touched.map(\.site)), \(timestamps: touched.map(\.from)), \(timestamps: touched.map(\.to)))
                    AS touched (site_id, since, until)
                JOIN site USING (site_id)
                CROSS JOIN LATERAL (
                    SELECT (since AT TIME ZONE time_zone)::date AS first_day, (until AT TIME ZONE time_zone)::date AS last_day
                ) AS days
                CROSS JOIN LATERAL generate_series(first_day, last_day, interval '1 day') AS day
            GROUP BY 1, 2
            ORDER BY 1, 2
            ON CONFLICT (site_id, day) DO UPDATE SET version = site_day.version + 1,
                visits_since = least(site_day.visits_since, excluded.visits_since)
            -- A day whose events are gone by their age cannot be computed anew: it keeps the sums that it has.
            WHERE NOT EXISTS (
                SELECT FROM day_stat
                WHERE day_stat.site_id = site_day.site_id AND day_stat.day = site_day.day AND has_texts)
            """)
    }

    /// A stretch of time in which something of a site changed, milliseconds since 1970.
    private struct Stretch: Hashable {
        var site: Int32
        var from: Int64
        var to: Int64
    }

    /// Counts in the ledger: the hits, of which those at `accepted` are stored and the others are duplicates, and the
    /// events that ended before they came here.
    func count(_ hits: [Hit], accepted: [Int], ended: [LedgerDelta]) throws(DatabaseError) {
        var counts: [LedgerKey: Int64] = [:]
        var isAccepted = [Bool](repeating: false, count: hits.count)
        for index in accepted { isAccepted[index] = true }
        for (hit, isNew) in zip(hits, isAccepted) {
            counts[LedgerKey(hit, isNew ? hit.ledgerOutcome : ("duplicate", "")), default: 0] += 1
        }
        for delta in ended {
            let key = LedgerKey(
                site: delta.site.rawValue, day: delta.dayStart.milliseconds, outcome: delta.outcome.word,
                reason: delta.reason)
            counts[key, default: 0] += Int64(delta.count)
        }
        // Counted from what came, not from what became of it: so that the sums agree only if nothing was forgotten.
        for hit in hits { counts[LedgerKey(hit, ("received", "")), default: 0] += 1 }
        for delta in ended {
            let key = LedgerKey(site: delta.site.rawValue, day: delta.dayStart.milliseconds, outcome: "received")
            counts[key, default: 0] += Int64(delta.count)
        }
        try add(counts)
    }

    /// Counts a hit that went to the dead letters on its way.
    func countDead(_ hit: Hit) throws(DatabaseError) {
        try add([LedgerKey(hit, ("received", "")): 1, LedgerKey(hit, ("dead", "")): 1])
    }

    /// Takes back the count of a dead letter, or of an event in quarantine, that was stored after all: it is counted as
    /// received once more by then.
    func takeBack(_ hit: Hit) throws(DatabaseError) {
        let outcome = hit.quarantine.isEmpty ? ("dead", "") : ("quarantined", hit.quarantine)
        try add([LedgerKey(hit, ("received", "")): -1, LedgerKey(hit, outcome): -1])
    }

    private func add(_ counts: [LedgerKey: Int64]) throws(DatabaseError) {
        if counts.isEmpty { return }
        // In one order for all loaders, so that two of them cannot wait for each other.
        let keys = counts.keys.sorted()
        try connection.execute(
            """
            INSERT INTO ledger (site_id, day, outcome, reason, count)
            SELECT site_id, (moment AT TIME ZONE 'UTC')::date, outcome, reason, count
            FROM unnest(\(keys.map(\.site)), \(timestamps: keys.map(\.day)), \(keys.map(\.outcome)),
                \(keys.map(\.reason)), \(keys.map { counts[$0] ?? 0 })
            ) AS counted (site_id, moment, outcome, reason, count)
            ON CONFLICT (site_id, day, outcome, reason) DO UPDATE SET count = ledger.count + excluded.count
            """)
    }
}

/// A row of the ledger.
private struct LedgerKey: Hashable, Comparable {
    var site: Int32
    /// Beginning of the day, UTC, milliseconds since 1970.
    var day: Int64
    var outcome: String
    var reason: String

    init(site: Int32, day: Int64, outcome: String, reason: String = "") {
        (self.site, self.day, self.outcome, self.reason) = (site, day, outcome, reason)
    }

    /// The row in which a hit is counted: by the day of its receipt, as far as that is believable.
    init(_ hit: Hit, _ outcome: (word: String, reason: String)) {
        let range = Partitions.believable
        let time = min(max(hit.receivedAt.milliseconds, range.lowerBound), range.upperBound)
        self.init(
            site: hit.site.rawValue, day: time - time % 86_400_000, outcome: outcome.word, reason: outcome.reason)
    }

    static func < (left: LedgerKey, right: LedgerKey) -> Bool {
        (left.site, left.day, left.outcome, left.reason) < (right.site, right.day, right.outcome, right.reason)
    }
}

extension Hit {
    /// The words under which the ledger counts it once it is stored: a person's, a program's, or set aside.
    fileprivate var ledgerOutcome: (word: String, reason: String) {
        if !quarantine.isEmpty { return ("quarantined", quarantine) }
        return ("stored", isBot ? "bot" : "")
    }
}
