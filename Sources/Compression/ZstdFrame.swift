import CZstd

/// Zstandard (RFC 8878) for values that are in memory as a whole.
public enum ZstdFrame {
    /// One frame with the length of its content, at zstd's usual level.
    public static func compress(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let length = unsafe output.withUnsafeMutableBytes { output in
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe ZSTD_compress(
                    output.baseAddress, output.count, bytes.baseAddress, bytes.count, ZstdCompressor.usualLevel)
            }
        }
        try ZstdCompressor.check(length)
        output.removeLast(output.count - length)
        return output
    }

    /// The content of one frame that says how long it is, as `compress` writes them.
    ///
    /// - Parameter limit: bytes that it may have at most. Throws `tooLong` beyond, before room is made for it, and
    ///   `malformed` or `library` for anything that is no such frame.
    public static func decompress(_ bytes: [UInt8], limit: Int) throws(CompressionError) -> [UInt8] {
        let length = unsafe bytes.withUnsafeBytes { unsafe ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        // The two greatest numbers stand for a length that is not known and for no frame (zstd.h).
        guard length < UInt64.max - 1 else { throw .malformed }
        guard length <= UInt64(limit) else { throw .tooLong(limit: limit) }
        var output = [UInt8](repeating: 0, count: Int(length))
        let read = unsafe output.withUnsafeMutableBytes { output in
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe ZSTD_decompress(output.baseAddress, output.count, bytes.baseAddress, bytes.count)
            }
        }
        try ZstdCompressor.check(read)
        guard read == output.count else { throw .malformed }
        return output
    }
}
