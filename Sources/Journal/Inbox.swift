import EventModel
import Platform

/// Somebody who waits for a commit.
struct Waiter: Sendable {
    var level: AckLevel
    /// When the wait began, on the monotonic clock.
    var since = Clock.monotonicNanoseconds()
    var acknowledge: @Sendable (AppendOutcome) -> Void

    init(level: AckLevel, acknowledge: @escaping @Sendable (AppendOutcome) -> Void) {
        self.level = level
        self.acknowledge = acknowledge
    }
}

/// What has gathered for the next frame.
struct Gathered: Sendable {
    /// Entries behind room for the frame's header.
    var frame: [UInt8]
    var count = 0
    var waiters: [Waiter] = []

    init(capacity: Int = 64 * 1024) {
        frame = []
        frame.reserveCapacity(capacity)
        frame.append(contentsOf: repeatElement(0, count: FrameHeader.size))
    }
}

/// Where requests leave their entries while the commit before is under way.
final class Inbox: Sendable {
    private let state: Monitor<State>
    private let limit: Int

    private struct State {
        var gathered = Gathered()
        var isClosed = false
    }

    /// An inbox for at most so many bytes.
    init(limit: Int) {
        self.limit = limit
        state = Monitor(State())
    }

    /// Adds the entries of one request whole, or says why not.
    func add(_ items: EncodedItems, _ waiter: Waiter) -> AppendOutcome? {
        state.withLock { state in
            if state.isClosed { return .closed }
            // Whatever its size, a request that comes into an empty inbox is taken.
            guard state.gathered.count == 0 || state.gathered.frame.count + items.bytes.count <= limit else {
                return .full
            }
            state.gathered.frame.append(contentsOf: items.bytes)
            state.gathered.count += items.count
            state.gathered.waiters.append(waiter)
            return nil
        }
    }

    /// What has gathered, as soon as there is something, or when `milliseconds` have passed, and then perhaps nothing;
    /// `nil` when the inbox is closed and empty.
    func take(milliseconds: Int) -> Gathered? {
        let taken: Gathered?? = state.wait(milliseconds: milliseconds) { state in
            if state.gathered.count == 0 { return state.isClosed ? .some(nil) : nil }
            let gathered = state.gathered
            state.gathered = Gathered()
            return .some(gathered)
        }
        return taken ?? Gathered(capacity: 0)
    }

    func close() {
        state.withLock { $0.isClosed = true }
    }

    /// Those who have waited longer than so many nanoseconds. Their entries stay.
    func takeLate(olderThan nanoseconds: UInt64) -> [Waiter] {
        state.withLock { Waiter.takeLate(from: &$0.gathered.waiters, olderThan: nanoseconds) }
    }
}

extension Waiter {
    /// Takes those out who have waited longer than so many nanoseconds.
    static func takeLate(from waiters: inout [Waiter], olderThan nanoseconds: UInt64) -> [Waiter] {
        let now = Clock.monotonicNanoseconds()
        guard let first = waiters.first, now &- first.since > nanoseconds else { return [] }
        let late = waiters.filter { now &- $0.since > nanoseconds }
        waiters.removeAll { now &- $0.since > nanoseconds }
        return late
    }
}
