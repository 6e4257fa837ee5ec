import CPostgres

/// One connection to PostgreSQL. It belongs to one thread at a time: the type is deliberately not `Sendable`.
///
/// After an error of kind `connection` it is broken for good; whoever holds it drops it and opens another.
@safe public final class Connection {
    private let handle: OpaquePointer
    private let password: String
    /// Whether a transaction of ours is open.
    public private(set) var isInTransaction = false
    /// On whose behalf it acts; `nil` where nobody has said.
    var behalf: Behalf?
    /// Whether its session is its own, with no pooler in between that lends it to others: statements may be prepared then.
    var ownsSession = false
    /// Statements that the server has read and planned for this connection, with their names.
    private var prepared: [PreparedStatement: String] = [:]
    /// How many there ever were: no name is given twice.
    private var preparations = 0

    /// Connects. Throws an error of kind `connection` when the server is away or turns us down, `refused` when the
    /// URL is not one.
    public init(_ settings: ConnectionSettings) throws(DatabaseError) {
        var options = try ConnectionOptions(settings)
        let opened = unsafe options.connect()
        guard let handle = unsafe opened else {
            throw DatabaseError(kind: .connection, message: "out of memory for a database connection")
        }
        password = options.password
        guard unsafe PQstatus(handle) == CONNECTION_OK else {
            let message = unsafe Connection.firstLine(PQerrorMessage(handle), hiding: password)
            unsafe PQfinish(handle)
            throw DatabaseError(kind: .connection, message: message)
        }
        unsafe self.handle = handle
        // Notices go to standard error by default, outside of our log's form.
        unsafe _ = PQsetNoticeReceiver(handle, { _, _ in }, nil)
        // Not as a start-up option, which pgbouncer rejects.
        let milliseconds = "\(settings.statementTimeoutMilliseconds)"
        try execute(
            "SELECT set_config('statement_timeout', \(milliseconds), false), set_config('TimeZone', 'UTC', false)")
    }

    deinit {
        unsafe PQfinish(handle)
    }

    /// Whether the connection is of no use any more.
    public var isBroken: Bool { unsafe PQstatus(handle) != CONNECTION_OK }

    /// The server's process for this connection, as `pg_stat_activity` lists it.
    public var processID: Int32 { unsafe PQbackendPID(handle) }

    /// The server's version as a number: 150004 for 15.4.
    public var serverVersion: Int32 { unsafe PQserverVersion(handle) }

    /// Runs a statement and hands over its rows.
    public func query(_ sql: SQL) throws(DatabaseError) -> Rows {
        let result = unsafe try run(sql)
        return unsafe try Rows(result)
    }

    /// The same for a statement that this connection will run again and again: the server reads and plans it once, where the
    /// session is known to be this connection's own. Through a pooler one client's statement could be another's by name.
    public func query(prepared sql: SQL) throws(DatabaseError) -> Rows {
        guard ownsSession else { return try query(sql) }
        let statement = PreparedStatement(text: sql.text, types: sql.binds.map(\.type.rawValue))
        do throws(DatabaseError) {
            let name = try name(of: statement)
            let result = unsafe send(sql.binds) { count, _, values, lengths, formats in
                unsafe PQexecPrepared(handle, name, count, values, lengths, formats, 1)
            }
            return unsafe try Rows(try checked(result))
        } catch {
            // 0A000: a migration has changed what it answers with. 26000: it is gone.
            guard ["0A000", "26000"].contains(error.sqlState) else { throw error }
            prepared[statement] = nil
            // Of a transaction nothing can go on after an error; the next one finds no broken plan.
            if isInTransaction { throw error }
            return try query(sql)
        }
    }

    private struct PreparedStatement: Hashable {
        var text: String
        var types: [UInt32]
    }

    private func name(of statement: PreparedStatement) throws(DatabaseError) -> String {
        if let known = prepared[statement] { return known }
        preparations += 1
        let name = "footfall_\(preparations)"
        let types = statement.types.map { Oid($0) }
        let result = unsafe PQprepare(handle, name, statement.text, Int32(truncatingIfNeeded: types.count), types)
        unsafe PQclear(try checked(result))
        prepared[statement] = name
        return name
    }

    /// Runs a statement for its effect. Returns how many rows it touched.
    @discardableResult
    public func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        let rows = unsafe Rows(owning: try run(sql))
        return rows.touched
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws. Within a transaction the
    /// body joins the one that is open.
    ///
    /// An error of kind `connection` from the commit itself leaves open whether it took place.
    @discardableResult
    public func transaction<Result>(_ body: () throws(DatabaseError) -> Result) throws(DatabaseError) -> Result {
        if isInTransaction { return try body() }
        try execute("BEGIN")
        isInTransaction = true
        let result: Result
        do {
            result = try body()
        } catch {
            isInTransaction = false
            // What fails here closes the connection, which rolls back as well.
            _ = try? execute("ROLLBACK")
            throw error
        }
        isInTransaction = false
        // A transaction in which a statement failed unheard is rolled back by COMMIT, which calls that a success.
        guard unsafe Rows(owning: try run("COMMIT")).command == "COMMIT" else {
            throw DatabaseError(kind: .refused, message: "transaction was rolled back: a statement in it had failed")
        }
        return result
    }

    /// Runs a script of several statements, as migrations are: the only way for run-time text. Not for other rooms;
    /// tests use it to make databases and break them.
    @_spi(Scripts) public func runScript(_ text: String) throws(DatabaseError) {
        guard !text.utf8.contains(0) else {
            throw DatabaseError(kind: .refused, message: "script contains a zero byte")
        }
        let result = unsafe PQexec(handle, text)
        defer { unsafe PQclear(result) }
        unsafe try check(result)
    }

    /// Runs `COPY … FROM STDIN (FORMAT binary)`: `body` writes the rows. Nothing is stored when it throws.
    /// Returns how many rows the server took.
    @discardableResult
    public func copy(
        _ sql: SQL, rows body: (inout CopyWriter) throws(DatabaseError) -> Void
    ) throws(DatabaseError) -> Int {
        let start = unsafe try run(sql, expecting: PGRES_COPY_IN)
        unsafe PQclear(start)
        var writer = unsafe CopyWriter(handle: handle)
        do {
            try body(&writer)
            try writer.finish()
        } catch {
            _ = unsafe PQputCopyEnd(handle, "abandoned by the client")
            drain()
            guard isBroken else { throw error }
            throw lostConnection()
        }
        guard unsafe PQputCopyEnd(handle, nil) == 1 else { throw lostConnection() }
        let result = unsafe PQgetResult(handle)
        defer {
            unsafe PQclear(result)
            drain()
        }
        unsafe try check(result)
        return unsafe result.map { unsafe Connection.touched($0) } ?? 0
    }

    /// Reads results until there is none, as libpq asks for after COPY.
    private func drain() {
        while let rest = unsafe PQgetResult(handle) {
            unsafe PQclear(rest)
        }
    }

    private func run(
        _ sql: SQL, expecting expected: ExecStatusType? = nil
    ) throws(DatabaseError) -> OpaquePointer {
        let result = unsafe send(sql.binds) { count, types, values, lengths, formats in
            unsafe PQexecParams(handle, sql.text, count, types, values, lengths, formats, 1)
        }
        return unsafe try checked(result, expecting: expected)
    }

    /// The result, unless it says that something failed.
    private func checked(
        _ result: OpaquePointer?, expecting expected: ExecStatusType? = nil
    ) throws(DatabaseError) -> OpaquePointer {
        do {
            unsafe try check(result, expecting: expected)
        } catch {
            unsafe PQclear(result)
            throw error
        }
        guard let result = unsafe result else { throw lostConnection() }
        return unsafe result
    }

    /// Hands values to libpq in its own form: how many, their types, where they are, their lengths and formats.
    private func send(
        _ binds: [Bind],
        _ call: (Int32, [Oid], [UnsafePointer<CChar>?], [Int32], [Int32]) -> OpaquePointer?
    ) -> OpaquePointer? {
        let types = binds.map { Oid($0.type.rawValue) }
        let lengths = binds.map { Int32(truncatingIfNeeded: $0.bytes?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: binds.count)
        // One buffer for all values; the last byte gives an empty value at the end something to point to.
        var buffer: [UInt8] = []
        buffer.reserveCapacity(lengths.reduce(1) { $0 + Int($1) })
        var offsets: [Int?] = []
        for bind in binds {
            offsets.append(bind.bytes == nil ? nil : buffer.count)
            if let bytes = bind.bytes { buffer += bytes }
        }
        buffer.append(0)
        return unsafe buffer.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = unsafe offsets.map { offset in unsafe offset.flatMap { unsafe start?.advanced(by: $0) } }
            return unsafe call(Int32(truncatingIfNeeded: binds.count), types, values, lengths, formats)
        }
    }

    /// Throws what a result says about its failure.
    private func check(_ result: OpaquePointer?, expecting expected: ExecStatusType? = nil) throws(DatabaseError) {
        guard let result = unsafe result else { throw lostConnection() }
        let status = unsafe PQresultStatus(result)
        if let expected {
            if status == expected { return }
        } else if status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY {
            return
        }
        guard status == PGRES_FATAL_ERROR else {
            throw DatabaseError(kind: .refused, message: "statement answered in an unexpected way (COPY?)")
        }
        let state = unsafe Connection.text(PQresultErrorField(result, Connection.sqlStateField))
        guard !state.isEmpty, !isBroken else { throw lostConnection(state: state) }
        let primary = unsafe Connection.text(PQresultErrorField(result, Connection.primaryMessageField))
        throw DatabaseError(sqlState: state, message: primary)
    }

    func lostConnection(state: String = "") -> DatabaseError {
        let message = unsafe Connection.firstLine(PQerrorMessage(handle), hiding: password)
        return DatabaseError(kind: .connection, sqlState: state, message: message.isEmpty ? "connection lost" : message)
    }

    // The macros PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY are characters, which Swift imports as Int32.
    private static let sqlStateField = Int32(UInt8(ascii: "C"))
    private static let primaryMessageField = Int32(UInt8(ascii: "M"))

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        guard let pointer = unsafe pointer else { return "" }
        return unsafe String(cString: pointer)
    }

    static func touched(_ result: OpaquePointer) -> Int {
        unsafe Int(text(PQcmdTuples(result))) ?? 0
    }

    /// libpq's message without line breaks, and without the password, which no version known to us puts there.
    static func firstLine(_ pointer: UnsafePointer<CChar>?, hiding password: String) -> String {
        let line = unsafe text(pointer).split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
        guard password.utf8.count >= 4, line.utf8.count >= password.utf8.count else { return line }
        var clean: [UInt8] = []
        var rest = Array(line.utf8)[...]
        while !rest.isEmpty {
            if rest.starts(with: password.utf8) {
                clean += "[password]".utf8
                rest = rest.dropFirst(password.utf8.count)
            } else {
                clean.append(rest.removeFirst())
            }
        }
        return String(decoding: clean, as: UTF8.self)
    }
}
