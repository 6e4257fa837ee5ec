import EventModel
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Journal

@Suite struct JournalWriterTests {
    private func hit(_ number: UInt128) -> Hit {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        return Hit(site: SiteID(rawValue: 1), id: EventID(number), name: "x", receivedAt: now, time: now)
    }

    @Test func whatIsAcceptedCanBeRead() throws {
        let journal = try TestJournal()
        #expect(journal.append([hit(1), hit(2)]) == .accepted)
        #expect(journal.append([hit(3)]) == .accepted)
        let batch = try #require(try journal.read())
        #expect(batch.hits == [hit(1), hit(2), hit(3)])
        #expect(batch.first == 1)
        #expect(batch.last == 3)
    }

    @Test func countsTravelWithTheHits() throws {
        let journal = try TestJournal()
        let delta = LedgerDelta(
            site: SiteID(rawValue: 1), receivedAt: Timestamp(milliseconds: 86_400_000), outcome: .dropped,
            reason: "opted_out")
        var items = EncodedItems()
        items.append(delta)
        items.append(hit(1))
        #expect(journal.append(items) == .accepted)
        let batch = try #require(try journal.read())
        #expect(batch.ledger == [delta])
        #expect(batch.hits == [hit(1)])
        #expect(batch.sequence(ofHit: 0) == 2)
    }

    @Test func itGoesOnAfterARestartUnderTheSameName() throws {
        let folder = try TemporaryFolder()
        var settings = JournalSettings()
        settings.segmentBytes = 1 << 18
        settings.minFreeBytes = 0
        settings.reserveBytes = 0
        var names: Set<JournalID> = []
        for round in 0..<3 {
            let journal = try JournalWriter(
                try DiskFolder(folder.path, waitMilliseconds: 0), settings: settings, log: Log(process: "test"),
                onFault: { _ in })
            names.insert(journal.id)
            try journal.start()
            let outcomes = Monitor<[AppendOutcome]>([])
            for number in 0..<1000 {
                var items = EncodedItems()
                items.append(hit(UInt128(round * 1000 + number)))
                journal.append(items, level: number % 2 == 0 ? .fsync : .journal) { outcome in
                    outcomes.withLock { $0.append(outcome) }
                }
            }
            journal.close()
            #expect(outcomes.read { $0.filter { $0 == .accepted }.count } == 1000)
            let reader = journal.makeReader()
            var hits: [UInt128] = []
            var position: UInt64 = 0
            // A batch ends where numbers were left out, at each start.
            while let batch = try reader.read(after: position, atMost: .max, milliseconds: 0) {
                hits += batch.hits.map(\.id.value)
                position = batch.last
            }
            #expect(hits == (0..<UInt128((round + 1) * 1000)).map { $0 })
            journal.setStores(["store"])
            #expect(journal.statistics.pending == UInt64((round + 1) * 1000))
            journal.release(store: "store", through: position)
            #expect(journal.statistics.pending == 0)
            #expect(journal.statistics.lost == 0)
        }
        #expect(names.count == 1)
    }

    /// Two gateways must not write to one folder.
    @Test func aFolderBelongsToOneProcess() throws {
        let journal = try TestJournal()
        let error = #expect(throws: JournalError.self) {
            try DiskFolder(journal.folder.path, waitMilliseconds: 0)
        }
        #expect("\(try #require(error))".contains("journal.folder"))
    }

    @Test func aClosedJournalTakesNothing() throws {
        let journal = try TestJournal()
        journal.writer.close()
        #expect(journal.append([hit(1)]) == .closed)
    }

    /// Segments go when every store has them, and only then.
    @Test func whatIsLoadedIsDeletedAndWhatIsNotStays() throws {
        let journal = try TestJournal {
            $0.segmentBytes = 1 << 18
            $0.retainMilliseconds = 0
        }
        journal.writer.setStores(["one", "two"])
        for number in 0..<4000 { _ = journal.append([hit(UInt128(number))], level: .journal) }
        #expect(journal.append([hit(9999)]) == .accepted)
        let segments = journal.writer.statistics.segments
        try #require(segments >= 2)
        journal.writer.release(store: "one", through: 4001)
        Clock.sleep(milliseconds: 500)
        #expect(journal.writer.statistics.segments == segments)
        #expect(journal.writer.statistics.pending == 4001)
        journal.writer.release(store: "two", through: 4001)
        for _ in 0..<600 where journal.writer.statistics.segments > 1 { Clock.sleep(milliseconds: 100) }
        #expect(journal.writer.statistics.segments == 1)
        #expect(journal.writer.statistics.pending == 0)
    }

    /// The time of each segment begins when it is loaded, not when the one before it is deleted.
    /// On a site that has fallen silent the last events would lie in their segment for ever.
    @Test func whatCameLastIsDeletedAlthoughNothingFollows() throws {
        let journal = try TestJournal {
            $0.segmentMilliseconds = 50
            $0.retainMilliseconds = 0
        }
        journal.writer.setStores(["one"])
        #expect(journal.append([hit(1)]) == .accepted)
        let before = Set(try Files.list(journal.folder.path).filter { $0.hasSuffix(".seg") })
        journal.writer.release(store: "one", through: 1)
        for _ in 0..<600 where try Set(Files.list(journal.folder.path)).isSuperset(of: before) {
            Clock.sleep(milliseconds: 100)
        }
        let after = Set(try Files.list(journal.folder.path))
        #expect(!after.isSuperset(of: before), "\(before) \(after)")
        #expect(journal.append([hit(2)]) == .accepted)
    }

    @Test func segmentsAreLoadedTogether() {
        let segments = (0..<4).map { number in
            let base = UInt64(number) * 10 + 1
            let header = SegmentHeader(base: base, follows: base - 1, segment: 1, journal: JournalID(1))
            return SegmentInfo(header: header, size: 100, end: 36)
        }
        let table = SegmentTable(segments)
        #expect(table.oldestLoaded(position: 25, now: 7)?.header.base == 1)
        table.remove(base: 1)
        #expect(table.oldestLoaded(position: 25, now: 99)?.loadedAt == 7)
        table.remove(base: 11)
        let none = table.oldestLoaded(position: 25, now: 99)
        #expect(none?.header.base == nil)
        #expect(table.oldestLoaded(position: 40, now: 99)?.loadedAt == 99)
    }

    /// A full journal refuses, keeps what it has, and takes more by itself as soon as the stores have caught up.
    @Test func aFullJournalRefusesAndRecovers() throws {
        let journal = try TestJournal {
            $0.segmentBytes = 1 << 18
            $0.maxBytes = 2 << 18
        }
        journal.writer.setStores(["store"])
        journal.writer.release(store: "store", through: 0)
        var accepted: UInt64 = 0
        var outcome = AppendOutcome.accepted
        var long = hit(1)
        long.path = String(repeating: "p", count: 2000)
        for number in 0..<2000 {
            long.id = EventID(UInt128(number))
            outcome = try #require(journal.append([long]))
            if outcome != .accepted { break }
            accepted += 1
        }
        #expect(outcome == .full)
        #expect(journal.writer.problems.count == 1)
        let batch = try #require(try journal.read())
        #expect(UInt64(batch.hits.count) == accepted)
        journal.writer.release(store: "store", through: accepted)
        var isTaken = false
        for _ in 0..<600 where !isTaken {
            Clock.sleep(milliseconds: 100)
            isTaken = journal.append([hit(5000)]) == .accepted
        }
        #expect(isTaken)
        #expect(journal.writer.problems.isEmpty)
    }

    /// Many threads at once: each entry is there once, and every number is used.
    @Test func manyMayAppendAtOnce() throws {
        let journal = try TestJournal { $0.segmentBytes = 1 << 18 }
        let threads = try (0..<8).map { thread in
            try Thread(name: "append") {
                for number in 0..<500 {
                    #expect(journal.append([hit(UInt128(thread * 500 + number))]) == .accepted)
                }
            }
        }
        for thread in threads { thread.join() }
        let batch = try #require(try journal.read())
        #expect(Set(batch.hits.map(\.id.value)).count == 4000)
        #expect(batch.last == 4000)
    }
}
