import Accounts
import Database
import EventModel

/// `footfall site`: the sites of this installation.
enum SiteCommand {
    static let command = Program.Command(
        name: "site", summary: "add a site, or list them",
        help: """
            usage: footfall site add DOMAIN [--host HOST]... [--time-zone ZONE] [--key KEY] [--if-missing]
                   footfall site list

            add prints the site's public key, which goes into the snippet. Hosts are those whose pages may send
            events; without any, DOMAIN and www.DOMAIN; *.example.com stands for every subdomain. The time zone (an
            IANA name, UTC unless given) decides when the site's days begin. --key sets the key instead of a random
            one. --if-missing leaves a site that exists as it is.

            A running gateway notices within five seconds. Both take --config FILE.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(
            words, options: ["config", "host", "time-zone", "key"], flags: ["if-missing"])
        switch arguments.positional.first {
        case "add": return try add(arguments)
        case "list": return try list(arguments)
        default: throw .usage("say add or list")
        }
    }

    private static func add(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        guard arguments.positional.count == 2 else { throw .usage("add takes one domain") }
        let new = SiteStore.NewSite(
            domain: arguments.positional[1], key: arguments["key"], hosts: arguments.all("host"),
            timeZone: arguments["time-zone"] ?? "UTC")
        do throws(SiteError) {
            let site = try SiteStore(try connect(arguments)).add(new, ifMissing: arguments.has("if-missing"))
            Output.line(site.key)
            return ExitCode.success
        } catch {
            throw failure(error)
        }
    }

    private static func list(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        do throws(SiteError) {
            for site in try SiteStore(try connect(arguments)).list() {
                Output.line(
                    "\(site.domain)\tkey \(site.key)\thosts \(site.hosts.joined(separator: " "))\t\(site.timeZone)")
            }
            return ExitCode.success
        } catch {
            throw failure(error)
        }
    }

    private static func connect(_ arguments: Arguments) throws(SiteError) -> Connection {
        let configuration: GatewayConfiguration
        do throws(CommandFailure) {
            configuration = try GatewayConfiguration.load(file: arguments["config"])
        } catch {
            throw .invalid(error.message)
        }
        do throws(DatabaseError) {
            return try Connection(
                ConnectionSettings(url: configuration.settings.database.url, applicationName: "footfall site"))
        } catch {
            throw .database(error)
        }
    }

    private static func failure(_ error: SiteError) -> CommandFailure {
        switch error {
        case .invalid(let message): .configuration(message)
        case .database(let error):
            // 42P01: relation does not exist.
            .fault(error.sqlState == "42P01" ? "the database is empty: run footfall migrate first" : error.description)
        }
    }
}
