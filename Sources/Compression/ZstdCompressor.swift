import CZstd

/// Writes Zstandard (RFC 8878), frame after frame. Frames in a row read as one: what `zstd -dc` makes of a file of them is
/// everything that went in.
///
///     try compressor.append(lines, to: &output)
///     try compressor.finish(to: &output)
///
/// @unchecked: it cannot be copied, so whoever changes it is alone with the library's context.
@safe public struct ZstdCompressor: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer
    private let step: Int

    /// The level that zstd itself takes for a fair trade of time for space.
    public static let usualLevel: Int32 = 3

    /// A compressor between two frames. Each frame carries a checksum of its content. Throws `library` when memory is
    /// short.
    public init(level: Int32 = usualLevel) throws(CompressionError) {
        guard let context = unsafe ZSTD_createCCtx() else { throw .library("zstd has no memory") }
        do throws(CompressionError) {
            try ZstdCompressor.check(unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
            try ZstdCompressor.check(unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))
        } catch {
            unsafe ZSTD_freeCCtx(context)
            throw error
        }
        unsafe self.context = context
        step = ZSTD_CStreamOutSize()
    }

    deinit {
        unsafe ZSTD_freeCCtx(context)
    }

    /// Adds to the frame, which begins with the first bytes. What is compressed so far goes behind `output`; the library
    /// keeps some of it until `finish`.
    public mutating func append(_ bytes: [UInt8], to output: inout [UInt8]) throws(CompressionError) {
        try run(bytes, ZSTD_e_continue, to: &output)
    }

    /// Ends the frame: `output` holds all of it then.
    public mutating func finish(to output: inout [UInt8]) throws(CompressionError) {
        try run([], ZSTD_e_end, to: &output)
    }

    private mutating func run(
        _ bytes: [UInt8], _ operation: ZSTD_EndDirective, to output: inout [UInt8]
    ) throws(CompressionError) {
        var consumed = 0
        while true {
            let filled = output.count
            output.append(contentsOf: repeatElement(0, count: step))
            var written = 0
            let left = unsafe output.withUnsafeMutableBytes { output in
                unsafe bytes.withUnsafeBytes { bytes in
                    var target = unsafe ZSTD_outBuffer(
                        dst: output.baseAddress.map { unsafe $0 + filled }, size: step, pos: 0)
                    var source = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: consumed)
                    let left = unsafe ZSTD_compressStream2(context, &target, &source, operation)
                    consumed = unsafe source.pos
                    written = unsafe target.pos
                    return left
                }
            }
            output.removeLast(step - written)
            try ZstdCompressor.check(left)
            // For an end, 0 says that everything is out; otherwise the rest is the library's until more comes.
            if operation == ZSTD_e_end ? left == 0 : consumed == bytes.count { return }
        }
    }

    static func check(_ code: Int) throws(CompressionError) {
        guard ZSTD_isError(code) != 0 else { return }
        throw .library("zstd: \(unsafe String(cString: ZSTD_getErrorName(code)))")
    }
}
