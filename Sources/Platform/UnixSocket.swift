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
}
