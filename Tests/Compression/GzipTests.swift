import Compression
import Testing

/// The samples were made by Python's gzip module, not by this code.
@Suite struct GzipTests {
    /// `gzip.compress(b"footfall", mtime=0)`
    private static let footfall = bytes("1f8b08000000000002034bcbcf2f494bccc90100c9b1bc2108000000")
    /// `gzip.compress(b"", mtime=0)`
    private static let nothing = bytes("1f8b080000000000020303000000000000000000")
    /// `gzip.compress(bytes(1_000_000), mtime=0)`: a thousandfold.
    private static let bomb =
        bytes("1f8b0800000000000203edc101010000008220ffaf6e484001") + [UInt8](repeating: 0, count: 968)
        + bytes("af069ecb791240420f00")

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.utf8.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test func whatIsInsideComesOut() throws {
        #expect(try Gzip.inflate(GzipTests.footfall, limit: 100) == Array("footfall".utf8))
        #expect(try Gzip.inflate(GzipTests.nothing, limit: 0) == [])
        #expect(try Gzip.inflate(GzipTests.bomb, limit: .max) == [UInt8](repeating: 0, count: 1_000_000))
    }

    /// RFC 1952 2.2, and what `cat a.gz b.gz` makes.
    @Test func membersInARowReadAsOne() throws {
        let three = GzipTests.footfall + GzipTests.nothing + GzipTests.footfall
        #expect(try Gzip.inflate(three, limit: 16) == Array("footfallfootfall".utf8))
        #expect(throws: CompressionError.tooLong(limit: 15)) { try Gzip.inflate(three, limit: 15) }
    }

    @Test func aBombEndsAtTheLimit() throws {
        #expect(try Gzip.inflate(GzipTests.bomb, limit: 1_000_000).count == 1_000_000)
        for limit in [-1, 0, 1, 4095, 4096, 4097, 999_999] {
            #expect(throws: CompressionError.tooLong(limit: max(0, limit))) {
                try Gzip.inflate(GzipTests.bomb, limit: limit)
            }
        }
        #expect(try Gzip.inflate(GzipTests.footfall, limit: 8).count == 8)
        #expect(throws: CompressionError.tooLong(limit: 7)) { try Gzip.inflate(GzipTests.footfall, limit: 7) }
    }

    @Test func everyTruncationIsSeen() {
        for length in GzipTests.footfall.indices {
            #expect(throws: CompressionError.truncated, "after \(length) bytes") {
                try Gzip.inflate(Array(GzipTests.footfall[..<length]), limit: 100)
            }
        }
        #expect(throws: CompressionError.truncated) {
            try Gzip.inflate(GzipTests.footfall + GzipTests.nothing.dropLast(), limit: 100)
        }
    }

    @Test func whatStandsBehindIsRefused() {
        #expect(throws: CompressionError.trailingBytes) { try Gzip.inflate(GzipTests.footfall + [0], limit: 100) }
        #expect(throws: CompressionError.malformed) { try Gzip.inflate(GzipTests.footfall + [0x1f, 0], limit: 100) }
    }

    @Test func whatIsNoGzipOrWasChangedIsRefused() {
        let others = [
            Array("{\"n\":\"pageview\"}".utf8),
            // zlib.compress(b"footfall"): the format of RFC 1950, without gzip's header.
            GzipTests.bytes("789c4bcbcf2f494bccc901000f1e0358"),
        ]
        for other in others { #expect(throws: CompressionError.malformed) { try Gzip.inflate(other, limit: 100) } }
        // The compressed bytes, the checksum and the length. The header's time does not matter, nor do the bits that
        // fill up the last byte of the data (19).
        for index in GzipTests.footfall.indices.dropFirst(10) where index != 19 {
            var changed = GzipTests.footfall
            changed[index] ^= 0x10
            #expect(throws: CompressionError.self, "byte \(index)") { try Gzip.inflate(changed, limit: 100) }
        }
    }
}
