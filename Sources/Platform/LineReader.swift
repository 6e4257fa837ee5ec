import Glibc

/// Reads a file line by line, whatever its size, in memory for one line.
public final class LineReader {
    private let descriptor: Int32
    private let path: String
    private let longest: Int
    private var buffer: [UInt8] = []
    /// Where the next line begins, and how far no line's end was found.
    private var start = 0
    private var searched = 0
    /// Whether the rest of a line that was too long is being passed over.
    private var isSkipping = false

    /// A line without its end.
    public struct Line: Sendable, Equatable {
        /// The bytes; of a line that is too long the first ones.
        public var bytes: [UInt8]
        /// Whether it is no longer than allowed.
        public var isWhole: Bool
    }

    /// Opens the file. Lines of more than `longest` bytes are cut.
    public init(_ path: String, longest: Int) throws(PlatformError) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PlatformError(call: "open \(path)", code: errno) }
        self.path = path
        self.longest = longest
    }

    deinit { close(descriptor) }

    /// The next line that has an end; `nil` when there is none yet. What is written to the file later can still be read.
    public func next() throws(PlatformError) -> Line? {
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let bytes = Array(buffer[start..<end])
                start = end + 1
                searched = start
                guard isSkipping else {
                    return Line(bytes: Array(bytes.prefix(longest)), isWhole: bytes.count <= longest)
                }
                isSkipping = false
                continue
            }
            searched = buffer.count
            if isSkipping {
                buffer = []
                (start, searched) = (0, 0)
            } else if buffer.count - start > longest {
                let bytes = Array(buffer[start..<(start + longest)])
                isSkipping = true
                return Line(bytes: bytes, isWhole: false)
            }
            guard try fill() else { return nil }
        }
    }

    /// What stands after the last line's end: a line that was never finished.
    public var rest: [UInt8] { isSkipping ? [] : Array(buffer[start...]) }

    /// Reads some more. Returns whether there was any.
    private func fill() throws(PlatformError) -> Bool {
        buffer.removeFirst(start)
        searched -= start
        start = 0
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw PlatformError(call: "read \(path)", code: errno) }
            buffer += chunk[..<count]
            return count > 0
        }
    }
}
