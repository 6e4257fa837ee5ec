import EventModel
import Platform
import PluginAPI
import TestSupport
import Testing

@testable import FilePlugin

/// A small filesystem of the test's own.
private final class SmallDisk {
    let folder: String
    private let parent: TemporaryFolder

    /// Whether this user may mount one.
    static let isPossible: Bool = {
        guard Process.userID == 0, let disk = try? SmallDisk(kibibytes: 64) else { return false }
        return disk.folder.hasSuffix("/disk")
    }()

    struct Failure: Error {}

    init(kibibytes: Int) throws {
        parent = try TemporaryFolder()
        folder = "\(parent.path)/disk"
        try Files.makeFolder(folder, mode: 0o700)
        guard try SmallDisk.mount(["-t", "tmpfs", "-o", "size=\(kibibytes)k", "footfall-test", folder]) else {
            throw Failure()
        }
    }

    deinit {
        _ = try? Program("umount")?.run(["-l", folder])
        _ = try? Program("rmdir")?.run([folder])
    }

    func remount(_ option: String) throws {
        guard try SmallDisk.mount(["-o", "remount,\(option)", folder]) else { throw Failure() }
    }

    private static func mount(_ arguments: [String]) throws -> Bool {
        try Program("mount")?.run(arguments).status == 0
    }
}

@Suite struct DiskTroubleTests {
    @Test(.enabled(if: SmallDisk.isPossible, "only root can mount a small filesystem to fill up"))
    func aFullDiskLosesAndRepeatsNothing() throws {
        let disk = try SmallDisk(kibibytes: 256)
        var fixture = try StoreFixture()
        fixture.settings.folder = disk.folder
        _ = try Files.createOnce(
            "\(disk.folder)/filler", bytes: [UInt8](repeating: 0, count: 64 * 1024), mode: 0o600)
        let store = try fixture.store()
        var position: UInt64 = 0
        var failures = 0
        while position < 1000, failures < 4 {
            do throws(StoreError) {
                _ = try store.store(StoreFixture.batch(position + 1...position + 40, padding: 100))
                position += 40
            } catch {
                guard case .unavailable = error else {
                    Issue.record("\(error)")
                    return
                }
                failures += 1
                #expect(try store.position(in: StoreFixture.journal) == position)
            }
        }
        #expect(failures == 4, "the disk was never full")
        // Whoever reads meanwhile finds whole lines only.
        let names = FileNames(store: "file", journal: StoreFixture.journal)
        let part = try #require(try Files.list(disk.folder).first { names.first(of: $0) != nil })
        let text = try Files.read("\(disk.folder)/\(part)")
        #expect(text.hasSuffix("}\n") && text.utf8.count { $0 == UInt8(ascii: "\n") } == Int(position))
        Files.remove("\(disk.folder)/filler")
        _ = try store.store(StoreFixture.batch(position + 1...position + 40, padding: 100))
        let lines = try Files.read("\(disk.folder)/\(part)").split(separator: "\n")
        #expect(lines.count == Int(position) + 40)
        #expect(Set(lines.map(String.init)).count == lines.count)
        store.stop()
    }

    @Test(.enabled(if: SmallDisk.isPossible, "only root can mount a filesystem read-only"))
    func aReadOnlyDiskWantsAPerson() throws {
        let disk = try SmallDisk(kibibytes: 256)
        var fixture = try StoreFixture()
        fixture.settings.folder = disk.folder
        let first = try fixture.store()
        _ = try first.store(StoreFixture.batch(1...2))
        first.stop()
        try disk.remount("ro")
        let second = try fixture.store()
        #expect(throws: StoreError.self) { try second.position(in: StoreFixture.journal) }
        #expect {
            try second.store(StoreFixture.batch(3...4))
        } throws: { error in
            if case .refused? = error as? StoreError { true } else { false }
        }
        try disk.remount("rw")
        #expect(try second.store(StoreFixture.batch(3...4)).stored == 2)
        second.stop()
    }

    @Test(.enabled(if: Process.userID != 0, "root may write everywhere"))
    func aFolderOfOthersWantsAPerson() throws {
        var fixture = try StoreFixture()
        fixture.settings.folder = "/proc/footfall"
        let store = try fixture.store()
        #expect(throws: StoreError.self) { try store.position(in: StoreFixture.journal) }
        setPermissions(of: fixture.folder.path, to: 0o500)
        fixture.settings.folder = fixture.folder.path
        let other = try fixture.store()
        #expect {
            try other.store(StoreFixture.batch(1...2))
        } throws: { error in
            if case .refused? = error as? StoreError { true } else { false }
        }
        setPermissions(of: fixture.folder.path, to: 0o700)
        #expect(try other.store(StoreFixture.batch(1...2)).stored == 2)
    }

    @Test func aFileInPlaceOfTheFolderWantsAPerson() throws {
        var fixture = try StoreFixture()
        try fixture.leaveTail([1], in: "events")
        fixture.settings.folder = "\(fixture.folder.path)/events"
        let store = try fixture.store()
        #expect {
            try store.store(StoreFixture.batch(1...2))
        } throws: { error in
            if case .refused? = error as? StoreError { true } else { false }
        }
        // Mended while the gateway runs.
        Files.remove(fixture.settings.folder)
        #expect(try store.store(StoreFixture.batch(1...2)).stored == 2)
        store.stop()
        _ = try Program("rm")?.run(["-r", fixture.settings.folder])
    }
}
