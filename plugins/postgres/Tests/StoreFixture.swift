import Database
import EventModel
import PluginAPI
import TestSupport

@testable import PostgresPlugin

/// A database with two sites, and stores on it.
struct StoreFixture {
    let database: TestDatabase
    let connection: Connection

    /// 2026-11-24T00:00:00Z: in Berlin (site 1) it is one o'clock in the morning.
    static let midnight: Int64 = 1_795_478_400_000
    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000

    static func with(_ body: (StoreFixture) throws -> Void) throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            try connection.execute(
                "INSERT INTO site (domain, time_zone) VALUES ('berlin.example', 'Europe/Berlin'), ('utc.example', 'UTC')"
            )
            try body(StoreFixture(database: database, connection: connection))
        }
    }

    func store(_ settings: PostgresSettings = PostgresSettings()) throws -> PostgresStore {
        try PostgresStore(settings, in: PluginContext(id: "postgres", databaseURL: Sensitive(database.url)))
    }

    func count(_ sql: SQL) throws -> Int {
        try connection.query(sql)[0].value(0)
    }

    static func journal(_ number: UInt128 = 1) -> JournalID { JournalID(number) }

    /// A page view; change what matters.
    static func hit(
        _ id: UInt128, at time: Int64, visitor: UInt64? = 1, site: Int32 = 1, path: String = "/",
        _ change: (inout Hit) -> Void = { _ in }
    ) -> Hit {
        var hit = Hit(
            site: SiteID(rawValue: site), id: EventID(id), name: Hit.pageview,
            receivedAt: Timestamp(milliseconds: time + 50), time: Timestamp(milliseconds: time))
        hit.visitor = visitor.map { VisitorID(rawValue: $0) }
        hit.hostname = "shop.example"
        hit.path = path
        change(&hit)
        return hit
    }
}

extension PostgresStore {
    /// Stores hits as the next batch of a journal.
    @discardableResult
    func append(_ hits: [Hit], to journal: JournalID = StoreFixture.journal()) throws -> StoreReceipt {
        try store(Batch(journal: journal, first: try position(in: journal) + 1, hits: hits))
    }

    /// What a loader does: retries, bisects and buries, until everything is stored.
    func loadAll(_ hits: [Hit], journal: JournalID, batch: Int) throws -> (receipt: StoreReceipt, failures: Int) {
        var total = StoreReceipt(stored: 0, duplicates: 0)
        var failures = 0
        while true {
            do throws(StoreError) {
                let position = Int(try position(in: journal))
                if position >= hits.count { return (total, failures) }
                let end = min(hits.count, position + batch)
                let receipt = try store(
                    Batch(journal: journal, first: UInt64(position + 1), hits: Array(hits[position..<end])))
                total.stored += receipt.stored
                total.duplicates += receipt.duplicates
            } catch {
                guard case .unavailable = error, failures < 1000 else { throw error }
                failures += 1
            }
        }
    }
}
