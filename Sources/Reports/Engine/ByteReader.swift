/// Reads what these extensions of `[UInt8]` wrote. Bytes may come from Redis, where anybody may have written: nothing is
/// believed.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var place: Int

    init(_ bytes: [UInt8], from place: Int) {
        self.bytes = bytes
        self.place = place
    }

    var isAtEnd: Bool { place >= bytes.count }

    /// Whether so many are left: before room is made for what somebody says will follow.
    func hasBytes(_ count: Int) -> Bool { count <= bytes.count - place }

    /// A whole number, written by `append(varint:)`.
    @inline(__always)
    mutating func varint() -> Int? {
        if place < bytes.count, bytes[place] < 0x80 {
            place += 1
            return Int(bytes[place - 1])
        }
        return longVarint()
    }

    private mutating func longVarint() -> Int? {
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

    /// So many whole numbers, most of which take a byte or two.
    mutating func varints<Number: BinaryInteger>(_ count: Int, most: Int = .max, as: Number.Type) -> [Number]? {
        guard count >= 0, hasBytes(count) else { return nil }
        var numbers = [Number](repeating: 0, count: count)
        let bytes = bytes
        var next = place
        for index in 0..<count {
            var value: Int
            if next + 1 < bytes.count, bytes[next] < 0x80 {
                value = Int(bytes[next])
                next += 1
            } else if next + 1 < bytes.count, bytes[next + 1] < 0x80 {
                value = Int(bytes[next] & 0x7f) | Int(bytes[next + 1]) << 7
                next += 2
            } else {
                place = next
                guard let long = varint() else { return nil }
                value = long
                next = place
            }
            if value < 0 || value > most { return nil }
            numbers[index] = Number(truncatingIfNeeded: value)
        }
        place = next
        return numbers
    }

    /// Eight bytes, most significant first.
    mutating func number() -> Int64? {
        guard place + 8 <= bytes.count else { return nil }
        var value: UInt64 = 0
        for offset in 0..<8 { value = value << 8 | UInt64(bytes[place + offset]) }
        place += 8
        return Int64(bitPattern: value)
    }

    /// Sums; those that are 0 take no room.
    mutating func measures() -> Measures? {
        guard var bits = varint() else { return nil }
        var measures = Measures()
        bits &= 1 << Measures.count - 1
        while bits != 0 {
            guard let value = varint() else { return nil }
            measures[bits.trailingZeroBitCount] = value
            bits &= bits - 1
        }
        return measures
    }

    /// A text behind its length.
    mutating func text() -> String? {
        guard let length = varint(), length >= 0, length <= bytes.count - place else { return nil }
        defer { place += length }
        return String(decoding: bytes[place..<(place + length)], as: UTF8.self)
    }

    /// So many bytes.
    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, hasBytes(count) else { return nil }
        defer { place += count }
        return Array(bytes[place..<(place + count)])
    }

    /// Leaves out bytes; false when there are not so many.
    mutating func skip(_ length: Int) -> Bool {
        guard length >= 0, length <= bytes.count - place else { return false }
        place += length
        return true
    }
}

extension [UInt8] {
    /// As few bytes as possible for small numbers (LEB128), ten for negative ones.
    mutating func append(varint value: Int) {
        var rest = UInt64(bitPattern: Int64(value))
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// Eight bytes, most significant first.
    mutating func append(number: Int64) {
        for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// Sums: which ones are not 0, and these.
    mutating func append(_ measures: Measures) {
        var bits = 0
        for field in 0..<Measures.count where measures[field] != 0 { bits |= 1 << field }
        append(varint: bits)
        for field in 0..<Measures.count where measures[field] != 0 { append(varint: measures[field]) }
    }

    /// A text behind its length.
    mutating func append(text: String) {
        append(varint: text.utf8.count)
        append(contentsOf: text.utf8)
    }
}
