public import EventModel
public import Journal
import Platform
import Synchronization

/// A real journal in a folder that is gone with the test.
public final class TestJournal: Sendable {
    /// The journal, started.
    public let writer: JournalWriter
    /// Its folder.
    public let folder: TemporaryFolder

    /// A journal with small segments; `change` says what else is different.
    public init(_ change: (inout JournalSettings) -> Void = { _ in }) throws {
        folder = try TemporaryFolder()
        var settings = JournalSettings()
        settings.segmentBytes = 1 << 20
        settings.minFreeBytes = 0
        settings.reserveBytes = 0
        change(&settings)
        writer = try JournalWriter(
            try DiskFolder(folder.path, waitMilliseconds: 0), settings: settings, log: Log(process: "test"),
            onFault: { _ in })
        try writer.start()
    }

    deinit {
        writer.close()
    }

    /// Appends and waits for the outcome.
    public func append(_ items: EncodedItems, level: AckLevel = .fsync) -> AppendOutcome? {
        let outcome = Monitor<AppendOutcome?>(nil)
        writer.append(items, level: level) { answer in outcome.withLock { $0 = answer } }
        return outcome.wait(milliseconds: 60_000) { $0 }
    }

    /// Appends hits and waits for the outcome.
    public func append(_ hits: [Hit], level: AckLevel = .fsync) -> AppendOutcome? {
        var items = EncodedItems(hits: hits.count)
        for hit in hits { items.append(hit) }
        return append(items, level: level)
    }

    /// All that is durable, from the beginning.
    public func read() throws -> Batch? {
        try writer.makeReader().read(after: 0, atMost: .max, milliseconds: 0)
    }
}
