import Cryptography
import Database
import EventModel

/// A filter whose texts have become numbers, ready to be part of a statement.
indirect enum ResolvedFilter: Sendable {
    case and([ResolvedFilter])
    case or([ResolvedFilter])
    case not(ResolvedFilter)
    /// A column holds one of these numbers, or nothing.
    case numbers(IDColumn, Dimension.Level, [Int64], orMissing: Bool)
    /// The country is one of these, or none is known.
    case countries([String], orMissing: Bool)
    /// The country fits one of these patterns of LIKE.
    case country(patterns: [String], ignoresCase: Bool)
    /// A property fits one of these patterns of LIKE.
    case property(String, patterns: [String], ignoresCase: Bool)
    /// The visit has an event that fits.
    case visitWith(ResolvedFilter)
}

/// What a row is, and so in which columns a value is looked for.
enum RowKind {
    /// A row of `session`, called `visit`.
    case visit
    /// A row of `event`, with its row of `session`, called `visit`, where visits are asked about.
    case event
    /// A row of `event` that belongs to no visit: it has its own values.
    case lone
}

// MARK: Texts to numbers

extension Filter {
    /// Looks up what the filter's texts are in the site's dictionary and sets of facts.
    func resolved(_ connection: Connection, site: SiteID) throws(DatabaseError) -> ResolvedFilter {
        switch self {
        case .and(let parts): return .and(try Filter.resolved(parts, connection, site))
        case .or(let parts): return .or(try Filter.resolved(parts, connection, site))
        case .not(let part): return .not(try part.resolved(connection, site: site))
        case .goal(let goal): return .visitWith(try goal.events.resolved(connection, site: site))
        case .test(let test):
            let plain = try test.resolvedPlainly(connection, site)
            return test.comparison.isNegated ? .not(plain) : plain
        }
    }

    private static func resolved(
        _ parts: [Filter], _ connection: Connection, _ site: SiteID
    ) throws(DatabaseError) -> [ResolvedFilter] {
        var resolved: [ResolvedFilter] = []
        for part in parts { resolved.append(try part.resolved(connection, site: site)) }
        return resolved
    }
}

extension Filter.Test {
    private var ignoresCase: Bool { comparison.plain == .contains }

    /// The values as patterns of LIKE.
    private var patterns: [String] {
        values.map { value in
            switch comparison.plain {
            case .contains: "%\(Filter.Test.escaped(value))%"
            case .matches:
                value.split(separator: "*", omittingEmptySubsequences: false).map(Filter.Test.escaped)
                    .joined(separator: "%")
            default: Filter.Test.escaped(value)
            }
        }
    }

    private static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "\\" { escaped.unicodeScalars.append("\\") }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }

    /// Whether a value that is not there fits.
    private var fitsMissing: Bool {
        switch comparison.plain {
        case .matches: values.contains { $0.utf8.allSatisfy { $0 == UInt8(ascii: "*") } }
        default: values.contains("")
        }
    }

    /// Whether it is about whole values, of which the numbers can be computed.
    private var isExact: Bool {
        comparison.plain == .is
            || (comparison.plain == .matches && !values.contains { $0.utf8.contains(UInt8(ascii: "*")) })
    }

    /// The test without its "not".
    fileprivate func resolvedPlainly(_ connection: Connection, _ site: SiteID) throws(DatabaseError) -> ResolvedFilter {
        switch dimension.place {
        case .column(let column):
            return .numbers(column, dimension.level, try textNumbers(connection, site), orMissing: fitsMissing)
        case .fact(let name, let column):
            let fitting = ResolvedFilter.numbers(
                column, dimension.level, try setNumbers(connection, site, fact: name), orMissing: false)
            guard fitsMissing else { return fitting }
            let any = try Filter.Test(dimension, .matches, ["*"]).setNumbers(connection, site, fact: name)
            return .or([fitting, .not(.numbers(column, dimension.level, any, orMissing: false))])
        case .country:
            if isExact { return .countries(values.filter { !$0.isEmpty }, orMissing: fitsMissing) }
            return .country(patterns: patterns, ignoresCase: ignoresCase)
        case .property(let name): return .property(name, patterns: patterns, ignoresCase: ignoresCase)
        }
    }

    private func textNumbers(_ connection: Connection, _ site: SiteID) throws(DatabaseError) -> [Int64] {
        if isExact { return values.filter { !$0.isEmpty }.map { ContentHash.sixtyFourBits(of: $0) } }
        let fits: SQL = ignoresCase ? "text ILIKE ANY (\(patterns))" : "text LIKE ANY (\(patterns))"
        let rows = try connection.query(
            "SELECT text_id FROM dictionary WHERE site_id = \(site.rawValue) AND \(fits) ORDER BY 1")
        return try Filter.Test.numbers(rows)
    }

    /// The sets in which the fact is there and fits.
    private func setNumbers(
        _ connection: Connection, _ site: SiteID, fact: String
    ) throws(DatabaseError) -> [Int64] {
        let value: SQL = "facts ->> \(fact)"
        let fits: SQL = ignoresCase ? "\(value) ILIKE ANY (\(patterns))" : "\(value) LIKE ANY (\(patterns))"
        let rows = try connection.query(
            "SELECT facts_id FROM fact_set WHERE site_id = \(site.rawValue) AND \(value) <> '' AND \(fits) ORDER BY 1")
        return try Filter.Test.numbers(rows)
    }

    private static func numbers(_ rows: Rows) throws(DatabaseError) -> [Int64] {
        var numbers: [Int64] = []
        numbers.reserveCapacity(rows.count)
        for row in rows { numbers.append(try row.value(0)) }
        return numbers
    }
}

// MARK: As SQL

extension ResolvedFilter {
    /// The condition on a row. `window` is the time in which events of the row's visit are looked for.
    func condition(_ kind: RowKind, site: SiteID, window: Range<Int64>) -> SQL {
        render(kind, site, window, isNegated: false)
    }

    /// Negation goes down to the leaves, where it is known what a missing value means: SQL's own would lose those rows.
    private func render(_ kind: RowKind, _ site: SiteID, _ window: Range<Int64>, isNegated: Bool) -> SQL {
        func joined(_ parts: [ResolvedFilter], isAnd: Bool) -> SQL {
            if parts.isEmpty { return isAnd ? "true" : "false" }
            let rendered = parts.map { $0.render(kind, site, window, isNegated: isNegated) }
            return "(\(SQL.joined(rendered, by: isAnd ? " AND " : " OR ")))"
        }
        switch self {
        case .and(let parts): return joined(parts, isAnd: !isNegated)
        case .or(let parts): return joined(parts, isAnd: isNegated)
        case .not(let part): return part.render(kind, site, window, isNegated: !isNegated)
        case .numbers(let column, let level, let numbers, let orMissing):
            guard let column = column.sql(kind, level) else { return orMissing != isNegated ? "true" : "false" }
            return ResolvedFilter.isIn(
                column, "\(numbers)", isEmpty: numbers.isEmpty, orMissing: orMissing, isNegated: isNegated)
        case .countries(let codes, let orMissing):
            let column: SQL = kind == .lone ? "event.country" : "visit.country"
            return ResolvedFilter.isIn(
                column, "\(codes)", isEmpty: codes.isEmpty, orMissing: orMissing, isNegated: isNegated)
        case .country(let patterns, let ignoresCase):
            let column: SQL = kind == .lone ? "event.country" : "visit.country"
            return ResolvedFilter.isLike(column, patterns, ignoresCase, isNegated)
        case .property(let name, let patterns, let ignoresCase):
            return ResolvedFilter.isLike("event.properties ->> \(name)", patterns, ignoresCase, isNegated)
        case .visitWith(let events):
            if kind == .lone { return isNegated ? "true" : "false" }
            let number: SQL = kind == .visit ? "visit.session_id" : "event.session_id"
            let not: SQL = isNegated ? "NOT " : ""
            return """
                \(not)\(number) IN (SELECT event.session_id FROM event
                    WHERE event.site_id = \(site.rawValue) AND event."time" >= \(timestamp: window.lowerBound)
                        AND event."time" < \(timestamp: window.upperBound) AND event.session_id IS NOT NULL
                        AND \(events.render(.event, site, window, isNegated: false)))
                """
        }
    }

    private static func isIn(
        _ column: SQL, _ list: SQL, isEmpty: Bool, orMissing: Bool, isNegated: Bool
    ) -> SQL {
        switch (isEmpty, orMissing, isNegated) {
        case (true, false, false): "false"
        case (true, false, true): "true"
        case (true, true, false): "\(column) IS NULL"
        case (true, true, true): "\(column) IS NOT NULL"
        case (false, false, false): "\(column) = ANY (\(list))"
        case (false, true, false): "(\(column) = ANY (\(list)) OR \(column) IS NULL)"
        case (false, false, true): "(\(column) <> ALL (\(list)) OR \(column) IS NULL)"
        case (false, true, true): "\(column) <> ALL (\(list))"
        }
    }

    /// Whether a value fits one of some patterns; a missing one is an empty one.
    static func isLike(_ value: SQL, _ patterns: [String], _ ignoresCase: Bool, _ isNegated: Bool) -> SQL {
        let not: SQL = isNegated ? "NOT " : ""
        let like: SQL = ignoresCase ? "ILIKE" : "LIKE"
        return "\(not)coalesce(\(value), '') \(like) ANY (\(patterns))"
    }
}

extension IDColumn {
    /// The column of a row; `nil` where such a row has none.
    func sql(_ kind: RowKind, _ level: Dimension.Level) -> SQL? {
        kind == .visit || (kind == .event && level == .visit) ? visitSQL : eventSQL
    }

    private var visitSQL: SQL? {
        switch self {
        case .source: "visit.source_id"
        case .referrerHost: "visit.referrer_host_id"
        case .hostname: "visit.hostname_id"
        case .entryPath: "visit.entry_path_id"
        case .exitPath: "visit.exit_path_id"
        case .device: "visit.device_id"
        case .place: "visit.place_id"
        case .acquisition: "visit.acquisition_id"
        case .path, .title, .name, .facts: nil
        }
    }

    private var eventSQL: SQL? {
        switch self {
        case .source: "event.source_id"
        case .referrerHost: "event.referrer_host_id"
        case .hostname: "event.hostname_id"
        case .entryPath, .exitPath: nil
        case .device: "event.device_id"
        case .place: "event.place_id"
        case .acquisition: "event.acquisition_id"
        case .path: "event.path_id"
        case .title: "event.title_id"
        case .name: "event.name_id"
        case .facts: "event.facts_id"
        }
    }
}
