import CFastCGI
import Glibc
public import Platform
import Synchronization

/// What a request may bring.
public struct Limits: Sendable {
    /// Largest body in bytes.
    public var bodyBytes: Int
    /// Most bytes of CGI parameters, which are the request's headers and nginx's own.
    public var headerBytes: Int

    /// Limits of these sizes.
    public init(bodyBytes: Int, headerBytes: Int = 64 * 1024) {
        self.bodyBytes = bodyBytes
        self.headerBytes = headerBytes
    }
}

/// Accepts connections and spreads requests over a few threads.
///
/// libfcgi's own loop blocks one thread for each kept-alive connection, so that idle ones starve the others. Here an
/// idle connection waits in epoll and costs no thread; libfcgi only parses and writes records.
public final class Dispatcher: Sendable {
    private let listener: Listener
    private let limits: Limits
    private let log: Log
    private let handler: @Sendable (Exchange) -> Void
    private let queue: EventQueue
    private let wakePipe: WakePipe
    private let isStopping = Atomic(false)
    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])
    /// Connections with a request that is not answered yet.
    private let busy = Atomic(0)
    private let workers: Mutex<[Thread]> = Mutex([])
    private let counters = Counters()

    private struct Counters: ~Copyable {
        let accepted = Atomic(0)
        let requests = Atomic(0)
        let refused = Atomic(0)
    }

    /// Milliseconds that a peer may take for each read and write on the socket.
    private static let socketTimeout: Int32 = 5000
    private static let tokenOfListener: UInt64 = 1
    private static let tokenOfWake: UInt64 = 2

    /// Gets ready to serve `listener`. No request is taken before `start`.
    ///
    /// `handler` is called on the dispatcher's threads and must not throw anything away: it answers its exchange, now
    /// or later.
    public init(
        listener: Listener, limits: Limits, log: Log, handler: @escaping @Sendable (Exchange) -> Void
    ) throws(PlatformError) {
        self.listener = listener
        self.limits = limits
        self.log = log
        self.handler = handler
        // Milliseconds that libfcgi waits for the first byte and for the peer's close; its default of two seconds
        // stalls a thread for as long. It reads them in FCGX_Init.
        _ = unsafe setenv("LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT", "200", 1)
        _ = unsafe setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "200", 1)
        guard FCGX_Init() == 0 else { throw PlatformError(call: "FCGX_Init", code: EINVAL) }
        queue = try EventQueue()
        wakePipe = try WakePipe()
        try queue.add(wakePipe.reader, interest: .always, token: Dispatcher.tokenOfWake)
        try queue.add(listener.descriptor, interest: .always, token: Dispatcher.tokenOfListener)
    }

    /// Starts so many threads and begins to take requests.
    public func start(threads: Int, name: String) throws(PlatformError) {
        for number in 0..<max(1, threads) {
            let worker = try Thread(name: "\(name)-\(number)") { self.work() }
            workers.withLock { $0.append(worker) }
        }
    }

    /// Counts since the start, for metrics: connections accepted, requests handled, requests refused at the door.
    public var statistics: (accepted: Int, requests: Int, refused: Int, open: Int) {
        (
            counters.accepted.load(ordering: .relaxed), counters.requests.load(ordering: .relaxed),
            counters.refused.load(ordering: .relaxed), connections.withLock { $0.count }
        )
    }

    /// Stops in an orderly way: takes no more connections, answers what has arrived, waits at most `milliseconds`
    /// for requests that are parked, closes everything. Returns whether all were answered.
    ///
    /// The listener is closed, never shut down: an inherited socket lives on in the supervisor or in systemd, whose
    /// backlog keeps nginx's connections until the successor takes them.
    @discardableResult
    public func stop(milliseconds: Int) -> Bool {
        guard !isStopping.exchange(true, ordering: .acquiringAndReleasing) else { return true }
        queue.remove(listener.descriptor)
        listener.close()
        // Requests that are already in the sockets are still served; a quiet twentieth of a second ends that.
        Clock.sleep(milliseconds: 50)
        let deadline = Clock.monotonicNanoseconds() &+ UInt64(milliseconds) * 1_000_000
        while busy.load(ordering: .acquiring) > 0, Clock.monotonicNanoseconds() < deadline {
            Clock.sleep(milliseconds: 5)
        }
        let drained = busy.load(ordering: .acquiring) == 0
        wakePipe.wake()
        for worker in workers.withLock({ $0 }) { worker.join() }
        // Dropping the connections closes them.
        connections.withLock { $0 = [:] }
        return drained
    }

    private func work() {
        while true {
            switch queue.wait() {
            case nil: continue
            case Dispatcher.tokenOfListener: accept()
            case Dispatcher.tokenOfWake: return
            case .some(let token): serve(token: token)
            }
        }
    }

    private func accept() {
        let descriptor: Int32
        do {
            descriptor = try UnixSocket.accept(
                listener.descriptor, timeoutMilliseconds: Dispatcher.socketTimeout)
        } catch {
            // Another thread was faster, or the peer has gone again: nothing to do. Out of descriptors or memory: the
            // kernel keeps the connection in the backlog; do not spin on it.
            if error.isExhaustion {
                log.warning("cannot accept a connection: \(error)")
                Clock.sleep(milliseconds: 50)
            }
            return
        }
        counters.accepted.add(1, ordering: .relaxed)
        let connection = Connection(descriptor: descriptor)
        let id = ObjectIdentifier(connection)
        connections.withLock { $0[id] = connection }
        do {
            try queue.add(descriptor, interest: .once, token: token(of: connection))
        } catch {
            log.warning("cannot watch a connection: \(error)")
            forget(connection)
        }
    }

    /// The connection's own address: the table holds a reference for as long as epoll may hand the token out.
    private func token(of connection: Connection) -> UInt64 {
        unsafe UInt64(UInt(bitPattern: Unmanaged.passUnretained(connection).toOpaque()))
    }

    private func forget(_ connection: Connection) {
        _ = connections.withLock { $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    private func serve(token: UInt64) {
        guard let pointer = unsafe UnsafeRawPointer(bitPattern: UInt(token)) else { return }
        let connection = unsafe Unmanaged<Connection>.fromOpaque(pointer).takeUnretainedValue()
        busy.add(1, ordering: .acquiringAndReleasing)
        switch connection.read(limits: limits) {
        case .closed:
            busy.subtract(1, ordering: .acquiringAndReleasing)
            forget(connection)
        case .refused(let status):
            counters.refused.add(1, ordering: .relaxed)
            finish(connection, with: Response(status: status))
        case .request(let request):
            counters.requests.add(1, ordering: .relaxed)
            handler(Exchange(request) { response in self.finish(connection, with: response) })
        }
    }

    private func finish(_ connection: Connection, with response: Response) {
        if isStopping.load(ordering: .acquiring) { connection.closeAfterAnswer() }
        connection.write(response)
        busy.subtract(1, ordering: .acquiringAndReleasing)
        guard connection.isOpen else { return forget(connection) }
        // From here on another thread may own the connection.
        do {
            try queue.arm(connection.descriptor, token: token(of: connection))
        } catch {
            forget(connection)
        }
    }
}
