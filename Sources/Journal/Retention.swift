import EventModel
import Platform
import Synchronization

/// What is kept and what is deleted: a segment goes when every store has all of it and the time for replays is over, or
/// earlier when room is short. What a store has not loaded is never deleted, whatever happens.
final class Retention: Sendable {
    private let folder: any JournalFolder
    private let settings: JournalSettings
    private let segments: SegmentTable
    private let log: Log
    /// How far each store is; `nil` for one that has not said so yet.
    private let positions: Mutex<[String: UInt64?]> = Mutex([:])
    private let full = Atomic(false)
    /// Held while segments are deleted.
    private let deleting = Mutex(())

    static let reserve = "reserve"

    init(folder: any JournalFolder, settings: JournalSettings, segments: SegmentTable, log: Log) {
        self.folder = folder
        self.settings = settings
        self.segments = segments
        self.log = log
    }

    /// Whether entries are refused for want of room.
    var isFull: Bool { full.load(ordering: .relaxed) }

    func setFull(_ reason: String) {
        guard !full.exchange(true, ordering: .relaxed) else { return }
        log.error("journal: \(reason); events are refused with 503 until there is room")
        // What it took up is enough to go on with: for the stores' own files, and for the segment that comes next.
        try? folder.remove(Retention.reserve)
    }

    func setStores(_ ids: [String]) {
        positions.withLock { positions in
            positions = Dictionary(ids.map { ($0, positions[$0] ?? nil) }, uniquingKeysWith: { first, _ in first })
        }
    }

    func release(store: String, through position: UInt64) {
        positions.withLock { positions in
            if positions.keys.contains(store) { positions[store] = .some(position) }
        }
    }

    /// How far the slowest store is; `nil` before all have said so.
    var slowest: UInt64? {
        positions.withLock { positions in
            let known = positions.values.compactMap { $0 }
            return known.count == positions.count ? known.min() : nil
        }
    }

    /// Deletes what is not needed any more, and ends a shortage when there is room again.
    func keepHouse() {
        deleteLoaded { [settings] segment, now in
            let age = segment.loadedAt.map { Int((now &- $0) / 1_000_000) } ?? 0
            return age >= settings.retainMilliseconds
        }
        guard isFull else { return }
        if !hasRoom(beside: settings.reserveBytes) { reclaim() }
        guard hasRoom(beside: settings.reserveBytes) else { return }
        keepReserve()
        full.store(false, ordering: .relaxed)
        log.info("journal: there is room again, events are taken")
    }

    /// Deletes loaded segments, oldest first, until there is room for another.
    func reclaim() {
        deleteLoaded { _, _ in !hasRoom(beside: 0) }
    }

    /// Makes the file that only takes up room, if there is room for it.
    func keepReserve() {
        guard settings.reserveBytes > 0, let free = try? folder.freeBytes(),
            free - settings.reserveBytes >= settings.minFreeBytes
        else { return }
        do throws(PlatformError) {
            let file = try folder.open(Retention.reserve, create: true)
            try file.allocate(settings.reserveBytes)
        } catch {
            try? folder.remove(Retention.reserve)
        }
    }

    private func hasRoom(beside others: Int) -> Bool {
        guard segments.bytes + settings.segmentBytes <= settings.maxBytes, let free = try? folder.freeBytes() else {
            return false
        }
        return free - settings.segmentBytes - others >= settings.minFreeBytes
    }

    private func deleteLoaded(while mayGo: (SegmentInfo, _ now: UInt64) -> Bool) {
        deleting.withLock { _ in
            guard let position = slowest else { return }
            while true {
                let now = Clock.monotonicNanoseconds()
                guard let segment = segments.oldestLoaded(position: position, now: now), mayGo(segment, now) else {
                    return
                }
                segments.remove(base: segment.header.base)
                Failpoint.pass("journal.before_delete")
                do throws(PlatformError) {
                    try folder.remove(segment.header.name)
                    try folder.sync()
                } catch {
                    log.error("journal: segment \(segment.header.name) could not be deleted: \(error)")
                    return
                }
                Failpoint.pass("journal.after_delete")
            }
        }
    }
}
