import Accounts
import Database
import EventModel
import Platform

/// `footfall key`: the secret keys with which servers send and programs read.
enum KeyCommand {
    static let command = Program.Command(
        name: "key", summary: "make, list or revoke secret keys for servers",
        help: """
            usage: footfall key add DOMAIN [--read]
                   footfall key list
                   footfall key revoke KEY

            add prints a secret key with which a server sends events for the site (POST /api/v1/events,
            "Authorization: Bearer KEY"); with --read, one with which a program reads the site's reports (POST
            /api/v1/query), for which there must be an organisation (footfall user add). It is shown this once: only its
            hash is kept. Keys for several sites, with a name and a day on which they expire, are made in the dashboard.

            list prints a line for each key of the installation: its beginning, what it may do (send events, read
            reports), whose it is, for which sites, when it expires or has expired, the day of its last use (UTC), and
            its name where it has one.

            revoke takes the key, or its beginning as list shows it, and makes it worthless for good. A running gateway
            notices within five seconds. add and revoke are written into the organisation's audit log. All take
            --config FILE.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config"], flags: ["read"])
        let words = arguments.positional
        switch (words.first, words.count) {
        case ("add", 2): try add(arguments, words[1])
        case ("list", 1): try list(arguments)
        case ("revoke", 2): try revoke(arguments, words[1])
        default: throw .usage("say add DOMAIN, list, or revoke KEY")
        }
        return ExitCode.success
    }

    private static func add(_ arguments: Arguments, _ domain: String) throws(CommandFailure) {
        let connection = try OperatorConnection.open(arguments, as: "footfall key")
        let key = try OperatorConnection.changing(connection) { () throws(DatabaseError) in
            let site = try OperatorConnection.site(domain, connection)
            let key = try SecretKeyStore(connection).add(domain: domain, mayRead: arguments.has("read"))
            let listed = try SecretKeyStore(connection).list(beginning: key).first
            try OperatorConnection.note(.keyMade, of: site, listed?.beginning ?? "", on: connection)
            return key
        }
        Output.line(key)
    }

    private static func list(_ arguments: Arguments) throws(CommandFailure) {
        let connection = try OperatorConnection.open(arguments, as: "footfall key")
        let keys = try OperatorConnection.reporting { () throws(DatabaseError) in
            try SecretKeyStore(connection).list()
        }
        let now = Clock.wallMilliseconds()
        for key in keys { Output.line(line(key, now: now)) }
        if keys.isEmpty { Output.line("There is no secret key: footfall key add DOMAIN makes one.") }
    }

    private static func line(_ key: SecretKeyListing, now: Int64) -> String {
        let sites =
            switch (key.sites, key.domains) {
            case (nil, _): "all sites"
            case (_, []): "no site"
            case (_, let domains): domains.joined(separator: ", ")
            }
        let expiry =
            key.expiresAt.map {
                "\($0.milliseconds <= now ? "expired" : "expires") \(CivilTime(milliseconds: $0.milliseconds))"
            } ?? "for ever"
        let use = key.lastUsedOn.map { "used \($0)" } ?? "never used"
        let columns = [
            "\(key.beginning)…", key.mayRead ? "read" : "send", key.organisationName ?? "no organisation", sites,
            expiry, use,
        ]
        return (columns + (key.name.isEmpty ? [] : [key.name])).joined(separator: "\t")
    }

    private static func revoke(_ arguments: Arguments, _ key: String) throws(CommandFailure) {
        let connection = try OperatorConnection.open(arguments, as: "footfall key")
        try OperatorConnection.changing(connection) { () throws(DatabaseError) in
            for listed in try SecretKeyStore(connection).list(beginning: key) {
                try AuditLog(connection).note(
                    .keyRevoked, listed.name.isEmpty ? listed.beginning : listed.name,
                    organisation: listed.organisation, person: .operatorTerminal)
            }
            try SecretKeyStore(connection).revoke(key)
        }
        Output.line("revoked")
    }
}
