import Cryptography
import EventModel
import Platform

/// The writing end: frames appended to segments, with one owner and no threads of its own, so that a simulator can drive it.
///
/// The order of calls is what makes it safe: a frame is durable when `sync` has returned, and never before; a segment is
/// synced before the next one is written to, so that only the last can have a torn end.
struct SegmentLog {
    private let folder: any JournalFolder
    private let settings: JournalSettings
    private let segments: SegmentTable
    /// Asked to make room by deleting what every store has.
    private let reclaim: () -> Void
    /// The journal.
    let journal: JournalID

    private var file: any JournalFile
    private(set) var header: SegmentHeader
    /// Where frames end at the latest.
    private var end: Int
    /// Where the next frame goes.
    private(set) var offset: Int
    /// Number of the last entry that was written.
    private(set) var last: UInt64
    /// Number of the last entry that is on the disk.
    private(set) var durable: UInt64
    private var openedAt = Clock.monotonicNanoseconds()
    /// Frames that were written and not synced yet: should the disk fail, they are written once more, to another file.
    private var unsynced: [(frame: [UInt8], count: Int)] = []

    /// Goes on where `recovered` ends.
    init(
        _ recovered: Recovery, folder: any JournalFolder, settings: JournalSettings, segments: SegmentTable,
        reclaim: @escaping () -> Void
    ) {
        self.folder = folder
        self.settings = settings
        self.segments = segments
        self.reclaim = reclaim
        journal = recovered.journal
        file = recovered.file
        header = recovered.newest.header
        end = recovered.newest.end
        offset = SegmentHeader.size
        last = header.base - 1
        durable = last
    }

    /// Whether something was written that is not on the disk yet.
    var hasUnsynced: Bool { !unsynced.isEmpty }

    /// Writes a frame: `frame` holds `count` entries behind 32 bytes for the header.
    ///
    /// Throws `full` when there is no room, and then nothing has happened; `failed` when the disk refuses twice.
    mutating func write(_ frame: consuming [UInt8], count: Int) throws(JournalError) {
        let length = frame.count - FrameHeader.size
        let new = FrameHeader(length: length, first: last + 1, count: count, durable: durable)
        if offset + new.space > end || (isOld && hasRoom(for: settings.segmentBytes)) { try rotate(for: new.space) }
        FrameHeader.seal(&frame, header: new, seed: header.seed)
        do throws(PlatformError) {
            try file.write(frame, at: offset)
        } catch {
            if error.isDiskFull { throw .full("the disk is full: \(error)") }
            unsynced.append((frame, count))
            last += UInt64(count)
            try relocate(because: error)
            return
        }
        offset += new.space
        last += UInt64(count)
        unsynced.append((frame, count))
    }

    /// Waits until all that was written is on the disk.
    ///
    /// When the disk fails, the bytes are written to another file and that one is synced: a second sync of the same file
    /// could call bytes safe that the kernel has dropped. Throws `failed` when that fails, too: then what was written
    /// since the last sync must not be relied on, and the process should end.
    mutating func sync() throws(JournalError) {
        if unsynced.isEmpty { return }
        do throws(PlatformError) {
            try file.sync()
        } catch {
            try relocate(because: error)
        }
        unsynced.removeAll(keepingCapacity: true)
        durable = last
    }

    private mutating func rotate(for space: Int) throws(JournalError) {
        try sync()
        let wanted = max(settings.segmentBytes, 2 * SegmentHeader.size + space)
        if !hasRoom(for: wanted) { reclaim() }
        guard hasRoom(for: wanted) else {
            throw .full("the journal may not take another segment of \(wanted) bytes")
        }
        do throws(PlatformError) {
            try open(follows: last, size: wanted)
        } catch {
            throw error.isDiskFull ? .full("the disk is full: \(error)") : .failed("no new segment: \(error)")
        }
    }

    /// Goes on in another segment when this one is old: to be called when nothing comes, so that also what came last is
    /// deleted in time. Without room for another it stays.
    mutating func rest() throws(JournalError) {
        guard isOld, hasRoom(for: settings.segmentBytes) else { return }
        try rotate(for: 0)
    }

    /// Whether the segment holds entries for longer than loaded ones are kept: whole segments are deleted, and on a quiet
    /// site one would last for months.
    private var isOld: Bool {
        let age = Int((Clock.monotonicNanoseconds() &- openedAt) / 1_000_000)
        return offset > SegmentHeader.size && age > max(settings.retainMilliseconds, settings.segmentMilliseconds)
    }

    /// Whether another segment of this size stays within the journal's bounds.
    func hasRoom(for bytes: Int) -> Bool {
        guard segments.bytes + bytes <= settings.maxBytes else { return false }
        guard let free = try? folder.freeBytes() else { return false }
        return free - bytes >= settings.minFreeBytes
    }

    /// Leaves the segment that failed as it is and writes what is not durable to another, which gets its name when all of
    /// it is on the disk. Its base says from where on the old one does not count.
    private mutating func relocate(because error: PlatformError) throws(JournalError) {
        do throws(PlatformError) {
            let space = unsynced.reduce(0) { $0 + $1.frame.count }
            try open(
                follows: durable, size: max(settings.segmentBytes, 2 * SegmentHeader.size + space), frames: unsynced)
        } catch let second {
            throw .failed("the disk failed twice: \(error); then \(second)")
        }
        unsynced = []
        durable = last
    }

    /// Makes the segment that comes next. It has its final name, for good, before anything more is written to it.
    private mutating func open(
        follows: UInt64, size: Int, frames: [(frame: [UInt8], count: Int)] = []
    ) throws(PlatformError) {
        let base = follows + 1
        // In place of one in which nothing counts, it follows what that one followed.
        let made = try Recovery.makeSegment(
            in: folder, base: base, follows: base == header.base ? header.follows : follows,
            isBound: base == header.base && header.isBound, size: size, journal: journal, frames: frames)
        segments.add(made.info)
        file = made.file
        header = made.info.header
        end = made.info.end
        offset = made.offset
        openedAt = Clock.monotonicNanoseconds()
    }
}
