import Platform
import Synchronization

/// How far a journal is on the disk: what readers wait for.
final class JournalProgress: Sendable {
    private let state: Monitor<State>

    private struct State {
        var durable: UInt64
        var base: UInt64
        var offset: Int
        var isClosed = false
    }

    init(durable: UInt64, base: UInt64, offset: Int) {
        state = Monitor(State(durable: durable, base: base, offset: offset))
    }

    /// Number of the last entry that is on the disk.
    var durable: UInt64 { state.read { $0.durable } }

    /// Where the next frame would be written: the segment's base, and the place in it.
    var written: (base: UInt64, offset: Int) { state.read { ($0.base, $0.offset) } }

    func advance(to durable: UInt64, base: UInt64, offset: Int) {
        state.withLock { state in
            state.durable = durable
            state.base = base
            state.offset = offset
        }
    }

    /// Says that nothing more will come.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    /// What is durable, as soon as that is beyond `position`; `nil` when it is not in time or will not be.
    func wait(beyond position: UInt64, milliseconds: Int) -> UInt64? {
        let outcome: UInt64?? = state.wait(milliseconds: milliseconds) { state in
            if state.durable > position { return .some(state.durable) }
            return state.isClosed ? .some(nil) : nil
        }
        return outcome ?? nil
    }
}

/// What readers found damaged. A person must look at it; nothing stops because of it.
final class JournalDamage: Sendable {
    private let state = Mutex(State())
    private let log: Log

    private struct State {
        var lost: UInt64 = 0
        var seen: Set<String> = []
    }

    init(log: Log) {
        self.log = log
    }

    /// Entries that are lost, as far as they could be counted.
    var lost: UInt64 { state.withLock { $0.lost } }

    /// Remembers a finding and says it once, however many readers come by.
    func note(lost: UInt64, _ message: String) {
        let isNew = state.withLock { state in
            guard state.seen.count < 1000, state.seen.insert(message).inserted else { return false }
            state.lost = state.lost.addingReportingOverflow(lost).overflow ? .max : state.lost + lost
            return true
        }
        if isNew { log.error("journal: \(message)") }
    }
}
