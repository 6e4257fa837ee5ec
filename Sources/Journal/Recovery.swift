import Cryptography
import EventModel
import Platform

/// What is found in a journal's folder at the start, put in order.
///
/// Only the newest segment can have a torn end, and it is searched to its end: bytes behind the last whole frame that
/// nobody was told about are cut off. Damage before that is left for the readers, who set it aside when they meet it.
/// Doing it again, after a crash in between, comes to the same.
struct Recovery {
    var journal: JournalID
    var segments: [SegmentInfo]
    /// The newest segment.
    var file: any JournalFile
    var header: SegmentHeader
    var size: Int
    /// Where the next frame goes.
    var offset: Int
    /// Number of the last entry.
    var last: UInt64
    /// What was found wrong and what was done, for the log.
    var notes: [String] = []

    /// Puts the folder in order. Throws when it cannot be read, or was written by another version.
    init(_ folder: any JournalFolder, settings: JournalSettings) throws(JournalError) {
        do throws(PlatformError) {
            var found = try Recovery.findSegments(folder)
            if let version = found.otherVersion {
                throw PlatformError(
                    call: "the journal is of version \(version), this program writes \(JournalItemCodec.version)",
                    code: 95)
            }
            // What stands in a segment whose header cannot be read is lost from sight; the numbers go on far beyond it.
            let jump = found.hasUnreadable ? UInt64(1) << 32 : 0
            guard let newest = found.segments.last else {
                journal = JournalID(Randomness.bits128())
                let made = try Recovery.makeSegment(
                    in: folder, base: 1 + jump, size: settings.segmentBytes, journal: journal)
                (file, header, size, offset, last) = (
                    made.file, made.header, settings.segmentBytes, SegmentHeader.size, jump
                )
                segments = [SegmentInfo(header: header, size: size)]
                notes = found.notes
                return
            }
            journal = newest.header.journal
            header = newest.header
            size = newest.size
            file = try folder.open(newest.header.name, create: false)
            let end = try Recovery.findEnd(file, newest, notes: &found.notes)
            (offset, last) = (end.offset, end.last)
            // What a killed process wrote may still be on its way to the disk.
            try file.sync()
            segments = found.segments
            if jump > 0 {
                last += jump
                let made = try Recovery.makeSegment(
                    in: folder, base: last + 1, size: settings.segmentBytes, journal: journal)
                (file, header, size, offset) = (made.file, made.header, settings.segmentBytes, SegmentHeader.size)
                segments.append(SegmentInfo(header: header, size: size))
            }
            notes = found.notes
        } catch {
            throw error.isDiskFull
                ? .full("the journal cannot be opened: \(error)") : .failed("the journal cannot be opened: \(error)")
        }
    }

    /// Makes a segment under its final name, with its header on the disk.
    static func makeSegment(
        in folder: any JournalFolder, base: UInt64, size: Int, journal: JournalID
    ) throws(PlatformError) -> (file: any JournalFile, header: SegmentHeader) {
        let header = SegmentHeader(
            base: base, createdAt: Clock.wallMilliseconds(), segment: Randomness.bits128(), journal: journal)
        do throws(PlatformError) {
            let file = try folder.open(unfinished, create: true)
            try file.truncate(0)
            try file.allocate(size)
            try file.write(header.bytes, at: 0)
            try file.sync()
            Failpoint.pass("journal.rotate_created")
            try folder.rename(unfinished, to: header.name)
            Failpoint.pass("journal.rotate_renamed")
            try folder.sync()
            return (file, header)
        } catch {
            try? folder.remove(unfinished)
            throw error
        }
    }

    /// Name of a segment that is being made.
    static let unfinished = "unfinished"

    private struct Found {
        var segments: [SegmentInfo] = []
        var notes: [String] = []
        var hasUnreadable = false
        var otherVersion: UInt32?
    }

    private static func findSegments(_ folder: any JournalFolder) throws(PlatformError) -> Found {
        var found = Found()
        let names = try folder.names(in: "")
        if names.contains(unfinished) { try folder.remove(unfinished) }
        for name in names {
            guard let base = SegmentHeader.base(ofName: name) else { continue }
            let file = try folder.open(name, create: false)
            switch SegmentHeader.read(try file.read(at: 0, count: SegmentHeader.size)) {
            case .header(let header) where header.base == base && isOfOneJournal(header, found.segments):
                found.segments.append(SegmentInfo(header: header, size: try file.size()))
            case .otherVersion(let version):
                found.otherVersion = version
            default:
                try folder.rename(name, to: "quarantine/\(name)")
                try folder.sync()
                found.hasUnreadable = true
                found.notes.append("segment \(name) has no header of this journal; it was moved to quarantine/")
            }
        }
        return found
    }

    private static func isOfOneJournal(_ header: SegmentHeader, _ others: [SegmentInfo]) -> Bool {
        others.last.map { $0.header.journal == header.journal } ?? true
    }

    /// Goes through the newest segment. Returns where the next frame goes, and the number of the last entry.
    private static func findEnd(
        _ file: any JournalFile, _ segment: SegmentInfo, notes: inout [String]
    ) throws(PlatformError) -> (offset: Int, last: UInt64) {
        let scanner = FrameScanner(file: file, seed: segment.header.seed, size: segment.size)
        var offset = SegmentHeader.size
        var last = segment.header.base - 1
        while true {
            if case .frame(let header, _) = try scanner.read(at: offset), header.first > last {
                offset += header.space
                last = header.last
                continue
            }
            // A later frame that was written when this place was durable already proves that what stood here had been
            // acknowledged. A later frame alone proves nothing: the pages of one write reach the disk in any order.
            let bad = last + 1
            guard let later = try scanner.search(from: offset, accepts: { $0.first > bad && $0.durable >= bad }) else {
                Failpoint.pass("journal.recovery_scanned")
                try cutOff(file, segment, at: offset, notes: &notes)
                return (offset, last)
            }
            notes.append(
                "segment \(segment.header.name) is damaged from byte \(offset) to \(later.offset), acknowledged entries among it"
            )
            offset = later.offset
            last = later.header.first - 1
        }
    }

    /// Makes everything from `offset` on zero, if it is not.
    private static func cutOff(
        _ file: any JournalFile, _ segment: SegmentInfo, at offset: Int, notes: inout [String]
    ) throws(PlatformError) {
        guard try hasBytes(file, from: offset) else { return }
        notes.append(
            "segment \(segment.header.name): a write that was never acknowledged was cut off at byte \(offset)")
        try file.truncate(offset)
        Failpoint.pass("journal.recovery_truncated")
        try file.allocate(segment.size)
        try file.sync()
    }

    private static func hasBytes(_ file: any JournalFile, from offset: Int) throws(PlatformError) -> Bool {
        var offset = offset
        while true {
            let chunk = try file.read(at: offset, count: 1 << 20)
            if chunk.isEmpty { return false }
            if chunk.contains(where: { $0 != 0 }) { return true }
            offset += chunk.count
        }
    }
}
