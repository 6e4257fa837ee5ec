import FastCGI

/// `footfall health`: do both processes answer?
enum HealthCommand {
    static let command = Program.Command(
        name: "health", summary: "ask the running gateway whether it is well",
        help: """
            usage: footfall health [--config FILE]

            Asks the ingest and the web process through their sockets, as nginx would. Exits with 0 when both answer,
            with 70 when one does not. Made for a container's health check.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config"], flags: [])
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        let listen = configuration.settings.listen
        for (name, path) in [("ingest", listen.ingest), ("web", listen.web)] {
            guard Client.status(of: "/healthz", socket: path, timeoutMilliseconds: 3000) == 200 else {
                throw .fault("the \(name) process does not answer on \(path)")
            }
        }
        Output.line("well")
        return ExitCode.success
    }
}
