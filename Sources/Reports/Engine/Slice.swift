/// The finished numbers of one local day under one filter: totals, and a table for each breakdown.
struct Slice: Sendable {
    /// Sums over everything.
    var totals = Measures()
    /// Tables by the dimension's name (`Dimension.name`), or by two names with a blank between them.
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
/// Version byte · totals · for each table its name, the length of its body, and the body: rows (key in 8 bytes, most
/// significant first, measures), then texts. Numbers are varints (LEB128), negative ones as two's complement of 64 bits.
/// Measures are a varint of bits, which ones are not 0, and these.
struct SliceBytes: Sendable {
    /// To be raised with every change of the form or of what is counted: older ones are then computed anew.
    static let version: UInt8 = 1

    let bytes: [UInt8]

    /// Bytes from somewhere; `nil` when they are none of this version.
    init?(_ bytes: [UInt8]) {
        guard bytes.first == SliceBytes.version else { return nil }
        self.bytes = bytes
        var reader = ByteReader(bytes, from: 1)
        guard reader.measures() != nil else { return nil }
        while !reader.isAtEnd {
            guard reader.text() != nil, let length = reader.varint(), reader.skip(length) else { return nil }
        }
    }

    /// A slice as bytes.
    init(_ slice: Slice) {
        var bytes = [SliceBytes.version]
        bytes.append(slice.totals)
        for (name, table) in slice.tables.sorted(by: { $0.key < $1.key }) {
            var body: [UInt8] = []
            body.reserveCapacity(table.count * 16)
            body.append(varint: table.count)
            for (key, measures) in zip(table.keys, table.sums).sorted(by: { $0.0 < $1.0 }) {
                for shift in stride(from: 56, through: 0, by: -8) {
                    body.append(UInt8(truncatingIfNeeded: key >> shift))
                }
                body.append(measures)
            }
            body.append(varint: table.texts.count)
            for (key, text) in table.texts.sorted(by: { $0.key < $1.key }) {
                for shift in stride(from: 56, through: 0, by: -8) {
                    body.append(UInt8(truncatingIfNeeded: key >> shift))
                }
                body.append(text: text)
            }
            bytes.append(text: name)
            bytes.append(varint: body.count)
            bytes += body
        }
        self.bytes = bytes
    }

    /// Sums over everything.
    var totals: Measures {
        var reader = ByteReader(bytes, from: 1)
        return reader.measures() ?? Measures()
    }

    /// Adds a table's rows to others.
    func add(_ name: String, to table: inout MeasureTable) {
        guard let place = place(of: name) else { return }
        var reader = ByteReader(bytes, from: place)
        guard let count = reader.varint(), count <= bytes.count else { return }
        table.reserve(table.count == 0 ? count * 2 : 0)
        for _ in 0..<count {
            guard let key = reader.number(), let measures = reader.measures() else { return }
            table.add(measures, to: key)
        }
        guard let texts = reader.varint() else { return }
        for _ in 0..<texts {
            guard let key = reader.number(), let text = reader.text() else { return }
            table.texts[key] = text
        }
    }

    private func place(of name: String) -> Int? {
        var reader = ByteReader(bytes, from: 1)
        guard reader.measures() != nil else { return nil }
        while !reader.isAtEnd {
            guard let found = reader.text(), let length = reader.varint() else { return nil }
            if found == name { return reader.place }
            guard reader.skip(length) else { return nil }
        }
        return nil
    }
}

/// Reads what `SliceBytes` wrote. Bytes may come from Redis, where anybody may have written: nothing is believed.
private struct ByteReader {
    private let bytes: [UInt8]
    private(set) var place: Int

    init(_ bytes: [UInt8], from place: Int) {
        self.bytes = bytes
        self.place = place
    }

    var isAtEnd: Bool { place >= bytes.count }

    mutating func varint() -> Int? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while place < bytes.count, shift < 64 {
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return Int(truncatingIfNeeded: value) }
            shift += 7
        }
        return nil
    }

    mutating func number() -> Int64? {
        guard place + 8 <= bytes.count else { return nil }
        var value: UInt64 = 0
        for offset in 0..<8 { value = value << 8 | UInt64(bytes[place + offset]) }
        place += 8
        return Int64(bitPattern: value)
    }

    mutating func measures() -> Measures? {
        guard let bits = varint() else { return nil }
        var measures = Measures()
        for field in 0..<Measures.count where bits & (1 << field) != 0 {
            guard let value = varint() else { return nil }
            measures[field] = value
        }
        return measures
    }

    mutating func text() -> String? {
        guard let length = varint(), length >= 0, length <= bytes.count - place else { return nil }
        defer { place += length }
        return String(decoding: bytes[place..<(place + length)], as: UTF8.self)
    }

    mutating func skip(_ length: Int) -> Bool {
        guard length >= 0, length <= bytes.count - place else { return false }
        place += length
        return true
    }
}

extension [UInt8] {
    fileprivate mutating func append(varint value: Int) {
        var rest = UInt64(bitPattern: Int64(value))
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    fileprivate mutating func append(_ measures: Measures) {
        var bits = 0
        for field in 0..<Measures.count where measures[field] != 0 { bits |= 1 << field }
        append(varint: bits)
        for field in 0..<Measures.count where measures[field] != 0 { append(varint: measures[field]) }
    }

    fileprivate mutating func append(text: String) {
        append(varint: text.utf8.count)
        append(contentsOf: text.utf8)
    }
}
