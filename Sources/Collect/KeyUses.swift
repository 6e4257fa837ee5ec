import EventModel
import Synchronization

/// On which day which secret key was used last: noted while a request runs, written into the database by somebody who has
/// the time. Once a day for each key, so that a busy one costs the database nothing.
public final class KeyUses: Sendable {
    private let state = Mutex(State())

    private struct State {
        var noted: [Int32: Int32] = [:]
        var waiting: [Int32: Int32] = [:]
    }

    /// Keys that were used on one day, days since 1970-01-01, UTC.
    public struct Day: Sendable, Equatable {
        /// The day.
        public var day: Int32
        /// The keys by their numbers in the database.
        public var keys: [Int32]
    }

    init() {}

    func note(_ key: SendingKey, at time: Timestamp) {
        // A snapshot of an older version does not know its number.
        guard key.number > 0 else { return }
        let day = Int32(clamping: time.milliseconds / 86_400_000)
        state.withLock { state in
            guard state.noted[key.number] != day else { return }
            state.noted[key.number] = day
            state.waiting[key.number] = day
        }
    }

    /// What is not in the database yet. Afterwards it is no longer here.
    public func takeWaiting() -> [Day] {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting
        }
        return Dictionary(grouping: waiting, by: \.value).map { Day(day: $0, keys: $1.map(\.key).sorted()) }
            .sorted { $0.day < $1.day }
    }

    /// Takes back what could not be written.
    public func putBack(_ days: [Day]) {
        state.withLock { state in
            for day in days {
                for key in day.keys where state.waiting[key].map({ $0 < day.day }) ?? true {
                    state.waiting[key] = day.day
                }
            }
        }
    }
}
