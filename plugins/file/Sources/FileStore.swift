public import EventModel
import Platform
public import PluginAPI
import Synchronization

/// Writes hits as lines of JSON into files, at least once, at a pace of its own.
public struct FileStore: EventStore {
    /// As in the configuration.
    public static let name: StaticString = "file"
    /// For `footfall plugins`.
    public static let summary: StaticString = "writes events as lines of JSON into files, at least once"

    private let core: Core

    /// Reads everything that is left of an event, except the pseudonym before, and writes nothing.
    public static func declaration(for settings: FileSettings) -> Declaration {
        Declaration(reads: Set(Field.allCases).subtracting(Field.ofVisitor).subtracting([.visitorBefore]))
    }

    /// A store that has not looked at its folder yet.
    public init(_ settings: FileSettings, in context: PluginContext) throws(PluginError) {
        core = Core(settings, id: context.id, log: context.log)
    }

    /// Begins to finish files whose time is over. Does not look at the folder: a gateway starts, and acknowledges events,
    /// while a disk is away.
    public func start() throws(PluginError) {
        try core.start()
    }

    /// Lets go of the files. The one being written is gone on with at the next start.
    public func stop() {
        core.stop()
    }

    /// What the cursor file says.
    public func position(in journal: JournalID) throws(StoreError) -> UInt64 {
        try core.withFiles(of: journal) { (files) throws(StoreError) in files.position }
    }

    /// Writes the batch and waits for the disk, first for the lines, then for the cursor.
    public func store(_ batch: Batch) throws(StoreError) -> StoreReceipt {
        try core.withFiles(of: batch.journal) { (files) throws(StoreError) in
            let stored = try files.store(batch, now: Clock.wallMilliseconds())
            return StoreReceipt(stored: stored, duplicates: 0)
        }
    }

    /// Writes a line to the dead letters and moves the position past it.
    public func bury(_ batch: Batch, reason: String) throws(StoreError) {
        try core.withFiles(of: batch.journal) { (files) throws(StoreError) in
            try files.bury(batch, reason: reason)
        }
    }
}

/// What is shared by the copies of a store.
private final class Core: Sendable {
    private let settings: FileSettings
    private let id: String
    private let log: Log
    /// Of the journal that was asked for last; a gateway has one.
    private let files = Mutex<JournalFiles?>(nil)
    private let isStopping = Monitor(false)
    private let clock: Mutex<Thread?> = Mutex(nil)

    /// Milliseconds between looks at the file's age.
    private static let tick = 1000

    init(_ settings: FileSettings, id: String, log: Log) {
        self.settings = settings
        self.id = id
        self.log = log
    }

    func start() throws(PluginError) {
        do throws(PlatformError) {
            let thread = try Thread(name: "rotate-\(id)") { self.watch() }
            clock.withLock { $0 = thread }
        } catch {
            throw PluginError.unavailable("\(error)")
        }
    }

    func stop() {
        isStopping.withLock { $0 = true }
        clock.withLock { $0 }?.join()
        files.withLock { $0 = nil }
    }

    /// Runs `body` with the files of a journal, which are opened when they are not yet, and closed after an error.
    func withFiles<Result: Sendable>(
        of journal: JournalID, _ body: (inout JournalFiles) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try files.withLock { (files) throws(StoreError) in
            var open: JournalFiles
            if let held = files.take(), held.journal == journal {
                open = held
            } else {
                open = try JournalFiles(journal, store: id, settings: settings, log: log)
            }
            let result = try body(&open)
            files = consume open
            return result
        }
    }

    /// Without events nobody would ask a file for its age.
    private func watch() {
        while isStopping.wait(milliseconds: Core.tick, until: { $0 ? true : nil }) == nil {
            do throws(StoreError) {
                try files.withLock { (files) throws(StoreError) in
                    guard var open = files.take() else { return }
                    try open.finishIfDue(now: Clock.wallMilliseconds())
                    files = consume open
                }
            } catch {
                log.error("store \(id) could not finish a file, will try again with the next events: \(error)")
            }
        }
    }
}
