/// The finished numbers of one local day under one filter: totals, and a table for each breakdown.
struct Slice: Sendable {
    /// Sums over everything.
    var totals = Measures()
    /// Who the visitors are, where their ids live longer than a day.
    var visitors: DistinctVisitors?
    /// Tables by the breakdown's name (`Dimension.name(ofBreakdown:)`).
    var tables: [String: MeasureTable] = [:]

    /// Forgets the amounts.
    mutating func removeRevenue() {
        totals.revenue = 0
        for name in tables.keys {
            for place in tables[name]?.sums.indices ?? 0..<0 { tables[name]?.sums[place].revenue = 0 }
        }
    }
}

/// A slice as bytes: kept in memory, in Redis and in `day_stat`. Tables can be read one by one.
///
/// Version byte · totals · a sketch of the visitors, or none · for each table its name, the length of its body, and the body:
/// rows (key in 8 bytes, most significant first, measures), then texts, then the number of visitors with a sketch of them, each
/// behind its key. Numbers are varints (LEB128), negative ones as two's complement of 64 bits. Measures are a varint of
/// bits, which ones are not 0, and these.
struct SliceBytes: Sendable {
    /// To be raised with every change of the form or of what is counted: older ones are then computed anew.
    static let version: UInt8 = 3

    let bytes: [UInt8]

    /// Bytes from somewhere; `nil` when they are none of this version.
    init?(_ bytes: [UInt8]) {
        guard bytes.first == SliceBytes.version else { return nil }
        self.bytes = bytes
        var reader = ByteReader(bytes, from: 1)
        guard SliceBytes.skipTotals(&reader) else { return nil }
        while !reader.isAtEnd {
            guard reader.text() != nil, let length = reader.varint(), reader.skip(length) else { return nil }
        }
    }

    /// A slice as bytes.
    init(_ slice: Slice) {
        var bytes = [SliceBytes.version]
        bytes.append(slice.totals)
        bytes.append(varint: slice.visitors == nil ? 0 : 1)
        slice.visitors?.sketch.append(to: &bytes)
        for (name, table) in slice.tables.sorted(by: { $0.key < $1.key }) {
            var body: [UInt8] = []
            body.reserveCapacity(table.count * 16)
            body.append(varint: table.count)
            for (key, measures) in zip(table.keys, table.sums).sorted(by: { $0.0 < $1.0 }) {
                body.append(number: key)
                body.append(measures)
            }
            body.append(varint: table.texts.count)
            for (key, text) in table.texts.sorted(by: { $0.key < $1.key }) {
                body.append(number: key)
                body.append(text: text)
            }
            body.append(varint: table.visitors.count)
            for (key, visitors) in table.visitors.sorted(by: { $0.key < $1.key }) {
                body.append(number: key)
                body.append(varint: visitors.sum)
                visitors.sketch.append(to: &body)
            }
            bytes.append(text: name)
            bytes.append(varint: body.count)
            bytes += body
        }
        self.bytes = bytes
    }

    /// The whole slice, with tables of these names.
    func slice(_ names: [String]) -> Slice {
        var slice = Slice(totals: totals, visitors: visitors)
        for name in names { add(name, to: &slice.tables[name, default: MeasureTable()]) }
        return slice
    }

    /// Sums over everything.
    var totals: Measures {
        var reader = ByteReader(bytes, from: 1)
        return reader.measures() ?? Measures()
    }

    /// Who the visitors are, where that was kept.
    var visitors: DistinctVisitors? {
        var reader = ByteReader(bytes, from: 1)
        guard let totals = reader.measures(), reader.varint() == 1, let sketch = VisitorSketch(&reader) else {
            return nil
        }
        return DistinctVisitors(sketch, visitors: totals.visitors)
    }

    private static func skipTotals(_ reader: inout ByteReader) -> Bool {
        guard reader.measures() != nil, let sketches = reader.varint(), sketches == 0 || sketches == 1 else {
            return false
        }
        return sketches == 0 || VisitorSketch(&reader) != nil
    }

    /// Adds a table's rows to others.
    func add(_ name: String, to table: inout MeasureTable) {
        guard let place = place(of: name) else { return }
        var reader = ByteReader(bytes, from: place)
        guard let count = reader.varint(), count >= 0, reader.hasBytes(count) else { return }
        table.reserve(table.count == 0 ? count * 2 : 0)
        for _ in 0..<count {
            guard let key = reader.number(), let measures = reader.measures() else { return }
            table.add(measures, to: key)
        }
        guard let texts = reader.varint(), texts >= 0, reader.hasBytes(texts) else { return }
        for _ in 0..<texts {
            guard let key = reader.number(), let text = reader.text() else { return }
            table.texts[key] = text
        }
        guard let sketches = reader.varint(), sketches > 0, reader.hasBytes(sketches) else { return }
        for _ in 0..<sketches {
            guard let key = reader.number(), let visitors = reader.varint(), let sketch = VisitorSketch(&reader) else {
                return
            }
            table.add(DistinctVisitors(sketch, visitors: visitors), to: key)
        }
    }

    private func place(of name: String) -> Int? {
        var reader = ByteReader(bytes, from: 1)
        guard SliceBytes.skipTotals(&reader) else { return nil }
        while !reader.isAtEnd {
            guard let found = reader.text(), let length = reader.varint() else { return nil }
            if found == name { return reader.place }
            guard reader.skip(length) else { return nil }
        }
        return nil
    }
}
