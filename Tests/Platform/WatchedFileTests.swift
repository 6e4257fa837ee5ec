import Platform
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

    @Test func aMissingFileIsNamedAtTheStart() throws {
        let file = WatchedFile("/nonexistent/list", log: Log(process: "test")) { try Files.read($0) }
        #expect(throws: (any Error).self) { try file.start() }
        file.stop()
    }
}
