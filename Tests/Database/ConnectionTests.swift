import Platform
import TestSupport
import Testing

@testable import Database

@Suite struct ConnectionTests {
    @Test func valuesOfEveryTypeComeBackAsTheyWent() throws {
        try TestDatabase.with(migrated: false) { database in
            let connection = try database.connect()
            let bits: UInt128 = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210
            let row = try connection.query(
                """
                SELECT \(true), \(-7 as Int16), \(Int32.min), \(Int64.max), \(42), \(1.5), \("Grüße '; DROP TABLE x; --"),
                    \(timestamp: 1_795_478_400_123), \(uuid: bits), \(bytes: [0, 255, 1]), \(json: #"{"b": [1, null], "a": 1}"#),
                    \(String?.none), \(""), date '2026-02-28', now()
                """)[0]
            #expect(try row.value(0) == true)
            #expect(try row.value(1) == (-7 as Int16))
            #expect(try row.value(2) == Int32.min)
            #expect(try row.value(3) == Int64.max)
            #expect(try row.value(4) == 42)
            #expect(try row.value(5) == 1.5)
            #expect(try row.value(6) == "Grüße '; DROP TABLE x; --")
            #expect(try row.milliseconds(7) == 1_795_478_400_123)
            #expect(try row.value(8) == bits)
            #expect(try row.value(9) == [0, 255, 1] as [UInt8])
            #expect(try row.value(10) == #"{"a": 1, "b": [1, null]}"#)
            #expect(try row.value(11, as: String?.self) == nil)
            #expect(try row.value(12) == "")
            #expect(try row.value(13) == "2026-02-28")
            #expect(abs(try row.milliseconds(14) - Clock.wallMilliseconds()) < 60_000)
        }
    }

    @Test func arraysOfEveryTypeComeBackAsTheyWent() throws {
        try TestDatabase.with(migrated: false) { database in
            let connection = try database.connect()
            let row = try connection.query(
                """
                SELECT \([1, -2, 3] as [Int64]), \(["a", "", "ü,\"{}"]), \([Int32]()), \([1, nil] as [Int64?]),
                    \(["x", nil] as [String?]), \(uuids: [1, UInt128.max]), \([0.5, -1]), \([4, 5]),
                    (SELECT count(*) FROM unnest(\(timestamps: [0, nil] as [Int64?])) AS t WHERE t = \(timestamp: 0)),
                    \(uuids: [7, nil] as [UInt128?]), (SELECT sum((j->>'a')::int) FROM unnest(\(jsons: [#"{"a":1}"#, #"{"a":2}"#])) AS j),
                    \([1, nil] as [Int16?])
                """)[0]
            #expect(try row.value(0) == [1, -2, 3] as [Int64])
            #expect(try row.value(1) == ["a", "", "ü,\"{}"])
            #expect(try row.value(2) == [Int32]())
            #expect(try row.value(3) == [1, nil] as [Int64?])
            #expect(try row.value(4) == ["x", nil] as [String?])
            #expect(try row.value(5) == [1, UInt128.max])
            #expect(try row.value(6) == [0.5, -1])
            #expect(try row.value(7) == [4, 5])
            #expect(try row.value(8) == 1)
            #expect(try row.value(9) == [7, nil] as [UInt128?])
            #expect(try row.value(10) == 3)
            #expect(try row.value(11) == [1, nil] as [Int16?])
        }
    }

    @Test func whatDoesNotFitIsAnErrorAndNotATrap() throws {
        try TestDatabase.with(migrated: false) { database in
            let rows = try database.connect().query("SELECT 'text'::text, NULL::bigint, 1.5::numeric, 5000000000")
            func kind(_ body: () throws(DatabaseError) -> Void) -> DatabaseError.Kind? {
                do throws(DatabaseError) {
                    try body()
                    return nil
                } catch {
                    return error.kind
                }
            }
            #expect(kind { () throws(DatabaseError) in _ = try rows[0].value(0, as: Int.self) } == .decoding)
            #expect(kind { () throws(DatabaseError) in _ = try rows[0].value(1, as: Int.self) } == .decoding)
            #expect(kind { () throws(DatabaseError) in _ = try rows[0].value(2, as: Double.self) } == .decoding)
            #expect(kind { () throws(DatabaseError) in _ = try rows[0].value(3, as: Int32.self) } == .decoding)
            #expect(kind { () throws(DatabaseError) in _ = try rows[0].value(9, as: Int.self) } == .decoding)
            #expect(kind { () throws(DatabaseError) in _ = try rows[7].value(0, as: Int.self) } == .decoding)
        }
    }

    @Test func aTransactionIsAllOrNothing() throws {
        try TestDatabase.with(migrated: false) { database in
            let connection = try database.connect()
            try connection.execute("CREATE TABLE t (n bigint PRIMARY KEY)")
            try connection.transaction { () throws(DatabaseError) in
                try connection.execute("INSERT INTO t VALUES (1)")
                try connection.transaction { () throws(DatabaseError) in
                    try connection.execute("INSERT INTO t VALUES (2)")
                }
            }
            #expect(throws: DatabaseError.self) {
                try connection.transaction { () throws(DatabaseError) in
                    try connection.execute("INSERT INTO t VALUES (3)")
                    try connection.execute("INSERT INTO t VALUES (1)")
                }
            }
            #expect(!connection.isInTransaction)
            // A failure that nobody heard of must not pass for a commit.
            #expect(throws: DatabaseError.self) {
                try connection.transaction { () throws(DatabaseError) in
                    try connection.execute("INSERT INTO t VALUES (4)")
                    _ = try? connection.execute("INSERT INTO t VALUES (1)")
                }
            }
            #expect(try connection.query("SELECT count(*) FROM t")[0].value(0) == 2)
        }
    }

    @Test func copyWritesEveryTypeAndStoresNothingWhenItFails() throws {
        try TestDatabase.with(migrated: false) { database in
            let connection = try database.connect()
            try connection.execute(
                "CREATE TABLE t (a smallint, b integer, c bigint, d text, e uuid, f timestamptz, g jsonb, h bytea, i float8, j boolean)"
            )
            let columns: SQL = "COPY t FROM STDIN (FORMAT binary)"
            func write(_ count: Int, failing: Bool = false) throws(DatabaseError) -> Int {
                try connection.copy(columns) { (copy) throws(DatabaseError) in
                    for number in 0..<count {
                        try copy.row(fields: 10)
                        copy.field(Int16(1))
                        copy.field(Int32(2))
                        copy.field(Int64(number))
                        copy.field(text: "Grüße")
                        copy.field(uuid: 5)
                        copy.field(timestamp: 1_795_478_400_000)
                        copy.field(json: Array(#"{"a":1}"#.utf8))
                        copy.field(bytes: [0, 1])
                        copy.field(2.5)
                        copy.null()
                    }
                    if failing { throw DatabaseError(kind: .poison, message: "stop") }
                }
            }
            #expect(try write(5000) == 5000)
            #expect(throws: DatabaseError(kind: .poison, message: "stop")) { try write(10, failing: true) }
            let row = try connection.query(
                "SELECT count(*), min(f), sum(c)::bigint, min(d), min(e::text), bool_and(j IS NULL), sum(i), max(g->>'a') FROM t"
            )[0]
            #expect(try row.value(0) == 5000)
            #expect(try row.milliseconds(1) == 1_795_478_400_000)
            #expect(try row.value(2) == 12_497_500)
            #expect(try row.value(3) == "Grüße")
            #expect(try row.value(4) == "00000000-0000-0000-0000-000000000005")
            #expect(try row.value(5) == true)
            #expect(try row.value(6) == 12_500.0)
            #expect(try row.value(7) == "1")
            // The server's complaint about a row comes through, and the connection lives on.
            #expect(throws: DatabaseError.self) {
                try connection.copy(columns) { (copy) throws(DatabaseError) in
                    try copy.row(fields: 1)
                    copy.null()
                }
            }
            #expect(try connection.query("SELECT 1")[0].value(0) == 1)
        }
    }

    @Test(arguments: [
        "postgresql://user:hunter22@127.0.0.1:1/name", "postgresql://user:hunter22@127.0.0.1:notaport/name",
        "postgres//user:hunter22@host/name", "host=127.0.0.1 port=1 password=hunter22", "hunter22", "",
        "postgresql://user:hunter22@[::1/name", "postgresql://user:hunter22@127.0.0.1:1/name?nonsense=hunter22",
    ])
    func noErrorShowsThePassword(url: String) {
        do throws(DatabaseError) {
            _ = try Connection(ConnectionSettings(url: url, applicationName: "test"))
            Issue.record("connected")
        } catch {
            #expect(!error.description.contains("hunter22"))
            #expect(error.kind == .connection || error.kind == .refused)
        }
    }

    @Test func aStatementThatTakesTooLongIsRetryable() throws {
        try TestDatabase.with(migrated: false) { database in
            var settings = database.settings
            settings.statementTimeoutMilliseconds = 50
            let connection = try Connection(settings)
            do throws(DatabaseError) {
                try connection.execute("SELECT pg_sleep(10)")
                Issue.record("not cut short")
            } catch {
                #expect(error.kind == .retryable)
            }
            #expect(!connection.isBroken)
        }
    }

    @Test func aKilledConnectionIsBrokenAndAHolderOpensAnother() throws {
        try TestDatabase.with(migrated: false) { database in
            let holder = ConnectionHolder(database.settings) { (connection) throws(DatabaseError) in
                try connection.execute("SELECT set_config('footfall.seen', 'yes', false)")
            }
            func ask() throws(DatabaseError) -> (Int32, String) {
                try holder.withConnection { (connection) throws(DatabaseError) in
                    let seen: String = try connection.query("SELECT current_setting('footfall.seen')")[0].value(0)
                    return (connection.processID, seen)
                }
            }
            let first = try ask()
            #expect(try ask() == first)
            try database.connect().execute("SELECT pg_terminate_backend(\(first.0))")
            Clock.sleep(milliseconds: 50)
            do throws(DatabaseError) {
                _ = try ask()
                Issue.record("the connection was not killed")
            } catch {
                #expect(error.kind == .connection)
            }
            let second = try ask()
            #expect(second.0 != first.0)
            #expect(second.1 == "yes")
            holder.close()
            #expect(try ask().0 != second.0)
        }
    }
}
