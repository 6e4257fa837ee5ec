import Database

/// Says of each row of a day's columns whether it fits a filter, as `ResolvedFilter.condition` says it in SQL.
struct DayFilter {
    let day: DayVisits
    /// The visit of each event.
    let visitOfEvent: [Int32]
    let connection: Connection

    /// Rows that fit: what is only about visits is said of visits.
    enum Mask {
        case all(Bool)
        case visits([Bool])
        case events([Bool])

        /// Whether an event of a visit fits.
        @inline(__always)
        func fits(event: Int, of visit: Int) -> Bool {
            switch self {
            case .all(let fits): fits
            case .visits(let fits): fits[visit]
            case .events(let fits): fits[event]
            }
        }

        /// Whether a visit fits; one without a look at its events does not where they are asked about.
        @inline(__always)
        func fits(visit: Int) -> Bool {
            switch self {
            case .all(let fits): fits
            case .visits(let fits): fits[visit]
            case .events: false
            }
        }
    }

    /// The rows that fit.
    func mask(_ filter: ResolvedFilter?) throws(DatabaseError) -> Mask {
        switch filter {
        case nil: return .all(true)
        case .and(let parts): return try combined(parts, isAnd: true)
        case .or(let parts): return try combined(parts, isAnd: false)
        case .not(let part): return inverted(try mask(part))
        case .numbers(let column, let level, let numbers, let orMissing):
            return mask(column, level, Set(numbers), orMissing: orMissing)
        case .countries(let codes, let orMissing):
            let codes = Set(codes)
            return mask(ofCountries: [orMissing] + day.countries.map { codes.contains($0) })
        case .country(let patterns, let ignoresCase):
            return mask(
                ofCountries: try queryFits(connection, day.countries, patterns, ignoresCase: ignoresCase))
        case .property(let name, let patterns, let ignoresCase):
            let sets = PropertySets(sets: day.properties ?? [], connection: connection)
            let fits = try sets.fits(name, patterns, ignoresCase: ignoresCase)
            return .events(day.events.properties.map { fits[Int($0)] })
        case .visitWith(let events): return try mask(ofVisitsWith: events)
        }
    }

    private func combined(_ parts: [ResolvedFilter], isAnd: Bool) throws(DatabaseError) -> Mask {
        var result = Mask.all(isAnd)
        for part in parts { result = combined(result, try mask(part), isAnd: isAnd) }
        return result
    }

    private func combined(_ left: Mask, _ right: Mask, isAnd: Bool) -> Mask {
        switch (left, right) {
        case (.all(let fits), let other), (let other, .all(let fits)):
            // Everything and X is X; everything or X is everything.
            return fits == isAnd ? other : .all(fits)
        case (.visits(let left), .visits(let right)):
            return .visits(zip(left, right).map { isAnd ? $0 && $1 : $0 || $1 })
        default:
            let (left, right) = (overEvents(left), overEvents(right))
            return .events(zip(left, right).map { isAnd ? $0 && $1 : $0 || $1 })
        }
    }

    private func overEvents(_ mask: Mask) -> [Bool] {
        switch mask {
        case .all(let fits): [Bool](repeating: fits, count: day.events.count)
        case .visits(let fits): visitOfEvent.map { fits[Int($0)] }
        case .events(let fits): fits
        }
    }

    private func inverted(_ mask: Mask) -> Mask {
        switch mask {
        case .all(let fits): .all(!fits)
        case .visits(let fits): .visits(fits.map { !$0 })
        case .events(let fits): .events(fits.map { !$0 })
        }
    }

    private func mask(_ column: IDColumn, _ level: Dimension.Level, _ numbers: Set<Int64>, orMissing: Bool) -> Mask {
        func fits(_ coded: DayVisits.Coded) -> [Bool] {
            let fits = [orMissing] + coded.values.map { numbers.contains($0) }
            return coded.codes.map { fits[Int($0)] }
        }
        if level == .event {
            return day.events.numbers[column].map { .events(fits($0)) } ?? .all(orMissing)
        }
        return day.visits.numbers[column].map { .visits(fits($0)) } ?? .all(orMissing)
    }

    private func mask(ofCountries fits: [Bool]) -> Mask { .visits(day.visits.countries.map { fits[Int($0)] }) }

    /// Visits in which an event fits; what belongs to no visit does not.
    private func mask(ofVisitsWith filter: ResolvedFilter) throws(DatabaseError) -> Mask {
        let events = try mask(filter)
        var fits = [Bool](repeating: false, count: day.visits.parts.count)
        for (event, visit) in visitOfEvent.enumerated()
        where visit < day.visits.count && events.fits(event: event, of: Int(visit)) {
            fits[Int(visit)] = true
        }
        return .visits(fits)
    }
}
