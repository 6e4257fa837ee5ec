/// Adds up what a scan read: for each part its totals, and a table for each breakdown.
///
/// Nobody is counted twice: a visitor once for each part and key, a visit once for each key, with its greatest weight. Rows of
/// a visitor are brought together once, and those of a visit; then each breakdown passes over them.
struct Tally {
    private let scan: ScanResult
    private let hasSketches: Bool
    private let parts: [Part]
    /// What each visit counts for.
    private let measures: [Measures]

    /// The rows that a part is about.
    private struct Part {
        /// Rows with a visitor, those of one visitor together.
        var byVisitor = Runs()
        /// Rows without one.
        var nobody: [Int32] = []
        /// Rows of visits that began in the part, those of one visit together, wherever they are.
        var byVisit = Runs()
    }

    /// Rows that belong together.
    private struct Runs {
        var rows: [Int32] = []
        /// Where each run ends.
        var ends: [Int32] = []
    }

    /// Of `parts` parts. With `sketches` it is kept who the visitors are, so that those of several days can be put together.
    init(_ scan: ScanResult, parts count: Int, sketches: Bool) {
        self.scan = scan
        hasSketches = sketches
        let activity = scan.activity
        var parts = [Part](repeating: Part(), count: count)
        var byVisitor = [[Int32]](repeating: [], count: count)
        var byVisit = byVisitor
        for row in 0..<activity.count {
            let part = Int(activity.parts[row]) - 1
            if part >= 0, part < count {
                if activity.visitors[row] == 0 {
                    parts[part].nobody.append(Int32(row))
                } else {
                    byVisitor[part].append(Int32(row))
                }
            }
            let visit = activity.visits[row]
            if visit >= 0 {
                let began = Int(scan.visits.parts[Int(visit)]) - 1
                if began >= 0, began < count { byVisit[began].append(Int32(row)) }
            }
        }
        for part in 0..<count {
            parts[part].byVisitor = Tally.runs(byVisitor[part]) { activity.visitors[Int($0)] }
            parts[part].byVisit = Tally.runs(byVisit[part]) { Int64(activity.visits[Int($0)]) }
        }
        self.parts = parts
        measures = (0..<scan.visits.count).map { scan.visits.measures($0) }
    }

    /// Brings equal ones together. What was read from columns is in order already.
    private static func runs(_ rows: [Int32], _ key: (Int32) -> Int64) -> Runs {
        guard let first = rows.first else { return Runs() }
        var runs = Runs()
        var last = key(first)
        for (place, row) in rows.enumerated() {
            let current = key(row)
            if current < last {
                // Not in order: sorted with their keys beside them, which is faster than looking them up.
                let sorted = rows.map { (key: key($0), row: $0) }.sorted {
                    $0.key == $1.key ? $0.row < $1.row : $0.key < $1.key
                }
                return Tally.runs(sorted)
            }
            if current != last { runs.ends.append(Int32(place)) }
            last = current
        }
        runs.ends.append(Int32(rows.count))
        runs.rows = rows
        return runs
    }

    private static func runs(_ sorted: [(key: Int64, row: Int32)]) -> Runs {
        var runs = Runs(rows: sorted.map(\.row))
        for place in sorted.indices where place + 1 == sorted.count || sorted[place + 1].key != sorted[place].key {
            runs.ends.append(Int32(place + 1))
        }
        return runs
    }

    /// The slice of each part.
    func slices(_ breakdowns: [[Dimension]]) -> [Slice] {
        parts.map { part in
            var slice = Slice()
            var everything = OnePlace()
            let counted = count(part, &everything)
            slice.totals = counted.sums.first ?? Measures()
            if hasSketches {
                slice.visitors = DistinctVisitors(
                    counted.sketches.first ?? VisitorSketch(), visitors: slice.totals.visitors)
            }
            for breakdown in breakdowns {
                slice.tables[Dimension.name(ofBreakdown: breakdown)] = table(part, breakdown)
            }
            return slice
        }
    }

    private func table(_ part: Part, _ breakdown: [Dimension]) -> MeasureTable {
        let places = breakdown.compactMap { scan.place(of: $0) }
        // What belongs to no visit has no entry and no exit, and is no row among them.
        let isEdge = breakdown.contains { $0 == .entryPage || $0 == .exitPage }
        switch places.count {
        case 1: return table(part, breakdown[0], places[0], isEdge: isEdge)
        case 2: return table(part, (breakdown[0], breakdown[1]), (places[0], places[1]), isEdge: isEdge)
        default: return MeasureTable()
        }
    }

    private func table(
        _ part: Part, _ dimension: Dimension, _ place: ScanResult.KeyPlace, isEdge: Bool
    ) -> MeasureTable {
        func key(_ row: Int) -> Int64? {
            isEdge && scan.activity.visits[row] < 0 ? nil : scan.key(row, place)
        }
        var table: MeasureTable
        if let values = scan.codes[dimension] {
            var places = CodePlaces(count: values.count, code: key)
            table = count(part, &places).table(places.order.map { values[$0] })
        } else {
            var places = HashPlaces(key: key)
            table = count(part, &places).table(places.table.keys)
        }
        guard let texts = scan.texts[dimension] else { return table }
        for key in table.keys {
            if let text = texts[key] { table.texts[key] = text }
        }
        return table
    }

    private func table(
        _ part: Part, _ breakdown: (Dimension, Dimension), _ places: (ScanResult.KeyPlace, ScanResult.KeyPlace),
        isEdge: Bool
    ) -> MeasureTable {
        let codes = (scan.codes[breakdown.0], scan.codes[breakdown.1])
        func pair(_ row: Int) -> (Int64, Int64) {
            let (first, second) = (scan.key(row, places.0), scan.key(row, places.1))
            return (codes.0.map { $0[Int(first)] } ?? first, codes.1.map { $0[Int(second)] } ?? second)
        }
        var pairs: [Int64: (Int64, Int64)] = [:]
        var keyPlaces = HashPlaces { row in
            if isEdge, scan.activity.visits[row] < 0 { return nil }
            let pair = pair(row)
            return PairKey.of(pair.0, pair.1)
        } isFirst: { key, row in
            pairs[key] = pair(row)
        }
        var table = count(part, &keyPlaces).table(keyPlaces.table.keys)
        for (key, pair) in pairs {
            table.texts[key] = PairKey.text(
                pair.0, scan.texts[breakdown.0]?[pair.0], pair.1, scan.texts[breakdown.1]?[pair.1])
        }
        return table
    }

    /// What is counted at each place.
    private func count(_ part: Part, _ places: inout some KeyPlaces) -> Counted {
        var counted = Counted(hasSketches: hasSketches)
        // Each row's key is looked up once; what follows knows its place.
        var known = [Int32](repeating: -1, count: scan.activity.count)
        for rows in [part.byVisitor.rows, part.nobody] {
            for row in rows {
                let place = places.place(of: Int(row))
                if place < 0 { continue }
                known[Int(row)] = Int32(place)
                counted.makeRoom(for: place)
                counted.sums[place].pageviews &+= Int(scan.activity.pageviews[Int(row)])
                counted.sums[place].events &+= Int(scan.activity.events[Int(row)])
                counted.sums[place].revenue &+= Int(scan.activity.revenues[Int(row)])
            }
        }
        countVisitors(part.byVisitor, known, &counted)
        countVisits(part.byVisit, known, &places, &counted)
        return counted
    }

    private func countVisitors(_ runs: Runs, _ known: [Int32], _ counted: inout Counted) {
        var first = 0
        for (run, end) in runs.ends.enumerated() {
            for index in first..<Int(end) {
                let row = Int(runs.rows[index])
                let place = Int(known[row])
                if place < 0 { continue }
                let weight = scan.activity.weights[row]
                if counted.visitor[place] != Int32(run + 1) {
                    counted.visitor[place] = Int32(run + 1)
                    counted.weight[place] = weight
                    counted.sums[place].visitors &+= Int(weight)
                    if hasSketches { counted.sketches[place].insert(scan.activity.visitors[row]) }
                } else if weight > counted.weight[place] {
                    counted.sums[place].visitors &+= Int(weight - counted.weight[place])
                    counted.weight[place] = weight
                }
            }
            first = Int(end)
        }
    }

    private func countVisits(
        _ runs: Runs, _ known: [Int32], _ places: inout some KeyPlaces, _ counted: inout Counted
    ) {
        var first = 0
        for (run, end) in runs.ends.enumerated() {
            let measures = measures[Int(scan.activity.visits[Int(runs.rows[first])])]
            for index in first..<Int(end) {
                let row = Int(runs.rows[index])
                // Where it went on in another part it counts here all the same: it began here.
                let place = known[row] >= 0 ? Int(known[row]) : places.place(of: row)
                if place < 0 { continue }
                counted.makeRoom(for: place)
                if counted.visit[place] == Int32(run + 1) { continue }
                counted.visit[place] = Int32(run + 1)
                counted.sums[place] += measures
            }
            first = Int(end)
        }
    }
}

/// Sums in the making.
private struct Counted {
    let hasSketches: Bool
    var sums: [Measures] = []
    /// Who the visitors are, where that is kept.
    var sketches: [VisitorSketch] = []
    /// The run of the visitor, and of the visit, that was counted last; from 1.
    var visitor: [Int32] = []
    var visit: [Int32] = []
    /// With what weight the last visitor was counted.
    var weight: [Int32] = []

    init(hasSketches: Bool) {
        self.hasSketches = hasSketches
    }

    @inline(__always)
    mutating func makeRoom(for place: Int) {
        while sums.count <= place {
            sums.append(Measures())
            visitor.append(0)
            visit.append(0)
            weight.append(0)
            if hasSketches { sketches.append(VisitorSketch()) }
        }
    }

    /// The table of these sums, whose keys are those of the places.
    func table(_ keys: [Int64]) -> MeasureTable {
        var table = MeasureTable(sums, keys: keys)
        for (place, sketch) in sketches.enumerated() {
            table.add(DistinctVisitors(sketch, visitors: sums[place].visitors), to: keys[place])
        }
        return table
    }
}

/// Gives places to the keys of rows, in the order in which they come; -1 to a row without one.
private protocol KeyPlaces {
    mutating func place(of row: Int) -> Int
}

/// For totals.
private struct OnePlace: KeyPlaces {
    func place(of row: Int) -> Int { 0 }
}

/// For keys that may be any number.
private struct HashPlaces: KeyPlaces {
    let key: (Int) -> Int64?
    /// Called with a key and its first row.
    var isFirst: ((Int64, Int) -> Void)?
    var table = MeasureTable()

    mutating func place(of row: Int) -> Int {
        guard let key = key(row) else { return -1 }
        let before = table.count
        let place = table.place(of: key)
        if place == before { isFirst?(key, row) }
        return place
    }
}

/// For keys that are codes, small numbers.
private struct CodePlaces: KeyPlaces {
    let code: (Int) -> Int64?
    private var places: [Int32]
    /// The code of each place.
    private(set) var order: [Int] = []

    init(count: Int, code: @escaping (Int) -> Int64?) {
        self.code = code
        places = [Int32](repeating: -1, count: count)
    }

    mutating func place(of row: Int) -> Int {
        guard let code = code(row) else { return -1 }
        let known = places[Int(code)]
        if known >= 0 { return Int(known) }
        places[Int(code)] = Int32(order.count)
        order.append(Int(code))
        return order.count - 1
    }
}
