@_spi(Scripts) import Database
import TestSupport
import Testing

@testable import Database

/// Statements that are read and planned once for a connection.
struct PreparedTests {
    private func prepared(_ connection: Connection) throws -> Int {
        try connection.query("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'footfall_%'")[0].value(0)
    }

    @Test func aStatementIsPreparedOnceForEachText() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            func twice(_ number: Int32) throws -> Int32 {
                try connection.query(prepared: "SELECT \(number) * 2")[0].value(0)
            }
            #expect(try twice(1) == 2)
            #expect(try prepared(connection) == 0, "not before the session is known to be its own")
            connection.ownsSession = true
            for number in Int32(0)..<20 { #expect(try twice(number) == 2 * number) }
            #expect(try prepared(connection) == 1)
            // The same text with a value of another type is another statement.
            let text: String = try connection.query(prepared: "SELECT \("a") || \("b")")[0].value(0)
            #expect(text == "ab")
            #expect(try prepared(connection) == 2)
        }
    }

    /// A migration, or somebody who throws statements away, breaks no page.
    @Test func whatItAnswersWithMayChange() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            connection.ownsSession = true
            try connection.runScript("CREATE TABLE thing (a integer); INSERT INTO thing VALUES (7)")
            func columns() throws -> Int {
                let row = try connection.query(prepared: "SELECT * FROM thing")[0]
                let first: Int32 = try row.value(0)
                #expect(first == 7)
                return (try? row.value(1, as: Int32.self)) == nil ? 1 : 2
            }
            #expect(try columns() == 1)
            try connection.runScript("ALTER TABLE thing ADD b integer DEFAULT 8")
            #expect(try columns() == 2)
            #expect(try columns() == 2)
            try connection.runScript("DEALLOCATE ALL")
            #expect(try columns() == 2)
        }
    }

    @Test func anErrorSaysWhatItAlwaysSays() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            connection.ownsSession = true
            let error = #expect(throws: DatabaseError.self) { try connection.query(prepared: "SELECT * FROM nothing") }
            #expect(error?.sqlState == "42P01")
            for _ in 0..<2 {
                let error = #expect(throws: DatabaseError.self) {
                    try connection.query(prepared: "SELECT 1 / \(Int32(0))")
                }
                #expect(error?.sqlState == "22012")
            }
            #expect(!connection.isBroken)
        }
    }
}
