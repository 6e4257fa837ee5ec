import EventModel
import Platform

@testable import Journal

/// A journal's folder as a start finds it. The first byte chooses where its bytes come from:
///
/// - a journal of ours that was damaged afterwards. What comes out must be what went in, under its number.
/// - segments and frames of any content with checksums that are right. Numbers must ascend.
/// - files of any bytes.
///
/// In each case: nothing traps, everything ends, no number comes out twice, another reader with another appetite reads
/// the same, and so does one after a second start, which follows a crash right after the first.
enum JournalTarget: FuzzTarget {
    static let name = "journal"

    static func seeds() -> [[UInt8]] {
        var calm: [UInt8] = [0, 12]
        for number in UInt8(0)..<12 { calm += [number % 5, 20 + number * 16] }
        return [
            calm, calm + [0, 0, 0, 200, 16], calm + [1, 1, 1, 0, 64], calm + [2, 0, 0, 96, 8, 1, 40],
            calm + [3, 0, 1, 44, 0], calm + [4, 1, 0, 0, 0],
            [1, 2, 1, 3, 0, 1, 2, 0, 0, 0, 2, 1, 0, 0, 1, 3, 9, 2, 0, 1, 4, 0, 1, 1, 0],
            [2, 1, 0, 80] + Array("FFJ1".utf8) + [1, 0, 0, 0, 1],
        ]
    }

    /// One for all runs: it says each thing once, and no more than a thousand.
    private static let damage = JournalDamage(log: Log(process: "fuzz"))

    private static var settings: JournalSettings {
        var settings = JournalSettings()
        settings.segmentBytes = 4096
        settings.minFreeBytes = 0
        settings.reserveBytes = 0
        return settings
    }

    static func run(_ bytes: [UInt8]) {
        var input = Input(bytes)
        switch input.byte() % 3 {
        case 0:
            guard let (folder, written) = damagedJournal(&input) else { return }
            checkStart(folder, written: written)
        case 1: checkStart(forgedJournal(&input), written: nil, isForged: true)
        default: checkStart(anyFiles(&input), written: nil)
        }
    }

    // ---- where the bytes come from

    private static func hit(_ id: UInt64, size: Int) -> Hit {
        let now = Timestamp(milliseconds: Int64(id))
        var hit = Hit(site: SiteID(rawValue: 1), id: EventID(UInt128(id)), name: "pageview", receivedAt: now, time: now)
        hit.path = "/" + String(repeating: "p", count: size)
        return hit
    }

    /// A journal of so many frames, and how it is damaged: five bytes each. Returns the ids that were written by number.
    private static func damagedJournal(_ input: inout Input) -> (MemoryFolder, [UInt64: UInt128])? {
        let folder = MemoryFolder([:])
        guard let recovery = try? Recovery(folder, settings: settings) else { return nil }
        let table = SegmentTable(recovery.segments)
        var log = SegmentLog(recovery, folder: folder, settings: settings, segments: table, reclaim: {})
        var written: [UInt64: UInt128] = [:]
        for _ in 0..<input.byte() % 64 {
            var items = EncodedItems()
            let count = input.byte() % 7 + 1
            let size = input.byte() * 4
            for number in 1...UInt64(count) {
                items.append(hit(log.last + number, size: size))
                written[log.last + number] = UInt128(log.last + number)
            }
            let frame = [UInt8](repeating: 0, count: FrameHeader.size) + items.bytes
            guard (try? log.write(frame, count: count)) != nil else { return nil }
            if size % 8 != 4 { try? log.sync() }
        }
        var files = folder.contents
        let names = files.keys.sorted()
        while !input.isEmpty {
            let kind = input.byte()
            let name = names[input.byte() % names.count]
            damage(&files, name, kind: kind, at: Int(input.number(bytes: 2)), &input)
        }
        return (MemoryFolder(files), written)
    }

    /// One damage. What is put there does not come from the input, which could come to make checksums.
    private static func damage(
        _ files: inout [String: [UInt8]], _ name: String, kind: Int, at offset: Int, _ input: inout Input
    ) {
        guard var bytes = files[name] else { return }
        let start = min(offset, bytes.count)
        let range = start..<min(bytes.count, start + 8 * input.byte() + 1)
        switch kind % 6 {
        case 0: for place in range { bytes[place] ^= 0xa5 }
        case 1: for place in range { bytes[place] = 0 }
        case 2:
            // Other bytes of the same file, as a write that went astray.
            let source = Int(input.number(bytes: 2)) & ~7
            guard source + range.count <= bytes.count else { return }
            bytes.replaceSubrange(range, with: bytes[source..<source + range.count])
        case 3: bytes.removeLast(bytes.count - start)
        case 4:
            files[name] = nil
            return
        default: for place in range.prefix(1) { bytes[place] ^= UInt8(1 << (offset & 7)) }
        }
        files[name] = bytes
    }

    /// Segments whose checksums are right, with frames of which nothing else need be.
    private static func forgedJournal(_ input: inout Input) -> MemoryFolder {
        var files: [String: [UInt8]] = [:]
        var next: UInt64 = 1
        for segment in 1...UInt64(input.byte() % 4 + 1) {
            let follows = next - 1 + UInt64(input.byte() % 4)
            next += UInt64(input.byte() % 8)
            let header = SegmentHeader(
                base: next, follows: follows, segment: UInt128(segment), journal: JournalID(UInt128(1)))
            var bytes = header.bytes
            for _ in 0..<input.byte() % 16 {
                let count = input.byte()
                let first =
                    count & 0x80 == 0
                    ? next &+ UInt64(bitPattern: Int64(input.byte()) - 4) : input.number(bytes: 8) >> 2
                let durable = UInt64(input.byte())
                var items = EncodedItems()
                for number in 0..<input.byte() % 5 { items.append(hit(UInt64(number), size: number)) }
                let content = items.bytes + input.take(input.byte() % 32)
                var frame = [UInt8](repeating: 0, count: FrameHeader.size) + content
                FrameHeader.seal(
                    &frame,
                    header: FrameHeader(
                        length: content.count, first: first, count: count & 0x7f, durable: durable), seed: header.seed)
                bytes += frame
                next = max(next, first < 1 << 32 ? first + UInt64(count & 0x7f) : 0)
            }
            files[header.name] = bytes + [UInt8](repeating: 0, count: 8 * input.byte())
        }
        return MemoryFolder(files)
    }

    private static func anyFiles(_ input: inout Input) -> MemoryFolder {
        var files: [String: [UInt8]] = [:]
        for _ in 0..<input.byte() % 4 {
            let name = SegmentHeader.name(base: input.number(bytes: 1))
            files[name] = input.take(Int(input.number(bytes: 2)))
        }
        return MemoryFolder(files)
    }

    // ---- what is promised

    private static func checkStart(_ folder: MemoryFolder, written: [UInt64: UInt128]?, isForged: Bool = false) {
        guard let recovery = try? Recovery(folder, settings: settings) else { return }
        let found = contents(folder, recovery, appetite: 5)
        promise(contents(folder, recovery, appetite: 64) == found, "another reader reads the same")
        if let written {
            for (number, id) in found {
                promise(written[number] == id, "number \(number) is \(id), not \(written[number] ?? 0)")
            }
        }
        guard let again = try? Recovery(folder, settings: settings) else {
            return promise(false, "what was put in order can be opened again")
        }
        promise(again.newest.header.base >= recovery.newest.header.base, "a second start gives no number twice")
        promise(contents(folder, again, appetite: 3) == found, "a second start comes to the same")
        // A forged frame may hold more entries than it says, which then have the numbers of those that come next.
        if !isForged { checkWriting(folder, again, before: found) }
    }

    /// Ids by number, as a store would read them.
    private static func contents(_ folder: MemoryFolder, _ recovery: Recovery, appetite: Int) -> [UInt64: UInt128] {
        let last = recovery.newest.header.base - 1
        let progress = JournalProgress(durable: last, base: last + 1, offset: SegmentHeader.size)
        let reader = JournalReader(
            folder: folder, segments: SegmentTable(recovery.segments), progress: progress,
            damage: damage, journal: recovery.journal)
        var found: [UInt64: UInt128] = [:]
        var position: UInt64 = 0
        var batches = 0
        while let batch = try? reader.read(after: position, atMost: appetite, milliseconds: 0) {
            batches += 1
            promise(batches < 100_000, "reading ends")
            promise(
                batch.first == position + 1 && batch.last >= batch.first, "a batch begins where the one before ended")
            promise(batch.last <= last, "nothing is read that is not durable")
            var before = position
            for (index, hit) in batch.hits.enumerated() {
                let number = batch.sequence(ofHit: index)
                promise(number > before && number <= batch.last, "numbers ascend within a batch: \(before), \(number)")
                before = number
                found[number] = hit.id.value
            }
            position = batch.last
        }
        promise(position == last, "everything is read: \(position) of \(last)")
        return found
    }

    /// What is written after the start is read, and changes nothing of what stood there.
    private static func checkWriting(_ folder: MemoryFolder, _ recovery: Recovery, before: [UInt64: UInt128]) {
        let table = SegmentTable(recovery.segments)
        var log = SegmentLog(recovery, folder: folder, settings: settings, segments: table, reclaim: {})
        let number = recovery.newest.header.base
        var items = EncodedItems()
        items.append(hit(1 << 40, size: 100))
        do throws(JournalError) {
            try log.write([UInt8](repeating: 0, count: FrameHeader.size) + items.bytes, count: 1)
            try log.sync()
        } catch {
            return promise(false, "a journal in order can be written to: \(error)")
        }
        guard let after = try? Recovery(folder, settings: settings) else {
            return promise(false, "what was written can be opened again")
        }
        promise(after.newest.header.follows == number, "a start follows what was written, not another number")
        var expected = before
        expected[number] = 1 << 40
        let found = contents(folder, after, appetite: 7)
        promise(found == expected, "what was written is read, and nothing else has changed: \(found), not \(expected)")
    }
}
