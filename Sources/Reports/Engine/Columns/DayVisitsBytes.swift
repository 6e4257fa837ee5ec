import Compression

extension DayVisits {
    /// To be raised with every change of the form or of what is in it: older ones are then made anew.
    static let version: UInt8 = 1

    /// What is kept of a day whose columns would be too large: nothing that can be read.
    static let none = [version]

    /// Bytes that a day may have when they are decompressed: eight times as many as one with the most events has.
    private static let mostBytes = 256 << 20

    /// The columns as bytes: a version byte, and all else compressed.
    func bytes() throws(CompressionError) -> [UInt8] { [DayVisits.version] + (try ZstdFrame.compress(plainBytes)) }

    /// Number of visits, of rows of visits, of events · columns. Those that hardly ever change from row to
    /// row are pairs of a value and how often it follows; all others are varints, row for row. Columns with numbers stand
    /// behind their length, so that those that nobody asks for can be left out.
    private var plainBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(visits.parts.count * 24 + events.count * 5)
        bytes.append(varint: visits.count)
        bytes.append(varint: visits.parts.count)
        bytes.append(varint: events.count)
        bytes.append(texts: countries)
        bytes.append(varint: properties == nil ? 0 : 1)
        if let properties { bytes.append(texts: properties) }
        // Ascending, but for the end, where there is none.
        var before: Int32 = 0
        for visitor in visits.visitors.prefix(visits.count) {
            bytes.append(varint: Int(visitor - before))
            before = visitor
        }
        for column in [visits.parts, visits.crossings, visits.weights, visits.interactions] {
            bytes.append(runs: column)
        }
        bytes.append(numbers: visits.durations)
        for column in [visits.views, visits.engaged, visits.eventCounts, visits.countries] {
            bytes.append(numbers: column)
        }
        for column in Visits.columns {
            var coded = visits.numbers[column] ?? Coded()
            if column.isPathOfVisit { coded.values = [] }
            bytes.append(coded)
        }
        for column in [events.parts, events.visitors, events.weights, events.properties] { bytes.append(runs: column) }
        let paths = events.numbers[.path]?.codes ?? []
        for column in Events.columns {
            var coded = events.numbers[column] ?? Coded()
            if column.followsPath { coded.codes = Following(paths).surprises(coded.codes) }
            bytes.append(coded)
        }
        return bytes
    }

    /// Columns out of bytes; `nil` when they are none of this version, or damaged.
    ///
    /// - Parameter wanted: columns with numbers that are read, with the names of events; `nil` for all of them.
    init?(_ bytes: [UInt8], only wanted: Set<IDColumn>? = nil) {
        guard bytes.first == DayVisits.version,
            let bytes = try? ZstdFrame.decompress(Array(bytes.dropFirst()), limit: DayVisits.mostBytes)
        else { return nil }
        var reader = ByteReader(bytes, from: 0)
        guard let count = reader.varint(), let rows = reader.varint(), let events = reader.varint(),
            0 <= count, count <= rows, rows <= bytes.count, events <= bytes.count, events >= 0,
            let countries = reader.texts(), let hasProperties = reader.varint()
        else { return nil }
        visits.count = count
        self.countries = countries
        properties = nil
        if hasProperties == 1 {
            guard let texts = reader.texts() else { return nil }
            properties = texts
        }
        let columns = wanted.map { $0.union([.name, .path]) } ?? Set(IDColumn.allCases)
        guard reader.visits(into: &visits, rows, columns), reader.events(into: &self.events, events, columns) else {
            return nil
        }
        for column in Visits.columns where column.isPathOfVisit {
            visits.numbers[column]?.values = self.events.numbers[.path]?.values ?? []
        }
        guard isSound else { return nil }
    }

    /// Whether all codes have a value, as far as reading has not seen to it, and all events a visit.
    private var isSound: Bool {
        func fits(_ codes: [Int32], _ count: Int) -> Bool { codes.allSatisfy { $0 >= 0 && $0 <= count } }
        guard fits(visits.countries, countries.count), fits(events.properties, properties?.count ?? Int(Int32.max)),
            fits(visits.parts, 1), fits(events.parts, 2), fits(visits.eventCounts, events.count),
            visits.eventCounts.reduce(0, { $0 + Int($1) }) == events.count
        else { return false }
        return Visits.columns.filter(\.isPathOfVisit).allSatisfy { column in
            visits.numbers[column].map { fits($0.codes, $0.values.count) } ?? true
        }
    }
}

extension IDColumn {
    /// Whether it has the same values as the events' paths, so that they need to be written only once.
    fileprivate var isPathOfVisit: Bool { self == .entryPath || self == .exitPath }

    /// Whether it mostly is what it was with the same path before, so that only what is not needs to be written.
    fileprivate var followsPath: Bool { self == .title || self == .facts }
}

/// Codes that depend on the code of another column: 0 is written for what it was with that one the last time, and one more
/// than the code where it is something else. Most bytes of a column become equal, and compression takes them.
private struct Following {
    private let others: [Int32]
    private var known: [Int32]

    init(_ others: [Int32]) {
        self.others = others
        known = [Int32](repeating: -1, count: Int(others.max() ?? 0) + 1)
    }

    func surprises(_ codes: [Int32]) -> [Int32] {
        var known = known
        return zip(codes, others).map { code, other in
            if known[Int(other)] == code { return 0 }
            known[Int(other)] = code
            return code + 1
        }
    }

    /// `nil` where it refers to what was not there.
    func codes(_ surprises: [Int32]) -> [Int32]? {
        var known = known
        var codes: [Int32] = []
        codes.reserveCapacity(surprises.count)
        for (surprise, other) in zip(surprises, others) {
            if surprise > 0 { known[Int(other)] = surprise - 1 }
            if known[Int(other)] < 0 { return nil }
            codes.append(known[Int(other)])
        }
        return codes
    }
}

extension ByteReader {
    fileprivate mutating func visits(
        into visits: inout DayVisits.Visits, _ rows: Int, _ columns: Set<IDColumn>
    ) -> Bool {
        visits.visitors.reserveCapacity(rows)
        var visitor = 0
        for _ in 0..<visits.count {
            guard let step = varint(), step >= 0, step <= Int(Int32.max) - visitor else { return false }
            visitor += step
            visits.visitors.append(Int32(visitor))
        }
        visits.visitors += [Int32](repeating: 0, count: rows - visits.count)
        guard let parts = runs(rows), let crossings = runs(rows), let weights = runs(rows),
            let interactions = runs(rows), let durations = varints(rows, as: Int.self), let views = numbers(rows),
            let engaged = numbers(rows), let eventCounts = numbers(rows), let countries = numbers(rows)
        else { return false }
        visits.parts = parts
        visits.crossings = crossings
        visits.weights = weights
        visits.interactions = interactions
        visits.durations = durations
        visits.views = views
        visits.engaged = engaged
        visits.eventCounts = eventCounts
        visits.countries = countries
        guard let numbers = numbers(DayVisits.Visits.columns, columns, rows) else { return false }
        visits.numbers = numbers
        return true
    }

    fileprivate mutating func events(
        into events: inout DayVisits.Events, _ rows: Int, _ columns: Set<IDColumn>
    ) -> Bool {
        guard let parts = runs(rows), let visitors = runs(rows), let weights = runs(rows), let properties = runs(rows)
        else { return false }
        events.parts = parts
        events.visitors = visitors
        events.weights = weights
        events.properties = properties
        guard let numbers = numbers(DayVisits.Events.columns, columns, rows) else { return false }
        events.numbers = numbers
        for column in DayVisits.Events.columns where column.followsPath {
            guard let surprises = numbers[column]?.codes else { continue }
            guard let codes = Following(numbers[.path]?.codes ?? []).codes(surprises) else { return false }
            events.numbers[column]?.codes = codes
        }
        return true
    }

    /// Those columns of `all` that are wanted; the others are left out.
    private mutating func numbers(
        _ all: [IDColumn], _ wanted: Set<IDColumn>, _ rows: Int
    ) -> [IDColumn: DayVisits.Coded]? {
        var numbers: [IDColumn: DayVisits.Coded] = [:]
        for column in all {
            guard let length = varint() else { return nil }
            if wanted.contains(column) {
                // How many paths there are is known when those of the events have been read.
                let more = column.isPathOfVisit ? Int(Int32.max) : column.followsPath ? 1 : 0
                guard let coded = coded(rows, more: more) else { return nil }
                numbers[column] = coded
            } else if !skip(length) {
                return nil
            }
        }
        return numbers
    }

    /// A column whose codes may be greater than the number of its values by `more`.
    private mutating func coded(_ rows: Int, more: Int) -> DayVisits.Coded? {
        guard let count = varint(), count >= 0, hasBytes(count) else { return nil }
        var coded = DayVisits.Coded()
        coded.values.reserveCapacity(count)
        for _ in 0..<count {
            guard let value = number() else { return nil }
            coded.values.append(value)
        }
        guard let codes = numbers(rows, most: count + more) else { return nil }
        coded.codes = codes
        return coded
    }

    fileprivate mutating func texts() -> [String]? {
        guard let count = varint(), count >= 0 else { return nil }
        var texts: [String] = []
        for _ in 0..<count {
            guard let text = text() else { return nil }
            texts.append(text)
        }
        return texts
    }

    private mutating func numbers(_ rows: Int, most: Int = .max) -> [Int32]? {
        varints(rows, most: min(most, Int(Int32.max)), as: Int32.self)
    }

    private mutating func runs(_ rows: Int) -> [Int32]? {
        var numbers: [Int32] = []
        numbers.reserveCapacity(rows)
        while numbers.count < rows {
            guard let value = varint(), let length = varint(), length > 0, length <= rows - numbers.count else {
                return nil
            }
            for _ in 0..<length { numbers.append(Int32(truncatingIfNeeded: value)) }
        }
        return numbers
    }
}

extension [UInt8] {
    fileprivate mutating func append(texts: [String]) {
        append(varint: texts.count)
        for text in texts { append(text: text) }
    }

    fileprivate mutating func append(numbers: [some BinaryInteger]) {
        for number in numbers { append(varint: Int(number)) }
    }

    fileprivate mutating func append(runs numbers: [Int32]) {
        var first = 0
        for place in numbers.indices where place + 1 == numbers.count || numbers[place + 1] != numbers[place] {
            append(varint: Int(numbers[place]))
            append(varint: place + 1 - first)
            first = place + 1
        }
    }

    fileprivate mutating func append(_ coded: DayVisits.Coded) {
        var column: [UInt8] = []
        column.reserveCapacity(coded.values.count * 8 + coded.codes.count * 2)
        column.append(varint: coded.values.count)
        for value in coded.values { column.append(number: value) }
        column.append(numbers: coded.codes)
        append(varint: column.count)
        append(contentsOf: column)
    }
}
