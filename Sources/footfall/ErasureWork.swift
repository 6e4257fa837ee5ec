import Database
import Jobs
import PostgresPlugin

extension ErasureWork {
    /// The work on the tables of the store `postgres`.
    static func onTables(emptyCaches: @escaping @Sendable () -> Void) -> ErasureWork {
        ErasureWork(
            run: { (connection, now) throws(DatabaseError) in Outcome(try Eraser(connection).runAll(now: now)) },
            settle: { (connection, moment, heedsJournals, now) throws(DatabaseError) in
                Outcome(
                    try Eraser(connection).settle(askedBefore: moment, heedsJournals: heedsJournals, now: now))
            }, emptyCaches: emptyCaches)
    }
}

extension ErasureWork.Outcome {
    fileprivate init(_ outcome: Eraser.Outcome) {
        self.init(done: outcome.done, failures: outcome.failures)
    }
}
