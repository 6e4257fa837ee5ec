/// Names one journal: every gateway has its own, and a store keeps one position for each.
public struct JournalID: Hashable, Sendable {
    /// 128 random bits, also PostgreSQL's `uuid`.
    public var value: UInt128

    /// The journal of these bits.
    public init(_ value: UInt128) {
        self.value = value
    }
}

/// One entry of a journal.
public enum JournalItem: Sendable, Equatable {
    /// An event to store.
    case hit(Hit)
    /// Events that ended before they could be stored, to count.
    case ledger(LedgerDelta)
}

/// A stretch of a journal, handed to a store as one unit: hits to keep and counts to add, each under its number.
///
/// The numbers of one journal ascend; where the journal was damaged, some are missing.
public struct Batch: Sendable {
    /// The journal that the entries come from.
    public let journal: JournalID
    /// Number of the first entry that the batch stands for.
    public let first: UInt64
    /// Number of the last one.
    public private(set) var last: UInt64
    /// The hits, in order.
    public private(set) var hits: [Hit]
    /// The counts of events that ended before, in order.
    public private(set) var ledger: [LedgerDelta]
    /// Numbers of the hits, relative to `first`.
    private var hitOffsets: [UInt64]
    /// Numbers of the counts, relative to `first`.
    private var ledgerOffsets: [UInt64]

    /// A batch of hits alone, one after the other.
    public init(journal: JournalID, first: UInt64, hits: [Hit]) {
        self.init(journal: journal, first: first, last: first + UInt64(max(hits.count, 1)) - 1)
        self.hits = hits
        hitOffsets = (0..<UInt64(hits.count)).map { $0 }
    }

    /// A batch of nothing, for the numbers from `first` to `last`; `append` fills it in ascending order.
    public init(journal: JournalID, first: UInt64, last: UInt64) {
        self.journal = journal
        self.first = first
        self.last = max(first, last)
        hits = []
        ledger = []
        hitOffsets = []
        ledgerOffsets = []
    }

    /// Makes room for so many hits.
    public mutating func reserveCapacity(_ count: Int) {
        hits.reserveCapacity(count)
        hitOffsets.reserveCapacity(count)
    }

    /// Adds the entry of this number, which lies within the batch and beyond those added before.
    public mutating func append(_ item: JournalItem, sequence: UInt64) {
        let offset = sequence &- first
        switch item {
        case .hit(let hit):
            hits.append(hit)
            hitOffsets.append(offset)
        case .ledger(let delta):
            ledger.append(delta)
            ledgerOffsets.append(offset)
        }
    }

    /// Says that the batch stands for the numbers through `last`, also where entries are missing.
    public mutating func extend(through last: UInt64) {
        self.last = max(self.last, last)
    }

    /// Number of the hit at this place in `hits`.
    public func sequence(ofHit index: Int) -> UInt64 { first + hitOffsets[index] }

    /// How many entries there are.
    public var count: Int { hits.count + ledger.count }

    /// What lies beyond a position; `nil` when nothing does.
    public func after(_ position: UInt64) -> Batch? {
        if position < first { return self }
        return position >= last ? nil : part(from: position + 1, through: last)
    }

    /// Two batches that together are this one, for the search for an entry that cannot be stored; `nil` when it has only one.
    public func halves() -> (Batch, Batch)? {
        guard count > 1 else { return nil }
        let offsets = (hitOffsets + ledgerOffsets).sorted()
        let middle = first + offsets[offsets.count / 2]
        guard middle > first else { return nil }
        return (part(from: first, through: middle - 1), part(from: middle, through: last))
    }

    private func part(from start: UInt64, through end: UInt64) -> Batch {
        var part = Batch(journal: journal, first: start, last: end)
        let range = (start - first)...(end - first)
        let shift = range.lowerBound
        for (hit, offset) in zip(hits, hitOffsets) where range.contains(offset) {
            part.hits.append(hit)
            part.hitOffsets.append(offset - shift)
        }
        for (delta, offset) in zip(ledger, ledgerOffsets) where range.contains(offset) {
            part.ledger.append(delta)
            part.ledgerOffsets.append(offset - shift)
        }
        return part
    }
}
