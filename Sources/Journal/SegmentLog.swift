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
    private var size: Int
    /// Where the next frame goes.
    private(set) var offset: Int
    /// Number of the last entry that was written.
    private(set) var last: UInt64
    /// Number of the last entry that is on the disk.
    private(set) var durable: UInt64
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
        header = recovered.header
        size = recovered.size
        offset = recovered.offset
        last = recovered.last
        durable = recovered.last
    }

    /// Whether something was written that is not on the disk yet.
    var hasUnsynced: Bool { !unsynced.isEmpty }

    /// Writes a frame: `frame` holds `count` entries behind 32 bytes for the header.
    ///
    /// Throws `full` when there is no room, and then nothing has happened; `failed` when the disk refuses twice.
    mutating func write(_ frame: consuming [UInt8], count: Int) throws(JournalError) {
        let length = frame.count - FrameHeader.size
        let new = FrameHeader(length: length, first: last + 1, count: count, durable: durable)
        if offset + new.space > size { try rotate(for: new.space) }
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
        let wanted = max(settings.segmentBytes, SegmentHeader.size + space)
        if !hasRoom(for: wanted) { reclaim() }
        guard hasRoom(for: wanted) else {
            throw .full("the journal may not take another segment of \(wanted) bytes")
        }
        do throws(PlatformError) {
            try open(base: last + 1, size: wanted)
        } catch {
            throw error.isDiskFull ? .full("the disk is full: \(error)") : .failed("no new segment: \(error)")
        }
    }

    /// Whether another segment of this size stays within the journal's bounds.
    func hasRoom(for bytes: Int) -> Bool {
        guard segments.bytes + bytes <= settings.maxBytes else { return false }
        guard let free = try? folder.freeBytes() else { return false }
        return free - bytes >= settings.minFreeBytes
    }

    /// Leaves the segment that failed as it is and writes what is not durable to another. Its base says from where on
    /// the old one does not count.
    private mutating func relocate(because error: PlatformError) throws(JournalError) {
        let frames = unsynced
        do throws(PlatformError) {
            let space = frames.reduce(0) { $0 + $1.frame.count }
            try open(base: durable + 1, size: max(settings.segmentBytes, SegmentHeader.size + space))
            var sequence = durable
            for (frame, count) in frames {
                let length = Int(frame.fixed(at: 0, as: UInt32.self))
                let new = FrameHeader(length: length, first: sequence + 1, count: count, durable: durable)
                var again = frame
                FrameHeader.seal(&again, header: new, seed: header.seed)
                try file.write(again, at: offset)
                offset += new.space
                sequence += UInt64(count)
            }
            try file.sync()
        } catch let second {
            throw .failed("the disk failed twice: \(error); then \(second)")
        }
        unsynced = []
        durable = last
    }

    /// Makes the segment that comes next. It has its final name, for good, before anything is written to it.
    private mutating func open(base: UInt64, size: Int) throws(PlatformError) {
        let made = try Recovery.makeSegment(in: folder, base: base, size: size, journal: journal)
        segments.add(SegmentInfo(header: made.header, size: size))
        file = made.file
        header = made.header
        self.size = size
        offset = SegmentHeader.size
    }
}
