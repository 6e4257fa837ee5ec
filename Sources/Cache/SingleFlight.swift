import Platform
import Synchronization

/// Lets one thread compute a value while all others that want the same value wait for it: a hundred viewers of one cold
/// report cost one computation.
public final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Flight = Monitor<Result<Value, any Error>?>

    private let flights = Mutex<[Key: Flight]>([:])
    private let patienceMilliseconds: Int

    /// - Parameter patienceMilliseconds: how long a thread waits for another one before it computes by itself.
    public init(patienceMilliseconds: Int = 30_000) {
        self.patienceMilliseconds = patienceMilliseconds
    }

    /// The result of `body`, run by this thread or by one that began before. An error is shared like a value:
    /// a hundred viewers of a dead database must not ask it a hundred times.
    ///
    /// - Parameter joined: called when another thread was first.
    public func value(for key: Key, joined: () -> Void = {}, body: () throws -> Value) throws -> Value {
        let (flight, isLeader) = flights.withLock { flights in
            if let flight = flights[key] { return (flight, false) }
            let flight = Flight(nil)
            flights[key] = flight
            return (flight, true)
        }
        guard isLeader else {
            joined()
            let result = flight.wait(milliseconds: patienceMilliseconds) { $0 }
            return try result?.get() ?? body()
        }
        let result = Result { try body() }
        // First out of the table, then the result: who comes in between begins anew and finds the value in memory.
        flights.withLock { _ = $0.removeValue(forKey: key) }
        flight.withLock { $0 = result }
        return try result.get()
    }
}
