import Database
import EventModel

/// What is read for some stretch of time: which parts it has, which rows count, and which values are wanted of them.
struct ScanPlan: Sendable {
    /// The site.
    var site: SiteID
    /// Where the parts (days or hours) begin, ascending.
    var starts: [Int64]
    /// Where the last one ends.
    var end: Int64
    /// When the earliest visit began that reaches into the first part.
    var lookback: Int64
    /// Which rows count.
    var filter: ResolvedFilter?
    /// Whether the filter needs an event's visit beside it.
    var joinsVisits: Bool
    /// Whether the filter asks what else happened in a visit.
    var looksIntoVisits: Bool
    /// By what is broken down, and whether by one dimension or by pairs.
    var breakdowns: [[Dimension]]
    /// Property whose numbers are added up; empty for none.
    var revenue: String

    /// Where the first part begins.
    var start: Int64 { starts.first ?? end }

    /// Dimensions that occur.
    var dimensions: [Dimension] {
        var seen: Set<Dimension> = []
        return breakdowns.joined().filter { seen.insert($0).inserted }
    }

    /// The part of a moment, from 1; 0 before the first, one more than their number after the last.
    func part(of time: Int64) -> Int32 {
        if time >= end { return Int32(starts.count + 1) }
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return Int32(low)
    }

    /// The part of an event, in SQL, numbered in the same way.
    var partOfEvent: SQL { "width_bucket(event.\"time\", \(timestamps: starts + [end]))" }

    /// Whether an event is a page view.
    static let pageview = Vocabulary.pageview
}

/// What the scans select of a row beside its measures: columns with numbers, and texts.
struct ScanColumns: Sendable {
    /// A column of the answer.
    enum Column: Hashable, Sendable {
        case number(IDColumn)
        case country
        case property(String)

        /// Whether the answer has a text in it.
        var isText: Bool {
            switch self {
            case .number: false
            case .country, .property: true
            }
        }
    }

    /// All of them, each once.
    private(set) var columns: [Column] = []
    /// Where each dimension finds its value.
    private(set) var places: [Dimension: Int] = [:]

    init(_ dimensions: [Dimension]) {
        for dimension in dimensions {
            let column: Column =
                switch dimension.place {
                case .column(let column): .number(column)
                case .fact(_, let column): .number(column)
                case .country: .country
                case .property(let name): .property(name)
                }
            if let known = columns.firstIndex(of: column) {
                places[dimension] = known
            } else {
                places[dimension] = columns.count
                columns.append(column)
            }
        }
    }

    /// The columns as the end of a list in SELECT, each with a comma before it, under names of their own.
    func selected(_ kind: RowKind, _ level: Dimension.Level) -> SQL {
        var list: SQL = ""
        for (column, name) in zip(columns, ScanColumns.names(level)) {
            list += ", " + expression(column, kind, level) + " AS " + name
        }
        return list
    }

    /// Their names as the end of a list in GROUP BY.
    func grouped(_ level: Dimension.Level) -> SQL {
        var list: SQL = ""
        for (_, name) in zip(columns, ScanColumns.names(level)) { list += ", " + name }
        return list
    }

    /// More columns than one question can ask for.
    private static func names(_ level: Dimension.Level) -> [SQL] {
        level == .visit
            ? ["v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15"]
            : ["e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9", "e10", "e11", "e12", "e13", "e14", "e15"]
    }

    private func expression(_ column: Column, _ kind: RowKind, _ level: Dimension.Level) -> SQL {
        switch column {
        case .number(let number): number.sql(kind, level) ?? "NULL::bigint"
        case .country: kind == .visit ? "visit.country" : "event.country"
        case .property(let name): kind == .visit ? "NULL::text" : "event.properties ->> \(name)"
        }
    }
}
