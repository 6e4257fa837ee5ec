import Accounts
import Database
import EventModel

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

    /// Changes something, in one transaction with the lines of the audit log that tell of it.
    static func changing<Result>(
        _ connection: Connection, _ body: () throws(DatabaseError) -> Result
    ) throws(CommandFailure) -> Result {
        try reporting { () throws(DatabaseError) in try connection.transaction(body) }
    }

    /// Writes down what was done to a site, in the log of whose it is.
    ///
    /// - Parameter object: what of the site, in words; empty for the site itself.
    static func note(
        _ action: AuditAction, of site: Site, _ object: String = "", on connection: Connection
    ) throws(DatabaseError) {
        let organisation: Int32? = try connection.query(
            "SELECT organisation_id FROM site WHERE site_id = \(site.id.rawValue)")[0].value(0)
        try AuditLog(connection).note(
            action, object.isEmpty ? site.domain : "\(site.domain): \(object)", organisation: organisation,
            person: .operatorTerminal)
    }

    /// The site of a domain.
    static func site(_ domain: String, _ connection: Connection) throws(DatabaseError) -> Site {
        guard let site = try SiteStore(connection).site(domain: domain) else {
            throw .invalid("there is no site \"\(domain)\"; footfall site list names them")
        }
        return site
    }

    /// Somebody with this address, which must be known to be theirs: people type what they like, and what the operator gives to
    /// an address would be given to them.
    static func person(_ email: String, _ connection: Connection) throws(DatabaseError) -> Int32? {
        let people = PersonStore(connection)
        guard let person = try people.number(email: email) else { return nil }
        guard try people.hasProvenEmail(person) else {
            throw .invalid(
                """
                somebody has an account with \(email), and nobody knows whether the address is theirs: footfall user reset \
                \(email) makes a link for whom you know, and ends what others have set
                """)
        }
        return person
    }

    /// The organisation of this name; without a name the only one, and `nil` where there is none yet.
    static func organisation(_ name: String?, _ connection: Connection) throws(CommandFailure) -> Int32? {
        let store = OrganisationStore(connection)
        return try reporting { () throws(DatabaseError) in
            if let name {
                guard let number = try store.number(name: name) else {
                    throw .invalid("there is no organisation \"\(name)\", or several")
                }
                return number
            }
            let only = try store.onlyNumber()
            if only == nil, try store.count() > 0 {
                throw .invalid("there are several organisations: say --organisation NAME")
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
