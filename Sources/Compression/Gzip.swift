import CZlib

/// Gzip (RFC 1952), for bodies that clients compress.
public enum Gzip {
    /// The content of a gzip file of one or more members, at most `limit` bytes of it.
    ///
    /// No more than `limit + 1` bytes are ever made, however much a bomb would yield. Length and checksum of every
    /// member are compared. Throws `tooLong`, `truncated`, `trailingBytes` or `malformed`, and `library` when memory
    /// is short.
    public static func inflate(_ bytes: [UInt8], limit: Int) throws(CompressionError) -> [UInt8] {
        guard !bytes.isEmpty else { throw .truncated }
        let stream = try Inflation()
        return try stream.run(bytes, limit: max(0, limit))
    }
}

/// zlib's stream. It lives in allocated memory: zlib keeps a pointer to it, and refuses one that has moved.
@safe private struct Inflation: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>

    /// Window of 32 KiB (15 bits); 16 more says gzip and nothing else.
    private static let gzipWindowBits: Int32 = 15 + 16
    /// Output that is asked for first, and a floor for the steps in which it grows.
    private static let smallestStep = 4096

    init() throws(CompressionError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let code = unsafe inflateInit2_(
            stream, Inflation.gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            unsafe stream.deallocate()
            throw .library("zlib cannot start (code \(code))")
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func run(_ bytes: [UInt8], limit: Int) throws(CompressionError) -> [UInt8] {
        // One byte more than allowed tells "exactly the limit" from "longer".
        let most = limit == .max ? limit : limit + 1
        var output: [UInt8] = []
        var consumed = 0
        while true {
            if output.count == most { throw .tooLong(limit: limit) }
            let room = min(most - output.count, max(Inflation.smallestStep, output.count, bytes.count))
            let code = step(bytes, &consumed, &output, room: room)
            switch code {
            case Z_STREAM_END:
                if output.count > limit { throw .tooLong(limit: limit) }
                if consumed == bytes.count { return output }
                // RFC 1952 2.2: members may follow each other, and read as one.
                guard bytes[consumed] == 0x1f else { throw .trailingBytes }
                unsafe inflateReset(stream)
            case Z_OK: continue
            // There is room, so what is missing is input.
            case Z_BUF_ERROR: throw .truncated
            case Z_MEM_ERROR: throw .library("zlib has no memory")
            default: throw .malformed
            }
        }
    }

    /// One call of zlib's, which fills up to `room` bytes behind `output`. Returns zlib's code.
    private func step(_ bytes: [UInt8], _ consumed: inout Int, _ output: inout [UInt8], room: Int) -> Int32 {
        let filled = output.count
        let room = UInt32(clamping: room)
        let offered = UInt32(clamping: bytes.count - consumed)
        output.append(contentsOf: repeatElement(0, count: Int(room)))
        let code = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe bytes.withUnsafeBufferPointer { input in
                unsafe stream.pointee.next_in = input.baseAddress.map { unsafe $0 + consumed }
                unsafe stream.pointee.avail_in = offered
                unsafe stream.pointee.next_out = output.baseAddress.map { unsafe $0 + filled }
                unsafe stream.pointee.avail_out = room
                return unsafe CZlib.inflate(stream, Z_NO_FLUSH)
            }
        }
        consumed += Int(offered - (unsafe stream.pointee.avail_in))
        output.removeLast(Int(unsafe stream.pointee.avail_out))
        return code
    }
}
