import Synchronization

/// One connection that several threads may ask for, one after the other: opened when needed, dropped when broken.
public final class ConnectionHolder: Sendable {
    private let settings: ConnectionSettings
    private let setUp: @Sendable (Connection) throws(DatabaseError) -> Void
    private let held = Mutex(Idle(connection: nil))

    /// @unchecked: whoever holds the lock is alone with the connection, and the connection does not leave the lock.
    private struct Idle: @unchecked Sendable {
        var connection: Connection?
    }

    /// A holder that has not connected yet. `setUp` runs on every new connection before anything else.
    public init(
        _ settings: ConnectionSettings,
        setUp: @escaping @Sendable (Connection) throws(DatabaseError) -> Void = { (_) throws(DatabaseError) in }
    ) {
        self.settings = settings
        self.setUp = setUp
    }

    /// Runs `body` with the connection while no other thread has it. `body` must not keep it.
    @discardableResult
    public func withConnection<Result>(
        _ body: (Connection) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        let outcome: UncheckedOutcome<Result> = held.withLock { held in
            UncheckedOutcome(result: use(&held, body))
        }
        return try outcome.result.get()
    }

    /// Closes the connection. The next use opens another.
    public func close() {
        held.withLock { $0.connection = nil }
    }

    private func use<Result>(
        _ held: inout Idle, _ body: (Connection) throws(DatabaseError) -> Result
    ) -> Swift.Result<Result, DatabaseError> {
        do throws(DatabaseError) {
            let connection: Connection
            if let open = held.connection, !open.isBroken {
                connection = open
            } else {
                held.connection = nil
                connection = try Connection(settings)
                try setUp(connection)
                held.connection = connection
            }
            return .success(try body(connection))
        } catch {
            if error.kind == .connection || held.connection?.isBroken == true { held.connection = nil }
            return .failure(error)
        }
    }
}

/// @unchecked: carries a result out of a lock to the same thread that made it.
struct UncheckedOutcome<Result>: @unchecked Sendable {
    var result: Swift.Result<Result, DatabaseError>
}
