import Synchronization

/// One request and the right to answer it.
///
/// A handler that does not answer before it returns parks the request: it keeps the `reply`, and lets the request go, whose
/// body may be large and whose wait may be long.
public final class Exchange: Sendable {
    /// What is asked.
    public let request: Request
    /// The right to answer.
    public let reply: Reply

    /// An exchange whose answer goes to `send`; also for tests that need no socket.
    public init(_ request: Request, send: @escaping @Sendable (Response) -> Void) {
        self.request = request
        reply = Reply(send)
    }

    /// Sends the answer. All calls after the first do nothing.
    public func answer(_ response: Response) {
        reply.answer(response)
    }
}

/// The right to answer one request, once, from any thread, now or later. A right that everybody has let go of without
/// using it answers 500 by itself, so that no client hangs on a bug.
public final class Reply: Sendable {
    private let send: @Sendable (Response) -> Void
    private let isAnswered = Atomic(false)

    init(_ send: @escaping @Sendable (Response) -> Void) {
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
