import EventModel
import Platform
import Testing

@testable import Journal

/// The one who writes a journal on a simulated disk, with a book of what it wrote and what it was told is safe.
struct SimulatedJournal {
    private(set) var disk: SimulatedDisk
    private var log: SegmentLog
    private var segments: SegmentTable
    private let settings: JournalSettings
    /// Entry by number, as far as it was confirmed by a sync.
    private(set) var confirmed: [UInt64: UInt128] = [:]
    /// Entries that were written and not confirmed yet.
    private var open: [UInt64: UInt128] = [:]
    /// Every entry that was ever handed over.
    private(set) var sent: Set<UInt128> = []
    private var nextID: UInt128 = 1

    static var settings: JournalSettings {
        var settings = JournalSettings()
        settings.segmentBytes = 8192
        settings.minFreeBytes = 0
        settings.reserveBytes = 0
        return settings
    }

    init(_ disk: SimulatedDisk, settings: JournalSettings = Self.settings) throws {
        self.disk = disk
        self.settings = settings
        (log, segments) = try Self.recover(disk, settings)
    }

    private static func recover(
        _ disk: SimulatedDisk, _ settings: JournalSettings
    ) throws -> (SegmentLog, SegmentTable) {
        let recovery = try Recovery(disk, settings: settings)
        let segments = SegmentTable(recovery.segments)
        let log = SegmentLog(recovery, folder: disk, settings: settings, segments: segments, reclaim: {})
        return (log, segments)
    }

    var journal: JournalID { log.journal }
    var segmentCount: Int { segments.count }
    var lastConfirmed: UInt64 { confirmed.keys.max() ?? 0 }

    /// Writes a frame of so many hits with paths of about `size` bytes.
    mutating func write(count: Int, size: Int) throws(JournalError) {
        var items = EncodedItems()
        var ids: [UInt128] = []
        for _ in 0..<count {
            let now = Timestamp(milliseconds: Int64(clamping: nextID))
            var hit = Hit(site: SiteID(rawValue: 1), id: EventID(nextID), name: "pageview", receivedAt: now, time: now)
            hit.path = "/" + String(repeating: "p", count: size)
            items.append(hit)
            ids.append(nextID)
            sent.insert(nextID)
            nextID += 1
        }
        let before = log.last
        try log.write([UInt8](repeating: 0, count: FrameHeader.size) + items.bytes, count: count)
        for (place, id) in ids.enumerated() { open[before + 1 + UInt64(place)] = id }
        confirm()
    }

    /// Deletes a segment, as retention does.
    mutating func forget(_ name: String) throws {
        guard let base = SegmentHeader.base(ofName: name) else { return }
        segments.remove(base: base)
        try disk.remove(name)
    }

    mutating func sync() throws(JournalError) {
        try log.sync()
        confirm()
    }

    private mutating func confirm() {
        for (number, id) in open where number <= log.durable { confirmed[number] = id }
        open = open.filter { $0.key > log.durable }
    }

    /// Goes on with another disk, as after a crash.
    mutating func restart(on disk: SimulatedDisk) throws {
        self.disk = disk
        (log, segments) = try Self.recover(disk, settings)
        // What was found may have been written before the crash without being confirmed; it counts now.
        for (number, id) in try contents() where confirmed[number] == nil { confirmed[number] = id }
        open = [:]
    }

    /// A reader as a loader has it, for as long as the journal is open; `publish` tells it what is durable.
    func makeReader(damage: JournalDamage) -> (reader: JournalReader, progress: JournalProgress) {
        let progress = JournalProgress(durable: log.durable, base: log.header.base, offset: log.offset)
        let reader = JournalReader(
            folder: disk, segments: segments, progress: progress, damage: damage, journal: log.journal)
        return (reader, progress)
    }

    func publish(to progress: JournalProgress) {
        progress.advance(to: log.durable, last: log.last, base: log.header.base, offset: log.offset)
    }

    /// Goes on with a disk of which not all can be read now.
    mutating func restartUnread(on disk: SimulatedDisk) throws {
        self.disk = disk
        (log, segments) = try Self.recover(disk, settings)
    }

    /// Entries by number as a store would read them.
    func contents(
        after start: UInt64 = 0, damage: JournalDamage = JournalDamage(log: Log(process: "test"))
    ) throws -> [UInt64: UInt128] {
        let progress = JournalProgress(durable: log.durable, base: log.header.base, offset: log.offset)
        let reader = JournalReader(
            folder: disk, segments: segments, progress: progress, damage: damage, journal: log.journal)
        var found: [UInt64: UInt128] = [:]
        var position = start
        while let batch = try reader.read(after: position, atMost: 7, milliseconds: 0) {
            #expect(batch.first == position + 1)
            #expect(batch.last > position)
            for (index, hit) in batch.hits.enumerated() {
                #expect(found.updateValue(hit.id.value, forKey: batch.sequence(ofHit: index)) == nil)
            }
            position = batch.last
        }
        return found
    }

    /// Number of the newest entry with this id.
    func number(of id: UInt128) throws -> UInt64? {
        try contents().first { $0.value == id }?.key
    }

    /// The id of the entry that was sent last.
    var lastSent: UInt128 { nextID - 1 }

    /// What is wrong with what a store would read; `nil` when nothing is.
    func fault() throws -> String? {
        let found = try contents()
        for (number, id) in confirmed where found[number] != id {
            return "entry \(id), confirmed as number \(number), is \(found[number].map { "\($0)" } ?? "missing")"
        }
        if Set(found.values).count != found.count { return "an entry stands there twice" }
        if let stranger = found.values.first(where: { !sent.contains($0) }) { return "\(stranger) was never sent" }
        return nil
    }
}
