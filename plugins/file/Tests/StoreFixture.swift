import EventModel
import FoundationEssentials
import Platform
import PluginAPI
import TestSupport

@testable import FilePlugin

/// A folder, and stores that write to it.
struct StoreFixture {
    let folder: TemporaryFolder
    var settings = FileSettings()

    static let journal = JournalID(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef)
    static let other = JournalID(2)

    init(compress: FileSettings.Compression = .none) throws {
        // In memory where that is possible: a crash of the machine is not among what these tests can show.
        folder = try TemporaryFolder(in: Files.exists("/dev/shm") ? "/dev/shm" : "/tmp")
        settings.folder = folder.path
        settings.compress = compress
    }

    /// A store that has not been started: its files grow old without being finished before the next batch.
    func store(id: String = "file") throws -> FileStore {
        try FileStore(settings, in: PluginContext(id: id))
    }

    /// Names in the folder that end so.
    func names(_ ending: String) throws -> [String] {
        try Files.list(folder.path).filter { $0.hasSuffix(ending) }
    }

    /// Names of all files of events, finished or not, in the order in which they were begun.
    func eventFiles(id: String = "file", journal: JournalID = journal) throws -> [String] {
        let names = FileNames(store: id, journal: journal)
        return try Files.list(folder.path).filter { names.first(of: $0) != nil && !$0.hasSuffix(FileNames.torn) }
            .sorted { (names.first(of: $0) ?? 0) < (names.first(of: $1) ?? 0) }
    }

    func read(_ name: String) throws -> String {
        let path = "\(folder.path)/\(name)"
        let bytes = name.contains(".zst") ? try Zstd.decompress(file: path) : try Files.readBytes(path)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The numbers of the hits in all files, as `batch` has put them into the titles.
    func numbers(id: String = "file", journal: JournalID = journal) throws -> [UInt64] {
        let decoder = JSONDecoder()
        var numbers: [UInt64] = []
        for name in try eventFiles(id: id, journal: journal) {
            for line in try read(name).split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                let event = try decoder.decode(Titled.self, from: Data(line.utf8))
                guard let number = UInt64(event.title) else { throw Unreadable(line: String(line)) }
                numbers.append(number)
            }
        }
        return numbers
    }

    private struct Titled: Decodable {
        var title: String
    }

    struct Unreadable: Error {
        let line: String
    }

    /// Adds bytes to a file, as a write would that did not come to its end.
    func leaveTail(_ bytes: [UInt8], in name: String) throws {
        let file = try DiskFile("\(folder.path)/\(name)", create: true)
        try file.write(bytes, at: try file.size())
    }

    /// Damages one of the cursor's two slots: the one that was written last, or the one before.
    func damageCursor(latest: Bool) throws {
        let file = try DiskFile("\(folder.path)/\(try names(".cursor")[0])", create: false)
        let slots = try [0, 4096].map { Cursor(slot: try file.read(at: $0, count: Cursor.size))?.generation ?? 0 }
        let isSecond = (slots[1] > slots[0]) == latest
        try file.write(Array("torn".utf8), at: (isSecond ? 4096 : 0) + 20)
    }

    /// Hits with their numbers as titles.
    static func batch(_ numbers: ClosedRange<UInt64>, journal: JournalID = journal, padding: Int = 0) -> Batch {
        let hits = numbers.map { number in
            var hit = Hit(
                site: SiteID(rawValue: 1), id: EventID(UInt128(number)), name: Hit.pageview,
                receivedAt: Timestamp(milliseconds: 1_700_000_000_000),
                time: Timestamp(milliseconds: 1_700_000_000_000 - 1))
            hit.title = "\(number)"
            hit.path = "/" + String(repeating: "a", count: padding)
            return hit
        }
        return Batch(journal: journal, first: numbers.lowerBound, hits: hits)
    }
}
