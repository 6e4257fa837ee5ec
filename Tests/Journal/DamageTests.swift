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
        #expect(try journal.contents()[16] != nil)
    }

    @Test func aSegmentWithoutAHeaderIsMovedAway() throws {
        var journal = try written(frames: 60)
        let names = journal.disk.names(in: "").filter { $0.hasSuffix(".seg") }
        try #require(names.count > 3)
        journal.disk.damage(names[1], at: 0, [UInt8](repeating: 0, count: 64))
        try journal.restart(on: journal.disk.afterKill())
        #expect(journal.disk.names(in: "quarantine").contains(names[1]))
        let found = try journal.contents()
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { journal.confirmed[$0.key] == $0.value })
        // Numbers that might stand in it are not used again.
        let highest = journal.lastConfirmed
        try journal.write(count: 1, size: 10)
        try journal.sync()
        #expect(journal.lastConfirmed > highest + 1000)
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
