import Platform
import TestSupport
import Testing

@Suite struct LockedFileTests {
    private let secret: [UInt8] = Array(1...16)

    private func create(_ path: String, _ bytes: [UInt8]) throws -> LockedFile? {
        try LockedFile.create(path, bytes: unsafe bytes.span.bytes)
    }

    private func read(_ path: String, count: Int = 16) throws -> (bytes: [UInt8], file: LockedFile?) {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        let file = try LockedFile.open(path, into: &raw)
        return (bytes, file)
    }

    @Test func whoComesFirstDecides() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        let path = "\(folder.path)/secret"
        let first = try create(path, secret)
        #expect(first?.lockError == nil)
        let other: [UInt8] = Array(2...17)
        #expect(try create(path, other) == nil)
        #expect(try read(path).bytes == secret)
        #expect(try Files.readBytes(path) == secret)
        #expect(permissions(of: path) == 0o600)
        #expect(try Files.list(folder.path) == ["secret"])
    }

    @Test(.enabled(if: memoryCanBeLocked, "sanitizers lock nothing"))
    func itsPageIsLockedAndNotDumpedWhileItLives() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        let path = "\(folder.path)/secret"
        // The file has another name when it is mapped first.
        var made = try create(path, secret)
        #expect(made != nil)
        made = nil
        for open in [{ try LockedFile.lock(path) }, { try self.read(path).file }] {
            var file = try open()
            #expect(file?.lockError == nil)
            #expect(try flags(of: path).map { $0.isSuperset(of: ["lo", "dd"]) } == true)
            file = nil
            #expect(try flags(of: path) == nil)
            _ = file
        }
    }

    @Test func aFileThatIsMissingIsNone() throws {
        #expect(try LockedFile.lock("/dev/shm/no-such-file") == nil)
        #expect(try read("/dev/shm/no-such-file").file == nil)
    }

    @Test func aFileOfAnotherLengthAndALinkAreRefused() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        _ = try create("\(folder.path)/short", [1, 2, 3])
        #expect(throws: PlatformError.self) { try read("\(folder.path)/short") }
        makeLink("\(folder.path)/link", to: "\(folder.path)/short")
        #expect(throws: PlatformError.self) { try read("\(folder.path)/link", count: 3) }
        #expect(throws: PlatformError.self) { try LockedFile.lock(folder.path) }
    }

    /// Seen through another name of the same file.
    @Test func wipingLeavesZerosAndFollowsNoLink() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        let path = "\(folder.path)/secret"
        _ = try create(path, secret)
        makeSecondName("\(folder.path)/other", of: path)
        LockedFile.wipe(path)
        LockedFile.wipe(path)
        #expect(!Files.exists(path))
        #expect(try Files.readBytes("\(folder.path)/other") == [UInt8](repeating: 0, count: 16))
        _ = try create(path, secret)
        makeLink("\(folder.path)/link", to: path)
        LockedFile.wipe("\(folder.path)/link")
        #expect(try Files.readBytes(path) == secret)
        #expect(try Files.list(folder.path) == ["other", "secret"])
    }

    private func flags(of path: String) throws -> Set<Substring>? {
        var isInside = false
        for line in try Files.read("/proc/self/smaps").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0].contains("-") { isInside = line.hasSuffix(path) }
            if isInside, words[0] == "VmFlags:" { return Set(words.dropFirst()) }
        }
        return nil
    }

    private func makeLink(_ path: String, to target: String) {
        #expect((try? Program("ln")?.run(["-s", target, path]).status) == 0)
    }

    private func makeSecondName(_ path: String, of other: String) {
        #expect((try? Program("ln")?.run([other, path]).status) == 0)
    }
}
