import Configuration
import Database
import EventModel
import Pipeline
import PluginAPI

/// `footfall check`: is the configuration right?
enum CheckCommand {
    static let command = Program.Command(
        name: "check", summary: "check the configuration and prove the chain",
        help: """
            usage: footfall check [--config FILE] [--policy cnil]

            Reads the configuration, lays it over the defaults, and proves from the plugins' declarations that the
            chain does what it says. Starts nothing. Prints every problem at once and exits with 78, or prints the chain
            and exits with 0.

            It also signs in as database.web_url, and exits with 78 when that login may see more than row-level security
            shows it (the dashboard does not start then), or cannot sign in although database.url can (the dashboard
            starts, and shows nothing until it can). A database that does not answer at all is no mistake of the
            configuration, which is said and left at that.

            --policy cnil judges it against each condition of the French regulator's exemption for audience measurement:
            pass, fail or unknown, with the reason. Exits with 78 when one fails. What it cannot know, such as what you
            use the numbers for, is for you to judge: this is no legal advice.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config", "policy"], flags: [])
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        if let policy = arguments["policy"] {
            guard policy == "cnil" else { throw .usage("there is no policy \"\(policy)\": say --policy cnil") }
            return judge(configuration)
        }
        Output.line("\(configuration.file) is right. The chain:")
        for (index, step) in configuration.plan.steps.enumerated() {
            let declaration = step.prepared.declaration
            Output.line("  \(index + 1). \(step.id) (\(step.factory.kind.rawValue)): \(step.factory.summary)")
            let parts = [("reads", declaration.reads), ("writes", declaration.writes), ("erases", declaration.erases)]
            for (verb, fields) in parts where !fields.isEmpty {
                Output.line("       \(verb) \(fields.sorted().map(\.rawValue).joined(separator: ", "))")
            }
        }
        try checkWebLogin(configuration)
        return ExitCode.success
    }

    private static func checkWebLogin(_ configuration: GatewayConfiguration) throws(CommandFailure) {
        let login = WebLogin(configuration: configuration)
        guard !login.isMissing else {
            return Output.line(
                "The dashboard cannot start: database.web_url is empty. docs/security.md says how to make its login.")
        }
        guard let error = try login.check() else { return Output.line("The dashboard's login is confined.") }
        do throws(DatabaseError) {
            _ = try Connection(
                ConnectionSettings(url: configuration.settings.database.url, applicationName: "footfall check"))
        } catch {
            return Output.line("The dashboard's login was not checked, the database does not answer: \(error)")
        }
        throw .configuration(
            "\(configuration.file): database.web_url: \(error); docs/security.md says how to make a login")
    }

    private static func judge(_ configuration: GatewayConfiguration) -> Int32 {
        let findings = PrivacyPolicy(configuration: configuration).findings
        for finding in findings {
            let word = finding.judgment.rawValue
            let space = String(repeating: " ", count: 9 - word.utf8.count)
            Output.line("\(word)\(space)\(finding.condition)\n         \(finding.reason)")
        }
        let failed = findings.count { $0.judgment == .fail }
        let unknown = findings.count { $0.judgment == .unknown }
        Output.line("\(failed) of \(findings.count) conditions fail, \(unknown) are for you to judge.")
        return failed == 0 ? ExitCode.success : ExitCode.configuration
    }
}
