public import Database

extension DatabaseError {
    /// Not one of PostgreSQL's codes: carries a complaint of ours through a transaction.
    static let invalidState = "FFINV"

    /// What was asked for is not allowed; the text says what would be.
    static func invalid(_ message: String) -> DatabaseError {
        DatabaseError(kind: .refused, sqlState: invalidState, message: message)
    }
}

extension AccountError {
    /// What a failure in a transaction means.
    public init(_ error: DatabaseError) {
        self = error.sqlState == DatabaseError.invalidState ? .invalid(error.message) : .database(error)
    }
}

/// Runs `body`, and says what its failure means for people.
func reporting<Result>(_ body: () throws(DatabaseError) -> Result) throws(AccountError) -> Result {
    do throws(DatabaseError) {
        return try body()
    } catch {
        throw AccountError(error)
    }
}
