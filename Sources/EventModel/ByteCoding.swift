/// Appends numbers and texts to bytes, for the codec of journal entries. Little-endian.
struct ByteWriter {
    var bytes: [UInt8]

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// A number in its full width.
    @inline(__always)
    mutating func append<Number: FixedWidthInteger>(fixed number: Number) {
        var rest = number
        for _ in 0..<MemoryLayout<Number>.size {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Sixteen bytes, as two halves.
    mutating func append(fixed number: UInt128) {
        append(fixed: UInt64(truncatingIfNeeded: number))
        append(fixed: UInt64(truncatingIfNeeded: number >> 64))
    }

    /// A number in seven bits a byte, the highest bit saying that more follow (LEB128): small ones take one byte.
    @inline(__always)
    mutating func append(variable number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A number of either sign, small ones of both in one byte (zigzag).
    mutating func append(signed number: Int64) {
        append(variable: UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    /// A text behind its length in bytes.
    @inline(__always)
    mutating func append(text: String) {
        let utf8 = text.utf8
        append(variable: UInt64(utf8.count))
        bytes.append(contentsOf: utf8)
    }
}

/// Reads what `ByteWriter` wrote. Every step fails on bytes that end too early: what is read comes from a disk.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var index: Int
    private let end: Int

    /// A reader of the bytes in `range`, which must lie within them.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
    }

    /// Bytes that are left.
    var count: Int { end - index }

    mutating func byte() throws(MalformedItem) -> UInt8 {
        guard index < end else { throw MalformedItem() }
        defer { index += 1 }
        return bytes[index]
    }

    @inline(__always)
    mutating func fixed<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(MalformedItem) -> Number {
        let size = MemoryLayout<Number>.size
        guard count >= size else { throw MalformedItem() }
        var number: Number = 0
        for place in 0..<size { number |= Number(truncatingIfNeeded: bytes[index + place]) << Number(8 * place) }
        index += size
        return number
    }

    mutating func fixed128() throws(MalformedItem) -> UInt128 {
        let low: UInt64 = try fixed()
        return UInt128(try fixed(UInt64.self)) << 64 | UInt128(low)
    }

    @inline(__always)
    mutating func variable() throws(MalformedItem) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 63 || (shift == 63 && byte <= 1) else { throw MalformedItem() }
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
    }

    mutating func signed() throws(MalformedItem) -> Int64 {
        let number = try variable()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    mutating func length() throws(MalformedItem) -> Int {
        let number = try variable()
        guard number <= UInt64(count) else { throw MalformedItem() }
        return Int(number)
    }

    mutating func text() throws(MalformedItem) -> String {
        let length = try length()
        defer { index += length }
        return String(decoding: bytes[index..<index + length], as: UTF8.self)
    }

    mutating func skip(_ count: Int) { index += count }
}

/// Bytes that are no journal entry of ours.
public struct MalformedItem: Error, Equatable, Sendable {}
