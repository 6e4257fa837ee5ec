/// Why bytes could not be compressed or decompressed.
public enum CompressionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is inside is longer than so many bytes.
    case tooLong(limit: Int)
    /// The input ends before the data does.
    case truncated
    /// Something stands behind the data that does not belong to it.
    case trailingBytes
    /// The input is not of this format, or was changed on its way.
    case malformed
    /// The library has no memory, or refuses for another reason of its own.
    case library(String)

    /// One line, without any of the data.
    public var description: String {
        switch self {
        case .tooLong(let limit): "is longer than \(limit) bytes when decompressed"
        case .truncated: "ends before the compressed data does"
        case .trailingBytes: "has bytes behind the compressed data"
        case .malformed: "is not what its compression says, or was damaged"
        case .library(let message): message
        }
    }
}
