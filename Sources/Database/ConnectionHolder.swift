import Synchronization

/// One connection that several threads may ask for, one after the other: opened when needed, dropped when broken.
public final class ConnectionHolder: Sendable {
    private let settings: ConnectionSettings
    private let held = Mutex(Idle(connection: nil))

    /// @unchecked: whoever holds the lock is alone with the connection, and the connection does not leave the lock.
    private struct Idle: @unchecked Sendable {
        var connection: Connection?
    }

    /// A holder that has not connected yet.
    public init(_ settings: ConnectionSettings) {
        self.settings = settings
    }

    /// Runs `body` with the connection while no other thread has it. `body` must not keep it.
    public func withConnection<Result>(
        _ body: (Connection) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        let outcome: UncheckedOutcome<Result> = held.withLock { held in
            UncheckedOutcome(result: ConnectionHolder.use(&held, settings, body))
        }
        return try outcome.result.get()
    }

    /// Closes the connection. The next use opens another.
    public func close() {
        held.withLock { $0.connection = nil }
    }

    private static func use<Result>(
        _ held: inout Idle, _ settings: ConnectionSettings, _ body: (Connection) throws(DatabaseError) -> Result
    ) -> Swift.Result<Result, DatabaseError> {
        do throws(DatabaseError) {
            let connection: Connection
            if let open = held.connection, !open.isBroken {
                connection = open
            } else {
                held.connection = nil
                connection = try Connection(settings)
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
