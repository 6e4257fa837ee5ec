import Accounts
import Database
import EventModel
import Platform
import Synchronization

/// The sites as the database last had them, refreshed by a thread and kept in a file. While the database is away, the
/// last ones stay, also over a restart.
final class SiteDirectory: Sendable {
    private let database: ConnectionHolder
    private let file: SnapshotFile
    private let log: Log
    private let current = Published<SiteSnapshot?>(nil)
    private let isStopped = Monitor(false)
    private let thread: Mutex<Thread?> = Mutex(nil)
    private let isAway = Mutex(false)

    /// Milliseconds between refreshes: so long a new site may take to be known.
    static let interval = 5000

    init(database: ConnectionSettings, file: SnapshotFile, log: Log) {
        self.database = ConnectionHolder(database)
        self.file = file
        self.log = log
    }

    /// The sites; `nil` until they could be read for the first time.
    var snapshot: SiteSnapshot? { current.value }

    /// Reads the sites now, if that works, and from then on regularly.
    func start() throws(PlatformError) {
        current.publish(file.read())
        refresh()
        let worker = try Thread(name: "sites") { self.run() }
        thread.withLock { $0 = worker }
    }

    func stop() {
        isStopped.withLock { $0 = true }
        thread.withLock { $0 }?.join()
        database.close()
    }

    private func run() {
        while true {
            // Until the first reading nobody can be served: try more often.
            let wait = snapshot == nil ? 500 : SiteDirectory.interval
            if isStopped.wait(milliseconds: wait, until: { $0 ? true : nil }) != nil { return }
            refresh()
        }
    }

    private func refresh() {
        do throws(DatabaseError) {
            let snapshot = try database.withConnection { (connection) throws(DatabaseError) in
                try SnapshotLoader(connection).load()
            }
            if snapshot != current.value {
                current.publish(snapshot)
                keep(snapshot)
            }
            if note(isAway: false) { log.info("the sites can be read again") }
        } catch {
            if note(isAway: true) { log.warning("the sites cannot be read, the last ones stay: \(error)") }
        }
    }

    private func keep(_ snapshot: SiteSnapshot) {
        do throws(PlatformError) {
            try file.write(snapshot)
        } catch {
            log.warning("the sites could not be kept for a start without the database: \(error)")
        }
    }

    /// Remembers whether the database is away. Returns whether that is news.
    private func note(isAway now: Bool) -> Bool {
        isAway.withLock { before in
            defer { before = now }
            return before != now
        }
    }
}
