import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

@Suite struct WatchedFileTests {
    private struct NotThis: Error {}

    @Test func aChangedFileIsReadAgainAndABrokenOneIsNot() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/list"
        _ = try Files.createOnce(path, bytes: Array("one".utf8), mode: 0o600)
        let file = WatchedFile(path, log: Log(process: "test")) { path in
            let text = try Files.read(path)
            if text == "broken" { throw NotThis() }
            return text
        }
        try file.start()
        defer { file.stop() }
        #expect(file.value == "one")
        #expect(!file.look())
        for (content, seen) in [("two!", "two!"), ("broken", "two!"), ("three", "three")] {
            Files.remove(path)
            #expect(!file.look())
            #expect(file.value != nil)
            _ = try Files.createOnce(path, bytes: Array(content.utf8), mode: 0o600)
            file.look()
            #expect(file.value == seen)
        }
    }

    /// A pipe would keep the reader waiting for a writer, and the process with it.
    @Test func whatIsNoFileIsRefused() throws {
        let folder = try TemporaryFolder()
        let pipe = "\(folder.path)/pipe"
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        for path in [pipe, "/dev/zero", folder.path] {
            let file = WatchedFile(path, log: Log(process: "test")) { try Files.read($0) }
            #expect(throws: PlatformError.self) { try file.start() }
            file.stop()
        }
    }

    @Test func whatCouldNotBeReadIsTriedAgainAndTheAgeIsThatOfWhatIsInUse() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/list"
        let isReadable = Mutex(true)
        _ = try Files.createOnce(path, bytes: Array("one".utf8), mode: 0o600)
        let file = WatchedFile(path, log: Log(process: "test")) { path in
            if !isReadable.withLock({ $0 }) { throw NotThis() }
            return try Files.read(path)
        }
        #expect(file.note { $0 } == "\(path): not read yet")
        try file.start()
        defer { file.stop() }
        #expect(file.note { $0 } == "\(path): one, 0 days old")
        isReadable.withLock { $0 = false }
        Files.remove(path)
        #expect(file.note { $0 } == "\(path): one, 0 days old; the file is gone")
        _ = try Files.createOnce(path, bytes: Array("second".utf8), mode: 0o600)
        let written = try #require(file.modifiedAt)
        file.look()
        #expect(file.value == "one")
        #expect(file.modifiedAt == written)
        // Its owner has mended it, and its time is as before.
        isReadable.withLock { $0 = true }
        #expect(file.look())
        #expect(file.value == "second")
    }

    @Test func aMissingFileIsNamedAtTheStart() throws {
        let file = WatchedFile("/nonexistent/list", log: Log(process: "test")) { try Files.read($0) }
        #expect(throws: (any Error).self) { try file.start() }
        file.stop()
    }
}
