import Accounts
import Database
import EventModel

/// `footfall site`: the sites of this installation.
enum SiteCommand {
    static let command = Program.Command(
        name: "site", summary: "add or change a site, or list them",
        help: """
            usage: footfall site add DOMAIN [--host HOST]... [--time-zone ZONE] [--key KEY] [--ack LEVEL]
                                     [--organisation NAME] [--if-missing]
                   footfall site set DOMAIN [--ack LEVEL] [--events-per-second NUMBER] [--script-token on|off]
                                     [--renew-script-secret] [--retention MONTHS]
                   footfall site list

            add prints the site's public key, which goes into the snippet. Hosts are those whose pages may send
            events; without any, DOMAIN and www.DOMAIN; *.example.com stands for every subdomain. The time zone (an
            IANA name, UTC unless given) decides when the site's days begin. --key sets the key instead of a random
            one. --organisation says whose it is where there are several. --if-missing leaves a site that exists as it is.

            --ack says how safe an event of the site is when its sender is told that it was taken: fsync (on the disk),
            journal (within 200 ms), or default for what the configuration says.

            --events-per-second is the most that the site may bring, over a longer time, or default for what the
            configuration says. --script-token on puts events into quarantine that do not come from the site's own
            script; its pages must load /footfall.js?s=KEY before that. --renew-script-secret makes the tokens of before
            worthless. See docs/limits.md.

            --retention says for how many whole months, beyond the running one, the site's events and visits are kept, or
            default for what the configuration says. Older ones are deleted by a job within six hours, day by day; what
            is known of past days as sums stays.

            list prints a line for each site: domain, key, hosts, time zone, and what was set for it.

            A running gateway notices within five seconds. add and set are written into the audit log. All take
            --config FILE.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(
            words,
            options: [
                "config", "host", "time-zone", "key", "ack", "organisation", "events-per-second", "script-token",
                "retention",
            ],
            flags: ["if-missing", "renew-script-secret"])
        switch arguments.positional.first {
        case "add": return try add(arguments)
        case "set": return try set(arguments)
        case "list": return try list(arguments)
        default: throw .usage("say add, set or list")
        }
    }

    private static func add(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        guard arguments.positional.count == 2 else { throw .usage("add takes one domain") }
        var new = SiteStore.NewSite(
            domain: arguments.positional[1], key: arguments["key"], hosts: arguments.all("host"),
            timeZone: arguments["time-zone"] ?? "UTC", ack: try ack(arguments) ?? nil)
        let connection = try OperatorConnection.open(arguments, as: "footfall site")
        if arguments.has("if-missing") {
            let known = try OperatorConnection.reporting { () throws(DatabaseError) in
                try SiteStore(connection).site(domain: new.domain)
            }
            if let known {
                Output.line(known.key)
                return ExitCode.success
            }
        }
        new.organisation = try OperatorConnection.organisation(arguments["organisation"], connection)
        let key = try OperatorConnection.changing(connection) { () throws(DatabaseError) in
            let site = try SiteStore(connection).add(new, ifMissing: arguments.has("if-missing"))
            try OperatorConnection.note(.siteAdded, of: site, on: connection)
            return site.key
        }
        Output.line(key)
        return ExitCode.success
    }

    private static func set(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        guard arguments.positional.count == 2 else { throw .usage("set takes one domain") }
        let domain = arguments.positional[1]
        let (level, limit, token) = (try ack(arguments), try limit(arguments), try scriptToken(arguments))
        let months = try retention(arguments)
        let isRenewing = arguments.has("renew-script-secret")
        guard level != nil || limit != nil || token != nil || months != nil || isRenewing else {
            throw .usage(
                "set takes what is to be set: --ack, --events-per-second, --script-token, --renew-script-secret, --retention"
            )
        }
        let connection = try OperatorConnection.open(arguments, as: "footfall site")
        let options = ["ack", "events-per-second", "script-token", "retention"]
        var words = options.compactMap { name in arguments[name].map { "\(name) \($0)" } }
        if isRenewing { words.append("another secret of the script") }
        try OperatorConnection.changing(connection) { () throws(DatabaseError) in
            let store = SiteStore(connection)
            let site = try OperatorConnection.site(domain, connection)
            if let level { try store.setAck(level, of: site.id) }
            if let limit { try store.setEventsPerSecond(limit, of: site.id) }
            if isRenewing { try store.renewScriptSecret(of: site.id) }
            if let token { try store.setNeedsScriptToken(token, of: site.id) }
            if let months { try store.setRetention(months: months, of: site.id) }
            try OperatorConnection.note(.siteChanged, of: site, words.joined(separator: ", "), on: connection)
        }
        return ExitCode.success
    }

    private static func list(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        let connection = try OperatorConnection.open(arguments, as: "footfall site")
        let sites = try OperatorConnection.reporting { () throws(DatabaseError) in try SiteStore(connection).list()
        }
        for site in sites {
            let ack = site.ack.map { "\tack \($0.rawValue)" } ?? ""
            let limit = site.eventsPerSecond.map { "\tat most \($0) events a second" } ?? ""
            let token = site.needsScriptToken ? "\twith a token of the script" : ""
            let kept = site.retentionMonths.map { "\tkept for \($0) months" } ?? ""
            Output.line(
                "\(site.domain)\tkey \(site.key)\thosts \(site.hosts.joined(separator: " "))\t\(site.timeZone)\(ack)"
                    + limit + token + kept)
        }
        return ExitCode.success
    }

    /// The months that are asked for: none, the gateway's (`nil` within), or a number of its own.
    private static func retention(_ arguments: Arguments) throws(CommandFailure) -> Int?? {
        guard let word = arguments["retention"] else { return nil }
        if word == "default" { return .some(nil) }
        guard let months = Int(word) else { throw .usage("--retention takes a number or default, not \"\(word)\"") }
        let privacy = try GatewayConfiguration.load(file: arguments["config"]).settings.privacy
        if privacy.mode == "strict", months > PrivacyPolicy.mostMonths {
            throw .configuration("the strict mode keeps events for \(PrivacyPolicy.mostMonths) months at most")
        }
        return months
    }

    /// The level that is asked for: none, the gateway's (`nil` within), or one of its own.
    private static func ack(_ arguments: Arguments) throws(CommandFailure) -> AckLevel?? {
        guard let word = arguments["ack"] else { return nil }
        if word == "default" { return .some(nil) }
        guard let level = AckLevel(rawValue: word) else {
            throw .usage("--ack takes fsync, journal or default, not \"\(word)\"")
        }
        return level
    }

    /// The limit that is asked for, likewise.
    private static func limit(_ arguments: Arguments) throws(CommandFailure) -> Int?? {
        guard let word = arguments["events-per-second"] else { return nil }
        if word == "default" { return .some(nil) }
        guard let number = Int(word) else {
            throw .usage("--events-per-second takes a number or default, not \"\(word)\"")
        }
        return number
    }

    private static func scriptToken(_ arguments: Arguments) throws(CommandFailure) -> Bool? {
        switch arguments["script-token"] {
        case nil: return nil
        case "on": return true
        case "off": return false
        case let word?: throw .usage("--script-token takes on or off, not \"\(word)\"")
        }
    }
}
