import EventModel

/// The entries of the journal: whatever the bytes, an entry comes out or an error, and what has come out is written and
/// read again without a change.
enum CodecTarget: FuzzTarget {
    static let name = "codec"

    static func seeds() -> [[UInt8]] {
        var hit = Hit(
            site: SiteID(rawValue: 7), id: EventID(1 << 100), name: "order", receivedAt: Timestamp(milliseconds: 1000),
            time: Timestamp(milliseconds: 990))
        hit.hostname = "shop.example"
        hit.path = "/cart"
        hit.country = "DE"
        hit.viewportWidth = 1280
        hit.visitor = VisitorID(rawValue: 5)
        hit.properties = [
            Property("a", .text("b")), Property("n", .number(1.5)), Property("f", .flag(true)),
            Property("g", .flag(false)),
        ]
        let delta = LedgerDelta(
            site: SiteID(rawValue: 7), receivedAt: Timestamp(milliseconds: 0), outcome: .rejected, reason: "malformed")
        let plain = Hit(site: hit.site, id: hit.id, name: Hit.pageview, receivedAt: hit.receivedAt, time: hit.time)
        var all: [UInt8] = []
        let items: [JournalItem] = [.hit(hit), .ledger(delta), .hit(plain)]
        for item in items { JournalItemCodec.append(item, to: &all) }
        return items.map(encoded) + [all]
    }

    static func run(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            var skipped = offset
            let canSkip = (try? JournalItemCodec.skip(bytes, at: &skipped, end: bytes.count)) != nil
            let start = offset
            guard let item = try? JournalItemCodec.read(bytes, at: &offset, end: bytes.count) else {
                promise(offset == start, "the place is left alone by an entry that cannot be read")
                guard canSkip, skipped > start else { return }
                offset = skipped
                continue
            }
            promise(canSkip && skipped == offset, "an entry that is read and one that is skipped have the same end")
            promise(offset > start && offset <= bytes.count, "an entry ends behind its beginning")
            check(item)
        }
    }

    private static func encoded(_ item: JournalItem) -> [UInt8] {
        var bytes: [UInt8] = []
        JournalItemCodec.append(item, to: &bytes)
        return bytes
    }

    /// Bytes are compared: NaN is not equal to itself.
    private static func check(_ item: JournalItem) {
        let written = encoded(item)
        var offset = 0
        guard let again = try? JournalItemCodec.read(written, at: &offset, end: written.count) else {
            return promise(false, "what was written can be read")
        }
        promise(offset == written.count, "what was written is read to its end")
        promise(encoded(again) == written, "what was written is read as it was")
    }
}
