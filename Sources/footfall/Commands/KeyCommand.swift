import Accounts
import Database

/// `footfall key`: the secret keys with which servers send.
enum KeyCommand {
    static let command = Program.Command(
        name: "key", summary: "make, list or revoke secret keys for servers",
        help: """
            usage: footfall key add DOMAIN [--read]
                   footfall key list
                   footfall key revoke KEY

            add prints a secret key with which a server sends events for the site (POST /api/v1/events,
            "Authorization: Bearer KEY"); with --read, one with which a program reads the site's reports (POST
            /api/v1/query), for which there must be an organisation (footfall user add). It is shown this once: only its hash is kept. revoke takes the key, or its
            beginning as list shows it. A running gateway notices within five seconds. All take --config FILE.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config"], flags: ["read"])
        let words = arguments.positional
        switch (words.first, words.count) {
        case ("add", 2):
            let connection = try OperatorConnection.open(arguments, as: "footfall key")
            let key = try OperatorConnection.reporting { () throws(DatabaseError) in
                try SecretKeyStore(connection).add(domain: words[1], mayRead: arguments.has("read"))
            }
            Output.line(key)
        case ("list", 1):
            let connection = try OperatorConnection.open(arguments, as: "footfall key")
            let keys = try OperatorConnection.reporting { () throws(DatabaseError) in
                try SecretKeyStore(connection).list()
            }
            for key in keys { Output.line("\(key.domains.joined(separator: " "))\t\(key.beginning)…") }
        case ("revoke", 2):
            let connection = try OperatorConnection.open(arguments, as: "footfall key")
            try OperatorConnection.reporting { () throws(DatabaseError) in
                try SecretKeyStore(connection).revoke(words[1])
            }
            Output.line("revoked")
        default: throw .usage("say add DOMAIN, list, or revoke KEY")
        }
        return ExitCode.success
    }
}
