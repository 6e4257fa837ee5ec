import Catalog
import Configuration
import EventModel
import PluginAPI

/// `footfall config-reference`: the text of `docs/configuration.md`, from the defaults in the code.
enum ConfigReferenceCommand {
    static let command = Program.Command(
        name: "config-reference", summary: "print the configuration reference",
        help: """
            usage: footfall config-reference

            Prints docs/configuration.md, made from the settings types and the plugins that are compiled in, so that
            it cannot differ from what the program does.
            """
    ) { (words) throws(CommandFailure) in
        _ = try Arguments(words, options: [], flags: [])
        Output.line(text)
        return ExitCode.success
    }

    /// The reference, Markdown.
    static var text: String {
        let defaults = (try? ConfigValue(encoding: GatewaySettings())) ?? .table([:])
        let options = ConfigSources.options(of: defaults, path: [])
        let rows = GatewaySettings.meanings.map { path, meaning in
            let variable = ConfigSources.prefix + path.replacing(".", with: "_").uppercased()
            let fallback = options[variable].map { $0.fallback.formatted.oneLine } ?? ""
            let override = path == "chain" ? "–" : "`\(variable)`"
            return "| `\(path)` | `\(fallback)` | \(override) | \(meaning) |"
        }
        return """
            # Configuration

            <!-- Made by `footfall config-reference`; a test compares. Change the settings types instead. -->

            One JSON5 file: `--config FILE`, else `FOOTFALL_CONFIG`, else `config/footfall.json5`, else
            `/etc/footfall/footfall.json5`. `footfall check` reports everything that is wrong with it at once. In texts,
            `${NAME}` stands for a variable of the environment; `option_file` reads `option` from a file, for secrets, and
            so does the variable with `_FILE` appended. Variables win over the file.

            ## Options

            | option | default | variable | meaning |
            |---|---|---|---|
            \(rows.joined(separator: "\n"))

            ## The chain

            Each entry of `chain` is `{ plugin, id, enabled, settings }`: `plugin` names one of the plugins below, `id` tells
            two entries of one plugin apart (the plugin's name unless given), `enabled: false` leaves the entry out. The
            order is proven at start from what the plugins declare to read, write and erase: stores come last, nobody
            reads what nobody has written, and nothing personal is left when the stores begin.

            \(catalog.map(section).joined(separator: "\n\n"))
            """
    }

    private static func section(_ plugin: PluginFactory) -> String {
        let declaration = plugin.declaration
        let access = [("Reads", declaration.reads), ("Writes", declaration.writes), ("Erases", declaration.erases)]
            .filter { !$0.1.isEmpty }
            .map { verb, fields in "\(verb) " + fields.sorted().map { "`\($0.rawValue)`" }.joined(separator: ", ") + "."
            }
            .joined(separator: " ")
        var settings = "No settings."
        if case .table(let table) = plugin.defaults, !table.isEmpty {
            let rows = table.sorted { $0.key < $1.key }.map { "| `\($0.key)` | `\($0.value.formatted.oneLine)` |" }
            settings = "| setting | default |\n|---|---|\n" + rows.joined(separator: "\n")
        }
        return """
            ### `\(plugin.name)` (\(plugin.kind.rawValue))

            \(plugin.summary.capitalisedSentence) [More](../plugins/\(plugin.name)/README.md).
            \(access)

            \(settings)
            """
    }
}

extension String {
    fileprivate var oneLine: String {
        split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: " ")
            .replacing("[ ]", with: "[]").replacing("{ }", with: "{}")
    }

    fileprivate var capitalisedSentence: String {
        prefix(1).uppercased() + dropFirst() + (hasSuffix(".") ? "" : ".")
    }
}
