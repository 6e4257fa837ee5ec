import Platform

/// The program's subcommands.
enum Program {
    /// A subcommand: what it is for, how it is called, what it does.
    struct Command: Sendable {
        var name: String
        var summary: String
        var help: String
        var run: @Sendable (ArraySlice<String>) throws(CommandFailure) -> Int32
    }

    static let version = "0.1.0"

    static let commands: [Command] = [
        ServeCommand.command, CheckCommand.command, PluginsCommand.command, MigrateCommand.command, SiteCommand.command,
        OrganisationCommand.command, UserCommand.command, KeyCommand.command, GoalCommand.command, DeadCommand.command,
        PersonCommand.command, MailCommand.command,
        HealthCommand.command, ReplayCommand.command,
        DemoCommand.command, ExplainCommand.command, PrivacyCommand.command, ConfigReferenceCommand.command,
    ]

    /// Runs the subcommand that the words name. Returns the exit code.
    static func run(_ words: ArraySlice<String>) -> Int32 {
        guard let name = words.first, !["help", "--help", "-h"].contains(name) else {
            Output.line(overview)
            return words.isEmpty ? ExitCode.usage : ExitCode.success
        }
        if name == "--version" {
            Output.line("footfall \(version)")
            return ExitCode.success
        }
        guard let command = commands.first(where: { $0.name == name }) else {
            Output.error("footfall: there is no subcommand \"\(name)\"; see footfall --help")
            return ExitCode.usage
        }
        let rest = words.dropFirst()
        if rest.contains("--help") || rest.contains("-h") {
            Output.line(command.help)
            return ExitCode.success
        }
        do throws(CommandFailure) {
            return try command.run(rest)
        } catch {
            Output.error("footfall \(name): \(error.message)")
            if error.code == ExitCode.usage { Output.error("See footfall \(name) --help.") }
            return error.code
        }
    }

    private static var overview: String {
        let width = commands.map(\.name.count).max() ?? 0
        let list = commands.map { command in
            "  \(command.name)\(String(repeating: " ", count: width - command.name.count + 2))\(command.summary)"
        }
        return """
            footfall \(version): web analytics that counts without following anyone

            usage: footfall SUBCOMMAND [options]

            \(list.joined(separator: "\n"))

            footfall SUBCOMMAND --help tells more. Exit codes: 0 well, 64 usage, 70 fault, 78 configuration.
            """
    }
}
