import Compression

/// Compressed bodies: never more than was asked for, and the same for every limit that is large enough.
enum GzipTarget: FuzzTarget {
    static let name = "gzip"
    private static let limit = 64 << 10

    /// `tools/fuzz` adds those that gzip makes.
    static func seeds() -> [[UInt8]] {
        // An empty file: header, a last block of fixed codes with nothing in it, checksum and length 0.
        [[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]]
    }

    static func run(_ bytes: [UInt8]) {
        let content: [UInt8]
        do {
            content = try Gzip.inflate(bytes, limit: limit)
        } catch {
            if case .tooLong(let named) = error { promise(named == limit, "the limit is named as it was given") }
            return
        }
        promise(content.count <= limit, "no more than the limit")
        promise((try? Gzip.inflate(bytes, limit: content.count)) == content, "exactly the limit is enough")
        guard !content.isEmpty else { return }
        do {
            _ = try Gzip.inflate(bytes, limit: content.count - 1)
            promise(false, "one byte too many is refused")
        } catch {
            promise(
                error == .tooLong(limit: content.count - 1), "one byte too many is refused as such, not as \(error)")
        }
    }
}
