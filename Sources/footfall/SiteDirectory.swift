import Accounts
import Database
import EventModel
import Platform
import Synchronization

/// The sites as the database last had them, refreshed by a thread. While the database is away, the last ones stay.
final class SiteDirectory: Sendable {
    private let database: ConnectionHolder
    private let log: Log
    private let current: Mutex<SiteSnapshot?> = Mutex(nil)
    private let isStopped = Monitor(false)
    private let thread: Mutex<Thread?> = Mutex(nil)
    private let isAway = Mutex(false)

    /// Milliseconds between refreshes: so long a new site may take to be known.
    static let interval = 5000

    init(database: ConnectionSettings, log: Log) {
        self.database = ConnectionHolder(database)
        self.log = log
    }

    /// The sites; `nil` until they could be read for the first time.
    var snapshot: SiteSnapshot? { current.withLock { $0 } }

    /// Reads the sites now, if that works, and from then on regularly.
    func start() throws(PlatformError) {
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
                do throws(SiteError) {
                    return try SnapshotLoader(connection).load()
                } catch .database(let error) {
                    throw error
                } catch {
                    throw DatabaseError(kind: .refused, message: error.description)
                }
            }
            current.withLock { $0 = snapshot }
            if note(isAway: false) { log.info("the sites can be read again") }
        } catch {
            if note(isAway: true) { log.warning("the sites cannot be read, the last ones stay: \(error)") }
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
