import Accounts
import Cryptography
import Database
import EventModel
import Platform

/// `footfall user`: people who may sign in.
enum UserCommand {
    static let command = Program.Command(
        name: "user", summary: "add people, or give them a link for a password",
        help: """
            usage: footfall user add EMAIL [--name NAME] [--organisation NAME] [--role ROLE] [--password-stdin]
                   footfall user reset EMAIL
                   footfall user list
                   footfall user set-up

            add makes an account and a member: of the organisation of that name, which is made when there is none, or of
            the only one. The role is owner, admin, editor, viewer or guest; owner unless given for an organisation that is
            made, else viewer. It prints a link, good once and for 24 hours, on which the person chooses a password.
            --password-stdin reads a password from the first line of standard input instead.

            reset prints such a link for somebody who is here; the second factor is switched off, and all sessions end.

            set-up prints the link on which the first person sets up the dashboard, as footfall serve does on an empty
            installation; the one before is of no use any more.

            Links begin with web.url of the configuration. All take --config FILE.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(
            words, options: ["config", "name", "organisation", "role"], flags: ["password-stdin"])
        let words = arguments.positional
        switch (words.first, words.count) {
        case ("add", 2): try add(arguments, words[1])
        case ("reset", 2): try reset(arguments, words[1])
        case ("list", 1): try list(arguments)
        case ("set-up", 1): try printSetUp(arguments)
        default: throw .usage("say add EMAIL, reset EMAIL, list, or set-up")
        }
        return ExitCode.success
    }

    private static func add(_ arguments: Arguments, _ typed: String) throws(CommandFailure) {
        guard let email = EmailAddress.normalised(typed) else { throw .usage("\"\(typed)\" is not an e-mail address") }
        var role: Role?
        if let word = arguments["role"] {
            guard let known = Role(rawValue: word) else {
                throw .usage("--role takes owner, admin, editor, viewer or guest, not \"\(word)\"")
            }
            role = known
        }
        var hash: String?
        if arguments.has("password-stdin") {
            let password = readLine(strippingNewline: true) ?? ""
            if let problem = PasswordRules.problem(with: password, email: email) { throw .usage(problem.words) }
            hash = PasswordHash.make(password)
        }
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        let connection = try OperatorConnection.open(arguments, as: "footfall user")
        let new = NewPerson(
            email: email, name: arguments["name"] ?? "", hash: hash, organisation: arguments["organisation"], role: role
        )
        let link = try OperatorConnection.reporting { () throws(DatabaseError) -> String? in
            try connection.transaction { () throws(DatabaseError) -> String? in
                try add(new, configuration, connection)
            }
        }
        Output.line(link ?? "added")
    }

    private struct NewPerson {
        var email: String
        var name: String
        var hash: String?
        var organisation: String?
        var role: Role?
    }

    private static func add(
        _ new: NewPerson, _ configuration: GatewayConfiguration, _ connection: Connection
    ) throws(DatabaseError) -> String? {
        let people = PersonStore(connection)
        let organisations = OrganisationStore(connection)
        let person: Int32
        if let known = try people.number(email: new.email) {
            person = known
        } else {
            person = try people.add(email: new.email, name: new.name, passwordHash: new.hash)
        }
        let known: Int32?
        if let name = new.organisation {
            known = try organisations.number(name: name)
            if known == nil, try organisations.count(name: name) > 0 {
                throw DatabaseError(kind: .refused, message: "there are several organisations named \"\(name)\"")
            }
        } else {
            known = try organisations.onlyNumber()
            if known == nil, try organisations.count() > 0 {
                throw DatabaseError(kind: .refused, message: "there are several organisations: say --organisation NAME")
            }
        }
        let organisation: Int32
        if let known {
            organisation = known
            try organisations.join(person, organisation: known, role: new.role ?? .viewer)
        } else {
            guard new.role == nil || new.role == .owner else {
                throw DatabaseError(
                    kind: .refused,
                    message: "an organisation that is made needs an owner, not a \(new.role?.rawValue ?? "")")
            }
            organisation = try organisations.add(name: new.organisation ?? "My sites", owner: person)
        }
        try AuditLog(connection).note(
            .personAdded, "\(new.email) as \(new.role?.rawValue ?? (known == nil ? "owner" : "viewer"))",
            organisation: organisation, person: .operatorTerminal)
        if new.hash != nil { return nil }
        return try passwordLink(person, configuration, connection)
    }

    private static func reset(_ arguments: Arguments, _ typed: String) throws(CommandFailure) {
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        let connection = try OperatorConnection.open(arguments, as: "footfall user")
        let email = EmailAddress.normalised(typed) ?? typed
        let link = try OperatorConnection.reporting { () throws(DatabaseError) in
            guard let person = try PersonStore(connection).number(email: email) else {
                throw DatabaseError(kind: .refused, message: "there is nobody with the address \(email)")
            }
            try PersonStore(connection).reset(person)
            try AuditLog(connection).note(
                .passwordReset, "by the operator", organisation: nil,
                person: AuditPerson(number: person, name: email))
            return try passwordLink(person, configuration, connection)
        }
        Output.line(link)
    }

    private static func list(_ arguments: Arguments) throws(CommandFailure) {
        let connection = try OperatorConnection.open(arguments, as: "footfall user")
        try OperatorConnection.reporting { () throws(DatabaseError) in
            for line in try PersonStore(connection).listing() { Output.line(line) }
        }
    }

    private static func printSetUp(_ arguments: Arguments) throws(CommandFailure) {
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        let connection = try OperatorConnection.open(arguments, as: "footfall user")
        let link = try OperatorConnection.reporting { () throws(DatabaseError) in
            try setUpLink(configuration, connection)
        }
        guard let link else {
            throw .configuration("somebody has an account already: footfall user add adds others")
        }
        Output.line(link)
    }

    /// The link on which the first person sets up the dashboard; `nil` when there is somebody.
    static func setUpLink(
        _ configuration: GatewayConfiguration, _ connection: Connection
    ) throws(DatabaseError) -> String? {
        try OneTimeLinkStore(connection).makeSetUp(now: now).map {
            "\(configuration.settings.publicURL)/footfall/set-up?token=\($0)"
        }
    }

    private static func passwordLink(
        _ person: Int32, _ configuration: GatewayConfiguration, _ connection: Connection
    ) throws(DatabaseError) -> String {
        let token = try OneTimeLinkStore(connection).makePassword(person: person, now: now)
        return "\(configuration.settings.publicURL)/footfall/password?token=\(token)"
    }

    private static var now: Timestamp { Timestamp(milliseconds: Clock.wallMilliseconds()) }
}
