import Database
import EventModel

/// Reads the rows of some stretch of time that count, in one of two ways.
///
/// What is only about visits is read from `session`, one row for each, which is a fraction of the events; only visits that
/// go on from one part into the next are split by a look at their events. What is about single events is read from `event`,
/// put together by visit as far as nobody tells them apart.
struct Scan {
    let plan: ScanPlan
    let connection: Connection
    let vocabulary: Vocabulary

    private let visitColumns: ScanColumns
    private let eventColumns: ScanColumns
    private var result = ScanResult()
    private var visitReader: KeyReader
    private var eventReader: KeyReader
    /// Places of visits by their numbers.
    private var places: [Int64: Int32] = [:]
    private var window: Range<Int64>

    init(_ plan: ScanPlan, _ connection: Connection, _ vocabulary: Vocabulary) {
        self.plan = plan
        self.connection = connection
        self.vocabulary = vocabulary
        result.visitDimensions = plan.dimensions.filter { $0.level == .visit }
        result.eventDimensions = plan.dimensions.filter { $0.level == .event }
        visitColumns = ScanColumns(result.visitDimensions)
        eventColumns = ScanColumns(result.eventDimensions)
        visitReader = KeyReader(visitColumns, result.visitDimensions)
        eventReader = KeyReader(eventColumns, result.eventDimensions)
        window = plan.lookback..<plan.end
    }

    /// Reads the rows. With `byEvents` they are read from `event`, which is needed for everything about single events.
    static func run(
        _ plan: ScanPlan, byEvents: Bool, _ connection: Connection, _ vocabulary: Vocabulary
    ) throws(DatabaseError) -> ScanResult {
        var scan = Scan(plan, connection, vocabulary)
        return try scan.run(byEvents: byEvents)
    }

    private mutating func run(byEvents: Bool) throws(DatabaseError) -> ScanResult {
        if byEvents || plan.looksIntoVisits { try widenWindow() }
        if byEvents { try readEvents() } else { try readVisits() }
        try readLoneEvents()
        try finishKeys()
        return result
    }

    /// Visits that began in the last part may go on after it, and what counts about them may happen then.
    private mutating func widenWindow() throws(DatabaseError) {
        let end = try queryEndOfVisits(connection, site: plan.site, from: plan.start, to: plan.end)
        window = plan.lookback..<end
    }

    private func condition(_ kind: RowKind) -> SQL {
        plan.filter.map { "AND \($0.condition(kind, site: plan.site, window: window))" } ?? ""
    }

    // MARK: Visits

    private mutating func readVisits() throws(DatabaseError) {
        let rows = try connection.query(
            """
            SELECT session_id, started_at, last_at, visitor, coalesce(weight, 1), pageviews, events, engaged_ms
                \(visitColumns.selected(.visit, .visit))
            FROM session AS visit
            WHERE site_id = \(plan.site.rawValue) AND started_at >= \(timestamp: plan.lookback)
                AND started_at < \(timestamp: plan.end) AND last_at >= \(timestamp: plan.start) \(condition(.visit))
            """)
        reserve(rows.count)
        var crossing: [Crossing] = []
        for row in rows {
            let (started, last) = (try row.milliseconds(1), try row.milliseconds(2))
            let part = plan.part(of: started)
            let place = Int32(result.visits.count)
            try append(row, part: part, duration: Int(last - started), firstMeasure: 4)
            try visitReader.read(row, from: 8, into: &result.visits.keys)
            if part == plan.part(of: last) {
                result.activity.append(
                    part: part, visitor: try row.value(3), weight: try row.value(4),
                    pageviews: Int(try row.value(5, as: Int32.self)) * Int(try row.value(4, as: Int32.self)),
                    events: 0, revenue: 0, visit: place)
            } else {
                let number: Int64 = try row.value(0)
                places[number] = place
                crossing.append(Crossing(visit: number, from: max(started, plan.start), to: min(last + 1, plan.end)))
            }
        }
        try splitCrossing(crossing)
    }

    private mutating func reserve(_ count: Int) {
        result.visits.parts.reserveCapacity(count)
        result.visits.keys.reserveCapacity(count * result.visitDimensions.count)
        result.activity.parts.reserveCapacity(count)
        result.activity.visitors.reserveCapacity(count)
    }

    /// Adds a visit whose weight, page views, interactions and attention stand in four columns.
    private mutating func append(_ row: Row, part: Int32, duration: Int, firstMeasure column: Int) throws(DatabaseError)
    {
        result.visits.parts.append(part)
        result.visits.durations.append(duration)
        result.visits.weights.append(try row.value(column))
        result.visits.views.append(try row.value(column + 1))
        result.visits.interactions.append(try row.value(column + 2))
        result.visits.engaged.append(try row.value(column + 3))
    }

    /// A visit that goes on in another part, and the stretch of it that is asked about.
    private struct Crossing {
        var visit: Int64
        var from: Int64
        var to: Int64
    }

    /// The page views of such visits, and who they were in which part. Their events are looked for within the stretches of
    /// time in which there is one of them, by the index on time.
    private mutating func splitCrossing(_ crossing: [Crossing]) throws(DatabaseError) {
        if crossing.isEmpty { return }
        var stretches: [(from: Int64, to: Int64)] = []
        for visit in crossing.sorted(by: { $0.from < $1.from }) where visit.from < visit.to {
            if let last = stretches.last, visit.from <= last.to {
                stretches[stretches.count - 1].to = max(last.to, visit.to)
            } else {
                stretches.append((visit.from, visit.to))
            }
        }
        // OFFSET 0 keeps the planner from reading all partitions and joining the stretches afterwards.
        let rows = try connection.query(
            """
            SELECT event.session_id, \(plan.partOfEvent) AS part, event.visitor, max(coalesce(event.weight, 1)),
                coalesce(sum(coalesce(event.weight, 1)) FILTER (WHERE event.name_id = \(ScanPlan.pageview)), 0)
            FROM unnest(\(timestamps: stretches.map(\.from)), \(timestamps: stretches.map(\.to))) AS stretch (since, until)
                CROSS JOIN LATERAL (
                    SELECT session_id, "time", visitor, weight, name_id FROM event
                    WHERE site_id = \(plan.site.rawValue) AND "time" >= since AND "time" < until
                        AND "time" >= \(timestamp: stretches.first?.from ?? plan.start)
                        AND "time" < \(timestamp: stretches.last?.to ?? plan.end)
                        AND session_id = ANY (\(crossing.map(\.visit)))
                    OFFSET 0
                ) AS event
            GROUP BY 1, 2, 3
            """)
        for row in rows {
            guard let place = places[try row.value(0)] else { continue }
            result.activity.append(
                part: try row.value(1), visitor: try row.value(2), weight: try row.value(3),
                pageviews: try row.value(4), events: 0, revenue: 0, visit: place)
        }
    }

    // MARK: Events

    private mutating func readEvents() throws(DatabaseError) {
        let visit: SQL =
            plan.joinsVisits
            ? """
            JOIN session AS visit ON visit.site_id = \(plan.site.rawValue) AND visit.session_id = event.session_id
                AND visit.started_at >= \(timestamp: plan.lookback) AND visit.started_at < \(timestamp: plan.end)
            """ : ""
        let tables: SQL = """
            event \(visit)
            WHERE event.site_id = \(plan.site.rawValue) AND event."time" >= \(timestamp: plan.start)
                AND event."time" < \(timestamp: window.upperBound) AND event.session_id IS NOT NULL \(condition(.event))
            """
        // Hardly two events of a visit are about the same page: to put them together first would only cost time.
        let statement: SQL =
            result.eventDimensions.isEmpty
            ? """
            SELECT event.session_id, \(plan.partOfEvent) AS part, event.visitor, max(coalesce(event.weight, 1)) \(sums)
            FROM \(tables)
            GROUP BY event.session_id, part, event.visitor
            """
            : """
            SELECT event.session_id, \(plan.partOfEvent) AS part, event.visitor, coalesce(event.weight, 1)
                \(each) \(eventColumns.selected(.event, .event))
            FROM \(tables)
            """
        let rows = try connection.query(statement)
        let end = Int32(plan.starts.count + 1)
        var numbers: [Int64] = []
        for row in rows {
            let number: Int64 = try row.value(0)
            // Places are given now and filled once the visits are read; of what comes after the end only visits count.
            if places[number] == nil {
                places[number] = Int32(numbers.count)
                numbers.append(number)
            }
            let part: Int32 = try row.value(1)
            result.activity.append(
                part: part, visitor: part < end ? try row.value(2) : nil, weight: try row.value(3),
                pageviews: try row.value(4), events: try row.value(5), revenue: try row.value(6),
                visit: places[number] ?? -1)
            try eventReader.read(row, from: 7, into: &result.activity.keys)
        }
        try readVisits(numbers)
    }

    /// Page views, other events, and the sum of the amounts.
    private var sums: SQL {
        """
        , coalesce(sum(coalesce(event.weight, 1)) FILTER (WHERE event.name_id = \(ScanPlan.pageview)), 0),
        coalesce(sum(coalesce(event.weight, 1)) FILTER (WHERE event.name_id <> \(ScanPlan.pageview)), 0),
        coalesce(sum(\(amount)), 0)::bigint
        """
    }

    /// The same for a single event.
    private var each: SQL {
        """
        , CASE WHEN event.name_id = \(ScanPlan.pageview) THEN coalesce(event.weight, 1) ELSE 0 END,
        CASE WHEN event.name_id = \(ScanPlan.pageview) THEN 0 ELSE coalesce(event.weight, 1) END,
        coalesce(\(amount), 0)::bigint
        """
    }

    /// The amount of an event in ten-thousandths.
    private var amount: SQL {
        plan.revenue.isEmpty
            ? "0" : "\(amountSQL(of: plan.revenue, in: "event.properties")) * coalesce(event.weight, 1)"
    }

    /// The visits of these numbers, in the places that they were given.
    private mutating func readVisits(_ numbers: [Int64]) throws(DatabaseError) {
        // Beyond some number it is cheaper to read all and to look here which are meant.
        let isIn: SQL = numbers.count > 20_000 ? "" : "AND session_id = ANY (\(numbers))"
        let rows = try connection.query(
            """
            SELECT session_id, started_at, last_at, coalesce(weight, 1), pageviews, events, engaged_ms
                \(visitColumns.selected(.visit, .visit))
            FROM session AS visit
            WHERE site_id = \(plan.site.rawValue) AND started_at >= \(timestamp: plan.lookback)
                AND started_at < \(timestamp: plan.end) AND last_at >= \(timestamp: plan.start) \(isIn)
            """)
        // From the order of the answer to that of the numbers.
        var order = [Int32](repeating: -1, count: numbers.count)
        for row in rows {
            guard let place = places[try row.value(0)], order[Int(place)] < 0 else { continue }
            order[Int(place)] = Int32(result.visits.count)
            let started = try row.milliseconds(1)
            try append(
                row, part: plan.part(of: started), duration: Int(try row.milliseconds(2) - started), firstMeasure: 3)
            try visitReader.read(row, from: 7, into: &result.visits.keys)
        }
        for row in result.activity.visits.indices {
            let place = result.activity.visits[row]
            if place >= 0 { result.activity.visits[row] = order[Int(place)] }
        }
    }

    /// Events that belong to no visit have the values of visits themselves, but for entry and exit.
    private mutating func readLoneEvents() throws(DatabaseError) {
        let rows = try connection.query(
            """
            SELECT \(plan.partOfEvent) AS part \(sums) \(visitColumns.selected(.lone, .visit))
                \(eventColumns.selected(.lone, .event))
            FROM event
            WHERE event.site_id = \(plan.site.rawValue) AND event."time" >= \(timestamp: plan.start)
                AND event."time" < \(timestamp: plan.end) AND event.session_id IS NULL \(condition(.lone))
            GROUP BY part \(visitColumns.grouped(.visit)) \(eventColumns.grouped(.event))
            """)
        for row in rows {
            result.activity.append(
                part: try row.value(0), visitor: nil, weight: 1, pageviews: try row.value(1),
                events: try row.value(2), revenue: try row.value(3), visit: -1)
            result.activity.lonePlaces[result.activity.count - 1] = Int32(result.activity.loneKeys.count)
            try visitReader.read(row, from: 4, into: &result.activity.loneKeys)
            try eventReader.read(row, from: 4 + visitColumns.columns.count, into: &result.activity.keys)
        }
    }

    // MARK: Keys

    /// Turns numbers of sets into the facts that were asked for.
    private mutating func finishKeys() throws(DatabaseError) {
        let numbers = visitReader.sets.union(eventReader.sets)
        let facts = numbers.isEmpty ? [:] : try vocabulary.facts(connection, site: plan.site, of: numbers)
        visitReader.finish(&result.visits.keys, facts)
        visitReader.finish(&result.activity.loneKeys, facts)
        eventReader.finish(&result.activity.keys, facts)
        result.texts = visitReader.texts.merging(eventReader.texts, uniquingKeysWith: { first, _ in first })
    }
}

/// Up to when something may have happened in the visits that began before `end`. Visits that are longer than a day are looked
/// at no further than that.
func queryEndOfVisits(
    _ connection: Connection, site: SiteID, from start: Int64, to end: Int64
) throws(DatabaseError) -> Int64 {
    let rows = try connection.query(
        """
        SELECT max(last_at) FROM session
        WHERE site_id = \(site.rawValue) AND started_at < \(timestamp: end)
            AND started_at >= \(timestamp: max(start, end - 86_400_000))
        """)
    let last = try rows.first?.optionalMilliseconds(0) ?? end
    return max(end, min(last + 1, end + 86_400_000))
}
