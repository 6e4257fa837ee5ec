import Database
import Platform

/// Computes days on two threads, in stretches that are neither so short that planning a statement is most of the work nor
/// so long that their rows fill the memory.
enum ParallelDays {
    private struct State: Sendable {
        var waiting: ArraySlice<LocalDay>
        var stretch: Int
        var computed: [SliceComputer.Computed] = []
        var failure: DatabaseError?
        var running = 0
    }

    /// The slices of all days, in any order.
    static func run(
        _ computer: SliceComputer, _ days: [LocalDay], isCut: Bool, _ pool: Pool
    ) throws(DatabaseError) -> [SliceComputer.Computed] {
        let state = Monitor(State(waiting: days[...], stretch: days.count <= 4 ? 2 : 4))
        let work: @Sendable () -> Void = {
            while let stretch = next(state) { attempt(computer, stretch, isCut: isCut, pool, state) }
        }
        let helper = days.count > 2 ? try? Thread(name: "report", body: work) : nil
        work()
        helper?.join()
        let end = state.read { $0 }
        if let failure = end.failure { throw failure }
        return end.computed
    }

    /// Days that follow each other without a gap.
    private static func next(_ state: Monitor<State>) -> [LocalDay]? {
        state.withLock { state in
            guard state.failure == nil, let first = state.waiting.first else { return nil }
            var stretch = [first]
            for day in state.waiting.dropFirst() {
                guard stretch.count < state.stretch, let last = stretch.last, last.end == day.start else { break }
                stretch.append(day)
            }
            state.waiting = state.waiting.dropFirst(stretch.count)
            return stretch
        }
    }

    private static func attempt(
        _ computer: SliceComputer, _ stretch: [LocalDay], isCut: Bool, _ pool: Pool, _ state: Monitor<State>
    ) {
        let began = Clock.monotonicNanoseconds()
        do throws(DatabaseError) {
            let computed = try pool.withConnection(for: .site(computer.site)) { (connection) throws(DatabaseError) in
                try computer.compute(stretch, isCut: isCut, connection)
            }
            let milliseconds = (Clock.monotonicNanoseconds() - began) / 1_000_000
            state.withLock { state in
                state.computed += computed.map { day in
                    var day = day
                    day.cost = Int64(milliseconds) / Int64(max(1, computed.count))
                    return day
                }
                if milliseconds < 30 { state.stretch = min(32, state.stretch * 2) }
                if milliseconds > 300 { state.stretch = max(1, state.stretch / 2) }
            }
        } catch {
            state.withLock { $0.failure = error }
        }
    }
}
