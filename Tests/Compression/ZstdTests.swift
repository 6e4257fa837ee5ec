import Compression
import TestSupport
import Testing

@Suite(.enabled(if: Zstd.isInstalled, "the program zstd is missing: tools/setup test installs it"))
struct ZstdTests {
    /// Compressible, with its places told apart.
    private static func text(_ bytes: Int) -> [UInt8] {
        var text: [UInt8] = []
        var line = 0
        while text.count < bytes {
            text += "{\"path\":\"/page/\(line)\"}\n".utf8
            line += 1
        }
        return Array(text.prefix(bytes))
    }

    @Test(arguments: [0, 1, 100, 200_000, 5_000_000])
    func whatWentInComesOutOfTheProgram(bytes: Int) throws {
        let text = ZstdTests.text(bytes)
        var compressor = try ZstdCompressor()
        var output: [UInt8] = []
        try compressor.append(text, to: &output)
        try compressor.finish(to: &output)
        #expect(try Zstd.decompress(output) == text)
        if bytes > 1000 { #expect(output.count < bytes / 5) }
    }

    @Test func framesInARowReadAsOne() throws {
        var compressor = try ZstdCompressor()
        var frames: [[UInt8]] = []
        for number in 0..<20 {
            var frame: [UInt8] = []
            try compressor.append(Array("first \(number)\n".utf8), to: &frame)
            try compressor.append(Array("second \(number)\n".utf8), to: &frame)
            try compressor.finish(to: &frame)
            frames.append(frame)
        }
        let text = (0..<20).map { "first \($0)\nsecond \($0)\n" }.joined()
        #expect(try Zstd.decompress(Array(frames.joined())) == Array(text.utf8))
        // Each stands alone: a file may be cut between any two.
        #expect(try Zstd.decompress(frames[7]) == Array("first 7\nsecond 7\n".utf8))
    }

    @Test func damageIsSeenByTheReader() throws {
        var compressor = try ZstdCompressor()
        var output: [UInt8] = []
        try compressor.append(ZstdTests.text(1000), to: &output)
        try compressor.finish(to: &output)
        // The last four bytes are the checksum.
        output[output.count - 1] ^= 1
        #expect(throws: Zstd.Failure.self) { try Zstd.decompress(output) }
    }
}

@Suite struct ZstdFrameTests {
    @Test(arguments: [0, 1, 1000, 300_000])
    func whatWentInComesOut(bytes: Int) throws {
        let text = [UInt8]((0..<bytes).map { UInt8(truncatingIfNeeded: $0 / 7) })
        let frame = try ZstdFrame.compress(text)
        #expect(try ZstdFrame.decompress(frame, limit: bytes) == text)
        #expect(try Zstd.decompress(frame) == text)
        if bytes > 0 {
            #expect(throws: CompressionError.tooLong(limit: bytes - 1)) {
                try ZstdFrame.decompress(frame, limit: bytes - 1)
            }
        }
        for length in 0..<min(frame.count, 50) {
            #expect(throws: CompressionError.self) {
                try ZstdFrame.decompress(Array(frame.prefix(length)), limit: 1 << 20)
            }
        }
    }
}
