import Database
import EventModel

/// Reads a day's columns as `Scan` reads rows: the same question gets the same answer from both.
struct DayScan {
    private let day: DayVisits
    private let plan: ScanPlan
    private let mask: DayFilter.Mask
    /// Where the events of each visit begin, and behind the last one where they end.
    private let firstEvents: [Int]
    /// Codes of the dimensions, row for row.
    private let visitKeys: [[Int32]]
    private let eventKeys: [[Int32]]
    /// Amounts by code of the set of properties.
    private let amounts: [Int64]
    private let names: [Int32]
    private let pageviewCode: Int32
    private var result = ScanResult()

    /// Whether a day's columns can answer; what is about properties only where they are among them.
    static func canAnswer(_ plan: ScanPlan, _ day: DayVisits) -> Bool {
        if day.properties != nil { return true }
        let asksForProperties = plan.dimensions.contains {
            if case .property = $0 { true } else { false }
        }
        return !asksForProperties && plan.revenue.isEmpty && !(plan.filter?.looksAtProperties ?? false)
    }

    /// What a plan for one day finds. With `byEvents` the events are looked at one by one.
    static func run(
        _ plan: ScanPlan, byEvents: Bool, _ day: DayVisits, _ connection: Connection, _ vocabulary: Vocabulary
    ) throws(DatabaseError) -> ScanResult {
        var scan = try DayScan(plan, day, connection, vocabulary)
        scan.result.activity.reserve(
            byEvents ? day.events.count : day.visits.parts.count, keys: scan.eventKeys.count)
        if byEvents { scan.readEvents() } else { scan.readVisits() }
        scan.readLoneEvents()
        return scan.result
    }

    private init(
        _ plan: ScanPlan, _ day: DayVisits, _ connection: Connection, _ vocabulary: Vocabulary
    ) throws(DatabaseError) {
        self.plan = plan
        self.day = day
        var first: [Int] = [0]
        first.reserveCapacity(day.visits.parts.count + 1)
        var visitOfEvent: [Int32] = []
        visitOfEvent.reserveCapacity(day.events.count)
        for (visit, count) in day.visits.eventCounts.enumerated() {
            for _ in 0..<count { visitOfEvent.append(Int32(visit)) }
            first.append(visitOfEvent.count)
        }
        firstEvents = first
        mask = try DayFilter(day: day, visitOfEvent: visitOfEvent, connection: connection).mask(plan.filter)
        result.visitDimensions = plan.dimensions.filter { $0.level == .visit }
        result.eventDimensions = plan.dimensions.filter { $0.level == .event }
        var keys = DayKeys(day: day, site: plan.site, connection: connection, vocabulary: vocabulary)
        var (ofVisits, ofEvents): ([[Int32]], [[Int32]]) = ([], [])
        for dimension in result.visitDimensions { ofVisits.append(try keys.keys(dimension)) }
        for dimension in result.eventDimensions { ofEvents.append(try keys.keys(dimension)) }
        (visitKeys, eventKeys) = (ofVisits, ofEvents)
        result.texts = keys.texts
        result.codes = keys.values
        amounts =
            plan.revenue.isEmpty
            ? [] : try PropertySets(sets: day.properties ?? [], connection: connection).amounts(plan.revenue)
        let coded = day.events.numbers[.name] ?? DayVisits.Coded()
        names = coded.codes
        pageviewCode = coded.values.firstIndex(of: ScanPlan.pageview).map { Int32($0 + 1) } ?? -1
    }

    // MARK: Visits

    private mutating func append(visit: Int) -> Int32 {
        let place = Int32(result.visits.count)
        result.visits.parts.append(day.visits.parts[visit])
        result.visits.durations.append(day.visits.durations[visit])
        result.visits.weights.append(day.visits.weights[visit])
        result.visits.views.append(day.visits.views[visit])
        result.visits.interactions.append(day.visits.interactions[visit])
        result.visits.engaged.append(day.visits.engaged[visit])
        for keys in visitKeys { result.visits.keys.append(Int64(keys[visit])) }
        return place
    }

    private mutating func readVisits() {
        for visit in 0..<day.visits.count where mask.fits(visit: visit) {
            let place = append(visit: visit)
            if day.visits.crossings[visit] == 0 {
                result.activity.append(
                    part: 1, visitor: Int64(day.visits.visitors[visit]), weight: day.visits.weights[visit],
                    pageviews: Int(day.visits.views[visit]) * Int(day.visits.weights[visit]), events: 0, revenue: 0,
                    visit: place)
            } else {
                readTogether(visit, place, withEvents: false)
            }
        }
    }

    // MARK: Events

    private mutating func readEvents() {
        let isTogether = result.eventDimensions.isEmpty
        for visit in 0..<day.visits.count {
            let events = firstEvents[visit]..<firstEvents[visit + 1]
            // Of what comes after the day only visits count; what came before it counts nowhere here.
            guard events.contains(where: { day.events.parts[$0] > 0 && mask.fits(event: $0, of: visit) }) else {
                continue
            }
            let place = append(visit: visit)
            if isTogether {
                readTogether(visit, place, withEvents: true)
                continue
            }
            for event in events where day.events.parts[event] > 0 && mask.fits(event: event, of: visit) {
                append(event: event, of: visit, place)
            }
        }
    }

    private mutating func append(event: Int, of visit: Int, _ place: Int32) {
        let part = day.events.parts[event]
        let weight = day.events.weights[event]
        let isView = isPageview(event)
        result.activity.append(
            part: part, visitor: part == 1 ? visitor(event, visit) : nil, weight: weight,
            pageviews: isView ? Int(weight) : 0, events: isView ? 0 : Int(weight), revenue: amount(event), visit: place)
        for keys in eventKeys { result.activity.keys.append(Int64(keys[event])) }
    }

    /// One row for all events of a visit by the same visitor, within the day and after it.
    private mutating func readTogether(_ visit: Int, _ place: Int32, withEvents: Bool) {
        let first = result.activity.count
        for event in firstEvents[visit]..<firstEvents[visit + 1] {
            let part = day.events.parts[event]
            guard part == 1 || (part == 2 && withEvents), mask.fits(event: event, of: visit) else { continue }
            let visitor = part == 1 ? visitor(event, visit) : 0
            let weight = day.events.weights[event]
            let isView = isPageview(event)
            let (views, others) = (isView ? weight : 0, isView || !withEvents ? 0 : weight)
            let known = (first..<result.activity.count).first {
                result.activity.parts[$0] == part && result.activity.visitors[$0] == visitor
            }
            if let known {
                result.activity.weights[known] = max(result.activity.weights[known], weight)
                result.activity.pageviews[known] &+= views
                result.activity.events[known] &+= others
                result.activity.revenues[known] &+= amount(event)
            } else {
                result.activity.append(
                    part: part, visitor: visitor, weight: weight, pageviews: Int(views), events: Int(others),
                    revenue: amount(event), visit: place)
            }
        }
    }

    @inline(__always)
    private func isPageview(_ event: Int) -> Bool { names[event] == pageviewCode }

    @inline(__always)
    private func visitor(_ event: Int, _ visit: Int) -> Int64 {
        let own = day.events.visitors[event]
        return Int64(own == 0 ? day.visits.visitors[visit] : own)
    }

    @inline(__always)
    private func amount(_ event: Int) -> Int64 {
        amounts.isEmpty ? 0 : amounts[Int(day.events.properties[event])] &* Int64(day.events.weights[event])
    }

    // MARK: Events without a visit

    private mutating func readLoneEvents() {
        for visit in day.visits.count..<day.visits.parts.count {
            let event = firstEvents[visit]
            guard mask.fits(event: event, of: visit) else { continue }
            let weight = Int(day.events.weights[event])
            let isView = isPageview(event)
            result.activity.append(
                part: 1, visitor: nil, weight: 1, pageviews: isView ? weight : 0, events: isView ? 0 : weight,
                revenue: amount(event), visit: -1)
            result.activity.lonePlaces[result.activity.count - 1] = Int32(result.activity.loneKeys.count)
            for keys in visitKeys { result.activity.loneKeys.append(Int64(keys[visit])) }
            for keys in eventKeys { result.activity.keys.append(Int64(keys[event])) }
        }
    }
}

/// The keys of dimensions as codes, row for row.
private struct DayKeys {
    let day: DayVisits
    let site: SiteID
    let connection: Connection
    let vocabulary: Vocabulary
    /// The key of each code, by dimension.
    var values: [Dimension: [Int64]] = [:]
    /// The texts of keys, by dimension, where they stand in no dictionary.
    var texts: [Dimension: [Int64: String]] = [:]

    mutating func keys(_ dimension: Dimension) throws(DatabaseError) -> [Int32] {
        switch dimension.place {
        case .column(let column):
            let coded = coded(column, dimension)
            values[dimension] = [0] + coded.values
            return coded.codes
        case .fact(let name, let column):
            let coded = coded(column, dimension)
            let facts = try vocabulary.facts(connection, site: site, of: Set(coded.values))
            return keys(dimension, [nil] + coded.values.map { facts[$0]?[name] }, coded.codes)
        case .country: return keys(dimension, [nil] + day.countries, day.visits.countries)
        case .property(let name):
            let texts = try PropertySets(sets: day.properties ?? [], connection: connection).values(name)
            return keys(dimension, texts, day.events.properties)
        }
    }

    private func coded(_ column: IDColumn, _ dimension: Dimension) -> DayVisits.Coded {
        (dimension.level == .event ? day.events.numbers[column] : day.visits.numbers[column]) ?? DayVisits.Coded()
    }

    /// Many sets have the same browser: their codes become one.
    private mutating func keys(_ dimension: Dimension, _ texts: [String?], _ codes: [Int32]) -> [Int32] {
        var coder = Coder<String>()
        let code = texts.map { coder.code($0 == "" ? nil : $0) }
        var keys: [Int64] = [0]
        for text in coder.values {
            let key = textKey(text)
            keys.append(key)
            self.texts[dimension, default: [:]][key] = text
        }
        values[dimension] = keys
        return codes.map { code[Int($0)] }
    }
}

extension ResolvedFilter {
    /// Whether one of its parts looks at properties.
    fileprivate var looksAtProperties: Bool {
        switch self {
        case .and(let parts), .or(let parts): parts.contains(where: \.looksAtProperties)
        case .not(let part), .visitWith(let part): part.looksAtProperties
        case .property: true
        case .numbers, .countries, .country: false
        }
    }
}
