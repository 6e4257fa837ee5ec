import Cryptography
import EventModel
import Synchronization

/// Names what a client sent by 128 bits that mean nothing to anybody else: two SipHashes under keys that are made with
/// the cache and die with it. So no user agent stays in memory.
struct ClientKey: Sendable, Hashable {
    var first: UInt64
    var second: UInt64

    /// Both halves are even already.
    func hash(into hasher: inout Hasher) {
        hasher.combine(second)
    }
}

/// Makes the keys of one cache.
struct ClientKeyMaker: Sendable {
    private let firstKey = Randomness.bytes(SipHash.keyLength)
    private let secondKey = Randomness.bytes(SipHash.keyLength)

    /// The key of everything that the answer depends on.
    func key(_ userAgent: String, hints: ClientHints, touch: Bool) -> ClientKey? {
        var message: [UInt8] = []
        message.reserveCapacity(
            8 + userAgent.utf8.count + hints.brands.utf8.count + hints.platform.utf8.count)
        message.append(touch ? 1 : 0)
        message.append(hints.isMobile.map { $0 ? 1 : 0 } ?? 2)
        // Lengths first, so that no two clients share a message by shifting bytes.
        for text in [userAgent.utf8.count, hints.brands.utf8.count] {
            message.append(UInt8(truncatingIfNeeded: text >> 8))
            message.append(UInt8(truncatingIfNeeded: text))
        }
        message.append(contentsOf: userAgent.utf8)
        message.append(contentsOf: hints.brands.utf8)
        message.append(contentsOf: hints.platform.utf8)
        guard let first = SipHash.hash(message, key: firstKey), let second = SipHash.hash(message, key: secondKey)
        else { return nil }
        return ClientKey(first: first, second: second)
    }
}

/// The answers that were used last, at most so many. Split in shards with a lock each, so that threads seldom meet.
final class ClientCache<Value: Sendable>: Sendable {
    private let shards: [Shard]

    private final class Shard: Sendable {
        let entries: Mutex<RecentEntries<Value>>

        init(_ limit: Int) { entries = Mutex(RecentEntries(limit: limit)) }
    }

    /// A cache of at most `entries` answers.
    init(entries: Int) {
        let count = entries < 64 ? 1 : 8
        shards = (0..<count).map { Shard(entries / count + ($0 < entries % count ? 1 : 0)) }
    }

    private func shard(_ key: ClientKey) -> Shard {
        shards[Int(truncatingIfNeeded: key.first & 7) % shards.count]
    }

    /// The answer, which is now the newest of its shard.
    func value(_ key: ClientKey) -> Value? {
        shard(key).entries.withLock { $0.use(key) }
    }

    /// Remembers an answer, and forgets the one that nobody has asked for for the longest time.
    func insert(_ value: Value, _ key: ClientKey) {
        shard(key).entries.withLock { $0.insert(value, key) }
    }

    /// Answers that are remembered.
    var count: Int {
        shards.reduce(0) { $0 + $1.entries.withLock { $0.count } }
    }
}

/// A table whose entries are also a list, from the newest to the oldest.
struct RecentEntries<Value> {
    private struct Entry {
        var key: ClientKey
        var value: Value
        var newer: Int
        var older: Int
    }

    private let limit: Int
    private var places: [ClientKey: Int] = [:]
    private var entries: [Entry] = []
    private var newest = -1
    private var oldest = -1

    init(limit: Int) {
        self.limit = max(0, limit)
    }

    var count: Int { entries.count }

    mutating func use(_ key: ClientKey) -> Value? {
        guard let place = places[key] else { return nil }
        moveToFront(place)
        return entries[place].value
    }

    mutating func insert(_ value: Value, _ key: ClientKey) {
        guard limit > 0 else { return }
        if let place = places[key] {
            entries[place].value = value
            moveToFront(place)
        } else if entries.count < limit {
            entries.append(Entry(key: key, value: value, newer: -1, older: -1))
            places[key] = entries.count - 1
            putInFront(entries.count - 1)
        } else {
            let place = oldest
            takeOut(place)
            places[entries[place].key] = nil
            entries[place] = Entry(key: key, value: value, newer: -1, older: -1)
            places[key] = place
            putInFront(place)
        }
    }

    private mutating func moveToFront(_ place: Int) {
        guard place != newest else { return }
        takeOut(place)
        putInFront(place)
    }

    private mutating func takeOut(_ place: Int) {
        let (newer, older) = (entries[place].newer, entries[place].older)
        if newer >= 0 { entries[newer].older = older } else { newest = older }
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
    }

    private mutating func putInFront(_ place: Int) {
        entries[place].newer = -1
        entries[place].older = newest
        if newest >= 0 { entries[newest].newer = place } else { oldest = place }
        newest = place
    }
}
