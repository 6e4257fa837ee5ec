import Platform

/// A bounded number of connections for threads that come and go. Blocks when all are in use, but not for ever.
public final class Pool: Sendable {
    private let settings: ConnectionSettings
    private let limit: Int
    private let waitMilliseconds: Int
    private let isConfined: Bool
    private let pinned: Behalf?
    private let state = Monitor(State())

    /// @unchecked: an idle connection belongs to nobody. It is taken out under the monitor's lock and so handed, whole,
    /// to one thread.
    private struct State: @unchecked Sendable {
        var idle: [Connection] = []
        var open = 0
        var isClosed = false

        /// One that acts for the same already, if there is one: the others would have to be told.
        mutating func takeIdle(for behalf: Behalf) -> Connection? {
            guard let index = idle.lastIndex(where: { $0.behalf == behalf }) else { return idle.popLast() }
            return idle.remove(at: index)
        }
    }

    /// @unchecked: one hand-over from the pool to the thread that asked.
    private struct Grant: @unchecked Sendable {
        var connection: Connection?
        var isClosed = false
    }

    /// A pool of at most `limit` connections, which are opened when needed.
    ///
    /// - Parameter waitMilliseconds: how long a thread waits for a connection before it gets an error of kind
    ///   `retryable`.
    /// - Parameter isConfined: whether its login is bound by row-level security; then every use says on whose behalf.
    /// - Parameter pinned: for tests: every use acts for this one, whatever it says.
    public init(
        _ settings: ConnectionSettings, limit: Int, waitMilliseconds: Int = 5000, isConfined: Bool = false,
        pinned: Behalf? = nil
    ) {
        self.settings = settings
        self.isConfined = isConfined
        self.pinned = pinned
        self.limit = max(1, limit)
        self.waitMilliseconds = waitMilliseconds
    }

    /// How many connections are open.
    public var openConnections: Int { state.read { $0.open } }

    /// Runs `body` with a connection of its own. `body` must not keep it. A broken connection is not given out again,
    /// nor one that is left in a transaction.
    ///
    /// - Parameter behalf: whose rows it sees, where the login is confined.
    @discardableResult
    public func withConnection<Result>(
        for behalf: Behalf = .nobody, _ body: (Connection) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        let behalf = pinned ?? behalf
        let connection = try take(for: behalf)
        defer { giveBack(connection) }
        if isConfined { try connection.act(for: behalf) }
        return try body(connection)
    }

    /// Closes the idle connections and refuses further use; those in use close when they come back.
    public func close() {
        state.withLock { state in
            state.isClosed = true
            state.open -= state.idle.count
            state.idle = []
        }
    }

    private func take(for behalf: Behalf) throws(DatabaseError) -> Connection {
        let limit = self.limit
        let grant = state.wait(milliseconds: waitMilliseconds) { (state: inout State) -> Grant? in
            if state.isClosed { return Grant(isClosed: true) }
            while let idle = state.takeIdle(for: behalf) {
                if !idle.isBroken { return Grant(connection: idle) }
                state.open -= 1
            }
            guard state.open < limit else { return nil }
            state.open += 1
            return Grant()
        }
        guard let grant else {
            throw DatabaseError(
                kind: .retryable, message: "all \(limit) database connections stayed busy for \(waitMilliseconds) ms")
        }
        guard !grant.isClosed else { throw DatabaseError(kind: .connection, message: "connection pool is closed") }
        if let connection = grant.connection { return connection }
        do throws(DatabaseError) {
            let connection = try Connection(settings)
            // Somebody may have given the login more meanwhile.
            if isConfined {
                if let reason = try connection.reasonNotConfined() {
                    throw DatabaseError(kind: .refused, message: reason)
                }
                connection.ownsSession = true
            }
            return connection
        } catch {
            state.withLock { $0.open -= 1 }
            throw error
        }
    }

    private func giveBack(_ connection: Connection) {
        let grant = Grant(connection: connection)
        state.withLock { state in
            if let connection = grant.connection, !state.isClosed, !connection.isBroken, !connection.isInTransaction {
                state.idle.append(connection)
            } else {
                state.open -= 1
            }
        }
    }
}
