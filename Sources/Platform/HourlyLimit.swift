import Synchronization

/// How often something may happen within an hour, by whom. In memory: a restart forgets it.
public final class HourlyLimit<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var taken: [Key: [Int64]] = [:]
        /// When it is looked next of which names nothing is known within the hour.
        var nextLook: Int64 = 0
    }

    private let most: Int
    private let mostNames: Int
    private let state = Mutex(State())

    /// A limit.
    ///
    /// - Parameter mostNames: names that are kept track of at once. More are an attack: none of those is let through.
    public init(most: Int, mostNames: Int = 50_000) {
        self.most = most
        self.mostNames = mostNames
    }

    /// Whether it may happen once more at this moment, in milliseconds since 1970; if so, it has.
    public func takes(_ key: Key, at now: Int64) -> Bool {
        let hourAgo = now - 3_600_000
        return state.withLock { state in
            // A look costs as much as there are names: once a minute.
            if now >= state.nextLook {
                state.taken = state.taken.filter { $0.value.last ?? 0 > hourAgo }
                state.nextLook = now + 60_000
            }
            let recent = (state.taken[key] ?? []).filter { $0 > hourAgo }
            guard recent.count < most, !recent.isEmpty || state.taken.count < mostNames else { return false }
            state.taken[key] = recent + [now]
            return true
        }
    }
}
