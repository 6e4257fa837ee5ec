import Accounts
import Database

/// The database as the operator's subcommands use it.
enum OperatorConnection {
    /// Connects to the database of the configuration that the arguments name.
    static func open(_ arguments: Arguments, as name: String) throws(CommandFailure) -> Connection {
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        return try reporting { () throws(DatabaseError) in
            try Connection(ConnectionSettings(url: configuration.settings.database.url, applicationName: name))
        }
    }

    /// Runs `body`, and says what its failure means for the operator.
    static func reporting<Result>(_ body: () throws(DatabaseError) -> Result) throws(CommandFailure) -> Result {
        do throws(DatabaseError) {
            return try body()
        } catch {
            switch AccountError(error) {
            case .invalid(let message): throw .configuration(message)
            case .database(let error): throw failure(error)
            }
        }
    }

    /// The organisation of this name; without a name the only one, and `nil` where there is none yet.
    static func organisation(_ name: String?, _ connection: Connection) throws(CommandFailure) -> Int32? {
        let store = OrganisationStore(connection)
        return try reporting { () throws(DatabaseError) in
            if let name {
                guard let number = try store.number(name: name) else {
                    throw DatabaseError(kind: .refused, message: "there is no organisation \"\(name)\", or several")
                }
                return number
            }
            let only = try store.onlyNumber()
            if only == nil, try store.count() > 0 {
                throw DatabaseError(kind: .refused, message: "there are several organisations: say --organisation NAME")
            }
            return only
        }
    }

    private static func failure(_ error: DatabaseError) -> CommandFailure {
        // 42P01, 42703: no such relation, no such column.
        ["42P01", "42703"].contains(error.sqlState)
            ? .fault("the database is empty or too old: run footfall migrate first") : .fault(error.description)
    }
}
