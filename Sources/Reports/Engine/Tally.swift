/// Adds up what a scan read: for each part its totals, and a table for each breakdown.
///
/// Nobody is counted twice: a visitor once for each part and key, a visit once for each key, with its greatest weight. Most
/// visitors have one row in a part, so rows are sorted by visitor once, and only visitors with several need a closer look.
struct Tally {
    private let scan: ScanResult
    private let parts: Int
    /// Rows with a visitor, those of one visitor and part together.
    private let byVisitor: [Int32]
    private let visitorRuns: [Range<Int>]
    /// Rows with a visit, those of one visit together.
    private let byVisit: [Int32]
    private let visitRuns: [Range<Int>]

    /// Of `parts` parts.
    init(_ scan: ScanResult, parts: Int) {
        self.scan = scan
        self.parts = parts
        let activity = scan.activity
        let end = Int32(parts)
        let visitors = activity.visitors
        (byVisitor, visitorRuns) = Tally.runs(activity.count) { row in
            let part = activity.parts[row]
            guard visitors[row] != 0, part >= 1, part <= end else { return nil }
            return UInt64(bitPattern: visitors[row]) &+ UInt64(part) &* 0x9e37_79b9_7f4a_7c15
        }
        let visits = activity.visits
        (byVisit, visitRuns) = Tally.runs(activity.count) { row in visits[row] < 0 ? nil : UInt64(visits[row]) }
    }

    /// The rows that have a key, sorted by it, and the stretches of the same key.
    private static func runs(_ count: Int, _ key: (Int) -> UInt64?) -> (rows: [Int32], runs: [Range<Int>]) {
        var pairs: [(key: UInt64, row: Int32)] = []
        pairs.reserveCapacity(count)
        for row in 0..<count {
            if let key = key(row) { pairs.append((key, Int32(row))) }
        }
        pairs.sort { $0.key == $1.key ? $0.row < $1.row : $0.key < $1.key }
        var runs: [Range<Int>] = []
        runs.reserveCapacity(pairs.count)
        var first = 0
        for place in pairs.indices where place + 1 == pairs.count || pairs[place + 1].key != pairs[place].key {
            runs.append(first..<(place + 1))
            first = place + 1
        }
        return (pairs.map(\.row), runs)
    }

    /// The slice of each part.
    func slices(_ breakdowns: [[Dimension]]) -> [Slice] {
        var slices = [Slice](repeating: Slice(), count: parts)
        let totals = tables { _ in 0 }
        for part in 0..<parts { slices[part].totals = totals[part][0] }
        for breakdown in breakdowns {
            let name = breakdown.map(\.name).joined(separator: " ")
            for (part, table) in tables(by: breakdown).enumerated() { slices[part].tables[name] = table }
        }
        return slices
    }

    private func tables(by breakdown: [Dimension]) -> [MeasureTable] {
        let places = breakdown.compactMap { scan.place(of: $0) }
        if places.count == 1 { return singleTables(places[0], scan.texts[breakdown[0]] ?? [:], breakdown[0]) }
        guard places.count == 2 else { return [MeasureTable](repeating: MeasureTable(), count: parts) }
        var pairs: [Int64: (Int64, Int64)] = [:]
        let isEdge = breakdown.contains { $0 == .entryPage || $0 == .exitPage }
        var tables = tables { row in
            // As below: what belongs to no visit has no entry and no exit.
            if isEdge, scan.activity.visits[row] < 0 { return nil }
            let (first, second) = (scan.key(row, places[0]), scan.key(row, places[1]))
            let key = PairKey.of(first, second)
            if pairs[key] == nil { pairs[key] = (first, second) }
            return key
        }
        for part in tables.indices {
            for key in tables[part].keys {
                guard let pair = pairs[key] else { continue }
                tables[part].texts[key] = PairKey.text(
                    pair.0, scan.texts[breakdown[0]]?[pair.0], pair.1, scan.texts[breakdown[1]]?[pair.1])
            }
        }
        return tables
    }

    private func singleTables(
        _ place: ScanResult.KeyPlace, _ texts: [Int64: String], _ dimension: Dimension
    ) -> [MeasureTable] {
        let isEdge = dimension == .entryPage || dimension == .exitPage
        var tables = tables { row in
            // What belongs to no visit has no entry and no exit, and is no row among them.
            isEdge && scan.activity.visits[row] < 0 ? nil : scan.key(row, place)
        }
        guard !texts.isEmpty else { return tables }
        for part in tables.indices {
            for key in tables[part].keys {
                if let text = texts[key] { tables[part].texts[key] = text }
            }
        }
        return tables
    }

    /// The sums for each part by what `key` says of a row; rows without a key are left out.
    private func tables(_ key: (Int) -> Int64?) -> [MeasureTable] {
        var tables = [MeasureTable](repeating: MeasureTable(), count: parts)
        // Each row's key is looked up once; what follows knows its place.
        var places = [Int32](repeating: -1, count: scan.activity.count)
        let activity = scan.activity
        for row in 0..<activity.count {
            let part = Int(activity.parts[row]) - 1
            guard part >= 0, part < parts, let key = key(row) else { continue }
            let place = tables[part].place(of: key)
            places[row] = Int32(place)
            tables[part].sums[place].pageviews &+= Int(activity.pageviews[row])
            tables[part].sums[place].events &+= Int(activity.events[row])
            tables[part].sums[place].revenue &+= Int(activity.revenues[row])
        }
        countVisitors(&tables, places)
        countVisits(&tables, places, key)
        return tables
    }

    private func countVisitors(_ tables: inout [MeasureTable], _ places: [Int32]) {
        let activity = scan.activity
        var weights: [Int32: Int32] = [:]
        for run in visitorRuns {
            let first = Int(byVisitor[run.lowerBound])
            let part = Int(activity.parts[first]) - 1
            if run.count == 1 {
                let place = Int(places[first])
                if place >= 0 { tables[part].sums[place].visitors &+= Int(activity.weights[first]) }
                continue
            }
            weights.removeAll(keepingCapacity: true)
            for row in byVisitor[run] where places[Int(row)] >= 0 {
                weights[places[Int(row)]] = max(weights[places[Int(row)]] ?? 0, activity.weights[Int(row)])
            }
            for (place, weight) in weights { tables[part].sums[Int(place)].visitors &+= Int(weight) }
        }
    }

    private func countVisits(_ tables: inout [MeasureTable], _ places: [Int32], _ key: (Int) -> Int64?) {
        var counted: Set<Int> = []
        for run in visitRuns {
            let visit = Int(scan.activity.visits[Int(byVisit[run.lowerBound])])
            let part = Int(scan.visits.parts[visit]) - 1
            guard part >= 0, part < parts else { continue }
            let measures = scan.visits.measures(visit)
            counted.removeAll(keepingCapacity: true)
            for row in byVisit[run] {
                var place = Int(places[Int(row)])
                if Int(scan.activity.parts[Int(row)]) - 1 != part {
                    // It went on in another part, but counts where it began.
                    place = key(Int(row)).map { tables[part].place(of: $0) } ?? -1
                }
                guard place >= 0, run.count == 1 || counted.insert(place).inserted else { continue }
                tables[part].sums[place] += measures
            }
        }
    }
}

/// Keys of pairs of values.
enum PairKey {
    /// The key of a pair.
    static func of(_ first: Int64, _ second: Int64) -> Int64 {
        var hash = UInt64(bitPattern: first) &* 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ (hash >> 29) ^ UInt64(bitPattern: second)) &* 0xbf58_476d_1ce4_e5b9
        hash ^= hash >> 32
        return Int64(bitPattern: hash)
    }

    /// The pair as the text of its key: each value is a number of the dictionary (`#…`) or a text (`=…`), the first one
    /// behind its length.
    static func text(_ first: Int64, _ firstText: String?, _ second: Int64, _ secondText: String?) -> String {
        func part(_ key: Int64, _ text: String?) -> String { text.map { "=" + $0 } ?? (key == 0 ? "=" : "#\(key)") }
        let head = part(first, firstText)
        return "\(head.utf8.count):\(head)\(part(second, secondText))"
    }

    /// The two values out of such a text.
    static func parts(_ text: String) -> (Substring, Substring)? {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), let length = Int(text[..<colon]) else {
            return nil
        }
        let start = text.utf8.index(after: colon)
        guard length >= 0, let end = text.utf8.index(start, offsetBy: length, limitedBy: text.utf8.endIndex) else {
            return nil
        }
        return (text[start..<end], text[end...])
    }
}
