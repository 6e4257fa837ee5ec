import EventModel
import Journal
import Platform
import Testing

/// A disk whose syncs hang for as long as they are told to.
private final class HangingDisk: JournalFolder, Sendable {
    private let disk = SimulatedDisk()
    let isHanging = Monitor(false)

    private struct HangingFile: JournalFile {
        let file: any JournalFile
        let isHanging: Monitor<Bool>

        func size() throws(PlatformError) -> Int { try file.size() }
        func read(at offset: Int, count: Int) throws(PlatformError) -> [UInt8] {
            try file.read(at: offset, count: count)
        }
        func write(_ bytes: [UInt8], at offset: Int) throws(PlatformError) { try file.write(bytes, at: offset) }
        func allocate(_ size: Int) throws(PlatformError) { try file.allocate(size) }
        func truncate(_ size: Int) throws(PlatformError) { try file.truncate(size) }
        func sync() throws(PlatformError) {
            _ = isHanging.wait(milliseconds: 120_000) { $0 ? nil : true }
            try file.sync()
        }
    }

    func names(in subfolder: String) throws(PlatformError) -> [String] { disk.names(in: subfolder) }
    func open(_ name: String, create: Bool) throws(PlatformError) -> any JournalFile {
        HangingFile(file: try disk.open(name, create: create), isHanging: isHanging)
    }
    func rename(_ name: String, to new: String) throws(PlatformError) { try disk.rename(name, to: new) }
    func remove(_ name: String) throws(PlatformError) { try disk.remove(name) }
    func sync() throws(PlatformError) { try disk.sync() }
    func freeBytes() throws(PlatformError) -> Int { disk.freeBytes() }
}

@Suite struct SlowDiskTests {
    private func items(_ number: UInt128) -> EncodedItems {
        let now = Timestamp(milliseconds: 0)
        var items = EncodedItems()
        items.append(Hit(site: SiteID(rawValue: 1), id: EventID(number), name: "x", receivedAt: now, time: now))
        return items
    }

    /// Nobody is told that an event is safe before it is, nobody waits for ever, and who comes while the disk hangs is sent
    /// away at once. When the disk goes on, so does the journal, by itself.
    @Test func whoWaitsForAHangingDiskIsAskedToComeAgain() throws {
        let disk = HangingDisk()
        var settings = JournalSettings()
        settings.segmentBytes = 1 << 18
        settings.minFreeBytes = 0
        settings.reserveBytes = 0
        settings.patienceMilliseconds = 300
        settings.maxCommitMilliseconds = 100
        let journal = try JournalWriter(disk, settings: settings, log: Log(process: "test"), onFault: { _ in })
        try journal.start()
        let outcomes = Monitor<[Int: AppendOutcome]>([:])
        func append(_ number: Int) {
            journal.append(items(UInt128(number)), level: .fsync) { outcome in
                outcomes.withLock { outcomes in
                    // Answered once, whatever happens later.
                    #expect(outcomes[number] == nil)
                    outcomes[number] = outcome
                }
            }
        }
        func outcome(_ number: Int) -> AppendOutcome? { outcomes.wait(milliseconds: 60_000) { $0[number] } }

        append(1)
        #expect(outcome(1) == .accepted)
        disk.isHanging.withLock { $0 = true }
        append(2)
        #expect(outcome(2) == .unknown)
        // The commit has hung for longer than it may by now.
        append(3)
        #expect(outcome(3) == .full)
        #expect(journal.problems.contains { $0.contains("max_commit_milliseconds") })
        #expect(journal.durable == 1)
        disk.isHanging.withLock { $0 = false }
        var number = 4
        repeat {
            Clock.sleep(milliseconds: 20)
            append(number)
            number += 1
        } while outcome(number - 1) != .accepted && number < 3000
        journal.close()
        let batch = try #require(try journal.makeReader().read(after: 0, atMost: 5000, milliseconds: 0))
        // The second one was never said to be safe, and is there: that is what "unknown" means. The third is not.
        let ids = batch.hits.map(\.id.value)
        #expect(ids.starts(with: [1, 2]))
        #expect(!ids.contains(3))
        #expect(journal.problems.isEmpty)
    }
}
