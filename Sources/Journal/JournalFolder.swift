public import Platform

/// The folder of one journal, as the journal needs it: a disk, or a simulator that loses what was not synced.
///
/// Names are relative to the folder; `quarantine/…` lies in a folder of its own below.
public protocol JournalFolder: Sendable {
    /// Names in the folder, or in a folder below it; sorted.
    func names(in subfolder: String) throws(PlatformError) -> [String]
    /// Opens a file; makes it when it is missing and `create` is set.
    func open(_ name: String, create: Bool) throws(PlatformError) -> any JournalFile
    /// Gives a file another name, in place of what bears it.
    func rename(_ name: String, to new: String) throws(PlatformError)
    /// Removes a file.
    func remove(_ name: String) throws(PlatformError)
    /// Waits until names that were made, changed or removed are on the disk.
    func sync() throws(PlatformError)
    /// Bytes that may still be written.
    func freeBytes() throws(PlatformError) -> Int
}

/// A file of a journal.
public protocol JournalFile: Sendable {
    /// Length in bytes.
    func size() throws(PlatformError) -> Int
    /// `count` bytes from `offset` on, or as many as there are.
    func read(at offset: Int, count: Int) throws(PlatformError) -> [UInt8]
    /// Writes all bytes; when it throws, some of them may stand there.
    func write(_ bytes: [UInt8], at offset: Int) throws(PlatformError)
    /// Reserves room for the first `size` bytes.
    func allocate(_ size: Int) throws(PlatformError)
    /// Cuts the file off.
    func truncate(_ size: Int) throws(PlatformError)
    /// Waits until what was written is on the disk. Never called again for bytes for which it failed.
    func sync() throws(PlatformError)
}

extension JournalFile {
    /// The bytes, or `nil` where the disk cannot read them (EIO): a bad sector is damage like any other.
    func readIfPossible(at offset: Int, count: Int) throws(PlatformError) -> [UInt8]? {
        do throws(PlatformError) {
            return try read(at: offset, count: count)
        } catch {
            guard error.isUnreadable else { throw error }
            return nil
        }
    }
}

extension DiskFile: JournalFile {}

/// A journal's folder on a disk, 0700, held by one process at a time.
public struct DiskFolder: JournalFolder {
    private let path: String
    private let lock: FileLock

    /// Makes the folder if it is missing and takes its lock; waits at most so long for a predecessor that is on its way
    /// out.
    public init(_ path: String, waitMilliseconds: Int) throws(JournalError) {
        self.path = path
        do throws(PlatformError) {
            try Files.makeFolder(path, mode: 0o700)
            try Files.makeFolder("\(path)/quarantine", mode: 0o700)
            guard let lock = try FileLock("\(path)/LOCK", waitMilliseconds: waitMilliseconds) else {
                throw PlatformError(
                    call: "another footfall works in \(path); each needs a journal.folder of its own", code: 11)
            }
            self.lock = lock
        } catch {
            throw .failed("the journal's folder cannot be used: \(error)")
        }
    }

    /// Names in the folder or below.
    public func names(in subfolder: String) throws(PlatformError) -> [String] {
        try Files.list(subfolder.isEmpty ? path : "\(path)/\(subfolder)")
    }

    /// Opens a file.
    public func open(_ name: String, create: Bool) throws(PlatformError) -> any JournalFile {
        try DiskFile("\(path)/\(name)", create: create)
    }

    /// Renames a file.
    public func rename(_ name: String, to new: String) throws(PlatformError) {
        try Files.rename("\(path)/\(name)", to: "\(path)/\(new)")
    }

    /// Removes a file.
    public func remove(_ name: String) throws(PlatformError) {
        try Files.removeExisting("\(path)/\(name)")
    }

    /// Syncs the names.
    public func sync() throws(PlatformError) {
        try Files.syncFolder(path)
    }

    /// Free bytes of the filesystem.
    public func freeBytes() throws(PlatformError) -> Int {
        try Files.freeBytes(path)
    }
}
