import EventModel
import Platform
import Testing

@testable import Journal

/// Rotten bytes in what was confirmed: only the damaged part is lost, it is kept for a person, and a person is told.
@Suite struct DamageTests {
    private func written(frames: Int) throws -> SimulatedJournal {
        var journal = try SimulatedJournal(SimulatedDisk())
        for _ in 0..<frames {
            try journal.write(count: 3, size: 200)
            try journal.sync()
        }
        return journal
    }

    @Test(arguments: [70, 100, 3000, 7000])
    func aDamagedFrameIsPassedAndSetAside(offset: Int) throws {
        let journal = try written(frames: 40)
        let first = try #require(journal.disk.names(in: "").first { $0.hasSuffix(".seg") })
        journal.disk.damage(first, at: offset, [UInt8](repeating: 0xaa, count: 16))
        let damage = JournalDamage(log: Log(process: "test"))
        let found = try journal.contents(damage: damage)
        let lost = journal.confirmed.keys.filter { found[$0] == nil }
        #expect((3...6).contains(lost.count))
        #expect(damage.lost == UInt64(lost.count))
        #expect(found.allSatisfy { journal.confirmed[$0.key] == $0.value })
        #expect(journal.disk.names(in: "quarantine").count >= 1)
    }

    /// The end of the newest segment is damaged, where a torn write would be, but frames behind it prove that it had
    /// been confirmed: nothing may be cut off.
    @Test func damageThatLooksLikeATornEndIsNotCutOff() throws {
        var journal = try written(frames: 5)
        let newest = try #require(journal.disk.names(in: "").last { $0.hasSuffix(".seg") })
        journal.disk.damage(newest, at: SegmentHeader.size + 40, [0xff])
        let before = journal.confirmed
        try journal.restart(on: journal.disk.afterKill())
        let found = try journal.contents()
        #expect(Set(before.keys).subtracting(found.keys) == [1, 2, 3])
        try journal.write(count: 1, size: 10)
        try journal.sync()
        #expect(try journal.number(of: journal.lastSent) != nil)
    }

    /// A header stands at both ends of a segment: one is enough.
    @Test func aDamagedHeaderIsMendedFromItsCopy() throws {
        var journal = try written(frames: 60)
        let names = journal.disk.names(in: "").filter { $0.hasSuffix(".seg") }
        try #require(names.count > 3)
        for name in names {
            journal.disk.damage(name, at: 30, [0xff])
            // The last four bytes of the copy are padding: it is as good without them.
            journal.disk.damage(name, at: 8192 - 1, [0xff])
        }
        try journal.restart(on: journal.disk.afterKill())
        #expect(try journal.fault() == nil)
        #expect(journal.disk.names(in: "quarantine").isEmpty)
    }

    @Test func aSegmentWithoutAnyHeaderIsMovedAway() throws {
        var journal = try written(frames: 60)
        let names = journal.disk.names(in: "").filter { $0.hasSuffix(".seg") }
        try #require(names.count > 3)
        for offset in [0, 8192 - 64] { journal.disk.damage(names[1], at: offset, [UInt8](repeating: 0, count: 64)) }
        try journal.restart(on: journal.disk.afterKill())
        #expect(journal.disk.names(in: "quarantine").contains(names[1]))
        let damage = JournalDamage(log: Log(process: "test"))
        let found = try journal.contents(damage: damage)
        #expect(found.count + Int(damage.lost) == 180)
        #expect(found.allSatisfy { journal.confirmed[$0.key] == $0.value })
    }

    /// What was confirmed, and read by a store, rots at the very end, where it looks like a torn write, or is simply gone.
    /// The store's position is beyond what is left: entries that come afterwards must be beyond it as well.
    @Test(arguments: [true, false]) func numbersAreNeverGivenTwice(isGone: Bool) throws {
        var journal = try written(frames: 5)
        let position = journal.lastConfirmed
        let newest = try #require(journal.disk.names(in: "").last { $0.hasSuffix(".seg") })
        let start = SegmentHeader.size + 3 * 744
        journal.disk.damage(newest, at: start, [UInt8](repeating: isGone ? 0 : 0xaa, count: isGone ? 1500 : 40))
        try journal.restart(on: journal.disk.afterKill())
        try journal.write(count: 1, size: 10)
        try journal.sync()
        let number = try #require(try journal.number(of: journal.lastSent))
        #expect(number > position)
    }

    /// A store that has all of it does not care: nothing is set aside, at no restart.
    @Test func damageThatNobodyNeedsIsPassedSilently() throws {
        var journal = try written(frames: 8)
        let newest = try #require(journal.disk.names(in: "").last { $0.hasSuffix(".seg") })
        journal.disk.damage(newest, at: SegmentHeader.size + 744 + 40, [0xff, 0xff])
        let position = journal.lastConfirmed
        try journal.restart(on: journal.disk.afterKill())
        try journal.write(count: 1, size: 10)
        try journal.sync()
        for name in journal.disk.names(in: "quarantine") { try journal.disk.remove("quarantine/\(name)") }
        let damage = JournalDamage(log: Log(process: "test"))
        #expect(try journal.contents(after: position, damage: damage).values.map { $0 } == [journal.lastSent])
        #expect(damage.lost == 0)
        #expect(journal.disk.names(in: "quarantine").isEmpty)
    }

    /// A reader stands at the beginning of a new segment when the disk fails and another file takes its place.
    @Test func aReaderFollowsASegmentThatIsReplaced() throws {
        var journal = try written(frames: 2)
        let position = journal.lastConfirmed
        try journal.restart(on: journal.disk.afterKill())
        let damage = JournalDamage(log: Log(process: "test"))
        let (reader, progress) = journal.makeReader(damage: damage)
        let gap = try #require(try reader.read(after: position, atMost: 100, milliseconds: 0))
        #expect(gap.count == 0)
        journal.disk.fail(SimulatedDisk.Fault(call: 1, code: 5))
        try journal.write(count: 2, size: 100)
        try journal.sync()
        try #require(journal.disk.hasFailed)
        journal.publish(to: progress)
        let batch = try #require(try reader.read(after: gap.last, atMost: 100, milliseconds: 0))
        #expect(batch.hits.count == 2)
        #expect(damage.lost == 0)
    }

    /// A bad sector is damage like any other: what can be read is read.
    @Test func whatTheDiskCannotReadIsPassed() throws {
        let journal = try written(frames: 40)
        let names = journal.disk.names(in: "").filter { $0.hasSuffix(".seg") }
        journal.disk.makeUnreadable(names[0], 1000..<1100)
        let damage = JournalDamage(log: Log(process: "test"), patience: 0)
        // At first that is an error, for it may pass.
        #expect(throws: JournalError.self) { try journal.contents(damage: damage) }
        #expect(damage.isUnreadable(base: 1))
        let found = try journal.contents(damage: damage)
        #expect(damage.lost == 3)
        #expect(found.count == 117)
    }

    /// An error of reading that passes, at the start, when torn ends are cut off: nothing is.
    @Test func anUnreadableEndIsNotCutOff() throws {
        var journal = try written(frames: 8)
        let before = journal.confirmed
        let newest = try #require(journal.disk.names(in: "").last { $0.hasSuffix(".seg") })
        let disk = journal.disk.afterKill()
        disk.makeUnreadable(newest, 3000..<3100)
        try journal.restartUnread(on: disk)
        try journal.write(count: 1, size: 10)
        try journal.sync()
        disk.makeUnreadable(newest, 0..<0)
        let damage = JournalDamage(log: Log(process: "test"))
        let found = try journal.contents(damage: damage)
        #expect(before.allSatisfy { found[$0.key] == $0.value })
        #expect(try journal.number(of: journal.lastSent) != nil)
        #expect(damage.lost == 0)
        try journal.restart(on: disk.afterKill())
        #expect(try journal.fault() == nil)
    }

    /// Somebody has put another gateway's segment into the folder: the others stay what they are.
    @Test func aStrangersSegmentIsMovedAway() throws {
        var journal = try written(frames: 40)
        let other = try SimulatedJournal(SimulatedDisk())
        let foreign = try other.disk.open("0000000000000001.seg", create: false).read(at: 0, count: 8192)
        let names = journal.disk.names(in: "").filter { $0.hasSuffix(".seg") }
        try journal.forget(names[0])
        try journal.disk.open("0000000000000001.seg", create: true).write(foreign, at: 0)
        try journal.restart(on: journal.disk.afterKill())
        #expect(journal.disk.names(in: "quarantine") == ["0000000000000001.seg"])
        let found = try journal.contents()
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { journal.confirmed[$0.key] == $0.value })
    }

    /// A store that is new, or whose position was lost, begins at the oldest entry that there is, in any segment.
    @Test func aStoreWithoutAPositionGetsAllThatIsKept() throws {
        var journal = try written(frames: 5)
        try journal.restart(on: journal.disk.afterKill())
        for _ in 0..<60 {
            try journal.write(count: 3, size: 200)
            try journal.sync()
        }
        let names = journal.disk.names(in: "").filter { $0.hasSuffix(".seg") }
        try #require(names.count > 4)
        // The first, and the one that began at the restart, have been deleted.
        for name in names.prefix(2) { try journal.forget(name) }
        let damage = JournalDamage(log: Log(process: "test"))
        let found = try journal.contents(damage: damage)
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { journal.confirmed[$0.key] == $0.value })
        #expect(damage.lost == 0)
    }

    @Test func aFullDiskDoesNotKeepAJournalFromStarting() throws {
        var journal = try written(frames: 20)
        let disk = journal.disk.afterKill()
        disk.setCapacity(disk.used + 200)
        try journal.restart(on: disk)
        #expect(try journal.fault() == nil)
        let error = #expect(throws: JournalError.self) { try journal.write(count: 1, size: 10) }
        guard case .full = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        disk.setCapacity(.max)
        try journal.write(count: 1, size: 10)
        try journal.sync()
        #expect(try journal.fault() == nil)
    }

    @Test func aJournalOfANewerVersionIsLeftAlone() throws {
        let journal = try written(frames: 2)
        let name = try #require(journal.disk.names(in: "").first { $0.hasSuffix(".seg") })
        var bytes = try journal.disk.open(name, create: false).read(at: 0, count: 60)
        bytes.put(fixed: UInt32(2), at: 4)
        bytes.put(fixed: Checksum.crc32c(bytes, 0..<56), at: 56)
        journal.disk.damage(name, at: 0, bytes)
        let error = #expect(throws: JournalError.self) { try SimulatedJournal(journal.disk.afterKill()) }
        #expect("\(try #require(error))".contains("version 2"))
    }

    /// Bytes of an earlier life of the disk are no frames: their checksums begin with another segment's id.
    @Test func recycledBytesAreNotTakenForFrames() throws {
        let journal = try written(frames: 10)
        let names = journal.disk.names(in: "").filter { $0.hasSuffix(".seg") }
        let old = try journal.disk.open(names[0], create: false).read(at: SegmentHeader.size, count: 4000)
        var other = try SimulatedJournal(SimulatedDisk())
        try other.write(count: 1, size: 10)
        try other.sync()
        let newest = try #require(other.disk.names(in: "").last { $0.hasSuffix(".seg") })
        other.disk.damage(newest, at: 1024, old)
        try other.restart(on: other.disk.afterKill())
        #expect(try other.contents().count == 1)
    }
}
