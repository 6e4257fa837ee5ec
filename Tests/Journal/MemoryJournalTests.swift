import EventModel
import Journal
import Testing

@Suite struct MemoryJournalTests {
    private func hits(_ count: Int) -> [Hit] {
        (0..<count).map { number in
            let now = Timestamp(milliseconds: Int64(number))
            return Hit(site: SiteID(rawValue: 1), id: EventID(UInt128(number)), name: "x", receivedAt: now, time: now)
        }
    }

    @Test func hitsAreNumberedInOrderAndReadFromAnyPosition() throws {
        let journal = MemoryJournal(id: JournalID(1), capacity: 100)
        journal.append(hits(3)) { #expect($0 == .accepted) }
        journal.append(hits(2)) { #expect($0 == .accepted) }
        let first = try #require(journal.read(after: 0, atMost: 4, milliseconds: 0))
        #expect(first.first == 1)
        #expect(first.last == 4)
        let second = try #require(journal.read(after: 4, atMost: 4, milliseconds: 0))
        #expect(second.first == 5)
        #expect(second.hits.count == 1)
        #expect(journal.read(after: 5, atMost: 4, milliseconds: 0) == nil)
    }

    @Test func aFullJournalTakesARequestWholeOrNotAtAll() {
        let journal = MemoryJournal(id: JournalID(1), capacity: 4)
        journal.append(hits(3)) { #expect($0 == .accepted) }
        journal.append(hits(2)) { #expect($0 == .full) }
        #expect(journal.pending == 3)
        journal.release(through: 2)
        journal.append(hits(2)) { #expect($0 == .accepted) }
        #expect(journal.pending == 3)
        // What was released is gone; reading goes on with what is there.
        #expect(journal.read(after: 0, atMost: 9, milliseconds: 0)?.first == 3)
    }

    @Test func aClosedJournalTakesNothingAndGivesTheRest() {
        let journal = MemoryJournal(id: JournalID(1), capacity: 4)
        journal.append(hits(1)) { #expect($0 == .accepted) }
        journal.close()
        journal.append(hits(1)) { #expect($0 == .closed) }
        #expect(journal.read(after: 0, atMost: 9, milliseconds: 0)?.hits.count == 1)
        #expect(journal.read(after: 1, atMost: 9, milliseconds: 60_000) == nil)
    }

    @Test func releasingMoreThanThereIsDoesNoHarm() {
        let journal = MemoryJournal(id: JournalID(1), capacity: 4)
        journal.release(through: 9)
        journal.append(hits(2)) { #expect($0 == .accepted) }
        journal.release(through: 99)
        #expect(journal.pending == 0)
        journal.append(hits(1)) { #expect($0 == .accepted) }
        #expect(journal.read(after: 2, atMost: 9, milliseconds: 0)?.first == 3)
    }
}
