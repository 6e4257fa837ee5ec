import Database
import EventModel

/// What becomes of visits when some of their events are erased: they are made anew of those that are left, as if the others
/// had never come.
struct ErasedVisits {
    let site: Int32
    let connection: Connection

    /// A visit that lost events: its number, and the time in which its events lie.
    struct Visit: Hashable {
        var session: Int64
        /// In the row's key.
        var visitor: Int64
        var from: Int64
        var to: Int64
    }

    /// A visit, and one of the pseudonyms under which it is found: no index leads to it by its number alone.
    struct Name: Hashable {
        var session: Int64
        var visitor: Int64
    }

    /// The visits of these names, as they are stored now.
    func visits(of names: Set<Name>) throws(DatabaseError) -> [Visit] {
        if names.isEmpty { return [] }
        let names = Array(names)
        let wanted: SQL = "unnest(\(names.map(\.session)), \(names.map(\.visitor))) AS wanted (session_id, visitor)"
        let rows = try connection.query(
            """
            SELECT session.session_id, session.visitor, started_at, last_at FROM \(wanted) JOIN session
                ON site_id = \(site) AND session.visitor = wanted.visitor AND session.session_id = wanted.session_id
            UNION
            SELECT session.session_id, session.visitor, started_at, last_at FROM \(wanted) JOIN session
                ON site_id = \(site) AND visitor_after = wanted.visitor AND session.session_id = wanted.session_id
            """)
        var visits: [Visit] = []
        for row in rows {
            visits.append(
                Visit(
                    session: try row.value(0), visitor: try row.value(1), from: try row.milliseconds(2),
                    to: try row.milliseconds(3)))
        }
        return visits
    }

    /// Makes the visits anew, after events of theirs were deleted. Their visitors must be locked.
    func rebuild(_ visits: [Visit]) throws(DatabaseError) {
        if visits.isEmpty { return }
        let events = try remaining(visits)
        var places: [Int64: [Int]] = [:]
        for (place, event) in events.enumerated() { places[event.session, default: []].append(place) }
        let encoded = events.map(\.event)
        try connection.execute(
            """
            DELETE FROM session
            USING unnest(\(visits.map(\.visitor)), \(visits.map(\.session))) AS gone (visitor, session_id)
            WHERE session.site_id = \(site) AND session.visitor = gone.visitor
                AND session.session_id = gone.session_id
            """)
        var new: [MergedVisit] = []
        var moved: [(from: Int64, part: StoredVisit)] = []
        for visit in visits {
            guard let places = places[visit.session] else { continue }
            // The first part keeps the number; others, beyond a gap that has come up, get their own.
            let parts = VisitMerger.merge(site: site, stored: [], events: places, in: encoded) {
                Int64.random(in: 1...Int64.max)
            }
            for (index, var part) in parts.enumerated() {
                if index == 0 {
                    part.visit.session = visit.session
                } else {
                    moved.append((visit.session, part.visit))
                }
                new.append(part)
            }
        }
        try move(moved)
        try SessionTable(connection: connection).store(new)
    }

    /// Gives events to the visits that they are of now.
    private func move(_ moved: [(from: Int64, part: StoredVisit)]) throws(DatabaseError) {
        if moved.isEmpty { return }
        try connection.execute(
            """
            UPDATE event SET session_id = part.session_id
            FROM unnest(\(moved.map(\.from)), \(moved.map(\.part.session)),
                \(timestamps: moved.map(\.part.summary.first.time)), \(timestamps: moved.map(\.part.summary.lastAt))
            ) AS part (former, session_id, since, until)
            WHERE event.site_id = \(site) AND event.session_id = part.former AND event."time" BETWEEN since AND until
            """)
    }

    private func remaining(_ visits: [Visit]) throws(DatabaseError) -> [(event: EncodedHit, session: Int64)] {
        let rows = try connection.query(
            """
            SELECT event.session_id, "time", event_id, received_after, name_id, title_id, path_id, visitor, user_hash,
                hostname_id, source_id, referrer_host_id, referrer_path_id, event.facts_id, device_id, place_id,
                acquisition_id, weight, viewport_width, country, engaged_ms,
                fact_set.facts @> \(json: "{\"\(EncodedHit.interactiveFact)\":false}")
            FROM unnest(\(visits.map(\.session)), \(timestamps: visits.map(\.from)), \(timestamps: visits.map(\.to)))
                    AS visit (session_id, since, until)
                JOIN event ON event.site_id = \(site) AND event."time" BETWEEN since AND until
                    AND event.session_id = visit.session_id
                LEFT JOIN fact_set ON fact_set.site_id = event.site_id AND fact_set.facts_id = event.facts_id
            """)
        var events: [(EncodedHit, Int64)] = []
        events.reserveCapacity(rows.count)
        for row in rows {
            let attribution = Attribution(
                hostname: try row.value(9), source: try row.value(10), referrerHost: try row.value(11),
                referrerPath: try row.value(12), facts: try row.value(13), device: try row.value(14),
                place: try row.value(15), acquisition: try row.value(16), weight: try row.value(17),
                viewportWidth: try row.value(18), country: try row.value(19))
            let event = EncodedHit(
                site: site, order: EventOrder(time: try row.milliseconds(1), id: try row.value(2)),
                receivedAfter: try row.value(3), name: try row.value(4), title: try row.value(5),
                path: try row.value(6), attribution: attribution, visitor: try row.value(7), user: try row.value(8),
                isPassive: try row.value(21, as: Bool?.self) ?? false, engaged: try row.value(20))
            events.append((event, try row.value(0)))
        }
        return events
    }
}
