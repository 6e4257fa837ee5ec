/// Names one journal: every gateway has its own, and a store keeps one position for each.
public struct JournalID: Hashable, Sendable {
    /// 128 random bits, also PostgreSQL's `uuid`.
    public var value: UInt128

    /// The journal of these bits.
    public init(_ value: UInt128) {
        self.value = value
    }
}

/// Hits in the order of their journal, handed to a store as one unit.
public struct Batch: Sendable {
    /// The journal that the hits come from.
    public var journal: JournalID
    /// Sequence number of the first hit; the numbers of one journal ascend by one per hit.
    public var first: UInt64
    /// The hits, in order; never empty.
    public var hits: [Hit]

    /// Sequence number of the last hit.
    public var last: UInt64 { first + UInt64(hits.count) - 1 }

    /// A batch of consecutive hits.
    public init(journal: JournalID, first: UInt64, hits: [Hit]) {
        self.journal = journal
        self.first = first
        self.hits = hits
    }
}
