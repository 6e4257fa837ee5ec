import Accounts
import Catalog
import Collect
import Configuration
import Cryptography
import Database
import EventModel
import FastCGI
import Pipeline
import Platform
import PluginAPI
import TestSupport
import Testing

@testable import footfall

@Suite struct IngestUpkeepTests {
    /// The day of a key's last use reaches the database behind the request's back, and waits while there is none.
    @Test func theLastUseOfAKeyIsWrittenDown() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            _ = try SiteStore(connection).add(SiteStore.NewSite(domain: "a.example"))
            let key = try SecretKeyStore(connection).add(domain: "a.example")
            let snapshot = try SnapshotLoader(connection).load()
            let journal = try TestJournal()
            let folder = try TemporaryFolder()
            let plan = try ChainPlan(
                [
                    .table(["plugin": .text("discard")]),
                    .table(["plugin": .text("file"), "settings": .table(["folder": .text(folder.path)])]),
                ], catalog: catalog)
            let chain = try plan.build { PluginContext(id: $0) }
            let collector = Collector(journal: journal.writer, sites: { snapshot }, chain: { chain })
            let request = Request(
                method: "POST", path: "/api/v1/events", parameters: ["HTTP_AUTHORIZATION": "Bearer \(key)"],
                body: Array("{\"u\":\"https://a.example/\"}".utf8))
            let status = Monitor<Int?>(nil)
            collector.handle(Exchange(request) { response in status.withLock { $0 = response.status } })
            #expect(status.wait(milliseconds: 60_000) { $0 } == 200)

            func uses() throws -> Int { try connection.query("SELECT count(last_used_on) FROM secret_key")[0].value(0) }
            let nowhere = ConnectionSettings(url: "postgresql:///nothing?host=/nonexistent", applicationName: "test")
            let log = Log(process: "test")
            IngestUpkeep(collector: collector, exchange: nil, database: nowhere, log: log).noteKeyUses()
            #expect(try uses() == 0)
            IngestUpkeep(
                collector: collector, exchange: nil,
                database: ConnectionSettings(url: database.url, applicationName: "test"), log: log
            ).noteKeyUses()
            #expect(try uses() == 1)
        }
    }
}
