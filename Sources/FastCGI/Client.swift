import Glibc
import Platform

/// The other end of the protocol (FastCGI 1.0, section 3): one request over one connection, for health checks.
public enum Client {
    /// The HTTP status with which the responder behind a socket answers a GET from loopback; `nil` when it does not.
    public static func status(of path: String, socket: String, timeoutMilliseconds: Int32) -> Int? {
        guard let descriptor = try? UnixSocket.connect(path: socket, timeoutMilliseconds: timeoutMilliseconds) else {
            return nil
        }
        defer { UnixSocket.close(descriptor) }
        let request =
            record(type: 1, content: [0, 1, 0, 0, 0, 0, 0, 0])  // BEGIN_REQUEST: responder, close afterwards
            + record(type: 4, content: parameters(path)) + record(type: 4, content: [])  // PARAMS
            + record(type: 5, content: [])  // STDIN
        guard UnixSocket.writeAll(descriptor, request) else { return nil }
        return status(in: UnixSocket.readAll(descriptor, limit: 1 << 20))
    }

    private static func parameters(_ path: String) -> [UInt8] {
        let pairs = [
            ("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", path), ("REMOTE_ADDR", "127.0.0.1"), ("CONTENT_LENGTH", "0"),
        ]
        return pairs.flatMap { name, value in
            [UInt8(name.utf8.count & 0x7f), UInt8(value.utf8.count & 0x7f)] + Array(name.utf8) + Array(value.utf8)
        }
    }

    private static func record(type: UInt8, content: [UInt8]) -> [UInt8] {
        let length = UInt16(content.count)
        return [1, type, 0, 1, UInt8(length >> 8), UInt8(truncatingIfNeeded: length), 0, 0] + content
    }

    /// The number behind `Status: ` in the first STDOUT record (type 6).
    private static func status(in answer: [UInt8]) -> Int? {
        guard answer.count > 8, answer[1] == 6 else { return nil }
        let line = String(decoding: answer.dropFirst(8).prefix { $0 != 0x0d }, as: UTF8.self)
        guard line.hasPrefix("Status: ") else { return nil }
        return Int(line.dropFirst(8).prefix(3))
    }
}
