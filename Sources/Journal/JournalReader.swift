public import EventModel
import Platform

/// One store's way through the journal: reads what is durable, in order, from the segments' files. It belongs to one
/// thread; what waits for a slow store waits on the disk, not in memory.
///
/// Damaged bytes are set aside in `quarantine/`, counted, and passed: what stands behind them is read.
public final class JournalReader {
    private let folder: any JournalFolder
    private let segments: SegmentTable
    private let progress: JournalProgress
    private let damage: JournalDamage
    private let journal: JournalID

    private var place: Place?

    /// Most bytes of entries in a batch: a few thousand large events must not fill the memory.
    private static let batchBytes = 4 << 20

    /// Where the reader stands.
    private struct Place {
        var segment: SegmentInfo
        var file: any JournalFile
        /// Where the next frame begins.
        var offset: Int
        /// Number of the next entry.
        var next: UInt64
        var frame: [UInt8] = []
        /// The rest of the frame at hand.
        var rest: Range<Int> = 0..<0
        /// Number of the last entry of the frame at hand.
        var lastOfFrame: UInt64 = 0
        /// Whether numbers were left out just before `next`: a batch ends there.
        var isBehindGap = false
        /// Whether bytes that cannot be read are passed by now.
        var passesUnreadable = false

        var scanner: FrameScanner {
            FrameScanner(file: file, seed: segment.header.seed, size: segment.end, passesUnreadable: passesUnreadable)
        }
    }

    init(
        folder: any JournalFolder, segments: SegmentTable, progress: JournalProgress, damage: JournalDamage,
        journal: JournalID
    ) {
        self.folder = folder
        self.segments = segments
        self.progress = progress
        self.damage = damage
        self.journal = journal
    }

    /// The entries after `position`, at most `count`, as soon as there are any; `nil` when `milliseconds` passed
    /// without, or when the journal is closed and has no more. Throws when the disk cannot be read.
    public func read(after position: UInt64, atMost count: Int, milliseconds: Int) throws(JournalError) -> Batch? {
        guard let durable = progress.wait(beyond: position, milliseconds: milliseconds) else { return nil }
        do throws(PlatformError) {
            var place: Place
            if let known = self.place, known.next == position + 1 {
                place = known
                place.isBehindGap = false
            } else {
                place = try find(position + 1)
            }
            // Out of `self` while it changes, so that its bytes are not copied.
            self.place = nil
            var batch = Batch(journal: journal, first: position + 1, last: position + 1)
            batch.reserveCapacity(min(count, Int(clamping: durable - position), 4096))
            var bytes = 0
            while batch.count < count, bytes < JournalReader.batchBytes, place.next <= durable, !place.isBehindGap {
                if place.rest.isEmpty {
                    try loadFrameOrNote(&place, durable: durable)
                } else {
                    let before = place.rest.count
                    takeEntry(&place, into: &batch)
                    bytes += before - place.rest.count
                }
            }
            batch.extend(through: place.next - 1)
            self.place = place
            return batch
        } catch {
            throw .failed("the journal cannot be read: \(error)")
        }
    }

    private func takeEntry(_ place: inout Place, into batch: inout Batch) {
        var offset = place.rest.lowerBound
        do {
            let item = try JournalItemCodec.read(place.frame, at: &offset, end: place.rest.upperBound)
            batch.append(item, sequence: place.next)
        } catch {
            // The checksum was right: another version of the program wrote this.
            damage.note(lost: 1, "an entry of segment \(place.segment.header.name) is of an unknown form")
            offset = place.rest.lowerBound
            let isPassed = (try? JournalItemCodec.skip(place.frame, at: &offset, end: place.rest.upperBound)) != nil
            if !isPassed { offset = place.rest.upperBound }
        }
        // Beyond the entries that the frame says it has, their numbers are those of the next frame.
        place.rest = place.next < place.lastOfFrame ? offset..<place.rest.upperBound : 0..<0
        place.next += 1
    }

    private func find(_ sequence: UInt64) throws(PlatformError) -> Place {
        guard let segment = segments.segment(holding: sequence) else {
            throw PlatformError(call: "the journal has no segment", code: 2)
        }
        var place = try open(segment, next: sequence)
        if segment.header.base > sequence {
            // A store that is new to this journal misses nothing: what came before it was not for it.
            if sequence == 1 { place.next = max(1, segment.header.follows + 1) }
            lose(&place, through: segment.header.follows, "which are no longer kept")
            enter(&place, segment)
        }
        return place
    }

    private func open(_ segment: SegmentInfo, next: UInt64) throws(PlatformError) -> Place {
        let file = try folder.open(segment.header.name, create: false)
        return Place(segment: segment, file: file, offset: SegmentHeader.size, next: next)
    }

    /// `loadFrame`, where an error of the disk is remembered with its segment: it is asked again for a minute before what it
    /// cannot give is passed.
    private func loadFrameOrNote(_ place: inout Place, durable: UInt64) throws(PlatformError) {
        place.passesUnreadable = damage.isGivenUp(base: place.segment.header.base)
        do throws(PlatformError) {
            try loadFrame(&place, durable: durable)
        } catch {
            if error.isUnreadable { damage.noteUnreadable(base: place.segment.header.base) }
            throw error
        }
    }

    /// Moves to the frame that holds `place.next`, through as many frames and segments as it takes. When that frame is
    /// damaged, `place.next` is afterwards the number of the first entry behind the damage.
    private func loadFrame(_ place: inout Place, durable: UInt64) throws(PlatformError) {
        while place.rest.isEmpty, place.next <= durable, !place.isBehindGap {
            if let replaced = replacement(of: place.segment) { place = try open(replaced, next: place.next) }
            let following = segments.segment(after: place.segment.header.base)
            if let following, place.next > following.header.follows {
                place = try open(following, next: place.next)
                enter(&place, following)
                continue
            }
            // Beyond what the next segment follows, this one does not count: its disk had failed.
            let end = following.map { $0.header.follows + 1 } ?? durable + 1
            guard case .frame(let header, let frame) = try place.scanner.read(at: place.offset), header.first < end
            else {
                try passDamage(&place, before: end, durable: durable, following: following)
                continue
            }
            place.offset += header.space
            if header.last < place.next { continue }
            let incomplete = place.segment.header
            lose(&place, through: header.first - 1, "which are missing in \(incomplete.name)")
            place.frame = frame
            place.lastOfFrame = header.last
            place.rest = FrameHeader.size..<FrameHeader.size + header.length
            try skipEntries(&place, from: header)
        }
    }

    /// The segment that has taken the place of one in which nothing was durable, because its disk had failed. A reader
    /// that passed numbers that were left out may stand at its beginning.
    private func replacement(of segment: SegmentInfo) -> SegmentInfo? {
        guard let current = segments.segment(holding: segment.header.base),
            current.header.base == segment.header.base, current.header.segment != segment.header.segment
        else { return nil }
        return current
    }

    /// Passes the entries of a frame that come before `place.next`.
    private func skipEntries(_ place: inout Place, from header: FrameHeader) throws(PlatformError) {
        var offset = place.rest.lowerBound
        var sequence = header.first
        while sequence < place.next {
            guard (try? JournalItemCodec.skip(place.frame, at: &offset, end: place.rest.upperBound)) != nil else {
                offset = place.rest.upperBound
                break
            }
            sequence += 1
        }
        place.rest = offset..<place.rest.upperBound
    }

    /// Moves behind damaged bytes, to the next whole frame or segment. They are set aside if an entry that is still
    /// needed may have stood there.
    private func passDamage(
        _ place: inout Place, before end: UInt64, durable: UInt64, following: SegmentInfo?
    ) throws(PlatformError) {
        if let later = try place.scanner.search(
            from: place.offset + 8, accepts: { $0.first < end && $0.last <= durable })
        {
            if later.header.first > place.next { try setAside(place, through: later.offset) }
            place.offset = later.offset
            return
        }
        if let following, following.header.isBound, case .empty = try place.scanner.read(at: place.offset) {
            // Nobody knew how far the segment goes; here it ends.
            place.next = following.header.follows + 1
        } else if let following {
            if following.header.follows >= place.next { try setAside(place, through: place.segment.end) }
            let damaged = place.segment.header
            lose(&place, through: following.header.follows, "of \(damaged.name)")
        } else {
            // The newest segment: what is written from now on stands behind what has been written so far.
            // The place stays: what will be durable behind it is found from here by the next search.
            let written = progress.written
            let isSame = written.base == place.segment.header.base
            try setAside(place, through: isSame ? written.offset : place.segment.end)
            let damaged = place.segment.header
            lose(&place, through: durable, "of \(damaged.name)")
        }
    }

    /// Passes entries that should be there and are not.
    private func lose(_ place: inout Place, through last: UInt64, _ what: @autoclosure () -> String) {
        guard last >= place.next else { return }
        let lost = last - place.next + 1
        damage.note(lost: lost, "\(lost) entries from number \(place.next) on, \(what()), are lost")
        place.next = last + 1
    }

    /// Passes the numbers that were left out before a segment.
    private func enter(_ place: inout Place, _ segment: SegmentInfo) {
        guard segment.header.base > place.next else { return }
        place.next = segment.header.base
        place.isBehindGap = true
    }

    /// Copies damaged bytes to `quarantine/`, where a person can look at them. Two readers write the same file.
    private func setAside(_ place: Place, through end: Int) throws(PlatformError) {
        guard end > place.offset else { return }
        let name = "quarantine/\(place.segment.header.name)-\(place.offset)"
        do throws(PlatformError) {
            let copy = try folder.open(name, create: true)
            var offset = place.offset
            while offset < end {
                let count = min(64 << 10, end - offset)
                // What cannot be read at all is zero in the copy.
                if let bytes = try place.file.readIfPossible(at: offset, count: count) {
                    try copy.write(bytes, at: offset - place.offset)
                }
                offset += count
            }
            try copy.sync()
        } catch {
            // No room for a copy: the bytes stay where they are for as long as the segment does.
            damage.note(lost: 0, "bytes of \(place.segment.header.name) could not be copied to quarantine/: \(error)")
            return
        }
        damage.note(
            lost: 0, "damaged bytes \(place.offset) to \(end) of \(place.segment.header.name) were copied to \(name)")
    }
}
