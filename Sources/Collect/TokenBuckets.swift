import Synchronization

/// How fast a bucket fills, and how much it holds: whole numbers, so that nothing is lost by rounding over the years.
public struct TokenRate: Sendable, Hashable {
    /// Tokens that come each second.
    public let perSecond: Int
    /// Tokens in a full bucket.
    public let capacity: Int
    /// The seconds in which an empty bucket fills.
    public let seconds: Int
    /// Time that a token takes to come, rounded up: never more than `perSecond` in a second.
    let nanoseconds: UInt64

    /// A rate; `nil` for one of no tokens at all, which stands for "no limit".
    public init?(perSecond: Int, seconds: Int) {
        guard perSecond > 0, perSecond <= 1_000_000_000, seconds > 0, seconds <= 86_400 else { return nil }
        self.perSecond = perSecond
        self.seconds = seconds
        capacity = perSecond * seconds
        nanoseconds = (1_000_000_000 + UInt64(perSecond) - 1) / UInt64(perSecond)
    }

    /// Time in which an empty bucket fills.
    var room: UInt64 { UInt64(capacity) * nanoseconds }

    /// Most that a bucket may owe, when others have taken from it at the same time: ten times what it holds.
    var most: UInt64 { room * 10 }
}

/// What became of a wish for tokens.
struct TokenGrant: Equatable {
    var isGranted: Bool
    /// Whole tokens that are left.
    var left: Int
    /// Nanoseconds until as many tokens as were wished for are there; 0 where they were granted.
    var wait: UInt64
    /// Nanoseconds until the bucket is full.
    var untilFull: UInt64
}

/// Buckets of tokens by name, in bounded memory.
///
/// A bucket is one moment: when it will be full again. A bucket that nobody has taken from is full, so that one which is
/// full again may be forgotten without a loss. Names are keyed hashes: nobody can choose where in here they come to lie.
/// Eight places share a set; where all of them are in use, the table doubles, and where it may not grow any more, the
/// bucket goes that would be full first.
final class TokenBuckets: Sendable {
    private let shards: [Shard]

    private final class Shard: Sendable {
        let table: Mutex<Table>

        init(limit: Int) { table = Mutex(Table(limit: limit)) }
    }

    /// Two threads seldom want the same of these at the same time.
    private static let shardCount = 16
    /// Buckets that may wait to be told to other gateways, of each shard.
    private static let listedLimit = 64

    /// At most so many buckets, rounded up to a power of two; room for 1,024 from the start.
    init(limit: Int) {
        shards = (0..<Self.shardCount).map { _ in Shard(limit: (limit + Self.shardCount - 1) / Self.shardCount) }
    }

    /// Takes `tokens` of the bucket, all or none. More than a bucket holds are granted when it is full, and it owes the
    /// rest: a batch may be as large as it likes, the next one waits for it.
    ///
    /// - Parameter paid: tokens that the same request has taken just before. They are part of what it wants in all, and
    ///   do not count as taken by somebody else: otherwise no bucket would ever be full for a request that pays in two steps.
    func take(_ tokens: Int, from name: UInt64, _ rate: TokenRate, paid: Int = 0, now: UInt64) -> TokenGrant {
        shard(name).table.withLock { $0.take(tokens, from: name == 0 ? 1 : name, rate, paid: paid, now: now) }
    }

    /// What a bucket would answer, without taking anything.
    func look(_ tokens: Int, at name: UInt64, _ rate: TokenRate, now: UInt64) -> TokenGrant {
        shard(name).table.withLock { $0.look(tokens, at: name == 0 ? 1 : name, rate, now: now) }
    }

    /// Buckets from which enough was taken since the last time that others should know of it, and how much.
    func drain() -> [(name: UInt64, tokens: UInt32, rate: TokenRate)] {
        shards.flatMap { $0.table.withLock { $0.drain() } }
    }

    /// What all gateways together have taken: the bucket is as empty as that at least. `most` is what it may owe, whatever
    /// others say: a number from elsewhere may be any.
    func setUsed(_ nanoseconds: UInt64, most: UInt64, of name: UInt64, now: UInt64) {
        shard(name).table.withLock { $0.setUsed(min(nanoseconds, most), of: name == 0 ? 1 : name, now: now) }
    }

    /// Buckets that are remembered.
    var count: Int { shards.reduce(0) { $0 + $1.table.withLock { $0.count } } }

    /// Places that there is memory for.
    var places: Int { shards.reduce(0) { $0 + $1.table.withLock { $0.entries.count } } }

    private func shard(_ name: UInt64) -> Shard { shards[Int(truncatingIfNeeded: name) & (Self.shardCount - 1)] }

    private struct Entry {
        /// 0 where there is none.
        var name: UInt64 = 0
        /// When it is full again.
        var full: UInt64 = 0
        /// Tokens taken since others were told.
        var untold: UInt32 = 0
        var isListed = false
    }

    private struct Table {
        var entries: [Entry]
        var count = 0
        private let limit: Int
        private var listed: [(name: UInt64, rate: TokenRate)] = []

        private static let ways = 8

        init(limit: Int) {
            self.limit = limit
            entries = Array(repeating: Entry(), count: 64)
        }

        private func set(of name: UInt64) -> Range<Int> {
            // The lowest bits have chosen the shard. Doubling the table adds one bit, so that a set becomes two.
            let first = Int(truncatingIfNeeded: name >> 8) & (entries.count / Self.ways - 1)
            return first * Self.ways..<(first + 1) * Self.ways
        }

        private func place(of name: UInt64) -> Int? {
            set(of: name).first { entries[$0].name == name }
        }

        func look(_ tokens: Int, at name: UInt64, _ rate: TokenRate, now: UInt64) -> TokenGrant {
            let full = place(of: name).map { entries[$0].full } ?? 0
            return Self.grant(tokens, rate, used: full > now ? full - now : 0)
        }

        private static func grant(_ tokens: Int, _ rate: TokenRate, paid: Int = 0, used: UInt64) -> TokenGrant {
            let room = rate.room
            let wanted = min(UInt64(max(0, tokens + paid)) * rate.nanoseconds, room)
            let left = used < room ? Int((room - used) / rate.nanoseconds) : 0
            let usedByOthers = used - min(used, UInt64(max(0, paid)) * rate.nanoseconds)
            guard usedByOthers + wanted <= room else {
                // Whoever comes again pays again: what was paid this time stays taken.
                return TokenGrant(isGranted: false, left: left, wait: used + wanted - room, untilFull: used)
            }
            return TokenGrant(isGranted: true, left: left, wait: 0, untilFull: used)
        }

        mutating func take(
            _ tokens: Int, from name: UInt64, _ rate: TokenRate, paid: Int, now: UInt64
        ) -> TokenGrant {
            let place = place(of: name) ?? newPlace(for: name, now: now)
            let before = max(entries[place].full, now)
            var grant = Self.grant(tokens, rate, paid: paid, used: before - now)
            guard grant.isGranted, tokens > 0 else { return grant }
            entries[place].full = before + UInt64(tokens) * rate.nanoseconds
            grant.untilFull = entries[place].full - now
            grant.left = grant.untilFull < rate.room ? Int((rate.room - grant.untilFull) / rate.nanoseconds) : 0
            let untold = entries[place].untold.addingReportingOverflow(UInt32(clamping: tokens))
            entries[place].untold = untold.overflow ? .max : untold.partialValue
            // A quarter of a second's worth: who sends less than that in all never comes to be told.
            if !entries[place].isListed, Int(entries[place].untold) >= max(1, rate.perSecond / 4),
                listed.count < TokenBuckets.listedLimit
            {
                entries[place].isListed = true
                listed.append((name, rate))
            }
            return grant
        }

        private mutating func newPlace(for name: UInt64, now: UInt64) -> Int {
            while true {
                let set = set(of: name)
                var oldest = set.lowerBound
                for place in set where entries[place].full < entries[oldest].full || entries[place].name == 0 {
                    oldest = place
                    if entries[place].name == 0 { break }
                }
                let isFree = entries[oldest].name == 0
                if !isFree, entries[oldest].full > now, entries.count < limit {
                    grow()
                    continue
                }
                if isFree { count += 1 }
                entries[oldest] = Entry(name: name)
                return oldest
            }
        }

        private mutating func grow() {
            let old = entries
            entries = Array(repeating: Entry(), count: old.count * 2)
            for entry in old where entry.name != 0 {
                if let place = set(of: entry.name).first(where: { entries[$0].name == 0 }) { entries[place] = entry }
            }
        }

        mutating func drain() -> [(name: UInt64, tokens: UInt32, rate: TokenRate)] {
            var drained: [(name: UInt64, tokens: UInt32, rate: TokenRate)] = []
            for (name, rate) in listed {
                guard let place = place(of: name), entries[place].isListed else { continue }
                drained.append((name, entries[place].untold, rate))
                entries[place].untold = 0
                entries[place].isListed = false
            }
            listed.removeAll(keepingCapacity: true)
            return drained
        }

        mutating func setUsed(_ nanoseconds: UInt64, of name: UInt64, now: UInt64) {
            guard let place = place(of: name) else { return }
            entries[place].full = max(entries[place].full, now + nanoseconds)
        }
    }
}
