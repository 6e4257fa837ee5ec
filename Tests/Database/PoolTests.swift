import Platform
import Synchronization
import TestSupport
import Testing

@testable import Database

@Suite struct PoolTests {
    @Test func aPoolIsBoundedAndWaitsOnlySoLong() throws {
        try TestDatabase.with(migrated: false) { database in
            let pool = Pool(database.settings, limit: 2, waitMilliseconds: 50)
            try pool.withConnection { (_) throws(DatabaseError) in
                try pool.withConnection { (_) throws(DatabaseError) in
                    do throws(DatabaseError) {
                        try pool.withConnection { (_) throws(DatabaseError) in Issue.record("a third connection") }
                    } catch {
                        #expect(error.kind == .retryable)
                    }
                }
            }
            #expect(pool.openConnections == 2)
            try pool.withConnection { (connection) throws(DatabaseError) in try connection.execute("SELECT 1") }
            pool.close()
            #expect(pool.openConnections == 0)
            #expect(throws: DatabaseError.self) { try pool.withConnection { (_) throws(DatabaseError) in } }
        }
    }

    @Test func manyThreadsShareFewConnections() throws {
        try TestDatabase.with(migrated: false) { database in
            let pool = Pool(database.settings, limit: 3)
            let sum = Sum()
            let threads = try (0..<12).map { number in
                try Thread(name: "asker") {
                    for _ in 0..<20 {
                        let answer = try? pool.withConnection { (connection) throws(DatabaseError) -> Int in
                            try connection.query("SELECT \(number)")[0].value(0)
                        }
                        sum.value.add(answer ?? 1000, ordering: .relaxed)
                    }
                }
            }
            for thread in threads { thread.join() }
            #expect(sum.value.load(ordering: .relaxed) == 20 * 66)
            #expect(pool.openConnections <= 3)
        }
    }

    @Test func aBrokenConnectionIsNotGivenOutAgain() throws {
        try TestDatabase.with(migrated: false) { database in
            let pool = Pool(database.settings, limit: 1)
            let admin = try database.connect()
            do throws(DatabaseError) {
                try pool.withConnection { (connection) throws(DatabaseError) in
                    try admin.execute("SELECT pg_terminate_backend(\(connection.processID))")
                    Clock.sleep(milliseconds: 50)
                    try connection.execute("SELECT 1")
                }
                Issue.record("the connection was not killed")
            } catch {
                #expect(error.kind == .connection)
            }
            #expect(pool.openConnections == 0)
            let answer: Int = try pool.withConnection { (connection) throws(DatabaseError) in
                try connection.query("SELECT 7")[0].value(0)
            }
            #expect(answer == 7)
        }
    }

    private final class Sum: Sendable {
        let value = Atomic(0)
    }
}
