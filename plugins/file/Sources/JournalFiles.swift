import Compression
import EventModel
import Platform
import PluginAPI

/// The files of one journal, open for writing. After any error it is let go and opened again: what the disk says then is
/// what counts.
struct JournalFiles: ~Copyable, Sendable {
    let journal: JournalID
    private let settings: FileSettings
    private let names: FileNames
    /// Held as long as this value lives.
    private let lock: FileLock
    private let cursorFile: CursorFile
    private var cursor: Cursor
    /// The unfinished file that the cursor names, open; `nil` when there is none.
    private var file: DiskFile?
    private var compressor: ZstdCompressor?

    /// Bytes of lines that are handed to the compressor at once.
    private static let piece = 128 * 1024
    /// Milliseconds for a predecessor that is on its way out. A program that is being started holds every lock of the process
    /// that starts it, for a moment.
    private static let patience = 2000
    /// Readable for a group: what ships the files away need not be the gateway's user.
    private static let mode: UInt32 = 0o640

    /// Opens what is there, cuts off what was being written when the gateway died, and begins anew what is not there.
    init(_ journal: JournalID, store: String, settings: FileSettings, log: Log) throws(StoreError) {
        let names = FileNames(store: store, journal: journal)
        let folder = settings.folder
        let path = "\(folder)/\(names.cursor)"
        let lock = try JournalFiles.translating { () throws(PlatformError) in
            try Files.makeFolder(folder, mode: 0o750)
            return try FileLock(path, waitMilliseconds: JournalFiles.patience)
        }
        guard let lock else {
            throw .unavailable("another store of this name writes the files of this journal in \(folder)")
        }
        (cursorFile, (cursor, file)) = try JournalFiles.translating { () throws(PlatformError) in
            let cursorFile = try CursorFile(path, folder: folder)
            let recovery = Recovery(folder: folder, names: names, log: log)
            return (cursorFile, try recovery.run(cursorFile))
        }
        self.journal = journal
        self.settings = settings
        self.names = names
        self.lock = lock
        compressor = nil
    }

    /// Number of the last entry that is on the disk.
    var position: UInt64 { cursor.position }

    /// Writes what of the batch is not written yet, and moves the position when the disk has it. Returns how many hits.
    mutating func store(_ batch: Batch, now: Int64) throws(StoreError) -> Int {
        try finishIfDue(now: now)
        guard batch.last > position else { return 0 }
        var bytes: [UInt8] = []
        var lines: [UInt8] = []
        var first: UInt64?
        var count = 0
        try forEachHit(of: batch, after: position) { (sequence, hit) throws(StoreError) in
            if first == nil { first = sequence }
            count += 1
            try HitLine.append(hit, to: &lines)
            if lines.count >= JournalFiles.piece { try encode(&lines, to: &bytes) }
        }
        try encode(&lines, to: &bytes)
        if let first {
            try endFrame(&bytes)
            try append(bytes, first: first, now: now)
        }
        try move(to: batch.last)
        return count
    }

    /// Writes what of the batch is not written yet to the dead letters, and moves on.
    mutating func bury(_ batch: Batch, reason: String) throws(StoreError) {
        var lines: [UInt8] = []
        forEachHit(of: batch, after: position) { sequence, hit in
            HitLine.append(dead: hit, sequence: sequence, reason: reason, to: &lines)
        }
        if !lines.isEmpty { try append(dead: lines) }
        if batch.last > position { try move(to: batch.last) }
    }

    /// Gives the file its final name when it is long or old enough.
    mutating func finishIfDue(now: Int64) throws(StoreError) {
        guard file != nil else { return }
        let isOld = now - cursor.openedAt >= Int64(settings.rotateSeconds) * 1000
        // A clock that was set back must not keep a file open for longer than it should.
        let isFromTheFuture = cursor.openedAt - now > 60_000
        guard cursor.length >= settings.rotateBytes || isOld || isFromTheFuture || !hasRightEnding else { return }
        let path = path(cursor.file)
        let folder = settings.folder
        try JournalFiles.translating { () throws(PlatformError) in
            try Files.rename(path + FileNames.unfinished, to: path)
            Failpoint.pass("file.renamed")
            try Files.syncFolder(folder)
        }
        file = nil
    }

    /// Whether the file is one of those that the settings ask for; they may have changed since it was opened.
    private var hasRightEnding: Bool {
        cursor.file.hasSuffix(FileNames.ending(settings.compress))
    }

    private func path(_ name: String) -> String { "\(settings.folder)/\(name)" }

    private mutating func encode(_ lines: inout [UInt8], to bytes: inout [UInt8]) throws(StoreError) {
        switch settings.compress {
        case .none: bytes += lines
        case .zstd:
            do throws(CompressionError) {
                if compressor == nil { compressor = try ZstdCompressor() }
                try compressor?.append(lines, to: &bytes)
            } catch {
                throw .unavailable(error.description)
            }
        }
        lines.removeAll(keepingCapacity: true)
    }

    private mutating func endFrame(_ bytes: inout [UInt8]) throws(StoreError) {
        do throws(CompressionError) {
            try compressor?.finish(to: &bytes)
        } catch {
            throw .unavailable(error.description)
        }
    }

    /// Writes behind what counts, and waits for the disk. The cursor does not know of it yet.
    private mutating func append(_ bytes: [UInt8], first: UInt64, now: Int64) throws(StoreError) {
        var next = cursor
        let folder = settings.folder
        if file == nil {
            next.openedAt = now
            next.file = names.finished(openedAt: now, first: first, compress: settings.compress)
            next.length = 0
        }
        let path = path(next.file) + FileNames.unfinished
        let open = file
        let length = next.length
        file = try JournalFiles.translating { () throws(PlatformError) in
            let file = if let open { open } else { try JournalFiles.create(path, in: folder) }
            try file.write(bytes, at: length)
            Failpoint.pass("file.before_sync")
            try file.sync()
            return file
        }
        next.length += bytes.count
        cursor = next
    }

    private static func create(_ path: String, in folder: String) throws(PlatformError) -> DiskFile {
        let file = try DiskFile(path, create: true)
        try Files.setMode(path, mode)
        try Files.syncFolder(folder)
        return file
    }

    private mutating func move(to position: UInt64) throws(StoreError) {
        var next = cursor
        next.generation += 1
        next.position = position
        Failpoint.pass("file.before_cursor")
        let file = cursorFile
        try JournalFiles.translating { () throws(PlatformError) in try file.write(next) }
        Failpoint.pass("file.after_cursor")
        cursor = next
    }

    private func append(dead lines: [UInt8]) throws(StoreError) {
        let path = path(names.dead)
        let folder = settings.folder
        try JournalFiles.translating { () throws(PlatformError) in
            let file = try JournalFiles.create(path, in: folder)
            let size = try file.size()
            // A line that a crash cut short stays alone.
            let end = try file.read(at: max(0, size - 1), count: 1)
            let isWhole = size == 0 || end == [UInt8(ascii: "\n")]
            try file.write((isWhole ? [] : [UInt8(ascii: "\n")]) + lines, at: size)
            try file.sync()
        }
    }

    private static func translating<Result>(
        _ body: () throws(PlatformError) -> Result
    ) throws(StoreError) -> Result {
        do throws(PlatformError) {
            return try body()
        } catch {
            throw error.needsPerson ? .refused(error.description) : .unavailable(error.description)
        }
    }
}

/// Calls `body` with every hit of the batch that lies beyond a position, and with its number, in order.
func forEachHit<Failure: Error>(
    of batch: Batch, after position: UInt64, _ body: (UInt64, Hit) throws(Failure) -> Void
) throws(Failure) {
    for (index, hit) in batch.hits.enumerated() {
        let sequence = batch.sequence(ofHit: index)
        if sequence > position { try body(sequence, hit) }
    }
}
