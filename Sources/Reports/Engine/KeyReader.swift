import Database

/// Reads the keys of a row: one for each dimension, whatever column it is in.
struct KeyReader {
    private let dimensions: [Dimension]
    private let columns: [ScanColumns.Column]
    private let places: [Int]
    /// Places of dimensions that are facts, with the fact's name.
    private let facts: [(place: Int, name: String)]
    /// Numbers of sets of facts that were met.
    private(set) var sets: Set<Int64> = []
    /// The texts of keys.
    private(set) var texts: [Dimension: [Int64: String]] = [:]
    private var cells: [Int64]

    init(_ columns: ScanColumns, _ dimensions: [Dimension]) {
        self.dimensions = dimensions
        self.columns = columns.columns
        places = dimensions.map { columns.places[$0] ?? 0 }
        facts = dimensions.enumerated().compactMap { place, dimension in
            if case .fact(let name, _) = dimension.place { (place, name) } else { nil }
        }
        cells = [Int64](repeating: 0, count: columns.columns.count)
    }

    /// Adds the keys of a row whose columns begin at `first`. Those of facts are the numbers of their sets for the moment.
    mutating func read(_ row: Row, from first: Int, into keys: inout [Int64]) throws(DatabaseError) {
        if dimensions.isEmpty { return }
        for (index, column) in columns.enumerated() {
            if column.isText {
                let text = try row.value(first + index, as: String?.self) ?? ""
                let key = textKey(text)
                cells[index] = key
                if key != 0 { remember(text, key, column: index) }
            } else {
                cells[index] = try row.value(first + index, as: Int64?.self) ?? 0
            }
        }
        for place in places { keys.append(cells[place]) }
        for (place, _) in facts {
            let number = cells[places[place]]
            if number != 0 { sets.insert(number) }
        }
    }

    private mutating func remember(_ text: String, _ key: Int64, column: Int) {
        for (place, dimension) in dimensions.enumerated() where places[place] == column {
            if texts[dimension]?[key] == nil { texts[dimension, default: [:]][key] = text }
        }
    }

    /// Puts the keys of facts in the place of their sets' numbers.
    mutating func finish(_ keys: inout [Int64], _ known: [Int64: [String: String]]) {
        let width = dimensions.count
        guard !facts.isEmpty, width > 0 else { return }
        for (place, name) in facts {
            var keyOfSet: [Int64: Int64] = [:]
            for (number, facts) in known {
                guard let text = facts[name], !text.isEmpty else { continue }
                let key = textKey(text)
                keyOfSet[number] = key
                texts[dimensions[place], default: [:]][key] = text
            }
            var index = place
            while index < keys.count {
                keys[index] = keys[index] == 0 ? 0 : keyOfSet[keys[index]] ?? 0
                index += width
            }
        }
    }
}
