import Database
import Platform

/// `footfall serve`: the gateway.
enum ServeCommand {
    static let command = Program.Command(
        name: "serve", summary: "run the gateway: both processes, or one of them",
        help: """
            usage: footfall serve [ingest|web] [--config FILE]

            Without a word, starts two processes of itself and watches them: `ingest` takes events, `web` serves the
            dashboard. A crash of one is not noticed by the other; it is started again while its socket stays open, so
            that nginx's connections wait instead of failing. A web process that can do nothing with its configuration (its
            status is 78) stays off until SIGHUP, while events are taken; without a process that takes events, all ends
            with 78. With a word, runs that process alone.

            SIGTERM and SIGINT stop in an orderly way: requests are answered, pending events loaded. SIGHUP reads the
            configuration again and exchanges the chain; if something is wrong with it, the old one stays and the log
            says why. Sockets may be inherited from systemd (LISTEN_FDS with the names `ingest` and `web`).
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config"], flags: [])
        let environment = Process.environment()
        let file = arguments["config"] ?? environment["FOOTFALL_CONFIG"]
        Process.forbidCoreDumps()
        Process.tuneAllocator()
        if let parent = environment["FOOTFALL_SUPERVISOR"].flatMap({ Int32($0) }) {
            Process.stopWhenParentDies(parent: parent)
        }
        let configuration = try GatewayConfiguration.load(file: file, environment: environment)
        switch arguments.positional.first {
        case nil:
            try askDatabase(configuration)
            var supervisor = Supervisor(configuration, environment: environment)
            return try supervisor.run()
        case "ingest": return try IngestProcess(configuration, file: file, environment: environment).run()
        case "web":
            if environment["FOOTFALL_SUPERVISOR"] == nil, let connection = try? connect(configuration) {
                announceSetUp(configuration, connection)
            }
            return try WebProcess(configuration, environment: environment).run()
        case .some(let word): throw .usage("there is no process \"\(word)\": say ingest, web, or nothing for both")
        }
    }

    /// What the database has to say before both processes start. A schema that is too old would stop the loader one
    /// transaction later, with a message that helps less. A database that is away is another matter: the gateway starts and
    /// waits for it.
    private static func askDatabase(_ configuration: GatewayConfiguration) throws(CommandFailure) {
        do throws(DatabaseError) {
            let connection = try connect(configuration)
            let pending = try Migrator(connection, folder: configuration.migrationsFolder).pending()
            guard pending.isEmpty else {
                throw DatabaseError(
                    kind: .refused,
                    message:
                        "the database lacks \(pending.count == 1 ? "a migration" : "\(pending.count) migrations"): "
                        + "run footfall migrate")
            }
            announceSetUp(configuration, connection)
        } catch {
            if error.kind == .refused { throw .configuration(error.message) }
            Log(process: "serve").warning("the database does not answer, starting without it: \(error)")
        }
    }

    private static func connect(_ configuration: GatewayConfiguration) throws(DatabaseError) -> Connection {
        try Connection(
            ConnectionSettings(url: configuration.settings.database.url, applicationName: "footfall serve"))
    }

    /// On an empty installation the first person comes in by a link, which only whoever runs this sees. Where none can be
    /// made, `footfall user set-up` says why.
    private static func announceSetUp(_ configuration: GatewayConfiguration, _ connection: Connection) {
        guard let link = try? UserCommand.setUpLink(configuration, connection) else { return }
        Output.line("Nobody has an account yet. Set up the dashboard here, within 24 hours:\n\n  \(link)\n")
    }
}
