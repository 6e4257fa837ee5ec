import Database

/// The dashboard's login, `database.web_url`: row-level security has to bind it, or one tenant would see another's numbers.
struct WebLogin {
    let configuration: GatewayConfiguration

    /// How pages connect.
    var database: ConnectionSettings {
        ConnectionSettings(
            url: configuration.settings.database.web_url, applicationName: "footfall web",
            statementTimeoutMilliseconds: 30_000)
    }

    /// Whether there is such a setting at all.
    var isMissing: Bool { configuration.settings.database.web_url.isEmpty }

    /// Looks at the login, and throws a failure when it is not confined or missing. Returns why nobody could look: the
    /// database is away, or turns the login down. Every connection that pages open later is looked at then.
    func check() throws(CommandFailure) -> DatabaseError? {
        guard !isMissing else {
            throw .configuration(
                "\(configuration.file): database.web_url is missing: the dashboard needs a login of its own, which does not "
                    + "own the tables; docs/security.md says how to make one")
        }
        let reason: String?
        do throws(DatabaseError) {
            reason = try Connection(database).reasonNotConfined()
        } catch {
            // An URL that is none will not mend itself.
            guard error.kind == .refused, error.sqlState.isEmpty else { return error }
            reason = error.message
        }
        guard let reason else { return nil }
        throw .configuration(
            "\(configuration.file): database.web_url: \(reason); docs/security.md says how to make another one")
    }
}
