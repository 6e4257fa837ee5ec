import Platform
import Synchronization

/// Work that nobody waits for, done one after the other on a thread of its own: what an answer must not take longer for.
final class LaterWork: Sendable {
    private let state = Monitor(State())

    private struct State: Sendable {
        var waiting: [@Sendable () -> Void] = []
        var isRunning = false
    }

    /// More than that is not remembered: somebody floods us.
    private static let most = 1000

    /// Does something soon, or never.
    func add(_ work: @escaping @Sendable () -> Void) {
        let starts = state.withLock { state in
            guard state.waiting.count < LaterWork.most else { return false }
            state.waiting.append(work)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard starts else { return }
        // Without a thread it is not done: nothing rests on it.
        if (try? Thread(name: "later") { self.run() }) == nil { state.withLock { $0 = State() } }
    }

    /// Waits until everything is done, for tests.
    func finish(milliseconds: Int = 60_000) {
        _ = state.wait(milliseconds: milliseconds) { $0.isRunning ? nil : true }
    }

    private func run() {
        while true {
            let work = state.withLock { state -> (@Sendable () -> Void)? in
                if state.waiting.isEmpty {
                    state.isRunning = false
                    return nil
                }
                return state.waiting.removeFirst()
            }
            guard let work else { return }
            work()
        }
    }
}
