public import Platform

/// A listening unix socket: made by us, handed down by our supervisor, or by systemd (`sd_listen_fds(3)`).
public struct Listener: Sendable {
    /// The socket.
    public let descriptor: Int32
    /// Its path, where we made it.
    public let path: String?

    /// Where systemd and our supervisor put the first inherited descriptor.
    public static let firstInheritedDescriptor: Int32 = 3

    /// The socket of this name among those inherited, else a socket of our own at `path`.
    ///
    /// - Parameters:
    ///   - name: `ingest` or `web`, also `FileDescriptorName=` in the systemd unit.
    ///   - environment: `LISTEN_FDS`, `LISTEN_FDNAMES`, and `LISTEN_PID` or `FOOTFALL_SUPERVISOR`, which says that
    ///     the variables are meant for us.
    public static func open(
        name: String, path: String, environment: [String: String]
    ) throws(PlatformError) -> Listener {
        if let inherited = inherited(name: name, environment: environment) {
            UnixSocket.adopt(inherited)
            return Listener(descriptor: inherited, path: nil)
        }
        return try bind(path: path)
    }

    private static func inherited(name: String, environment: [String: String]) -> Int32? {
        guard let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), count > 0 else { return nil }
        let isOurs =
            environment["LISTEN_PID"] == "\(Process.id)" || environment["FOOTFALL_SUPERVISOR"] == "\(Process.parentID)"
        guard isOurs else { return nil }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard let place = names.firstIndex(where: { $0 == name }), place < Int(count) else { return nil }
        return firstInheritedDescriptor + Int32(place)
    }

    /// Makes the socket, mode 0660, so that only nginx's group can talk to it: whoever can write raw FastCGI records
    /// can abort libfcgi (docs/architecture.md). A file left by a dead process is replaced, a living one is not.
    private static func bind(path: String) throws(PlatformError) -> Listener {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try Files.makeFolder(String(path[..<slash]), mode: 0o750)
        }
        if Files.exists(path) {
            guard !UnixSocket.isLive(path) else {
                throw PlatformError(call: "listen on \(path) (another footfall answers there)", code: 98)  // EADDRINUSE
            }
            Files.remove(path)
        }
        return Listener(descriptor: try UnixSocket.listen(path: path, mode: 0o660, backlog: backlog), path: path)
    }

    /// Ends the connections that wait for somebody to take them: whoever made them learns at once that nobody is here,
    /// instead of waiting until his own patience is over.
    public func turnAway() {
        for _ in 0..<Listener.backlog {
            guard let waiting = try? UnixSocket.accept(descriptor, timeoutMilliseconds: 1000) else { return }
            UnixSocket.close(waiting)
        }
    }

    private static let backlog: Int32 = 4096

    /// Closes the socket and removes its file, if we made it.
    public func close() {
        UnixSocket.close(descriptor)
        if let path { Files.remove(path) }
    }
}
