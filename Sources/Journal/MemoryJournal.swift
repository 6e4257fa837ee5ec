public import EventModel
import Platform

/// A journal in memory: bounded, ordered, and gone with the process. What it has accepted survives an absence of the
/// database but not of the gateway.
public final class MemoryJournal: HitJournal {
    /// The journal's name.
    public let id: JournalID
    private let capacity: Int
    private let state = Monitor(State())

    private struct State {
        var hits: [Hit] = []
        /// Sequence number of `hits[0]`.
        var first: UInt64 = 1
        var isClosed = false
    }

    /// An empty journal with room for `capacity` hits.
    public init(id: JournalID, capacity: Int) {
        self.id = id
        self.capacity = capacity
    }

    /// Keeps the hits of one request whole, or none of them.
    public func append(_ hits: [Hit], acknowledge: @escaping @Sendable (AppendOutcome) -> Void) {
        let outcome: AppendOutcome = state.withLock { state in
            if state.isClosed { return .closed }
            if state.hits.count + hits.count > capacity { return .full }
            state.hits.append(contentsOf: hits)
            return .accepted
        }
        acknowledge(outcome)
    }

    /// The hits after `position`, as soon as there are any.
    public func read(after position: UInt64, atMost count: Int, milliseconds: Int) -> Batch? {
        state.wait(milliseconds: milliseconds) { state -> Batch?? in
            let next = max(position + 1, state.first)
            let offset = Int(next - state.first)
            guard offset < state.hits.count else { return state.isClosed ? .some(nil) : nil }
            let end = min(offset + count, state.hits.count)
            return Batch(journal: id, first: next, hits: Array(state.hits[offset..<end]))
        } ?? nil
    }

    /// Forgets the hits through `position`.
    public func release(through position: UInt64) {
        state.withLock { state in
            guard position >= state.first else { return }
            let passed = min(Int(position - state.first) + 1, state.hits.count)
            state.hits.removeFirst(passed)
            state.first += UInt64(passed)
        }
    }

    /// Takes no more hits.
    public func close() {
        state.withLock { $0.isClosed = true }
    }

    /// Hits that are kept.
    public var pending: Int { state.read { $0.hits.count } }

    /// Whether `close` was called.
    public var isClosed: Bool { state.read { $0.isClosed } }
}
