import EventModel
import Platform
import PluginAPI
import TestSupport
import Testing

@testable import FilePlugin

/// What a dying gateway, machine or disk leaves behind, and what the next start makes of it.
@Suite struct CrashTests {
    @Test func aTornTailIsCutOff() throws {
        let fixture = try StoreFixture()
        let first = try fixture.store()
        _ = try first.store(StoreFixture.batch(1...2))
        first.stop()
        // The whole of the next batch, half of a third; the cursor knows of neither.
        try fixture.leaveTail(Array("{\"title\":\"3\"}\n{\"title\":\"4\"}\n{\"tit".utf8), in: fixture.names(".part")[0])
        let second = try fixture.store()
        #expect(try second.position(in: StoreFixture.journal) == 2)
        #expect(try fixture.numbers() == [1, 2])
        _ = try second.store(StoreFixture.batch(3...4))
        #expect(try fixture.numbers() == [1, 2, 3, 4])
    }

    @Test(.enabled(if: Zstd.isInstalled, "the program zstd is missing: tools/setup test installs it"))
    func aTornFrameIsCutOff() throws {
        let fixture = try StoreFixture(compress: .zstd)
        let first = try fixture.store()
        _ = try first.store(StoreFixture.batch(1...2))
        first.stop()
        let name = try fixture.names(".part")[0]
        let frame = try Files.readBytes("\(fixture.folder.path)/\(name)")
        try fixture.leaveTail(Array(frame.prefix(frame.count / 2)), in: name)
        #expect(throws: Zstd.Failure.self) { try fixture.numbers() }
        _ = try fixture.store().store(StoreFixture.batch(3...4))
        #expect(try fixture.numbers() == [1, 2, 3, 4])
    }

    @Test func aFileThatWasOnlyBegunIsBegunAgain() throws {
        let fixture = try StoreFixture()
        let first = try fixture.store()
        _ = try first.store(StoreFixture.batch(1...2))
        first.stop()
        let begun = "file-2023-11-14T22-13-20Z-0123456789abcdef0123456789abcdef-3.ndjson.part"
        try fixture.leaveTail(Array("{\"title\":\"3\"}\n".utf8), in: begun)
        let foreign = begun.replacing("file-", with: "other-")
        try fixture.leaveTail(Array("{\"title\":\"9\"}\n".utf8), in: foreign)
        _ = try fixture.store().store(StoreFixture.batch(3...3))
        #expect(try fixture.numbers() == [1, 2, 3])
        #expect(!Files.exists("\(fixture.folder.path)/\(begun)"))
        #expect(Files.exists("\(fixture.folder.path)/\(foreign)"), "another store's files are its own")
    }

    @Test func oneDamagedSlotCostsNothing() throws {
        for latest in [true, false] {
            let fixture = try StoreFixture()
            let first = try fixture.store()
            for number in 1...5 as ClosedRange<UInt64> { _ = try first.store(StoreFixture.batch(number...number)) }
            first.stop()
            try fixture.damageCursor(latest: latest)
            let second = try fixture.store()
            let position = try second.position(in: StoreFixture.journal)
            #expect(position == (latest ? 4 : 5))
            #expect(try fixture.numbers() == Array(1...position), "the file ends where the position is")
            _ = try second.store(StoreFixture.batch(position + 1...7))
            second.stop()
            #expect(try fixture.store().position(in: StoreFixture.journal) == 7)
            #expect(try fixture.numbers() == Array(1...7))
        }
    }

    @Test func theTwoSlotsAreOverwrittenInTurn() throws {
        let fixture = try StoreFixture()
        let store = try fixture.store()
        for number in 1...9 as ClosedRange<UInt64> {
            _ = try store.store(StoreFixture.batch(number...number))
            let file = try DiskFile("\(fixture.folder.path)/\(fixture.names(".cursor")[0])", create: false)
            let positions = try [0, 4096].map { Cursor(slot: try file.read(at: $0, count: Cursor.size))?.position }
            #expect(positions.contains(number))
            if number > 1 { #expect(positions.contains(number - 1)) }
            #expect(try file.size() == 8192)
        }
    }

    /// Repeats rather than loses: only that is left to decide.
    @Test func withoutACursorTheNamesTellWhereToGoOn() throws {
        var fixture = try StoreFixture()
        fixture.settings.rotateBytes = 65_536
        let first = try fixture.store()
        _ = try first.store(StoreFixture.batch(1...300, padding: 200))
        _ = try first.store(StoreFixture.batch(301...310))
        first.stop()
        try fixture.damageCursor(latest: true)
        try fixture.damageCursor(latest: true)
        let second = try fixture.store()
        #expect(try second.position(in: StoreFixture.journal) == 300)
        #expect(try fixture.names("-301.ndjson.torn").count == 1, "what may be its only copy is kept")
        _ = try second.store(StoreFixture.batch(301...311))
        #expect(try fixture.numbers() == Array(1...311))
        second.stop()
        #expect(try fixture.store().position(in: StoreFixture.journal) == 311)
    }

    @Test func aFileThatTheDiskHasShortenedIsSetAside() throws {
        let fixture = try StoreFixture()
        let first = try fixture.store()
        _ = try first.store(StoreFixture.batch(1...3))
        first.stop()
        try DiskFile("\(fixture.folder.path)/\(fixture.names(".part")[0])", create: false).truncate(10)
        let second = try fixture.store()
        #expect(try second.position(in: StoreFixture.journal) == 3)
        _ = try second.store(StoreFixture.batch(4...4))
        #expect(try fixture.numbers() == [4])
        #expect(try fixture.names("-1.ndjson.torn").count == 1)
    }

    @Test func finishedFilesMayBeTakenAway() throws {
        let fixture = try StoreFixture()
        let first = try fixture.store()
        _ = try first.store(StoreFixture.batch(1...3))
        first.stop()
        for name in try fixture.eventFiles() { Files.remove("\(fixture.folder.path)/\(name)") }
        let second = try fixture.store()
        #expect(try second.position(in: StoreFixture.journal) == 3)
        _ = try second.store(StoreFixture.batch(4...4))
        #expect(try fixture.numbers() == [4])
    }

    /// Batches of every size and crashes at every place, in an order that the seed decides: each hit is in the files, in
    /// order, and none is there twice.
    @Test(arguments: 1...20)
    func whateverHappensEveryHitIsThereOnce(seed: Int) throws {
        var random = SeededRandom(UInt64(seed))
        var fixture = try StoreFixture()
        fixture.settings.rotateBytes = 65_536
        var store = try fixture.store()
        var position: UInt64 = 0
        while position < 3000 {
            let last = position + UInt64.random(in: 1...200, using: &random)
            _ = try store.store(StoreFixture.batch(position + 1...last, padding: 50))
            position = last
            guard Int.random(in: 0..<3, using: &random) == 0 else { continue }
            store.stop()
            let crash = Int.random(in: 0..<4, using: &random)
            let parts = try fixture.names(".part")
            if crash == 0, let part = parts.first {
                let tail = Int.random(in: 1...5000, using: &random)
                try fixture.leaveTail([UInt8](repeating: UInt8(ascii: "x"), count: tail), in: part)
            } else if crash == 1 {
                let name = FileNames(store: "file", journal: StoreFixture.journal)
                    .finished(openedAt: 0, first: position + 1, compress: .none)
                try fixture.leaveTail([UInt8](repeating: 0, count: 100), in: name + FileNames.unfinished)
            } else if crash == 2 {
                try fixture.damageCursor(latest: true)
            } else if let part = parts.first {
                // Finished, and the machine died before anything else was written.
                let path = "\(fixture.folder.path)/\(part)"
                try Files.rename(path, to: String(path.dropLast(FileNames.unfinished.utf8.count)))
            }
            store = try fixture.store()
            let found = try store.position(in: StoreFixture.journal)
            #expect(crash == 2 ? found < position : found == position)
            position = found
        }
        #expect(try fixture.numbers() == Array(1...position))
    }
}
