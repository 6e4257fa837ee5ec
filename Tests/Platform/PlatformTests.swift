import Synchronization
import TestSupport
import Testing

@testable import Platform

@Suite struct CivilTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59Z"), (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (1_700_000_000_000, "2023-11-14T22:13:20Z"),
        ] as [(Int64, String)])
    func momentsHaveTheirDate(milliseconds: Int64, text: String) {
        #expect(CivilTime(milliseconds: milliseconds).description == text)
    }

    @Test func noMomentTraps() {
        for moment in [Int64.min, .max, -62_135_596_800_000] { _ = CivilTime(milliseconds: moment).description }
    }
}

@Suite struct MonitorTests {
    @Test func aWaiterIsWokenByAChange() throws {
        let monitor = Monitor(0)
        let thread = try Thread(name: "writer") {
            for _ in 0..<1000 { monitor.withLock { $0 += 1 } }
        }
        #expect(monitor.wait(milliseconds: 60_000) { $0 == 1000 ? "done" : nil } == "done")
        thread.join()
        thread.join()
    }

    @Test func waitingEndsWithItsTime() {
        #expect(Monitor(0).wait(milliseconds: 10) { _ in nil as Int? } == nil)
    }
}

@Suite struct FilesTests {
    @Test func whoComesFirstDecides() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/once"
        #expect(try Files.createOnce(path, bytes: [1, 2], mode: 0o600))
        #expect(try !Files.createOnce(path, bytes: [3, 4], mode: 0o600))
        #expect(try Files.readBytes(path) == [1, 2])
        #expect(permissions(of: path) == 0o600)
        #expect(try Files.list(folder.path) == ["once"])
    }

    @Test func aMissingFileIsNamed() {
        do throws(PlatformError) {
            _ = try Files.read("/no/such/file")
            Issue.record("must throw")
        } catch {
            #expect(error.description == "open /no/such/file: No such file or directory")
        }
    }

    @Test func memoryBackedFoldersAreKnown() {
        #expect(Files.isMemoryBacked("/dev/shm"))
        #expect(!Files.isMemoryBacked("/no/such/folder"))
    }
}

@Suite struct LineReaderTests {
    private func lines(_ reader: LineReader) throws -> [String] {
        var lines: [String] = []
        while let line = try reader.next() {
            lines.append(String(decoding: line.bytes, as: UTF8.self) + (line.isWhole ? "" : "…"))
        }
        return lines
    }

    @Test func linesComeWithoutTheirEndsAndTheRestIsKnown() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/lines"
        try Files.append(path, bytes: Array("one\n\nthree\nfo".utf8), mode: 0o600)
        let reader = try LineReader(path, longest: 100)
        #expect(try lines(reader) == ["one", "", "three"])
        #expect(reader.rest == Array("fo".utf8))
        // What is written meanwhile comes, too.
        try Files.append(path, bytes: Array("ur\nfive\n".utf8), mode: 0o600)
        #expect(try lines(reader) == ["four", "five"])
        #expect(reader.rest.isEmpty)
    }

    @Test(arguments: [11, 1000, 100_000, 1_000_000])
    func aLineThatIsTooLongIsCutAndHarmsNoOther(length: Int) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/lines"
        let long = String(repeating: "x", count: length)
        try Files.append(path, bytes: Array("before\n\(long)\nafter\n\(long)".utf8), mode: 0o600)
        let reader = try LineReader(path, longest: 10)
        let found = try lines(reader)
        #expect(found.prefix(3) == ["before", "xxxxxxxxxx…", "after"])
        #expect(found.count == 4 || reader.rest.count == length)
    }

    @Test func linesOverTheBordersOfReadsAreWhole() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/lines"
        let expected = (0..<2000).map { String(repeating: "\($0 % 10)", count: $0 % 300) }
        try Files.append(path, bytes: Array(expected.map { $0 + "\n" }.joined().utf8), mode: 0o600)
        #expect(try lines(LineReader(path, longest: 400)) == expected)
    }
}

@Suite struct UnixSocketTests {
    @Test func aListenersFileHasItsModeAndIsLiveWhileItListens() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/socket"
        let listener = try UnixSocket.listen(path: path, mode: 0o660, backlog: 5)
        #expect(permissions(of: path) == 0o660)
        #expect(UnixSocket.isLive(path))
        UnixSocket.close(listener)
        #expect(!UnixSocket.isLive(path))
    }

    @Test func aPathThatIsTooLongIsRefused() {
        #expect(throws: PlatformError.self) {
            try UnixSocket.listen(path: "/tmp/" + String(repeating: "x", count: 120), mode: 0o660, backlog: 5)
        }
    }
}

@Suite struct ChecksumTests {
    /// The check value of CRC-32/ISCSI, and the vectors of RFC 3720 appendix B.4.
    @Test func vectors() {
        #expect(Checksum.crc32c(Array("123456789".utf8)) == 0xe306_9283)
        #expect(Checksum.crc32c([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(Checksum.crc32c([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
        #expect(Checksum.crc32c((0..<32).map { $0 }) == 0x46dd_794e)
    }

    @Test func theTableAgreesWithTheInstructionAndPartsWithTheWhole() {
        for length in 0..<100 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
            #expect(Checksum.crc32c(bytes) == Checksum.portable(bytes))
            let first = Checksum.crc32c(bytes, 0..<length / 3)
            #expect(Checksum.crc32c(bytes, from: length / 3, seed: first) == Checksum.crc32c(bytes))
        }
    }
}

@Suite struct PublishedTests {
    @Test func everyThreadSeesWhatWasPublishedBeforeItBegan() throws {
        let published = Published(0)
        for number in 1...50 {
            published.publish(number)
            let thread = try Thread(name: "look") { #expect(published.value == number) }
            thread.join()
        }
        #expect(published.value == 50)
    }
}

@Suite struct ThreadTests {
    @Test(.enabled(if: addressSpaceIsOurs)) func aThreadForWhichNobodyWaitsGivesBackItsStack() throws {
        // Much more than all other tests, which run at the same time, can take of the address space.
        let (threads, stack) = (600, 16 << 20)
        let before = try virtualPages()
        let ended = Atomic<Int>(0)
        for number in 1...threads {
            _ = try Thread(name: "nobody", stackSize: stack) { ended.add(1, ordering: .sequentiallyConsistent) }
            while ended.load(ordering: .sequentiallyConsistent) < number { Thread.yieldToOthers() }
        }
        #expect(try virtualPages() - before < threads * stack / 4096 / 2, "the stacks are still there")
    }

    private func virtualPages() throws -> Int {
        try #require(try Files.read("/proc/self/statm").split(separator: " ").first.flatMap { Int($0) })
    }
}
