public import Database

/// Why something about people, organisations or sites could not be done.
public enum AccountError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was asked for is not allowed; the text says what would be.
    case invalid(String)
    /// The database failed.
    case database(DatabaseError)

    /// What a failure of this room's stores means.
    public init(_ error: DatabaseError) {
        self = error.sqlState == DatabaseError.invalidState ? .invalid(error.message) : .database(error)
    }

    /// One line for the operator.
    public var description: String {
        switch self {
        case .invalid(let message): message
        case .database(let error): error.description
        }
    }
}

extension DatabaseError {
    /// Not one of PostgreSQL's codes: stores complain with it, and by that end the transaction that they are part of.
    static let invalidState = "FFINV"

    /// What was asked for is not allowed; the text says what would be.
    public static func invalid(_ message: String) -> DatabaseError {
        DatabaseError(kind: .refused, sqlState: invalidState, message: message)
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
