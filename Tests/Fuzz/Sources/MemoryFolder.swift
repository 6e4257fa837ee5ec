import Journal
import Platform
import Synchronization

/// A journal's folder that lives in memory, for one thread.
final class MemoryFolder: JournalFolder {
    private let files: Mutex<[String: MemoryFile]>

    init(_ contents: [String: [UInt8]]) {
        files = Mutex(contents.mapValues(MemoryFile.init))
    }

    /// What stands in the files.
    var contents: [String: [UInt8]] { files.withLock { $0.mapValues(\.contents) } }

    func names(in subfolder: String) -> [String] {
        let prefix = subfolder.isEmpty ? "" : subfolder + "/"
        return files.withLock { files in
            files.keys.filter { $0.hasPrefix(prefix) && $0.contains("/") == !subfolder.isEmpty }
                .map { String($0.dropFirst(prefix.count)) }.sorted()
        }
    }

    func open(_ name: String, create: Bool) throws(PlatformError) -> any JournalFile {
        let file = files.withLock { files in
            if create, files[name] == nil { files[name] = MemoryFile([]) }
            return files[name]
        }
        guard let file else { throw PlatformError(call: "open \(name)", code: 2) }
        return file
    }

    func rename(_ name: String, to new: String) {
        files.withLock { $0[new] = $0.removeValue(forKey: name) }
    }

    func remove(_ name: String) {
        files.withLock { $0[name] = nil }
    }

    func sync() {}
    func freeBytes() -> Int { 1 << 40 }
}

/// A file of it.
final class MemoryFile: JournalFile {
    private let bytes: Mutex<[UInt8]>

    init(_ contents: [UInt8]) {
        bytes = Mutex(contents)
    }

    var contents: [UInt8] { bytes.withLock { $0 } }

    func size() -> Int { bytes.withLock { $0.count } }

    func read(at offset: Int, count: Int) -> [UInt8] {
        bytes.withLock { bytes in offset < bytes.count ? Array(bytes[offset..<min(offset + count, bytes.count)]) : [] }
    }

    func write(_ new: [UInt8], at offset: Int) {
        allocate(offset + new.count)
        bytes.withLock { $0.replaceSubrange(offset..<offset + new.count, with: new) }
    }

    func allocate(_ size: Int) {
        bytes.withLock { bytes in bytes += [UInt8](repeating: 0, count: max(0, size - bytes.count)) }
    }

    func truncate(_ size: Int) {
        bytes.withLock { $0.removeLast(max(0, $0.count - size)) }
        allocate(size)
    }

    func sync() {}
}
