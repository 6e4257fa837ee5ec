import PluginAPI
import Synchronization

/// How many events of each class there were.
final class BotCounts: Sendable {
    private let counters = BotClass.allCases.map { _ in Counter() }

    private final class Counter: Sendable {
        let count = Atomic<Int>(0)
    }

    /// Counts one.
    func add(_ kind: BotClass) {
        counters[kind.index].count.wrappingAdd(1, ordering: .relaxed)
    }

    /// All of them, by the name of the class.
    var all: [PluginCount] {
        BotClass.allCases.map { PluginCount($0.rawValue, counters[$0.index].count.load(ordering: .relaxed)) }
    }
}
