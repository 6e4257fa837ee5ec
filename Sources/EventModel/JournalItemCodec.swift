/// The form of an entry in a journal's file, version 1.
///
///     entry   kind (1 byte: 1 hit, 2 ledger) · length (LEB128) · body
///     hit     site (4) · id (16) · received_at (8) · time − received_at (zigzag) · present fields (LEB128 of bits) · fields
///     ledger  site (4) · day (4) · outcome (1) · reason (text) · count (LEB128)
///
/// Only fields that are not empty are written, in the order of `Presence`. A reader refuses bits that it does not know: a
/// newer gateway's journal must not be read by half.
public enum JournalItemCodec {
    /// Version of the form; stands in the header of each segment.
    public static let version: UInt32 = 1

    /// Appends an entry to `bytes`.
    public static func append(_ item: JournalItem, to bytes: inout [UInt8]) {
        switch item {
        case .hit(let hit): append(hit, to: &bytes)
        case .ledger(let delta): append(delta, to: &bytes)
        }
    }

    /// Appends a hit to `bytes`.
    public static func append(_ hit: Hit, to bytes: inout [UInt8]) {
        frame(.hit, into: &bytes) { writer in encode(hit, into: &writer) }
    }

    /// Appends a change of the ledger to `bytes`.
    public static func append(_ delta: LedgerDelta, to bytes: inout [UInt8]) {
        frame(.ledger, into: &bytes) { writer in
            writer.append(fixed: delta.site.rawValue)
            writer.append(fixed: delta.day)
            writer.append(delta.outcome.rawValue)
            writer.append(text: delta.reason)
            writer.append(variable: UInt64(delta.count))
        }
    }

    /// The entry at `offset`, which is moved behind it. Throws when the bytes before `end` hold none.
    public static func read(
        _ bytes: [UInt8], at offset: inout Int, end: Int
    ) throws(MalformedItem) -> JournalItem {
        guard offset >= 0, offset <= end, end <= bytes.count else { throw MalformedItem() }
        var header = ByteReader(bytes, offset..<end)
        let kind = try header.byte()
        let length = try header.length()
        var body = ByteReader(bytes, header.index..<header.index + length)
        let item: JournalItem
        switch Kind(rawValue: kind) {
        case .hit: item = .hit(try decodeHit(&body))
        case .ledger: item = .ledger(try decodeLedger(&body))
        case nil: throw MalformedItem()
        }
        guard body.count == 0 else { throw MalformedItem() }
        offset = body.index
        return item
    }

    /// The hit that makes up these bytes, as a dead letter keeps one; `nil` when it is none that this version can read.
    public static func hit(in bytes: [UInt8]) -> Hit? {
        var offset = 0
        guard case .hit(let hit)? = try? read(bytes, at: &offset, end: bytes.count) else { return nil }
        return hit
    }

    /// Moves `offset` behind the entry that stands there, without reading it.
    public static func skip(_ bytes: [UInt8], at offset: inout Int, end: Int) throws(MalformedItem) {
        guard offset >= 0, offset <= end, end <= bytes.count else { throw MalformedItem() }
        var header = ByteReader(bytes, offset..<end)
        _ = try header.byte()
        let length = try header.length()
        offset = header.index + length
    }

    private enum Kind: UInt8 {
        case hit = 1
        case ledger = 2
    }

    /// Writes kind, length and body. The length comes before the body, whose size is known only afterwards: room for
    /// three bytes of it is left, which is enough for 2 MiB, and a shorter number fills it with empty groups.
    private static func frame(_ kind: Kind, into bytes: inout [UInt8], body: (inout ByteWriter) -> Void) {
        var writer = ByteWriter(bytes: bytes)
        // One owner at a time, or every append would copy.
        bytes = []
        writer.append(kind.rawValue)
        let place = writer.bytes.count
        writer.append(0)
        writer.append(0)
        writer.append(0)
        body(&writer)
        let length = writer.bytes.count - place - 3
        writer.bytes[place] = UInt8(length & 0x7f) | 0x80
        writer.bytes[place + 1] = UInt8(length >> 7 & 0x7f) | 0x80
        writer.bytes[place + 2] = UInt8(truncatingIfNeeded: length >> 14 & 0x7f)
        bytes = writer.bytes
    }
}

/// Which fields of a hit are there.
struct Presence: OptionSet {
    let rawValue: UInt32

    static let name = Presence(rawValue: 1 << 0)
    static let hostname = Presence(rawValue: 1 << 1)
    static let path = Presence(rawValue: 1 << 2)
    static let title = Presence(rawValue: 1 << 3)
    static let source = Presence(rawValue: 1 << 4)
    static let referrerHost = Presence(rawValue: 1 << 5)
    static let referrerPath = Presence(rawValue: 1 << 6)
    static let country = Presence(rawValue: 1 << 7)
    static let viewportWidth = Presence(rawValue: 1 << 8)
    static let visitor = Presence(rawValue: 1 << 9)
    static let visitorBefore = Presence(rawValue: 1 << 10)
    static let properties = Presence(rawValue: 1 << 11)
    static let facts = Presence(rawValue: 1 << 12)
    static let isBot = Presence(rawValue: 1 << 13)
    static let quarantine = Presence(rawValue: 1 << 14)
    static let weight = Presence(rawValue: 1 << 15)
    static let user = Presence(rawValue: 1 << 16)
    static let known = Presence(rawValue: 1 << 17 - 1)

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    init(of hit: Hit) {
        var present: Presence = []
        if !hit.isPageview { present.insert(.name) }
        if !hit.hostname.isEmpty { present.insert(.hostname) }
        if !hit.path.isEmpty { present.insert(.path) }
        if !hit.title.isEmpty { present.insert(.title) }
        if !hit.source.isEmpty { present.insert(.source) }
        if !hit.referrerHost.isEmpty { present.insert(.referrerHost) }
        if !hit.referrerPath.isEmpty { present.insert(.referrerPath) }
        if !hit.country.isEmpty { present.insert(.country) }
        if hit.viewportWidth != nil { present.insert(.viewportWidth) }
        if hit.visitor != nil { present.insert(.visitor) }
        if hit.visitorBefore != nil { present.insert(.visitorBefore) }
        if !hit.properties.isEmpty { present.insert(.properties) }
        if !hit.facts.isEmpty { present.insert(.facts) }
        if hit.isBot { present.insert(.isBot) }
        if !hit.quarantine.isEmpty { present.insert(.quarantine) }
        if hit.weight != 1 { present.insert(.weight) }
        if hit.user != nil { present.insert(.user) }
        self = present
    }
}

extension JournalItemCodec {
    private static func encode(_ hit: Hit, into writer: inout ByteWriter) {
        writer.append(fixed: hit.site.rawValue)
        writer.append(fixed: hit.id.value)
        writer.append(fixed: hit.receivedAt.milliseconds)
        writer.append(signed: hit.time.milliseconds &- hit.receivedAt.milliseconds)
        let present = Presence(of: hit)
        writer.append(variable: UInt64(present.rawValue))
        if present.contains(.name) { writer.append(text: hit.name) }
        if present.contains(.hostname) { writer.append(text: hit.hostname) }
        if present.contains(.path) { writer.append(text: hit.path) }
        if present.contains(.title) { writer.append(text: hit.title) }
        if present.contains(.source) { writer.append(text: hit.source) }
        if present.contains(.referrerHost) { writer.append(text: hit.referrerHost) }
        if present.contains(.referrerPath) { writer.append(text: hit.referrerPath) }
        if present.contains(.country) { writer.append(text: hit.country) }
        if let width = hit.viewportWidth { writer.append(signed: Int64(width)) }
        if let visitor = hit.visitor { writer.append(fixed: visitor.rawValue) }
        if let visitor = hit.visitorBefore { writer.append(fixed: visitor.rawValue) }
        if present.contains(.properties) { encode(hit.properties, into: &writer) }
        if present.contains(.facts) { encode(hit.facts, into: &writer) }
        if present.contains(.quarantine) { writer.append(text: hit.quarantine) }
        if present.contains(.weight) { writer.append(signed: Int64(hit.weight)) }
        if let user = hit.user { writer.append(fixed: user.rawValue) }
    }

    private static func encode(_ properties: [Property], into writer: inout ByteWriter) {
        writer.append(variable: UInt64(properties.count))
        for property in properties {
            writer.append(text: property.name)
            switch property.value {
            case .text(let text):
                writer.append(1)
                writer.append(text: text)
            case .number(let number):
                writer.append(2)
                writer.append(fixed: number.bitPattern)
            case .flag(let flag): writer.append(flag ? 4 : 3)
            }
        }
    }

    private static func decodeHit(_ reader: inout ByteReader) throws(MalformedItem) -> Hit {
        let site = SiteID(rawValue: try reader.fixed())
        let id = EventID(try reader.fixed128())
        let receivedAt = Timestamp(milliseconds: try reader.fixed())
        let time = Timestamp(milliseconds: receivedAt.milliseconds &+ (try reader.signed()))
        guard let bits = UInt32(exactly: try reader.variable()), Presence(rawValue: bits).isSubset(of: .known) else {
            throw MalformedItem()
        }
        let present = Presence(rawValue: bits)
        let name = present.contains(.name) ? try reader.text() : Hit.pageview
        var hit = Hit(site: site, id: id, name: name, receivedAt: receivedAt, time: time)
        if present.contains(.hostname) { hit.hostname = try reader.text() }
        if present.contains(.path) { hit.path = try reader.text() }
        if present.contains(.title) { hit.title = try reader.text() }
        if present.contains(.source) { hit.source = try reader.text() }
        if present.contains(.referrerHost) { hit.referrerHost = try reader.text() }
        if present.contains(.referrerPath) { hit.referrerPath = try reader.text() }
        if present.contains(.country) { hit.country = try reader.text() }
        if present.contains(.viewportWidth) {
            guard let width = Int32(exactly: try reader.signed()) else { throw MalformedItem() }
            hit.viewportWidth = width
        }
        if present.contains(.visitor) { hit.visitor = VisitorID(rawValue: try reader.fixed()) }
        if present.contains(.visitorBefore) { hit.visitorBefore = VisitorID(rawValue: try reader.fixed()) }
        if present.contains(.properties) { hit.properties = try decodeProperties(&reader) }
        if present.contains(.facts) { hit.facts = try decodeProperties(&reader) }
        hit.isBot = present.contains(.isBot)
        if present.contains(.quarantine) { hit.quarantine = try reader.text() }
        if present.contains(.weight) {
            guard let weight = Int32(exactly: try reader.signed()) else { throw MalformedItem() }
            hit.weight = weight
        }
        if present.contains(.user) { hit.user = UserID(rawValue: try reader.fixed()) }
        return hit
    }

    private static func decodeProperties(_ reader: inout ByteReader) throws(MalformedItem) -> [Property] {
        // Each takes two bytes at the least: a count that is a lie reserves nothing.
        let count = try reader.length()
        var properties: [Property] = []
        properties.reserveCapacity(min(count, 64))
        for _ in 0..<count {
            let name = try reader.text()
            switch try reader.byte() {
            case 1: properties.append(Property(name, .text(try reader.text())))
            case 2: properties.append(Property(name, .number(Double(bitPattern: try reader.fixed()))))
            case 3: properties.append(Property(name, .flag(false)))
            case 4: properties.append(Property(name, .flag(true)))
            default: throw MalformedItem()
            }
        }
        return properties
    }

    private static func decodeLedger(_ reader: inout ByteReader) throws(MalformedItem) -> LedgerDelta {
        let site = SiteID(rawValue: try reader.fixed())
        let day: Int32 = try reader.fixed()
        guard let outcome = LedgerDelta.Outcome(rawValue: try reader.byte()) else { throw MalformedItem() }
        let reason = try reader.text()
        let count = UInt32(clamping: try reader.variable())
        return LedgerDelta(site: site, day: day, outcome: outcome, reason: reason, count: count)
    }
}
