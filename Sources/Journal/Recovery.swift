import Cryptography
import EventModel
import Platform

/// What is found in a journal's folder at the start, put in order, with a new segment to go on in.
///
/// Only the newest segment can have a torn end, and it is searched to its end: bytes behind the last whole frame that
/// nobody was told about are cut off. Damage before that is left for the readers, who set it aside when they meet it.
/// Doing it again, after a crash in between, comes to the same.
struct Recovery {
    let journal: JournalID
    /// All segments, the new one last.
    let segments: [SegmentInfo]
    /// The new segment.
    let newest: SegmentInfo
    let file: any JournalFile
    /// What was found wrong and what was done, for the log.
    let notes: [String]

    /// Puts the folder in order. Throws when it cannot be read, or was written by another version.
    init(_ folder: any JournalFolder, settings: JournalSettings) throws(JournalError) {
        do throws(PlatformError) {
            var found = try Recovery.findSegments(folder)
            if let version = found.otherVersion {
                let ours = JournalItemCodec.version
                throw PlatformError(call: "the journal is of version \(version), this program writes \(ours)", code: 95)
            }
            journal = found.segments.last?.header.journal ?? JournalID(Randomness.bits128())
            var last: UInt64 = 0
            var isEmpty = false
            var highest = found.highestUnreadable
            if let newest = found.segments.popLast() {
                highest = max(highest, newest.header.base)
                let finished = try Recovery.finish(newest, in: folder, notes: &found.notes)
                last = finished.last
                isEmpty = finished.isEmpty
                found.segments.append(finished.info)
            }
            let base = Recovery.nextBase(after: max(last, highest), isFirst: highest == 0)
            guard base < 1 << 61 else {
                throw PlatformError(call: "the journal's numbers are used up (\(base)): move its folder away", code: 75)
            }
            let made = try Recovery.makeFirst(
                in: folder, base: base, follows: last, size: settings.segmentBytes, journal: journal)
            if isEmpty, let old = found.segments.popLast() {
                // Starts that come to nothing leave nothing behind.
                try folder.remove(old.header.name)
                try folder.sync()
            }
            newest = made.info
            file = made.file
            segments = found.segments + [made.info]
            notes = found.notes
        } catch {
            throw error.isDiskFull
                ? .full("the journal cannot be opened: \(error)") : .failed("the journal cannot be opened: \(error)")
        }
    }

    /// The first number of a new segment at a start: of the time, and so beyond every number that was ever given, also
    /// where the disk has forgotten some of them or an older copy of the folder was put back. A millisecond has room for
    /// a million entries, and the numbers last until 2109.
    private static func nextBase(after last: UInt64, isFirst: Bool) -> UInt64 {
        if isFirst { return 1 }
        let time = Clock.wallMilliseconds()
        // A clock that is decades ahead would use the numbers up.
        return max(last + 1, (0..<1 << 41).contains(time) ? UInt64(time) << 20 : 0)
    }

    /// The segment to go on in. A start must not fail for want of room: the reserve is given up, and if that is not
    /// enough, a segment is made that has no room for entries, so that the stores can load what there is and make some.
    private static func makeFirst(
        in folder: any JournalFolder, base: UInt64, follows: UInt64, size: Int, journal: JournalID
    ) throws(PlatformError) -> Made {
        let smallest = 2 * SegmentHeader.size
        for attempt in 0..<3 {
            do throws(PlatformError) {
                return try makeSegment(
                    in: folder, base: base, follows: follows, size: attempt < 2 ? size : smallest, journal: journal)
            } catch {
                guard error.isDiskFull, attempt < 2 else { throw error }
                if attempt == 0 { try folder.remove(Retention.reserve) }
            }
        }
        throw PlatformError(call: "make a segment", code: 28)
    }

    /// A segment that was just made.
    typealias Made = (file: any JournalFile, info: SegmentInfo, offset: Int)

    /// Makes a segment under its final name, with its header and the first frames on the disk.
    ///
    /// - Parameter frames: frames with room for their headers, as `SegmentLog.write` takes them.
    static func makeSegment(
        in folder: any JournalFolder, base: UInt64, follows: UInt64, size: Int, journal: JournalID,
        frames: [(frame: [UInt8], count: Int)] = []
    ) throws(PlatformError) -> Made {
        let header = SegmentHeader(base: base, follows: follows, segment: Randomness.bits128(), journal: journal)
        let end = size - SegmentHeader.size
        let file: any JournalFile
        var offset = SegmentHeader.size
        do throws(PlatformError) {
            file = try folder.open(unfinished, create: true)
            try file.truncate(0)
            try file.allocate(size)
            try file.write(header.bytes, at: 0)
            try file.write(header.bytes, at: end)
            var next = base
            for (frame, count) in frames {
                var frame = frame
                let new = FrameHeader(
                    length: FrameHeader.length(of: frame), first: next, count: count, durable: follows)
                FrameHeader.seal(&frame, header: new, seed: header.seed)
                try file.write(frame, at: offset)
                offset += new.space
                next += UInt64(count)
            }
            try file.sync()
            Failpoint.pass("journal.rotate_created")
            try folder.rename(unfinished, to: header.name)
        } catch {
            try? folder.remove(unfinished)
            throw error
        }
        Failpoint.pass("journal.rotate_renamed")
        do throws(PlatformError) {
            try folder.sync()
        } catch {
            // It bears its name, perhaps for good, and says that what comes after `follows` does not stand in older
            // segments: nothing may be written to those any more, whatever the reason. Never "full", which would go on.
            throw PlatformError(call: "\(error) after \(header.name) had got its name", code: 5)
        }
        return (file, SegmentInfo(header: header, size: size, end: end), offset)
    }

    /// Name of a segment that is being made.
    private static let unfinished = "unfinished"

    private struct Found {
        var segments: [SegmentInfo] = []
        var notes: [String] = []
        var highestUnreadable: UInt64 = 0
        var otherVersion: UInt32?
    }

    private static func findSegments(_ folder: any JournalFolder) throws(PlatformError) -> Found {
        var found = Found()
        let names = try folder.names(in: "")
        if names.contains(unfinished) { try folder.remove(unfinished) }
        for name in names {
            guard let base = SegmentHeader.base(ofName: name) else { continue }
            switch try read(name, in: folder, notes: &found.notes) {
            case .header(let header) where header.base == base && isOfOneJournal(header, found.segments):
                found.segments.append(try info(header, in: folder))
            case .otherVersion(let version):
                found.otherVersion = version
            default:
                try folder.rename(name, to: "quarantine/\(name)")
                try folder.sync()
                found.highestUnreadable = max(found.highestUnreadable, base)
                found.notes.append("segment \(name) has no header of this journal; it was moved to quarantine/")
            }
        }
        return found
    }

    private static func isOfOneJournal(_ header: SegmentHeader, _ others: [SegmentInfo]) -> Bool {
        others.last.map { $0.header.journal == header.journal } ?? true
    }

    /// The header, or its copy when it is damaged.
    private static func read(
        _ name: String, in folder: any JournalFolder, notes: inout [String]
    ) throws(PlatformError) -> SegmentHeader.Reading {
        let file = try folder.open(name, create: false)
        let reading = SegmentHeader.read(try file.read(at: 0, count: SegmentHeader.size))
        guard reading == .damaged else { return reading }
        let end = try file.size() - SegmentHeader.size
        guard end > 0, case .header(let copy) = SegmentHeader.read(try file.read(at: end, count: SegmentHeader.size))
        else { return .damaged }
        notes.append("the header of segment \(name) is damaged and was mended from its copy")
        try file.write(copy.bytes, at: 0)
        try file.sync()
        return .header(copy)
    }

    private static func info(_ header: SegmentHeader, in folder: any JournalFolder) throws(PlatformError) -> SegmentInfo
    {
        let file = try folder.open(header.name, create: false)
        let size = try file.size()
        let end = size - SegmentHeader.size
        // A file that was cut off has no copy.
        let copy = try file.read(at: max(0, end), count: SegmentHeader.size)
        let hasCopy = end > 0 && SegmentHeader.read(copy) == .header(header)
        return SegmentInfo(header: header, size: size, end: hasCopy ? end : size)
    }

    /// Goes through the segment that was the newest, cuts off what was never acknowledged, and gives back the room that
    /// it does not need any more.
    private static func finish(
        _ segment: SegmentInfo, in folder: any JournalFolder, notes: inout [String]
    ) throws(PlatformError) -> (info: SegmentInfo, last: UInt64, isEmpty: Bool) {
        let file = try folder.open(segment.header.name, create: false)
        let (offset, last) = try findEnd(file, segment, notes: &notes)
        Failpoint.pass("journal.recovery_scanned")
        if try hasBytes(file, from: offset, to: segment.end) {
            notes.append(
                "segment \(segment.header.name): a write that was never acknowledged was cut off at byte \(offset)")
        }
        try file.truncate(offset)
        Failpoint.pass("journal.recovery_truncated")
        try file.write(segment.header.bytes, at: offset)
        // What a killed process wrote may still be on its way to the disk.
        try file.sync()
        let info = SegmentInfo(header: segment.header, size: offset + SegmentHeader.size, end: offset)
        let isEmpty = offset == SegmentHeader.size
        return (info, isEmpty ? segment.header.follows : last, isEmpty)
    }

    /// Where frames end, and the number of the last entry.
    private static func findEnd(
        _ file: any JournalFile, _ segment: SegmentInfo, notes: inout [String]
    ) throws(PlatformError) -> (offset: Int, last: UInt64) {
        let scanner = FrameScanner(file: file, seed: segment.header.seed, size: segment.end)
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
                return (offset, last)
            }
            notes.append(
                "segment \(segment.header.name) is damaged from byte \(offset) to \(later.offset), acknowledged entries among it"
            )
            offset = later.offset
            last = later.header.first - 1
        }
    }

    private static func hasBytes(_ file: any JournalFile, from offset: Int, to end: Int) throws(PlatformError) -> Bool {
        var offset = offset
        while offset < end {
            let chunk = try file.read(at: offset, count: min(1 << 20, end - offset))
            if chunk.isEmpty { return false }
            if chunk.contains(where: { $0 != 0 }) { return true }
            offset += chunk.count
        }
        return false
    }
}
