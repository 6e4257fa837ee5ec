import Database

/// Reads and writes the rows of `session`.
struct SessionTable {
    let connection: Connection

    /// The stored visits of these groups within their reach, under either pseudonym.
    func load(_ groups: [VisitorGroups.Group]) throws(DatabaseError) -> [StoredVisit] {
        var sites: [Int32] = []
        var visitors: [Int64] = []
        var from: [Int64] = []
        var to: [Int64] = []
        for group in groups {
            for member in group.members {
                sites.append(member.site)
                visitors.append(member.visitor)
                from.append(group.from)
                to.append(group.to)
            }
        }
        if sites.isEmpty { return [] }
        let wanted: SQL = """
            unnest(\(sites), \(visitors), \(timestamps: from), \(timestamps: to)) AS wanted (site_id, visitor, since, until)
            """
        let columns: SQL = """
            session.site_id, session.session_id, session.visitor, session.visitor_after, started_at, last_at,
            first_event, entry_at, entry_event, entry_path_id, exit_at, exit_event, exit_path_id, pageviews, events,
            engaged_ms, hostname_id, source_id, referrer_host_id, referrer_path_id, facts_id, viewport_width, country,
            device_id, place_id, acquisition_id, weight
            """
        let rows = try connection.query(
            """
            SELECT \(columns) FROM \(wanted) JOIN session ON session.site_id = wanted.site_id
                AND session.visitor = wanted.visitor AND last_at >= since AND started_at <= until
            UNION ALL
            SELECT \(columns) FROM \(wanted) JOIN session ON session.site_id = wanted.site_id
                AND session.visitor_after = wanted.visitor AND last_at >= since AND started_at <= until
            """)
        var visits: [StoredVisit] = []
        visits.reserveCapacity(rows.count)
        for row in rows { visits.append(try SessionTable.visit(row)) }
        return visits
    }

    private static func visit(_ row: Row) throws(DatabaseError) -> StoredVisit {
        let first = EventOrder(time: try row.milliseconds(4), id: try row.value(6))
        let pageviews: Int32 = try row.value(13)
        var entry: VisitSummary.Page?
        var exit: VisitSummary.Page?
        if pageviews > 0 {
            // What is the same as the point before is not stored twice.
            var order = first
            if let time = try row.optionalMilliseconds(7) { order = EventOrder(time: time, id: try row.value(8)) }
            entry = VisitSummary.Page(order: order, path: try row.value(9))
            if let time = try row.optionalMilliseconds(10) { order = EventOrder(time: time, id: try row.value(11)) }
            exit = VisitSummary.Page(order: order, path: try row.value(12))
        }
        let attribution = Attribution(
            hostname: try row.value(16), source: try row.value(17), referrerHost: try row.value(18),
            referrerPath: try row.value(19), facts: try row.value(20), device: try row.value(23),
            place: try row.value(24),
            acquisition: try row.value(25), weight: try row.value(26), viewportWidth: try row.value(21),
            country: try row.value(22))
        let summary = VisitSummary(
            first: first, lastAt: try row.milliseconds(5), visitor: try row.value(2), visitorAfter: try row.value(3),
            attribution: attribution, entry: entry, exit: exit, pageviews: pageviews, events: try row.value(14),
            engaged: try row.value(15))
        return StoredVisit(site: try row.value(0), session: try row.value(1), summary: summary)
    }

    /// Writes the changed visits back.
    func store(_ merged: [MergedVisit]) throws(DatabaseError) {
        var new: [StoredVisit] = []
        var changed: [StoredVisit] = []
        var gone: [StoredVisit] = []
        var absorbed: [(part: StoredVisit, into: Int64)] = []
        for merge in merged {
            guard let kept = merge.parts.first else {
                new.append(merge.visit)
                continue
            }
            for part in merge.parts.dropFirst() {
                gone.append(part)
                absorbed.append((part, kept.session))
            }
            if kept.key == merge.visit.key {
                changed.append(merge.visit)
            } else {
                // An earlier event under the pseudonym before: the row's key changes.
                gone.append(kept)
                new.append(merge.visit)
            }
        }
        try remove(gone)
        try insert(new)
        try update(changed)
        for (part, session) in absorbed { try moveEvents(of: part, to: session) }
    }

    private func remove(_ visits: [StoredVisit]) throws(DatabaseError) {
        if visits.isEmpty { return }
        try connection.execute(
            """
            DELETE FROM session USING unnest(
                \(visits.map(\.site)), \(visits.map(\.summary.visitor)), \(visits.map(\.session))
            ) AS gone (site_id, visitor, session_id)
            WHERE session.site_id = gone.site_id AND session.visitor = gone.visitor
                AND session.session_id = gone.session_id
            """)
    }

    /// The events of a visit that became part of another. It happens when an event arrives more than half an hour
    /// late and closes a gap; found by site and time, so that no index over all events has to serve it.
    private func moveEvents(of part: StoredVisit, to session: Int64) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE event SET session_id = \(session)
            WHERE site_id = \(part.site) AND session_id = \(part.session)
                AND "time" BETWEEN \(timestamp: part.summary.first.time) AND \(timestamp: part.summary.lastAt)
            """)
    }

    private func insert(_ visits: [StoredVisit]) throws(DatabaseError) {
        if visits.isEmpty { return }
        try connection.copy(
            """
            COPY session (started_at, last_at, first_event, visitor, session_id, visitor_after, entry_path_id,
                exit_path_id, entry_at, exit_at, entry_event, exit_event, hostname_id, source_id, referrer_host_id,
                referrer_path_id, facts_id, device_id, place_id, acquisition_id, weight, site_id, pageviews, events,
                engaged_ms, viewport_width, country)
            FROM STDIN (FORMAT binary)
            """
        ) { (copy) throws(DatabaseError) in
            for visit in visits {
                let summary = visit.summary
                let marks = PageMarks(summary)
                try copy.row(fields: 27)
                copy.field(timestamp: summary.first.time)
                copy.field(timestamp: summary.lastAt)
                copy.field(uuid: summary.first.id)
                copy.field(summary.visitor)
                copy.field(visit.session)
                copy.field(summary.visitorAfter)
                copy.field(summary.entry?.path)
                copy.field(summary.exit?.path)
                copy.field(timestamp: marks.entry?.time)
                copy.field(timestamp: marks.exit?.time)
                copy.field(uuid: marks.entry?.id)
                copy.field(uuid: marks.exit?.id)
                copy.field(summary.attribution.hostname)
                copy.field(summary.attribution.source)
                copy.field(summary.attribution.referrerHost)
                copy.field(summary.attribution.referrerPath)
                copy.field(summary.attribution.facts)
                copy.field(summary.attribution.device)
                copy.field(summary.attribution.place)
                copy.field(summary.attribution.acquisition)
                copy.field(summary.attribution.weight)
                copy.field(visit.site)
                copy.field(summary.pageviews)
                copy.field(summary.events)
                copy.field(summary.engaged)
                copy.field(summary.attribution.viewportWidth)
                copy.field(text: summary.attribution.country)
            }
        }
    }

    private func update(_ visits: [StoredVisit]) throws(DatabaseError) {
        if visits.isEmpty { return }
        // Closures, not key paths, where a `?` is in the way: in Swift 6.3.1 the library copies an optional UInt128 over
        // itself there (AddressSanitizer: memcpy-param-overlap in KeyPath._projectReadOnly), and its last byte says
        // whether there is a value at all.
        let summaries = visits.map(\.summary)
        let marks = summaries.map { PageMarks($0) }
        try connection.execute(
            """
            UPDATE session SET started_at = changed.started_at, last_at = changed.last_at,
                first_event = changed.first_event, visitor_after = changed.visitor_after,
                entry_path_id = changed.entry_path_id, exit_path_id = changed.exit_path_id,
                entry_at = changed.entry_at, exit_at = changed.exit_at, entry_event = changed.entry_event,
                exit_event = changed.exit_event, hostname_id = changed.hostname_id, source_id = changed.source_id,
                referrer_host_id = changed.referrer_host_id, referrer_path_id = changed.referrer_path_id,
                facts_id = changed.facts_id, device_id = changed.device_id, place_id = changed.place_id,
                acquisition_id = changed.acquisition_id, weight = changed.weight, pageviews = changed.pageviews, events = changed.events,
                engaged_ms = changed.engaged_ms, viewport_width = changed.viewport_width, country = changed.country
            FROM unnest(
                \(visits.map(\.site)), \(summaries.map(\.visitor)), \(visits.map(\.session)),
                \(timestamps: summaries.map(\.first.time)), \(timestamps: summaries.map(\.lastAt)),
                \(uuids: summaries.map(\.first.id)), \(summaries.map(\.visitorAfter)),
                \(summaries.map { $0.entry?.path }), \(summaries.map { $0.exit?.path }),
                \(timestamps: marks.map { $0.entry?.time }), \(timestamps: marks.map { $0.exit?.time }),
                \(uuids: marks.map { $0.entry?.id }), \(uuids: marks.map { $0.exit?.id }),
                \(summaries.map(\.attribution.hostname)), \(summaries.map(\.attribution.source)),
                \(summaries.map(\.attribution.referrerHost)), \(summaries.map(\.attribution.referrerPath)),
                \(summaries.map(\.attribution.facts)), \(summaries.map(\.pageviews)), \(summaries.map(\.events)),
                \(summaries.map(\.engaged)), \(summaries.map(\.attribution.viewportWidth)),
                \(summaries.map(\.attribution.country)), \(summaries.map(\.attribution.device)),
                \(summaries.map(\.attribution.place)), \(summaries.map(\.attribution.acquisition)),
                \(summaries.map(\.attribution.weight))
            ) AS changed (site_id, visitor, session_id, started_at, last_at, first_event, visitor_after, entry_path_id,
                exit_path_id, entry_at, exit_at, entry_event, exit_event, hostname_id, source_id, referrer_host_id,
                referrer_path_id, facts_id, pageviews, events, engaged_ms, viewport_width, country, device_id, place_id,
                acquisition_id, weight)
            WHERE session.site_id = changed.site_id AND session.visitor = changed.visitor
                AND session.session_id = changed.session_id
            """)
    }
}

/// Where the first and last page view stand, as far as the row must say so: null means "the same as the point before".
private struct PageMarks {
    let entry: EventOrder?
    let exit: EventOrder?

    init(_ summary: VisitSummary) {
        entry = summary.entry.flatMap { $0.order == summary.first ? nil : $0.order }
        exit = summary.exit.flatMap { $0.order == summary.entry?.order ? nil : $0.order }
    }
}
