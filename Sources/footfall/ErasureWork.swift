import Database
import Jobs
import PostgresPlugin

extension ErasureWork {
    /// The work on the tables of the store `postgres`.
    static func onTables(emptyCaches: @escaping @Sendable () -> Void) -> ErasureWork {
        ErasureWork(
            run: { (connection, now) throws(DatabaseError) in try Eraser(connection).runAll(now: now) },
            settle: { (connection, moment, now) throws(DatabaseError) in
                try Eraser(connection).settle(askedBefore: moment, now: now)
            }, emptyCaches: emptyCaches)
    }
}
