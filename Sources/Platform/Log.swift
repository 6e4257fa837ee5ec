import Glibc
import Synchronization

/// How grave a log line is; the words of syslog.
public enum LogLevel: Int, Sendable, Comparable {
    case debug, info, warning, error

    /// Less grave comes first.
    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }

    var label: StaticString {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }
}

/// Writes one line per happening to standard error: `2026-11-24T15:20:00Z warning ingest: message key=value`.
///
/// Never hand it personal data, keys or request bodies. Line breaks and control characters in the message are
/// replaced, so that a hostile value cannot forge a line.
public struct Log: Sendable {
    private let process: String

    /// Lines of this process part carry `process`, such as `ingest` or `web`.
    public init(process: String) {
        self.process = process
    }

    /// Something an operator may want to read on a good day.
    public func info(_ message: String) { write(.info, message) }

    /// Something that works, but not as it should.
    public func warning(_ message: String) { write(.warning, message) }

    /// Something that does not work and wants a person.
    public func error(_ message: String) { write(.error, message) }

    private func write(_ level: LogLevel, _ message: String) {
        var line = Array(
            "\(CivilTime(milliseconds: Clock.wallMilliseconds()).description) \(level.label) \(process): ".utf8)
        for byte in message.utf8.prefix(4096) {
            line.append(byte < 0x20 || byte == 0x7f ? UInt8(ascii: " ") : byte)
        }
        line.append(UInt8(ascii: "\n"))
        // One write per line: lines of both processes stay whole on a shared pipe (PIPE_BUF).
        _ = unsafe line.withUnsafeBytes { bytes in unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }
}
