import Synchronization

/// One request and the right to answer it, once, from any thread, now or later.
///
/// A handler that does not answer before it returns parks the request: nothing of ours waits but this object. An
/// exchange that everybody has let go of without an answer answers 500 by itself, so that no client hangs on a bug.
public final class Exchange: Sendable {
    /// What is asked.
    public let request: Request
    private let send: @Sendable (Response) -> Void
    private let isAnswered = Atomic(false)

    /// An exchange whose answer goes to `send`; also for tests that need no socket.
    public init(_ request: Request, send: @escaping @Sendable (Response) -> Void) {
        self.request = request
        self.send = send
    }

    deinit {
        answer(Response(status: 500))
    }

    /// Sends the answer. All calls after the first do nothing.
    public func answer(_ response: Response) {
        guard !isAnswered.exchange(true, ordering: .acquiringAndReleasing) else { return }
        send(response)
    }
}
