public import Database
public import EventModel

/// Everything that is kept of a visitor, of a user or of a stretch of time, as lines of JSON: the answer to "what do you know
/// about me". Members bear the names of the privacy record (`footfall privacy`).
///
///     {"kind":"event","time":"2026-11-25T10:00:00.000Z","name":"pageview","path":"/", …}
///     {"kind":"visit","began":"…","ended":"…","entry_page":"/", …}
///     {"kind":"program", …}     an event of a program
///     {"kind":"unstored", …}    an event that could not be stored, or is in quarantine
///
/// What is not known is left out. Days that are kept as sums hold nothing about anybody.
public struct PersonalExport {
    private let connection: Connection
    private let site: SiteID
    private let selector: EventSelector
    /// Lines that are read at once.
    private let batchSize: Int

    /// What is kept of a site's visitor, user or time.
    public init(_ selector: EventSelector, of site: SiteID, on connection: Connection, batchSize: Int = 1000) {
        self.connection = connection
        self.site = site
        self.selector = selector
        self.batchSize = batchSize
    }

    /// The first lines of all, at most so many, and whether that was all.
    public func lines(atMost limit: Int) throws(DatabaseError) -> (lines: [String], isAll: Bool) {
        var lines: [String] = []
        let enough = "FFEND"
        do throws(DatabaseError) {
            try run { (line) throws(DatabaseError) in
                // Nothing is read for nobody: a page waits for this.
                guard lines.count < limit else { throw DatabaseError(kind: .refused, sqlState: enough, message: "") }
                lines.append(line)
            }
        } catch {
            guard error.sqlState == enough else { throw error }
            return (lines, false)
        }
        return (lines, true)
    }

    /// Hands over one line after the other, without the line break; returns how many. All are of one moment. What `write`
    /// throws ends it.
    @discardableResult
    public func run(_ write: (String) throws(DatabaseError) -> Void) throws(DatabaseError) -> Int {
        try connection.transaction { () throws(DatabaseError) in
            try connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if !isPeriod {
                // Few rows through an index each; the planner, who does not know how few, would read the whole table.
                try connection.execute(
                    """
                    SELECT set_config(name, 'off', true)
                    FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) AS name
                    """)
            }
            var count = try visits(write)
            count += try events(write)
            count += try programs(write)
            return count + (try deadLetters(write))
        }
    }

    /// Through a cursor: a site's whole month does not fit into memory.
    private func each(
        _ statement: SQL, _ write: (String) throws(DatabaseError) -> Void
    ) throws(DatabaseError) -> Int {
        try connection.execute("DECLARE export_line NO SCROLL CURSOR FOR \(statement)")
        var count = 0
        while true {
            // The number of rows stands in no bind: FETCH takes none.
            let rows = try connection.query("FETCH 1000 FROM export_line")
            for row in rows { try write(try row.value(0)) }
            count += rows.count
            if rows.isEmpty { break }
        }
        try connection.execute("CLOSE export_line")
        return count
    }

    private var isPeriod: Bool {
        if case .period = selector { true } else { false }
    }

    private var visitors: [Int64] {
        if case .visitor(let visitor) = selector { [Int64(bitPattern: visitor.rawValue)] } else { [] }
    }

    private var user: Int64? {
        if case .user(let user) = selector { Int64(bitPattern: user.rawValue) } else { nil }
    }

    private var theirVisits: SQL {
        "visits_of(\(site.rawValue), pseudonyms_of(\(site.rawValue), \(visitors)), \(user))"
    }

    private func visits(_ write: (String) throws(DatabaseError) -> Void) throws(DatabaseError) -> Int {
        let source: SQL =
            switch selector {
            case .visitor, .user:
                """
                \(theirVisits) AS visit JOIN session ON session.site_id = \(site.rawValue)
                    AND session.session_id = visit.session_id AND session.visitor = visit.visitor
                """
            case .period(let period):
                """
                session WHERE site_id = \(site.rawValue)
                    AND started_at < \(timestamp: period.upperBound.milliseconds)
                    AND last_at >= \(timestamp: period.lowerBound.milliseconds)
                """
            }
        return try each(
            """
            SELECT jsonb_strip_nulls(jsonb_build_object('kind', 'visit', 'visitor', session.visitor::text,
                'visitor_after', visitor_after::text, 'began', \(Self.moment("session.started_at")),
                'ended', \(Self.moment("session.last_at")), 'pageviews', pageviews, 'events', events,
                'engaged_ms', engaged_ms, 'entry_page', \(text("session.entry_path_id")), 'exit_page', \(text("session.exit_path_id")))
                || \(shared("session")))::text
            FROM \(source) ORDER BY session.started_at, session.session_id
            """, write)
    }

    private func events(_ write: (String) throws(DatabaseError) -> Void) throws(DatabaseError) -> Int {
        let source: SQL =
            switch selector {
            case .period: "event WHERE \(inPeriod)"
            case .visitor, .user:
                // From the visits to their events, through the index on time: nothing else finds them in a large table.
                """
                (SELECT event."time", event.event_id FROM \(theirVisits) AS visit
                        JOIN event ON event.site_id = \(site.rawValue) AND event.session_id = visit.session_id
                            AND event."time" BETWEEN visit.started_at AND visit.last_at
                    UNION
                    SELECT "time", event_id FROM event WHERE site_id = \(site.rawValue) AND user_hash = \(user)) AS theirs
                JOIN event ON event.site_id = \(site.rawValue) AND event."time" = theirs."time"
                    AND event.event_id = theirs.event_id
                """
            }
        return try events("event", of: "event", from: source, write)
    }

    private func programs(_ write: (String) throws(DatabaseError) -> Void) throws(DatabaseError) -> Int {
        switch selector {
        // Programs have no visitors and no visits.
        case .visitor: 0
        case .user:
            try events(
                "program", of: "bot_event",
                from: "bot_event WHERE site_id = \(site.rawValue) AND user_hash = \(user)", write)
        case .period: try events("program", of: "bot_event", from: "bot_event WHERE \(inPeriod)", write)
        }
    }

    private func events(
        _ kind: String, of table: SQL, from source: SQL, _ write: (String) throws(DatabaseError) -> Void
    ) throws(DatabaseError) -> Int {
        let time: SQL = "\(table).\"time\""
        return try each(
            """
            SELECT jsonb_strip_nulls(jsonb_build_object('kind', \(kind)::text, 'id', \(table).event_id,
                'time', \(Self.moment(time)),
                'received_at', \(Self.moment("\(time) + received_after * interval '1 millisecond'")),
                'name', \(text("\(table).name_id")), 'visitor', \(table).visitor::text, 'user', user_hash::text,
                'path', \(text("\(table).path_id")), 'title', \(text("\(table).title_id")), 'engaged_ms', engaged_ms,
                'properties', properties, 'weight', weight)
                || \(shared(table)))::text
            FROM \(source) ORDER BY \(time), \(table).event_id
            """, write)
    }

    /// What events and visits have in common.
    private func shared(_ table: SQL) -> SQL {
        """
        jsonb_build_object('hostname', \(text("\(table).hostname_id")), 'source', \(text("\(table).source_id")),
            'referrer_host', \(text("\(table).referrer_host_id")), 'referrer_path', \(text("\(table).referrer_path_id")),
            'country', country, 'viewport_width', viewport_width, 'facts', \(facts("\(table).facts_id")),
            'device', \(facts("\(table).device_id")), 'place', \(facts("\(table).place_id")), 'acquisition', \(facts("\(table).acquisition_id")))
        """
    }

    private var inPeriod: SQL {
        guard case .period(let period) = selector else { return "false" }
        return """
            site_id = \(site.rawValue) AND "time" >= \(timestamp: period.lowerBound.milliseconds)
                AND "time" < \(timestamp: period.upperBound.milliseconds)
            """
    }

    /// The text behind a column. The views have it as well, but their owner's eyes: row-level security would not hold there.
    private func text(_ column: SQL) -> SQL {
        "(SELECT text FROM dictionary WHERE dictionary.site_id = \(site.rawValue) AND text_id = \(column))"
    }

    private func facts(_ column: SQL) -> SQL {
        """
        (SELECT fact_set.facts FROM fact_set
            WHERE fact_set.site_id = \(site.rawValue) AND fact_set.facts_id = \(column))
        """
    }

    /// Each is looked into: they are few.
    private func deadLetters(_ write: (String) throws(DatabaseError) -> Void) throws(DatabaseError) -> Int {
        var selectors = [selector]
        if case .visitor = selector {
            let pseudonyms: [Int64] = try connection.query(
                "SELECT pseudonyms_of(\(site.rawValue), \(visitors))")[0].value(0)
            selectors = pseudonyms.map { .visitor(VisitorID(rawValue: UInt64(bitPattern: $0))) }
        }
        var count = 0
        var last: Int64 = 0
        while true {
            let rows = try connection.query(
                """
                SELECT dead_letter_id, hit, entry, \(Self.moment("buried_at")), reason FROM dead_letter
                WHERE site_id = \(site.rawValue) AND dead_letter_id > \(last) ORDER BY dead_letter_id LIMIT \(batchSize)
                """)
            for row in rows {
                last = try row.value(0)
                guard let entry = try row.value(2, as: [UInt8]?.self),
                    let hit = JournalItemCodec.hit(in: entry), selectors.contains(where: { $0.matches(hit) })
                else { continue }
                let json = String(decoding: try row.value(1, as: [UInt8].self), as: UTF8.self)
                var line = Array("{\"kind\":\"unstored\",\"since\":\"".utf8)
                line += try row.value(3, as: String.self).utf8
                line += "\",\"event\":\(json)}".utf8
                try write(String(decoding: line, as: UTF8.self))
                count += 1
            }
            if rows.count < batchSize { return count }
        }
    }

    /// A moment in ISO 8601, UTC.
    private static func moment(_ column: SQL) -> SQL {
        "to_char((\(column)) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    }
}
