import EventModel
import FoundationEssentials

/// `footfall privacy`: what is kept of visitors?
enum PrivacyCommand {
    static let command = Program.Command(
        name: "privacy", summary: "print what is kept of visitors, from the chain that runs",
        help: """
            usage: footfall privacy [--config FILE] [--json]

            Prints the record of processing: every field that is stored, where it comes from, how it is made smaller, and
            how long it is kept; and what is looked at and forgotten. It is made of the declarations of the plugins in
            the configuration, so that it cannot say anything else than what they do. --json prints it for programs.
            The dashboard shows the same at /dashboard/SITE/privacy.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config"], flags: ["json"])
        let record = try GatewayConfiguration.load(file: arguments["config"]).privacyRecord
        if arguments.has("json") {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            guard let json = try? encoder.encode(record) else { throw .fault("the record cannot be written as JSON") }
            Output.line(String(decoding: json, as: UTF8.self))
            return ExitCode.success
        }
        Output.line("Kept for \(record.retentionMonths) months (mode \(record.mode)):\n")
        for entry in record.kept { show(entry) }
        Output.line("\nLooked at, and forgotten when the request is answered:\n")
        for entry in record.forgotten { show(entry) }
        Output.line("\nThe chain: \(record.steps.map(\.id).joined(separator: " → "))")
        return ExitCode.success
    }

    private static func show(_ entry: PrivacyRecord.Entry) {
        Output.line("  \(entry.name): \(entry.meaning) [\(entry.sensitivity.rawValue)]")
        Output.line("      from \(entry.origins.joined(separator: ", "))")
        for reduction in entry.reductions { Output.line("      \(reduction)") }
    }
}
