import Database
import EventModel

/// Reads the visits of a day and their events into columns.
struct DayVisitsQuery {
    let site: SiteID
    let day: LocalDay
    /// When the earliest visit began that reaches into the day.
    let lookback: Int64
    let connection: Connection

    /// Events beyond which a day is left to PostgreSQL: its columns would not fit into a small machine's memory.
    static let mostEvents = 1_000_000

    private var result = DayVisits()
    private var numbers: [IDColumn: Coder<Int64>] = [:]
    private var countries = Coder<String>()
    private var properties: BoundedCoder
    private var visitors = Coder<Int64>()
    /// Rows of visits by their numbers.
    private var rows: [Int64: Int32] = [:]
    /// Visits that go on over the beginning or the end of the day.
    private var crossing: [Int64] = []

    private init(site: SiteID, day: LocalDay, lookback: Int64, events: Int, _ connection: Connection) {
        properties = BoundedCoder(limit: 4096 + 2 * events)
        self.site = site
        self.day = day
        self.lookback = min(lookback, day.start)
        self.connection = connection
    }

    /// The columns; `nil` for a day with too many events.
    static func run(
        site: SiteID, day: LocalDay, lookback: Int64, _ connection: Connection
    ) throws(DatabaseError) -> DayVisits? {
        let counted = try connection.query(
            """
            SELECT count(*) FROM (SELECT FROM event WHERE site_id = \(site.rawValue)
                AND "time" >= \(timestamp: day.start) AND "time" < \(timestamp: day.end)
                LIMIT \(Int64(mostEvents + 1))) AS events
            """)
        let events = try counted[0].value(0, as: Int.self)
        if events > mostEvents { return nil }
        var query = DayVisitsQuery(site: site, day: day, lookback: lookback, events: events, connection)
        try query.readVisits()
        try query.readEvents()
        try query.readLoneEvents()
        return query.finished()
    }

    /// A column of paths holds the same numbers wherever it is.
    private static func dictionary(of column: IDColumn) -> IDColumn {
        column == .entryPath || column == .exitPath ? .path : column
    }

    private mutating func code(_ value: Int64?, _ column: IDColumn) -> Int32 {
        numbers[column, default: Coder()].code(value)
    }

    private static func selected(_ columns: [IDColumn], _ kind: RowKind, _ level: Dimension.Level) -> SQL {
        columns.reduce(into: "") { $0 += ", " + ($1.sql(kind, level) ?? "NULL::bigint") }
    }

    private mutating func readVisits() throws(DatabaseError) {
        let read = try connection.query(
            """
            SELECT session_id, visitor, started_at, last_at, coalesce(weight, 1), pageviews, events, engaged_ms, country
                \(DayVisitsQuery.selected(DayVisits.Visits.columns, .visit, .visit))
            FROM session AS visit
            WHERE site_id = \(site.rawValue) AND started_at >= \(timestamp: lookback)
                AND started_at < \(timestamp: day.end) AND last_at >= \(timestamp: day.start)
            ORDER BY visitor, started_at, session_id
            """)
        for row in read {
            let number: Int64 = try row.value(0)
            let (started, last) = (try row.milliseconds(2), try row.milliseconds(3))
            rows[number] = Int32(result.visits.parts.count)
            let crosses = started < day.start || last >= day.end
            if crosses { crossing.append(number) }
            result.visits.visitors.append(visitors.code(try row.value(1)))
            result.visits.parts.append(started < day.start ? 0 : 1)
            result.visits.crossings.append(crosses ? 1 : 0)
            result.visits.durations.append(Int(last - started))
            result.visits.weights.append(try row.value(4))
            result.visits.views.append(try row.value(5))
            result.visits.interactions.append(try row.value(6))
            result.visits.engaged.append(try row.value(7))
            try appendPlace(row, country: 8)
        }
        result.visits.count = result.visits.parts.count
    }

    /// Adds the country, and after it what stands in the columns with numbers.
    private mutating func appendPlace(_ row: Row, country: Int) throws(DatabaseError) {
        result.visits.countries.append(countries.code(try row.value(country)))
        for (offset, column) in DayVisits.Visits.columns.enumerated() {
            let code = code(try row.value(country + 1 + offset), DayVisitsQuery.dictionary(of: column))
            result.visits.numbers[column, default: DayVisits.Coded()].codes.append(code)
        }
    }

    /// One event on its way to the place behind its visit.
    private struct Found {
        var visit: Int32
        var part: Int32
        var visitor: Int32
        var weight: Int32
        var properties: Int32
        var path: Int32
        var title: Int32
        var name: Int32
        var facts: Int32
    }

    private mutating func readEvents() throws(DatabaseError) {
        let until = try queryEndOfVisits(connection, site: site, from: day.start, to: day.end)
        var found: [Found] = []
        // Hour by hour: all of a large day's rows at once would fill a small machine.
        for hour in stride(from: day.start, to: day.end, by: 3_600_000) {
            try readEvents(hour..<min(hour + 3_600_000, day.end), part: 1, "session_id IS NOT NULL", into: &found)
        }
        // Beyond the day only the events of visits that touch it: they are few, and found by the index on time.
        try readEvents(lookback..<day.start, part: 0, "session_id = ANY (\(crossing))", into: &found)
        try readEvents(day.end..<until, part: 2, "session_id = ANY (\(crossing))", into: &found)
        found.sort { $0.visit < $1.visit }
        result.visits.eventCounts = [Int32](repeating: 0, count: result.visits.count)
        for event in found {
            result.visits.eventCounts[Int(event.visit)] += 1
            append(event)
        }
    }

    private mutating func readEvents(
        _ time: Range<Int64>, part: Int32, _ condition: SQL, into found: inout [Found]
    ) throws(DatabaseError) {
        if time.isEmpty { return }
        let read = try connection.query(
            """
            SELECT session_id, visitor, coalesce(weight, 1), properties
                \(DayVisitsQuery.selected(DayVisits.Events.columns, .event, .event))
            FROM event
            WHERE site_id = \(site.rawValue) AND "time" >= \(timestamp: time.lowerBound)
                AND "time" < \(timestamp: time.upperBound) AND \(condition)
            """)
        for row in read {
            guard let visit = rows[try row.value(0)] else { continue }
            let visitor = visitors.code(try row.value(1))
            found.append(
                Found(
                    visit: visit, part: part,
                    visitor: visitor == result.visits.visitors[Int(visit)] ? 0 : visitor, weight: try row.value(2),
                    properties: properties.code(try row.value(3)), path: code(try row.value(4), .path),
                    title: code(try row.value(5), .title), name: code(try row.value(6), .name),
                    facts: code(try row.value(7), .facts)))
        }
    }

    private mutating func append(_ event: Found) {
        result.events.parts.append(event.part)
        result.events.visitors.append(event.visitor)
        result.events.weights.append(event.weight)
        result.events.properties.append(event.properties)
        for (column, code) in zip(DayVisits.Events.columns, [event.path, event.title, event.name, event.facts]) {
            result.events.numbers[column, default: DayVisits.Coded()].codes.append(code)
        }
    }

    /// Events that belong to no visit, equal ones together.
    private mutating func readLoneEvents() throws(DatabaseError) {
        let places = DayVisits.Visits.columns.filter { $0 != .entryPath && $0 != .exitPath }
        let read = try connection.query(
            """
            SELECT sum(coalesce(weight, 1))::bigint, properties
                \(DayVisitsQuery.selected(DayVisits.Events.columns, .lone, .event)), country
                \(DayVisitsQuery.selected(places, .lone, .visit))
            FROM event
            WHERE site_id = \(site.rawValue) AND "time" >= \(timestamp: day.start) AND "time" < \(timestamp: day.end)
                AND session_id IS NULL
            GROUP BY properties, path_id, title_id, name_id, facts_id, country, source_id, referrer_host_id,
                hostname_id, device_id, place_id, acquisition_id
            """)
        for row in read {
            let weight = Int32(clamping: try row.value(0, as: Int64.self))
            append(
                Found(
                    visit: -1, part: 1, visitor: 0, weight: weight, properties: properties.code(try row.value(1)),
                    path: code(try row.value(2), .path), title: code(try row.value(3), .title),
                    name: code(try row.value(4), .name), facts: code(try row.value(5), .facts)))
            try appendLonePlace(row, places)
        }
    }

    private mutating func appendLonePlace(_ row: Row, _ places: [IDColumn]) throws(DatabaseError) {
        result.visits.visitors.append(0)
        result.visits.parts.append(0)
        result.visits.crossings.append(0)
        result.visits.durations.append(0)
        result.visits.weights.append(1)
        result.visits.views.append(0)
        result.visits.interactions.append(0)
        result.visits.engaged.append(0)
        result.visits.eventCounts.append(1)
        result.visits.countries.append(countries.code(try row.value(6)))
        for column in DayVisits.Visits.columns {
            let place = places.firstIndex(of: column)
            let code = place == nil ? 0 : code(try row.value(7 + (place ?? 0)), column)
            result.visits.numbers[column, default: DayVisits.Coded()].codes.append(code)
        }
    }

    /// The columns with their values. The numbers of paths stand in each of the three columns of paths.
    private func finished() -> DayVisits {
        var result = result
        result.countries = countries.values
        for column in DayVisits.Visits.columns {
            let dictionary = numbers[DayVisitsQuery.dictionary(of: column)] ?? Coder()
            result.visits.numbers[column, default: DayVisits.Coded()].values = dictionary.values
        }
        for column in DayVisits.Events.columns {
            result.events.numbers[column, default: DayVisits.Coded()].values = numbers[column]?.values ?? []
        }
        result.properties = properties.texts
        if properties.texts == nil {
            result.events.properties = [Int32](repeating: 0, count: result.events.count)
        }
        return result
    }
}

/// Gives codes to texts as long as they are not too many: properties with order numbers and the like are as many as their
/// events, and would not become any smaller.
private struct BoundedCoder {
    private let limit: Int
    private var length = 0
    private var coder = Coder<String>()

    /// For texts of so many bytes together.
    init(limit: Int) {
        self.limit = limit
    }

    /// The texts; `nil` where they were too many.
    var texts: [String]? { length > limit ? nil : coder.values }

    mutating func code(_ text: String?) -> Int32 {
        if length > limit { return 0 }
        let known = coder.values.count
        let code = coder.code(text)
        if coder.values.count > known { length += text?.utf8.count ?? 0 }
        if length > limit { coder = Coder() }
        return code
    }
}
