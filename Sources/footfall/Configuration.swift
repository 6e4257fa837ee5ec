import Catalog
import Configuration
import EventModel
import Pipeline
import Platform
import PluginAPI

/// The configuration as a whole: settings that are right and a chain that is proven.
struct GatewayConfiguration: Sendable {
    var settings: GatewaySettings
    var plan: ChainPlan
    /// The file that it was read from.
    var file: String

    /// Where the file is looked for when nobody says.
    static let usualFiles = ["config/footfall.json5", "/etc/footfall/footfall.json5"]

    /// Reads, checks and proves the configuration. Throws a failure that holds every problem, one a line.
    static func load(
        file: String? = nil, environment: [String: String] = Process.environment()
    ) throws(CommandFailure) -> GatewayConfiguration {
        let file = try find(file ?? environment["FOOTFALL_CONFIG"])
        do {
            let text = try Files.read(file)
            let sources = ConfigSources(environment: environment) { try? Files.read($0) }
            let defaults = try ConfigValue(encoding: GatewaySettings())
            let tree = try sources.resolve(try ConfigValue(json5: text), defaults: defaults)
            let settings = try GatewaySettings.decode(tree, at: "")
            let plan = try ChainPlan(
                settings.chain, catalog: catalog, isStrict: settings.privacy.mode == "strict")
            let configuration = GatewayConfiguration(settings: settings, plan: plan, file: file)
            let conflicts = ChainConflicts(plan: plan).problems
            guard conflicts.isEmpty else { throw ConfigProblems(conflicts) }
            if settings.privacy.mode == "strict" {
                let missing = PrivacyPolicy(configuration: configuration).problems
                guard missing.isEmpty else { throw ConfigProblems(missing) }
            }
            return configuration
        } catch let problems as ConfigProblems {
            throw .configuration(message(file, problems.all))
        } catch let problem as ConfigProblem {
            throw .configuration(message(file, [problem]))
        } catch {
            throw .configuration("\(file): \(error)")
        }
    }

    /// The folder of the migrations: the one in the settings, or where `make install` (PREFIX/share, seen from PREFIX/bin)
    /// or a package puts them.
    var migrationsFolder: String {
        let program = Process.executable
        let prefix = program.split(separator: "/").dropLast(2).joined(separator: "/")
        let installed = ["/\(prefix)/share/footfall/migrations", "/usr/share/footfall/migrations"]
        guard !Files.exists(settings.database.migrations) else { return settings.database.migrations }
        return installed.first { Files.exists($0) } ?? settings.database.migrations
    }

    /// Tells this installation from others on the same machine: a name made of the database's place, without the
    /// password that its URL may hold.
    var installation: String {
        let url = settings.database.url
        guard let at = url.lastIndex(of: "@"), let scheme = url.firstRange(of: "://"), scheme.upperBound <= at else {
            return Installation.name(of: url.split(separator: "?").first.map(String.init) ?? url)
        }
        return Installation.name(of: String(url[url.index(after: at)...]))
    }

    /// What the chain keeps of visitors.
    var privacyRecord: PrivacyRecord {
        plan.privacyRecord(
            mode: settings.privacy.mode, retentionMonths: settings.privacy.retention_months,
            deadLetterDays: settings.privacy.dead_letter_days)
    }

    /// What a plugin is lent.
    func context(
        id: String, sites: @escaping @Sendable () -> SiteSnapshot, log: Log
    ) -> PluginContext {
        PluginContext(
            id: id, databaseURL: Sensitive(settings.database.url), installation: installation, sites: sites,
            facts: plan.facts, log: log)
    }

    private static func find(_ file: String?) throws(CommandFailure) -> String {
        if let file {
            guard Files.exists(file) else {
                throw .configuration("there is no configuration file \(file)")
            }
            return file
        }
        guard let file = usualFiles.first(where: { Files.exists($0) }) else {
            throw .configuration(
                "there is no configuration file: looked for \(usualFiles.joined(separator: " and ")).\n"
                    + "Name one with --config FILE or FOOTFALL_CONFIG.")
        }
        return file
    }

    private static func message(_ file: String, _ problems: [ConfigProblem]) -> String {
        let count = problems.count == 1 ? "one problem" : "\(problems.count) problems"
        return "\(file) has \(count):\n" + problems.map { "  \($0)" }.joined(separator: "\n")
    }
}
