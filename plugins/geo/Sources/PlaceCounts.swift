import PluginAPI
import Synchronization

/// How many events each source had a country for.
final class PlaceCounts: Sendable {
    let parameter = Atomic<Int>(0)
    let header = Atomic<Int>(0)
    let mmdb = Atomic<Int>(0)
    let ranges = Atomic<Int>(0)
    let unknown = Atomic<Int>(0)

    /// All of them by name.
    var all: [PluginCount] {
        [
            PluginCount("parameter", parameter.load(ordering: .relaxed)),
            PluginCount("header", header.load(ordering: .relaxed)),
            PluginCount("mmdb", mmdb.load(ordering: .relaxed)),
            PluginCount("ranges", ranges.load(ordering: .relaxed)),
            PluginCount("unknown", unknown.load(ordering: .relaxed)),
        ]
    }
}
