import EventModel
import Platform
import Synchronization

/// The thread that commits: takes what has gathered, writes it, syncs it, and has those who wait for it answered.
final class Committer: Sendable {
    private let settings: JournalSettings
    private let inbox: Inbox
    private let progress: JournalProgress
    private let retention: Retention
    private let log: Log
    private let onFault: @Sendable (String) -> Void
    /// Of the committing thread alone.
    private let file: Mutex<SegmentLog?>
    /// Those who wait for the commit under way.
    private let waiting: Mutex<[Waiter]> = Mutex([])
    /// When the commit under way began, on the monotonic clock; 0 between commits.
    private let beganAt = Atomic<UInt64>(0)
    private let frames = Atomic(0)
    private let syncs = Atomic(0)
    private let syncNanoseconds = Atomic(0)

    init(
        _ file: consuming sending SegmentLog, settings: JournalSettings, inbox: Inbox, progress: JournalProgress,
        retention: Retention, log: Log, onFault: @escaping @Sendable (String) -> Void
    ) {
        self.file = Mutex(file)
        self.settings = settings
        self.inbox = inbox
        self.progress = progress
        self.retention = retention
        self.log = log
        self.onFault = onFault
    }

    /// Whether the commit under way takes longer than it may.
    var isSlow: Bool {
        let began = beganAt.load(ordering: .relaxed)
        return began > 0
            && Clock.monotonicNanoseconds() &- began > UInt64(settings.maxCommitMilliseconds) * 1_000_000
    }

    var statistics: JournalStatistics {
        var statistics = JournalStatistics()
        statistics.frames = frames.load(ordering: .relaxed)
        statistics.syncs = syncs.load(ordering: .relaxed)
        statistics.syncNanoseconds = syncNanoseconds.load(ordering: .relaxed)
        return statistics
    }

    func takeLate(olderThan nanoseconds: UInt64) -> [Waiter] {
        waiting.withLock { Waiter.takeLate(from: &$0, olderThan: nanoseconds) }
    }

    /// Commits until the inbox is closed and empty.
    func run() {
        file.withLock { held in
            guard var file = held.take() else { return }
            var unsyncedSince: UInt64?
            while let gathered = inbox.take(milliseconds: pause(unsyncedSince)) {
                if gathered.count == 0, !file.hasUnsynced { rest(&file) }
                guard commit(gathered, to: &file, &unsyncedSince) else { return }
            }
            if file.hasUnsynced { _ = sync(&file) }
        }
    }

    /// Milliseconds until the next sync is due; long when nothing waits for one.
    private func pause(_ unsyncedSince: UInt64?) -> Int {
        guard let unsyncedSince else { return 10_000 }
        let waited = Int((Clock.monotonicNanoseconds() &- unsyncedSince) / 1_000_000)
        return max(0, settings.syncMilliseconds - waited)
    }

    /// Writes and, where somebody waits for it or it is due, syncs. False when the disk has failed for good.
    private func commit(_ gathered: Gathered, to file: inout SegmentLog, _ unsyncedSince: inout UInt64?) -> Bool {
        beganAt.store(Clock.monotonicNanoseconds(), ordering: .relaxed)
        defer { beganAt.store(0, ordering: .relaxed) }
        let needsSync = gathered.waiters.contains { $0.level == .fsync }
        let mayAnswerEarly = gathered.waiters.contains { $0.level == .journal }
        if gathered.count > 0 {
            waiting.withLock { $0 = gathered.waiters }
            guard write(gathered, to: &file) else { return false }
            if mayAnswerEarly { answer(.accepted) { $0.level == .journal } }
        }
        if file.hasUnsynced {
            let since = unsyncedSince ?? Clock.monotonicNanoseconds()
            unsyncedSince = since
            if needsSync || pause(since) == 0 {
                guard sync(&file) else { return false }
                unsyncedSince = nil
                answer(.accepted) { _ in true }
            }
        } else {
            unsyncedSince = nil
            // After a failed write the frame went to another segment and was synced there at once.
            answer(.accepted) { _ in true }
        }
        return true
    }

    private func write(_ gathered: Gathered, to file: inout SegmentLog) -> Bool {
        Failpoint.pass("journal.before_write")
        do throws(JournalError) {
            try file.write(gathered.frame, count: gathered.count)
            frames.add(1, ordering: .relaxed)
            Failpoint.pass("journal.after_write")
            publish(file)
            return true
        } catch .full(let reason) {
            // The attempt may have synced what was written before.
            publish(file)
            retention.setFull(reason)
            answer(.full) { _ in true }
            return true
        } catch {
            return fail(error)
        }
    }

    /// Nothing waits for this: what goes wrong goes wrong again with the next entry, and is dealt with there.
    private func rest(_ file: inout SegmentLog) {
        do throws(JournalError) {
            try file.rest()
            publish(file)
        } catch {
            log.warning("journal: no new segment while nothing came: \(error)")
        }
    }

    private func sync(_ file: inout SegmentLog) -> Bool {
        Failpoint.pass("journal.before_sync")
        let began = Clock.monotonicNanoseconds()
        do throws(JournalError) {
            try file.sync()
        } catch {
            return fail(error)
        }
        Failpoint.pass("journal.after_sync")
        syncs.add(1, ordering: .relaxed)
        syncNanoseconds.add(Int(Clock.monotonicNanoseconds() &- began), ordering: .relaxed)
        publish(file)
        return true
    }

    /// Lets readers have what is durable.
    private func publish(_ file: borrowing SegmentLog) {
        progress.advance(to: file.durable, last: file.last, base: file.header.base, offset: file.offset)
    }

    private func fail(_ error: JournalError) -> Bool {
        inbox.close()
        answer(.unknown) { _ in true }
        onFault("journal: \(error)")
        return false
    }

    private func answer(_ outcome: AppendOutcome, _ isMeant: (Waiter) -> Bool) {
        let waiters = waiting.withLock { waiting in
            let meant = waiting.filter(isMeant)
            if meant.count == waiting.count { waiting = [] } else { waiting.removeAll(where: isMeant) }
            return meant
        }
        // On this thread: while it answers, the next frame gathers, and nobody else need be woken.
        for waiter in waiters { waiter.acknowledge(outcome) }
    }
}
