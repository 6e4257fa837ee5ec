/// Why the database did not do what it was asked.
///
/// Its texts come from the server's primary message only: detail and context repeat the data of rows. Passwords are
/// never in it.
public struct DatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a caller can do about it.
    public enum Kind: String, Sendable {
        /// The server is out of reach, or the connection broke: the work may or may not have been done.
        case connection
        /// The server was busy or lost a race; the same work may succeed later.
        case retryable
        /// The data can never be stored.
        case poison
        /// A person must mend it: schema, permission, configuration.
        case refused
        /// A row did not have the shape that our code expects.
        case decoding
    }

    /// What a caller can do about it.
    public var kind: Kind
    /// PostgreSQL's five-character code (appendix A of its manual), empty where there is none.
    public var sqlState: String
    /// One line for the operator.
    public var message: String

    /// An error of a known kind.
    public init(kind: Kind, sqlState: String = "", message: String) {
        self.kind = kind
        self.sqlState = sqlState
        self.message = message
    }

    /// An error as the server reports it.
    init(sqlState: String, message: String) {
        self.init(kind: Kind(sqlState: sqlState), sqlState: sqlState, message: message)
    }

    /// `relation "event" does not exist (42P01)`.
    public var description: String {
        sqlState.isEmpty ? message : "\(message) (\(sqlState))"
    }
}

extension DatabaseError.Kind {
    /// The kind of a code, by its class where the class decides.
    init(sqlState: String) {
        switch sqlState {
        // A standby after a failover is read-only until it is promoted.
        case "55P03", "25006": self = .retryable
        // `idle_in_transaction_session_timeout` and its like end the session.
        case "25P03", "57P01", "57P02", "57P03", "57P05", "": self = .connection
        default:
            switch sqlState.prefix(2) {
            case "08": self = .connection
            case "40", "53", "57", "58": self = .retryable
            case "22", "23", "54": self = .poison
            default: self = .refused
            }
        }
    }
}
