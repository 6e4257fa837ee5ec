import Configuration
import EventModel
import Pipeline
import PluginAPI

/// `footfall check`: is the configuration right?
enum CheckCommand {
    static let command = Program.Command(
        name: "check", summary: "check the configuration and prove the chain",
        help: """
            usage: footfall check [--config FILE]

            Reads the configuration, lays it over the defaults, and proves from the plugins' declarations that the
            chain does what it says. Starts nothing and connects to nothing. Prints every problem at once and exits
            with 78, or prints the chain and exits with 0.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config"], flags: [])
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        Output.line("\(configuration.file) is right. The chain:")
        for (index, step) in configuration.plan.steps.enumerated() {
            let declaration = step.prepared.declaration
            Output.line("  \(index + 1). \(step.id) (\(step.factory.kind.rawValue)): \(step.factory.summary)")
            let parts = [("reads", declaration.reads), ("writes", declaration.writes), ("erases", declaration.erases)]
            for (verb, fields) in parts where !fields.isEmpty {
                Output.line("       \(verb) \(fields.sorted().map(\.rawValue).joined(separator: ", "))")
            }
        }
        return ExitCode.success
    }
}
