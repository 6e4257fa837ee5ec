import Synchronization

/// Values in this process, at most so many bytes; the one not asked for the longest goes first.
final class MemoryTier: Sendable {
    /// Bytes that an entry costs beside its key and value: the node, the index's slot, two allocations.
    static let overhead = 160

    private let limit: Int
    private let storage = Mutex(Storage())

    /// A tier of at most `limit` bytes; 0 keeps nothing.
    init(limit: Int) {
        self.limit = max(0, limit)
    }

    /// The value of a key, which is now the last one to go.
    func value(_ key: CacheKey) -> [UInt8]? {
        storage.withLock { $0.touch(key) }
    }

    /// Keeps a value. One that would push out most of the others is not kept at all.
    func insert(_ value: [UInt8], for key: CacheKey) {
        let cost = value.count + key.text.utf8.count + MemoryTier.overhead
        guard cost <= limit / 4 else { return }
        storage.withLock { storage in
            storage.remove(key)
            storage.add(key, value, cost: cost)
            while storage.bytes > limit { storage.evictOldest() }
        }
    }

    /// Forgets all values.
    func removeAll() {
        storage.withLock { storage in
            var empty = Storage()
            empty.evictions = storage.evictions
            storage = empty
        }
    }

    /// Adds what this tier knows of itself.
    func report(to counters: inout CacheCounters) {
        let (entries, bytes, evictions) = storage.withLock { ($0.count, $0.bytes, $0.evictions) }
        counters.entries = entries
        counters.bytes = bytes
        counters.evictions = evictions
    }

    /// A dictionary into an array of nodes that are chained from the newest to the oldest: no allocation per touch,
    /// and no references to count.
    private struct Storage {
        private struct Node {
            var key: CacheKey
            var value: [UInt8]
            var cost: Int
            var newer: Int
            var older: Int
        }

        private static let none = -1
        private var places: [CacheKey: Int] = [:]
        private var nodes: [Node?] = []
        private var free: [Int] = []
        private var newest = none
        private var oldest = none
        var bytes = 0
        var evictions = 0
        var count: Int { places.count }

        mutating func touch(_ key: CacheKey) -> [UInt8]? {
            guard let place = places[key], let value = nodes[place]?.value else { return nil }
            if place != newest {
                unlink(place)
                link(place)
            }
            return value
        }

        mutating func add(_ key: CacheKey, _ value: [UInt8], cost: Int) {
            let node = Node(key: key, value: value, cost: cost, newer: Storage.none, older: Storage.none)
            let place: Int
            if let reused = free.popLast() {
                place = reused
                nodes[place] = node
            } else {
                place = nodes.count
                nodes.append(node)
            }
            places[key] = place
            bytes += cost
            link(place)
        }

        mutating func remove(_ key: CacheKey) {
            guard let place = places.removeValue(forKey: key), let cost = nodes[place]?.cost else { return }
            unlink(place)
            bytes -= cost
            nodes[place] = nil
            free.append(place)
        }

        mutating func evictOldest() {
            guard oldest != Storage.none, let key = nodes[oldest]?.key else { return bytes = 0 }
            remove(key)
            evictions += 1
        }

        private mutating func link(_ place: Int) {
            nodes[place]?.newer = Storage.none
            nodes[place]?.older = newest
            if newest != Storage.none { nodes[newest]?.newer = place }
            newest = place
            if oldest == Storage.none { oldest = place }
        }

        private mutating func unlink(_ place: Int) {
            guard let node = nodes[place] else { return }
            if node.newer != Storage.none { nodes[node.newer]?.older = node.older } else { newest = node.older }
            if node.older != Storage.none { nodes[node.older]?.newer = node.newer } else { oldest = node.newer }
        }
    }
}
