public import EventModel

/// Entries of one request in the form of the journal's file, made on the request's own thread.
public struct EncodedItems: Sendable {
    private(set) var bytes: [UInt8] = []
    /// How many entries there are.
    public private(set) var count = 0

    /// No entries; room for about so many hits.
    public init(hits: Int = 1) {
        bytes.reserveCapacity(320 * hits)
    }

    /// Whether there is none.
    public var isEmpty: Bool { count == 0 }

    /// Adds a hit.
    public mutating func append(_ hit: Hit) {
        JournalItemCodec.append(hit, to: &bytes)
        count += 1
    }

    /// Adds a change of the ledger.
    public mutating func append(_ delta: LedgerDelta) {
        JournalItemCodec.append(delta, to: &bytes)
        count += 1
    }
}
