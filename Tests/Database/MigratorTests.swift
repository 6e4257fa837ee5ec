import Platform
import TestSupport
import Testing

@testable import Database

@Suite struct MigratorTests {
    private func write(_ files: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, text) in files { try replace(name, with: text, in: folder) }
        return folder
    }

    private func replace(_ name: String, with text: String, in folder: TemporaryFolder) throws {
        Files.remove("\(folder.path)/\(name)")
        _ = try Files.createOnce("\(folder.path)/\(name)", bytes: Array(text.utf8), mode: 0o600)
    }

    private func message(_ body: () throws(DatabaseError) -> Void) -> String {
        do throws(DatabaseError) {
            try body()
            return ""
        } catch {
            return error.message
        }
    }

    @Test func everyMigrationOfOursRunsOnceAndTwiceIsNothing() throws {
        try TestDatabase.with(migrated: false) { database in
            let connection = try database.connect()
            let files = try Files.list(TestDatabase.migrations)
            let migrator = try Migrator(connection, folder: TestDatabase.migrations)
            #expect(try migrator.pending().map(\.file) == files)
            #expect(try migrator.run() == files)
            #expect(try migrator.run() == [])
            #expect(try migrator.pending() == [])
        }
    }

    @Test func everyTableAndEveryViewSaysWhatItHolds() throws {
        try TestDatabase.with { database in
            let rows = try database.connect().query(
                """
                SELECT relname::text FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
                    AND obj_description(oid, 'pg_class') IS NULL AND relname <> 'schema_migration'
                """)
            #expect(try rows.map { try $0.value(0, as: String.self) } == [])
        }
    }

    @Test func aChangedFileIsNoticed() throws {
        try TestDatabase.with(migrated: false) { database in
            let connection = try database.connect()
            let folder = try write(["0001-a.sql": "CREATE TABLE a (n int);"])
            _ = try Migrator(connection, folder: folder.path).run()
            try replace("0001-a.sql", with: "CREATE TABLE a (n bigint);", in: folder)
            let complaint = message { () throws(DatabaseError) in
                _ = try Migrator(connection, folder: folder.path).pending()
            }
            #expect(complaint.contains("0001-a.sql was changed after it was applied"))
        }
    }

    @Test func anOlderProgramAndAFileOutOfTurnAreRefused() throws {
        try TestDatabase.with(migrated: false) { database in
            let connection = try database.connect()
            let folder = try write(["0002-b.sql": "SELECT 1;"])
            _ = try Migrator(connection, folder: folder.path).run()
            try replace("0001-a.sql", with: "SELECT 1;", in: folder)
            let late = message { () throws(DatabaseError) in _ = try Migrator(connection, folder: folder.path).pending()
            }
            #expect(late.contains("0001-a.sql is older than what the database has"))
            let empty = try write([:])
            let old = message { () throws(DatabaseError) in _ = try Migrator(connection, folder: empty.path).pending() }
            #expect(old.contains("0002-b.sql, which this program does not know"))
        }
    }

    @Test func aMigrationThatFailsLeavesNothingBehind() throws {
        try TestDatabase.with(migrated: false) { database in
            let connection = try database.connect()
            let folder = try write([
                "0001-a.sql": "CREATE TABLE a (n int);",
                "0002-b.sql": "CREATE TABLE b (n int); SELECT no_such_function();",
            ])
            let complaint = message { () throws(DatabaseError) in
                _ = try Migrator(connection, folder: folder.path).run()
            }
            #expect(complaint.hasPrefix("migration 0002-b.sql: function no_such_function() does not exist"))
            let tables: Int = try connection.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")[0]
                .value(0)
            #expect(tables == 2)
            try replace("0002-b.sql", with: "CREATE TABLE b (n int);", in: folder)
            #expect(try Migrator(connection, folder: folder.path).run() == ["0002-b.sql"])
        }
    }

    @Test(arguments: ["1-a.sql", "00001-a.sql", "0001_a.sql", "first.sql"])
    func namesHaveFourDigits(name: String) throws {
        let folder = try write([name: "SELECT 1;"])
        try TestDatabase.with(migrated: false) { database in
            let connection = try database.connect()
            let complaint = message { () throws(DatabaseError) in _ = try Migrator(connection, folder: folder.path) }
            #expect(complaint.contains("NNNN-name.sql"))
        }
    }

    @Test func twoProgramsThatStartAtOnceTakeTurns() throws {
        try TestDatabase.with(migrated: false) { database in
            let threads = try (0..<4).map { _ in
                try Thread(name: "migrator") {
                    guard let connection = try? database.connect() else { return }
                    _ = try? Migrator(connection, folder: TestDatabase.migrations).run()
                }
            }
            for thread in threads { thread.join() }
            #expect(try Migrator(database.connect(), folder: TestDatabase.migrations).pending() == [])
        }
    }
}
