public import EventModel
public import Platform
import Synchronization

/// Keeps hits, and the counts of events that ended before, between the requests that brought them and the stores that
/// load them: on the disk, in order, until every store has them.
///
/// One thread commits. While it waits for the disk, requests put their entries into the inbox; what has gathered there
/// becomes the next frame, one write and one sync for all of them (group commit). A request that waits holds no thread:
/// its `acknowledge` is called when its fate is decided.
public final class JournalWriter: Sendable {
    /// The journal's name in the stores' positions.
    public let id: JournalID
    private let settings: JournalSettings
    private let folder: any JournalFolder
    private let log: Log
    private let segments: SegmentTable
    private let progress: JournalProgress
    private let damage: JournalDamage
    private let retention: Retention
    private let committer: Committer
    private let inbox: Inbox
    private let threads: Mutex<[Thread]> = Mutex([])
    private let isStopping = Monitor(false)

    /// Puts the folder in order and gets ready; nothing is taken before `start`. `onFault` is called when the disk can no
    /// longer be trusted: the process should end at once, and its successor finds what is durable.
    public init(
        _ folder: any JournalFolder, settings: JournalSettings = JournalSettings(), log: Log,
        onFault: @escaping @Sendable (String) -> Void
    ) throws(JournalError) {
        let recovered = try Recovery(folder, settings: settings)
        for note in recovered.notes { log.error("journal: \(note)") }
        id = recovered.journal
        self.settings = settings
        self.folder = folder
        self.log = log
        segments = SegmentTable(recovered.segments)
        progress = JournalProgress(
            durable: recovered.newest.header.base - 1, base: recovered.newest.header.base, offset: SegmentHeader.size)
        damage = JournalDamage(log: log)
        retention = Retention(folder: folder, settings: settings, segments: segments, log: log)
        inbox = Inbox(limit: settings.frameBytes)
        let file = SegmentLog(
            recovered, folder: folder, settings: settings, segments: segments,
            reclaim: { [retention] in retention.reclaim() })
        committer = Committer(
            file, settings: settings, inbox: inbox, progress: progress,
            retention: retention,
            log: log, onFault: onFault)
    }

    /// Begins to take entries.
    public func start() throws(PlatformError) {
        retention.keepReserve()
        let committing = try Thread(name: "journal") { [committer] in committer.run() }
        let housekeeping = try Thread(name: "journal-keep") { [weak self] in self?.keepHouse() }
        threads.withLock { $0 = [committing, housekeeping] }
    }

    /// Hands over the entries of one request. `acknowledge` is called once, on this thread or another, when they have
    /// reached `level`, or when it is clear that they will not.
    public func append(
        _ items: EncodedItems, level: AckLevel, acknowledge: @escaping @Sendable (AppendOutcome) -> Void
    ) {
        if retention.isFull || committer.isSlow { return acknowledge(.full) }
        if let refusal = inbox.add(items, Waiter(level: level, acknowledge: acknowledge)) { acknowledge(refusal) }
    }

    /// A reader for one store.
    public func makeReader() -> JournalReader {
        JournalReader(folder: folder, segments: segments, progress: progress, damage: damage, journal: id)
    }

    /// Says which stores there are. Nothing is deleted before each of them has said how far it is.
    public func setStores(_ ids: [String]) {
        retention.setStores(ids)
    }

    /// Says that a store has everything through `position`.
    public func release(store: String, through position: UInt64) {
        retention.release(store: store, through: position)
    }

    /// Takes no more entries, commits and answers those that it has, and ends its threads. What stores have not loaded
    /// stays on the disk.
    public func close() {
        inbox.close()
        isStopping.withLock { $0 = true }
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.join() }
        progress.close()
    }

    /// Number of the last entry that is on the disk.
    public var durable: UInt64 { progress.durable }

    /// What a person should mend.
    public var problems: [String] {
        var problems: [String] = []
        if retention.isFull {
            problems.append("the journal is full: events are refused until the stores catch up or the disk has room")
        }
        let quarantined = ((try? folder.names(in: "quarantine")) ?? []).count
        if quarantined > 0 {
            problems.append(
                "the journal's folder quarantine/ holds \(quarantined) damaged pieces; look at them and remove them")
        }
        if committer.isSlow {
            problems.append("the journal's disk is slow: a commit takes longer than max_commit_milliseconds")
        }
        return problems
    }

    /// Counts and sizes.
    public var statistics: JournalStatistics {
        var statistics = committer.statistics
        statistics.durable = progress.durable
        statistics.bytes = segments.bytes
        statistics.segments = segments.count
        statistics.pending = segments.entries(after: retention.slowest ?? 0, through: statistics.durable)
        statistics.quarantined = ((try? folder.names(in: "quarantine")) ?? []).count
        statistics.lost = damage.lost
        statistics.isFull = retention.isFull
        return statistics
    }

    /// Deletes what is not needed, answers who has waited too long.
    private func keepHouse() {
        while isStopping.wait(milliseconds: 100, until: { $0 ? true : nil }) == nil {
            retention.keepHouse()
            let patience = UInt64(settings.patienceMilliseconds) * 1_000_000
            let late = inbox.takeLate(olderThan: patience) + committer.takeLate(olderThan: patience)
            for waiter in late { waiter.acknowledge(.unknown) }
        }
    }
}

/// What a journal has done since its start, and how it is.
public struct JournalStatistics: Sendable {
    /// Number of the last entry on the disk.
    public var durable: UInt64 = 0
    /// Entries that not every store has yet.
    public var pending: UInt64 = 0
    /// Frames written.
    public var frames = 0
    /// Syncs.
    public var syncs = 0
    /// Time that the syncs took.
    public var syncNanoseconds = 0
    /// Bytes of the segments.
    public var bytes = 0
    /// How many segments there are.
    public var segments = 0
    /// Entries lost to damage.
    public var lost: UInt64 = 0
    /// Damaged pieces that wait for a person in `quarantine/`.
    public var quarantined = 0
    /// Whether entries are refused for want of room.
    public var isFull = false

    /// Nothing yet.
    public init() {}
}
