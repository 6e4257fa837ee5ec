import Database

/// `footfall migrate`: bring the database up to date.
enum MigrateCommand {
    static let command = Program.Command(
        name: "migrate", summary: "bring the database's schema up to date",
        help: """
            usage: footfall migrate [--config FILE]

            Runs the migrations that the database does not have yet, each in a transaction, under a lock, so that
            several may call it at once. Running it again does nothing.

            The login of database.web_url is given what the dashboard needs, each time.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config"], flags: [])
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        do throws(DatabaseError) {
            let connection = try Connection(
                ConnectionSettings(url: configuration.settings.database.url, applicationName: "footfall migrate"))
            let applied = try Migrator(connection, folder: configuration.migrationsFolder).run()
            try grant(configuration, connection)
            Output.line(
                applied.isEmpty
                    ? "The database is up to date."
                    : "Applied \(applied.count == 1 ? "one migration" : "\(applied.count) migrations"): "
                        + applied.joined(separator: ", "))
            return ExitCode.success
        } catch {
            throw .fault(error.description)
        }
    }

    /// Lets the dashboard's login read and write what pages need, as far as row-level security shows it.
    private static func grant(
        _ configuration: GatewayConfiguration, _ connection: Connection
    ) throws(DatabaseError) {
        let url = configuration.settings.database.web_url
        guard !url.isEmpty else { return }
        let web = try Connection(ConnectionSettings(url: url, applicationName: "footfall migrate"))
        let login: String = try web.query("SELECT current_user::text")[0].value(0)
        try connection.execute("SELECT grant_dashboard(\(login)::text::name)")
    }
}
