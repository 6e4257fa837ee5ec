import Configuration
import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import FilePlugin

@Suite struct FileStoreTests {
    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(
                of: FileStore.self, factory: PluginFactory(FileStore.self), folder: pluginFolder()) == [])
    }

    @Test func impossibleSettingsAreRefused() {
        var settings = FileSettings()
        settings.folder = "events"
        settings.rotateBytes = 100
        settings.rotateSeconds = 0
        #expect(settings.problems().map(\.key) == ["folder", "rotate_bytes", "rotate_seconds"])
    }

    @Test func whatIsStoredCanBeReadAtOnceAndIsFoundAgain() throws {
        let fixture = try StoreFixture()
        let store = try fixture.store()
        #expect(try store.position(in: StoreFixture.journal) == 0)
        #expect(try store.store(StoreFixture.batch(1...3)) == StoreReceipt(stored: 3, duplicates: 0))
        #expect(try store.store(StoreFixture.batch(4...4)) == StoreReceipt(stored: 1, duplicates: 0))
        #expect(try store.position(in: StoreFixture.journal) == 4)
        #expect(try fixture.numbers() == [1, 2, 3, 4])
        store.stop()
        let successor = try fixture.store()
        #expect(try successor.position(in: StoreFixture.journal) == 4)
        _ = try successor.store(StoreFixture.batch(5...6))
        #expect(try fixture.numbers() == [1, 2, 3, 4, 5, 6])
        #expect(try fixture.eventFiles().count == 1, "a restart goes on with the file")
    }

    @Test func whatIsStoredAlreadyIsNotStoredAgain() throws {
        let fixture = try StoreFixture()
        let store = try fixture.store()
        _ = try store.store(StoreFixture.batch(1...10))
        #expect(try store.store(StoreFixture.batch(1...10)).stored == 0)
        #expect(try store.store(StoreFixture.batch(8...12)).stored == 2)
        // Numbers that a journal has lost.
        #expect(try store.store(StoreFixture.batch(20...21)).stored == 2)
        #expect(try store.position(in: StoreFixture.journal) == 21)
        #expect(try fixture.numbers() == Array(1...12) + [20, 21])
    }

    /// Counts belong into a ledger, which a file has not; the numbers that they have in the journal are passed.
    @Test func countsArePassedOver() throws {
        let fixture = try StoreFixture()
        let store = try fixture.store()
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        let delta = LedgerDelta(site: SiteID(rawValue: 1), receivedAt: now, outcome: .dropped, reason: "opted_out")
        var counts = Batch(journal: StoreFixture.journal, first: 1, last: 2)
        counts.append(.ledger(delta), sequence: 1)
        #expect(try store.store(counts) == StoreReceipt(stored: 0, duplicates: 0))
        #expect(try store.position(in: StoreFixture.journal) == 2)
        #expect(try fixture.eventFiles() == [])
        var mixed = Batch(journal: StoreFixture.journal, first: 3, last: 7)
        mixed.append(.ledger(delta), sequence: 3)
        mixed.append(.hit(StoreFixture.batch(5...5).hits[0]), sequence: 5)
        mixed.append(.hit(StoreFixture.batch(6...6).hits[0]), sequence: 6)
        #expect(try store.store(mixed).stored == 2)
        #expect(try store.position(in: StoreFixture.journal) == 7)
        #expect(try fixture.eventFiles().first?.hasSuffix("-5.ndjson.part") == true)
        #expect(try fixture.numbers() == [5, 6])
    }

    @Test func aFinishedFileHasAllOfItsNameAndNoOtherIsWithoutPart() throws {
        var fixture = try StoreFixture()
        fixture.settings.rotateBytes = 65_536
        let store = try fixture.store()
        _ = try store.store(StoreFixture.batch(1...300, padding: 200))
        #expect(try fixture.names(".ndjson") == [])
        _ = try store.store(StoreFixture.batch(301...302))
        _ = try store.store(StoreFixture.batch(303...304))
        let finished = try fixture.names(".ndjson")
        try #require(finished.count == 1)
        #expect(finished[0].hasPrefix("file-20"))
        #expect(finished[0].hasSuffix("Z-0123456789abcdef0123456789abcdef-1.ndjson"))
        let parts = try fixture.names(".part")
        try #require(parts.count == 1)
        #expect(parts[0].hasSuffix("-301.ndjson.part"))
        #expect(try fixture.read(parts[0]).utf8.count { $0 == UInt8(ascii: "\n") } == 4)
        #expect(try fixture.numbers() == Array(1...304))
        #expect(permissions(of: "\(fixture.folder.path)/\(finished[0])") == 0o640)
    }

    @Test func aFileIsFinishedWhenItsTimeIsOverThoughNothingComes() throws {
        var fixture = try StoreFixture()
        fixture.settings.rotateSeconds = 1
        let store = try fixture.store()
        try store.start()
        defer { store.stop() }
        _ = try store.store(StoreFixture.batch(1...2))
        for _ in 0..<3000 where try fixture.names(".ndjson").isEmpty { Clock.sleep(milliseconds: 10) }
        #expect(try fixture.names(".ndjson").count == 1)
        #expect(try fixture.names(".part") == [])
        _ = try store.store(StoreFixture.batch(3...4))
        #expect(try fixture.numbers() == [1, 2, 3, 4])
        #expect(try fixture.eventFiles().count == 2)
    }

    @Test func aStoreThatComesLaterFinishesWhatIsOld() throws {
        var fixture = try StoreFixture()
        let first = try fixture.store()
        _ = try first.store(StoreFixture.batch(1...2))
        first.stop()
        fixture.settings.rotateSeconds = 1
        let second = try fixture.store()
        Clock.sleep(milliseconds: 1100)
        _ = try second.store(StoreFixture.batch(3...3))
        #expect(try fixture.names("-1.ndjson").count == 1)
        #expect(try fixture.names("-3.ndjson.part").count == 1)
    }

    @Test(.enabled(if: Zstd.isInstalled, "the program zstd is missing: tools/setup test installs it"))
    func zstdReadsFinishedAndUnfinishedFiles() throws {
        var fixture = try StoreFixture(compress: .zstd)
        fixture.settings.rotateBytes = 65_536
        let store = try fixture.store()
        var next: UInt64 = 1
        while try fixture.names(".ndjson.zst").isEmpty, next < 100_000 {
            _ = try store.store(StoreFixture.batch(next...next + 1999, padding: 100))
            next += 2000
        }
        #expect(try fixture.names(".ndjson.zst").count == 1)
        #expect(try fixture.names(".ndjson.zst.part").count == 1)
        #expect(try fixture.numbers() == Array(1..<next))
    }

    @Test(.enabled(if: Zstd.isInstalled, "the program zstd is missing: tools/setup test installs it"))
    func aChangeOfCompressionBeginsANewFile() throws {
        var fixture = try StoreFixture()
        let plain = try fixture.store()
        _ = try plain.store(StoreFixture.batch(1...2))
        plain.stop()
        fixture.settings.compress = .zstd
        let packed = try fixture.store()
        _ = try packed.store(StoreFixture.batch(3...4))
        packed.stop()
        #expect(try fixture.names("-1.ndjson").count == 1)
        #expect(try fixture.names("-3.ndjson.zst.part").count == 1)
        fixture.settings.compress = .none
        _ = try fixture.store().store(StoreFixture.batch(5...6))
        #expect(try fixture.names("-3.ndjson.zst").count == 1)
        #expect(try fixture.numbers() == [1, 2, 3, 4, 5, 6])
    }

    @Test func gatewaysAndStoresShareAFolder() throws {
        let fixture = try StoreFixture()
        // One name is the beginning of the other, and one is no name for a file.
        let ids = ["file", "file-2", "../a b"]
        let stores = try ids.map { try fixture.store(id: $0) }
        for (store, id) in zip(stores, ids) {
            _ = try store.store(StoreFixture.batch(1...2))
            #expect(try store.position(in: StoreFixture.other) == 0)
            _ = try store.store(StoreFixture.batch(1...4, journal: StoreFixture.other))
            #expect(try store.position(in: StoreFixture.journal) == 2)
            _ = try store.store(StoreFixture.batch(3...3))
            #expect(try fixture.numbers(id: id) == [1, 2, 3])
            #expect(try fixture.numbers(id: id, journal: StoreFixture.other) == [1, 2, 3, 4])
        }
        #expect(try Files.list(fixture.folder.path).count == 4 * ids.count)
    }

    @Test func oneJournalHasOneWriter() throws {
        let fixture = try StoreFixture()
        let first = try fixture.store()
        _ = try first.store(StoreFixture.batch(1...2))
        let second = try fixture.store()
        #expect {
            try second.position(in: StoreFixture.journal)
        } throws: { error in
            if case .unavailable? = error as? StoreError { true } else { false }
        }
        first.stop()
        #expect(try second.position(in: StoreFixture.journal) == 2)
    }

    @Test func buriedHitsAreLinesOfTheirOwn() throws {
        let fixture = try StoreFixture()
        let store = try fixture.store()
        _ = try store.store(StoreFixture.batch(1...2))
        try store.bury(StoreFixture.batch(3...3), reason: "first")
        #expect(try store.position(in: StoreFixture.journal) == 3)
        // Already behind the position: an answer was lost.
        try store.bury(StoreFixture.batch(3...3), reason: "again")
        let name = "file-0123456789abcdef0123456789abcdef.dead.ndjson"
        try fixture.leaveTail(Array("{\"reason\":\"tor".utf8), in: name)
        try store.bury(StoreFixture.batch(4...4), reason: "second")
        _ = try store.store(StoreFixture.batch(5...5))
        let lines = try fixture.read(name).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix(#"{"reason":"first","sequence":3,"event":{"site":1,"#))
        #expect(lines[2].hasPrefix(#"{"reason":"second","sequence":4,"event":{"site":1,"#))
        #expect(try fixture.numbers() == [1, 2, 5])
    }

    @Test func poisonLeavesNothingBehind() throws {
        let fixture = try StoreFixture()
        let store = try fixture.store()
        var hits = StoreFixture.batch(1...3).hits
        hits[2].properties = [Property("a", .number(.nan))]
        let batch = Batch(journal: StoreFixture.journal, first: 1, hits: hits)
        #expect {
            try store.store(batch)
        } throws: { error in
            if case .poison? = error as? StoreError { true } else { false }
        }
        #expect(try store.position(in: StoreFixture.journal) == 0)
        _ = try store.store(StoreFixture.batch(1...2))
        #expect(try fixture.numbers() == [1, 2])
    }
}
