import EventModel
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
        counters[BotCounts.index(of: kind)].count.wrappingAdd(1, ordering: .relaxed)
    }

    /// All of them, by the name of the class.
    var all: [PluginCount] {
        BotClass.allCases.map {
            PluginCount($0.rawValue, counters[BotCounts.index(of: $0)].count.load(ordering: .relaxed))
        }
    }

    /// The place of a class among all; looking for it would take longer than counting.
    private static func index(of kind: BotClass) -> Int {
        switch kind {
        case .crawler: 0
        case .ai: 1
        case .monitor: 2
        case .preview: 3
        case .library: 4
        case .headless: 5
        case .prefetch: 6
        case .datacenter: 7
        }
    }
}
