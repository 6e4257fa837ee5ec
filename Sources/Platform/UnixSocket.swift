import CSystem
import Glibc

/// Stream sockets in the file system.
public enum UnixSocket {
    /// A listening socket at `path` with these permissions, not blocking, closed in programs that are started.
    public static func listen(path: String, mode: UInt32, backlog: Int32) throws(PlatformError) -> Int32 {
        let descriptor = unsafe csystem_listen_unix(path, mode, backlog)
        guard descriptor >= 0 else { throw PlatformError(call: "listen on \(path)", code: errno) }
        return descriptor
    }

    /// The next connection of a listening socket, with a time limit for each read and write.
    public static func accept(_ listener: Int32, timeoutMilliseconds: Int32) throws(PlatformError) -> Int32 {
        let descriptor = csystem_accept(listener, timeoutMilliseconds)
        guard descriptor >= 0 else { throw PlatformError(call: "accept4", code: errno) }
        return descriptor
    }

    /// Whether something accepts connections at `path`.
    public static func isLive(_ path: String) -> Bool {
        unsafe csystem_unix_socket_is_live(path)
    }

    /// Makes an inherited listening socket behave like one of `listen`.
    public static func adopt(_ descriptor: Int32) {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Closes a socket.
    public static func close(_ descriptor: Int32) {
        _ = Glibc.close(descriptor)
    }
}

extension PlatformError {
    /// Whether the process or the machine has run out of descriptors or memory, so that trying at once is no use.
    public var isExhaustion: Bool {
        code == EMFILE || code == ENFILE || code == ENOMEM || code == ENOBUFS
    }

    /// Whether a socket's time limit has passed.
    public var isTimeout: Bool { code == EAGAIN || code == EWOULDBLOCK }
}

extension UnixSocket {
    /// A connection to the socket at `path`, with a time limit for each read and write.
    public static func connect(path: String, timeoutMilliseconds: Int32) throws(PlatformError) -> Int32 {
        let descriptor = unsafe csystem_connect_unix(path, timeoutMilliseconds)
        guard descriptor >= 0 else { throw PlatformError(call: "connect \(path)", code: errno) }
        return descriptor
    }

    /// Writes all bytes. Returns whether the peer took them.
    public static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Reads until the peer closes, the time limit passes, or `limit` bytes are there.
    public static func readAll(_ descriptor: Int32, limit: Int) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 8192)
        while content.count < limit {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            content.append(contentsOf: chunk[..<count])
        }
        return content
    }

    /// Reads so many bytes. Fails with the call's error, which `isTimeout` tells, or with ECONNRESET when the peer closes
    /// before.
    public static func readExactly(_ descriptor: Int32, count: Int) -> Result<[UInt8], PlatformError> {
        var content = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = unsafe content.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(descriptor, bytes.baseAddress?.advanced(by: filled), count - filled)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return .failure(PlatformError(call: "read", code: got == 0 ? ECONNRESET : errno)) }
            filled += got
        }
        return .success(content)
    }
}
