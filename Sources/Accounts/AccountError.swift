public import Database

/// Why a site could not be added or read.
public enum AccountError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was asked for is not allowed; the text says what would be.
    case invalid(String)
    /// The database failed.
    case database(DatabaseError)

    /// One line for the operator.
    public var description: String {
        switch self {
        case .invalid(let message): message
        case .database(let error): error.description
        }
    }
}
