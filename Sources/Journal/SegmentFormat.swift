import EventModel
import Platform

/// The files of a journal, version 1. All numbers are little-endian.
///
///     segment   header (64 bytes) · frame · frame · … · zeros · the header once more
///     header    "FFJ1" · version (4) · base sequence (8) · follows (8) · segment id (16) · journal id (16) · crc32c (4) · 0 (4)
///     frame     length (4) · crc32c (4) · first sequence (8) · count (4) · type (2) · flags (2) · durable (8) · entries · padding to 8
///
/// A frame is one group commit. Its checksum begins with the random segment id, so that bytes of an earlier life of the disk
/// are never taken for a frame. `durable` is the sequence number that was known to be on the disk when the frame was
/// written: a frame that is found behind damaged bytes tells by it whether these had been acknowledged. Length 0, where
/// the file has not been written yet, is the end.
///
/// Numbers are never given twice. Each start of the gateway begins a segment whose base is made of the time; `follows` is
/// the number of the last entry before it, so that a reader knows that nothing is missing in between. So a store's
/// position can never cover entries that it has not seen, whatever the disk has forgotten meanwhile.
struct SegmentHeader: Equatable {
    static let size = 64
    private static let magic = Array("FFJ1".utf8)

    /// Number of the first entry.
    var base: UInt64
    /// Number of the last entry before this segment; less than `base` − 1 where numbers were left out.
    var follows: UInt64
    /// Random; salts the frames' checksums.
    var segment: UInt128
    /// The journal that the segment is part of.
    var journal: JournalID

    /// What the frames' checksums begin with.
    var seed: UInt32 {
        var bytes: [UInt8] = []
        bytes.append(fixed: segment)
        return Checksum.crc32c(bytes)
    }

    /// Name of the segment's file.
    var name: String { SegmentHeader.name(base: base) }

    static func name(base: UInt64) -> String {
        let digits = String(base, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits + ".seg"
    }

    /// The base sequence in a file's name; `nil` for files that are no segments.
    static func base(ofName name: String) -> UInt64? {
        guard name.utf8.count == 20, name.hasSuffix(".seg") else { return nil }
        return UInt64(name.prefix(16), radix: 16)
    }

    var bytes: [UInt8] {
        var bytes = SegmentHeader.magic
        bytes.append(fixed: JournalItemCodec.version)
        bytes.append(fixed: base)
        bytes.append(fixed: follows)
        bytes.append(fixed: segment)
        bytes.append(fixed: journal.value)
        bytes.append(fixed: Checksum.crc32c(bytes))
        bytes.append(fixed: UInt32(0))
        return bytes
    }

    enum Reading: Equatable {
        case header(SegmentHeader)
        /// Whole, but written by another version of the program.
        case otherVersion(UInt32)
        case damaged
    }

    static func read(_ bytes: [UInt8]) -> Reading {
        guard bytes.count >= size, bytes.starts(with: magic),
            bytes.fixed(at: 56, as: UInt32.self) == Checksum.crc32c(bytes, 0..<56)
        else { return .damaged }
        let version: UInt32 = bytes.fixed(at: 4)
        guard version == JournalItemCodec.version else { return .otherVersion(version) }
        return .header(
            SegmentHeader(
                base: bytes.fixed(at: 8), follows: bytes.fixed(at: 16), segment: bytes.fixed(at: 24),
                journal: JournalID(bytes.fixed(at: 40))))
    }
}

/// The first 32 bytes of a frame.
struct FrameHeader: Equatable {
    static let size = 32
    private static let type: UInt16 = 1

    /// Bytes of the entries.
    var length: Int
    /// Number of the first entry.
    var first: UInt64
    /// Number of entries.
    var count: Int
    /// What was durable when the frame was written.
    var durable: UInt64

    /// Number of the last entry.
    var last: UInt64 { first + UInt64(count) - 1 }

    /// Bytes that the frame takes in the file.
    var space: Int { (FrameHeader.size + length + 7) & ~7 }

    /// Bytes of the entries in a frame that was written before, whose end is padded.
    static func length(of frame: [UInt8]) -> Int { Int(frame.fixed(at: 0, as: UInt32.self)) }

    /// Writes the header into the first bytes of `frame`, which holds the entries behind them, and pads it.
    static func seal(_ frame: inout [UInt8], header: FrameHeader, seed: UInt32) {
        frame.put(fixed: UInt32(header.length), at: 0)
        frame.put(fixed: header.first, at: 8)
        frame.put(fixed: UInt32(header.count), at: 16)
        frame.put(fixed: type, at: 20)
        frame.put(fixed: UInt16(0), at: 22)
        frame.put(fixed: header.durable, at: 24)
        frame.put(fixed: checksum(frame, length: header.length, seed: seed), at: 4)
        while frame.count % 8 != 0 { frame.append(0) }
    }

    /// The header at `offset` of bytes, if that can be one; `nil` for zeros and for what cannot be a frame.
    static func read(_ bytes: [UInt8], at offset: Int, room: Int) -> FrameHeader? {
        let length = Int(bytes.fixed(at: offset, as: UInt32.self))
        guard length > 0, length <= room - size, bytes.fixed(at: offset + 20, as: UInt32.self) == UInt32(type) else {
            return nil
        }
        let count = Int(bytes.fixed(at: offset + 16, as: UInt32.self))
        let first: UInt64 = bytes.fixed(at: offset + 8)
        // An entry has two bytes at the least; numbers begin with 1 and do not end.
        guard count > 0, count <= length, first > 0, first < 1 << 62 else { return nil }
        return FrameHeader(length: length, first: first, count: count, durable: bytes.fixed(at: offset + 24))
    }

    /// Whether the frame's bytes, header first, are those that were written.
    static func isWhole(_ frame: [UInt8], length: Int, seed: UInt32) -> Bool {
        frame.count >= size + length
            && frame.fixed(at: 4, as: UInt32.self) == checksum(frame, length: length, seed: seed)
    }

    private static func checksum(_ frame: [UInt8], length: Int, seed: UInt32) -> UInt32 {
        Checksum.crc32c(frame, 8..<size + length, seed: Checksum.crc32c(frame, 0..<4, seed: seed))
    }
}

extension [UInt8] {
    mutating func append<Number: FixedWidthInteger>(fixed number: Number) {
        for place in 0..<MemoryLayout<Number>.size {
            append(UInt8(truncatingIfNeeded: number >> Number(8 * place)))
        }
    }

    mutating func put<Number: FixedWidthInteger>(fixed number: Number, at offset: Int) {
        for place in 0..<MemoryLayout<Number>.size {
            self[offset + place] = UInt8(truncatingIfNeeded: number >> Number(8 * place))
        }
    }

    func fixed<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type = Number.self) -> Number {
        var number: Number = 0
        for place in 0..<MemoryLayout<Number>.size {
            number |= Number(truncatingIfNeeded: self[offset + place]) << Number(8 * place)
        }
        return number
    }
}
