import Database

/// `footfall migrate`: bring the database up to date.
enum MigrateCommand {
    static let command = Program.Command(
        name: "migrate", summary: "bring the database's schema up to date",
        help: """
            usage: footfall migrate [--config FILE]

            Runs the migrations that the database does not have yet, each in a transaction, under a lock, so that
            several may call it at once. Running it again does nothing.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config"], flags: [])
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        do throws(DatabaseError) {
            let connection = try Connection(
                ConnectionSettings(url: configuration.settings.database.url, applicationName: "footfall migrate"))
            let applied = try Migrator(connection, folder: configuration.migrationsFolder).run()
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
}
