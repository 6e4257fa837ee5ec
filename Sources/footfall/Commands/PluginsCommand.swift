import Catalog
import Configuration
import EventModel
import PluginAPI

/// `footfall plugins`: what can stand in a chain?
enum PluginsCommand {
    static let command = Program.Command(
        name: "plugins", summary: "list the plugins, or show one with its defaults",
        help: """
            usage: footfall plugins [NAME]

            Without a name, lists the plugins that are compiled in, by stage. With a name, shows what the plugin reads
            and writes, and its settings with their defaults, ready to be copied into the configuration.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: [], flags: [])
        guard let name = arguments.positional.first else {
            let width = catalog.map(\.name.count).max() ?? 0
            for plugin in catalog {
                let space = String(repeating: " ", count: width - plugin.name.count)
                let kind = plugin.kind.rawValue + String(repeating: " ", count: 6 - plugin.kind.rawValue.count)
                Output.line("\(plugin.name)\(space)  \(kind)  \(plugin.summary)")
            }
            return ExitCode.success
        }
        guard let plugin = catalog.first(where: { $0.name == name }) else {
            let hint = ConfigProblem.suggestion(for: name, among: catalog.map(\.name))
            throw .usage("there is no plugin \"\(name)\"\(hint)")
        }
        Output.line("\(plugin.name) (\(plugin.kind.rawValue)): \(plugin.summary)")
        let declaration = plugin.declaration
        let parts = [("reads", declaration.reads), ("writes", declaration.writes), ("erases", declaration.erases)]
        for (verb, fields) in parts where !fields.isEmpty {
            Output.line("\(verb) \(fields.sorted().map(\.rawValue).joined(separator: ", "))")
        }
        Output.line("settings: \(plugin.defaults.formatted)")
        return ExitCode.success
    }
}
