public import Platform

/// The other end of the protocol (FastCGI 1.0, section 3): a connection over which requests go one after the other, for
/// health checks and for whoever hands events in without nginx.
public final class Client {
    private let descriptor: Int32

    private enum Kind {
        static let begin: UInt8 = 1
        static let end: UInt8 = 3
        static let parameters: UInt8 = 4
        static let input: UInt8 = 5
        static let output: UInt8 = 6
    }

    /// What a responder answered.
    public struct Answer: Sendable {
        /// HTTP status code.
        public var status: Int
        /// What came behind the header.
        public var body: [UInt8]
        private var head: String

        /// Reads what a responder prints (RFC 3875 section 6); `nil` when it does not begin with a status.
        init?(_ output: [UInt8]) {
            head = String(decoding: output.prefix(8192), as: UTF8.self)
            guard head.hasPrefix("Status: "), let status = Int(head.dropFirst(8).prefix(3)) else { return nil }
            self.status = status
            let end = [13, 10, 13, 10] as [UInt8]
            let start = output.indices.first { output[$0] == 13 && output[$0...].starts(with: end) }
            body = start.map { Array(output[($0 + 4)...]) } ?? []
        }

        /// The value of the first header field of this name, `nil` when there is none.
        public func header(_ name: String) -> String? {
            let wanted = name.lowercased()
            // A line break is one character, `\r\n`; the empty line ends the header.
            for line in head.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
                if line.isEmpty { return nil }
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2, parts[0].lowercased() == wanted { return String(parts[1].drop { $0 == " " }) }
            }
            return nil
        }
    }

    /// How a request ended.
    public enum Outcome: Sendable {
        /// It was answered.
        case answered(Answer)
        /// The responder closed the connection, or died.
        case closed
        /// Nothing came within the time limit; the connection is of no more use.
        case timedOut
    }

    /// Connects to the socket. The limit is for the connection and for each read and write.
    public init(socket: String, timeoutMilliseconds: Int32) throws(PlatformError) {
        descriptor = try UnixSocket.connect(path: socket, timeoutMilliseconds: timeoutMilliseconds)
    }

    deinit { UnixSocket.close(descriptor) }

    /// Sends a request; the body's length is said for you. Returns whether the responder took all of it.
    public func send(_ parameters: [(name: String, value: [UInt8])], body: [UInt8] = [], keepsConnection: Bool) -> Bool
    {
        var pairs: [UInt8] = []
        for (name, value) in parameters { Client.append(Array(name.utf8), value, to: &pairs) }
        Client.append(Array("CONTENT_LENGTH".utf8), Array("\(body.count)".utf8), to: &pairs)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pairs.count + body.count + 64)
        // Role 1, a responder; flag 1 keeps the connection.
        Client.append(Kind.begin, [0, 1, keepsConnection ? 1 : 0, 0, 0, 0, 0, 0], to: &bytes)
        Client.appendStream(Kind.parameters, pairs, to: &bytes)
        Client.appendStream(Kind.input, body, to: &bytes)
        return UnixSocket.writeAll(descriptor, bytes)
    }

    /// Waits for the answer to the request that was sent.
    public func receive() -> Outcome {
        var output: [UInt8] = []
        while true {
            switch UnixSocket.readExactly(descriptor, count: 8) {
            case .success(let header):
                let length = Int(header[4]) << 8 + Int(header[5])
                guard case .success(let content) = UnixSocket.readExactly(descriptor, count: length + Int(header[6]))
                else { return .closed }
                if header[1] == Kind.output, output.count < 1 << 20 { output += content.prefix(length) }
                guard header[1] == Kind.end else { continue }
                return Answer(output).map(Outcome.answered) ?? .closed
            case .failure(let error):
                return error.isTimeout ? .timedOut : .closed
            }
        }
    }

    /// The HTTP status with which the responder behind a socket answers a GET from loopback; `nil` when it does not.
    public static func status(of path: String, socket: String, timeoutMilliseconds: Int32) -> Int? {
        get(path, socket: socket, timeoutMilliseconds: timeoutMilliseconds)?.status
    }

    /// What the responder behind a socket answers to a GET from loopback; `nil` when it does not.
    public static func get(
        _ path: String, query: String = "", socket: String, timeoutMilliseconds: Int32
    ) -> Answer? {
        guard let client = try? Client(socket: socket, timeoutMilliseconds: timeoutMilliseconds) else { return nil }
        let parameters = [
            ("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", path), ("QUERY_STRING", query), ("REMOTE_ADDR", "127.0.0.1"),
        ]
        guard client.send(parameters.map { ($0.0, Array($0.1.utf8)) }, keepsConnection: false),
            case .answered(let answer) = client.receive()
        else { return nil }
        return answer
    }

    /// A name and a value, each with its length before it: one byte below 128, else four with the first bit set.
    private static func append(_ name: [UInt8], _ value: [UInt8], to pairs: inout [UInt8]) {
        for length in [name.count, value.count] {
            if length >= 128 {
                pairs.append(UInt8(truncatingIfNeeded: length >> 24) | 0x80)
                for shift in [16, 8] { pairs.append(UInt8(truncatingIfNeeded: length >> shift)) }
            }
            pairs.append(UInt8(truncatingIfNeeded: length))
        }
        pairs += name
        pairs += value
    }

    /// Records as large as they may be, and the empty one that ends the stream.
    private static func appendStream(_ kind: UInt8, _ content: [UInt8], to bytes: inout [UInt8]) {
        var rest = content[...]
        while !rest.isEmpty {
            append(kind, rest.prefix(65_535), to: &bytes)
            rest = rest.dropFirst(65_535)
        }
        append(kind, [], to: &bytes)
    }

    private static func append(_ kind: UInt8, _ content: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        bytes += [1, kind, 0, 1, UInt8(content.count >> 8), UInt8(content.count & 0xff), 0, 0]
        bytes += content
    }
}
