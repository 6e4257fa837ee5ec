import Accounts
import Cryptography
import Database
import EventModel
import Platform

/// `footfall user`: people who may sign in.
enum UserCommand {
    static let command = Program.Command(
        name: "user", summary: "add, list or remove people, or give them a link for a password",
        help: """
            usage: footfall user add EMAIL [--name NAME] [--organisation NAME] [--role ROLE] [--password-stdin]
                   footfall user reset EMAIL
                   footfall user remove EMAIL
                   footfall user list
                   footfall user set-up

            add makes an account and a member: of the organisation of that name, which is made when there is none, or of
            the only one. The role is owner, admin, editor, viewer or guest; owner unless given for an organisation that is
            made, else viewer. It prints a link, good once and for 24 hours, on which the person chooses a password.
            --password-stdin reads a password from the first line of standard input instead.

            add for somebody who has an account already makes a member and leaves name and password as they are; it prints
            a link only where there is no password yet, and refuses --password-stdin.

            reset prints such a link for somebody who is here; the second factor is switched off, and all sessions end.

            remove deletes an account for good: sessions, roles, and access to sites. Organisations, sites and events stay;
            who alone owns an organisation must have a successor first (add with --role owner).

            list prints a line for each person: address, organisations with the role, and whether there is a second factor.

            set-up prints the link on which the first person sets up the dashboard, as footfall serve does on an empty
            installation; the one before is of no use any more.

            Links begin with web.url of the configuration. add, reset and remove are written into the audit log. All take
            --config FILE.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(
            words, options: ["config", "name", "organisation", "role"], flags: ["password-stdin"])
        let words = arguments.positional
        switch (words.first, words.count) {
        case ("add", 2): try add(arguments, words[1])
        case ("reset", 2): try reset(arguments, words[1])
        case ("remove", 2): try remove(arguments, words[1])
        case ("list", 1): try list(arguments)
        case ("set-up", 1): try printSetUp(arguments)
        default: throw .usage("say add EMAIL, reset EMAIL, remove EMAIL, list, or set-up")
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
        Output.line(
            try OperatorConnection.changing(connection) { () throws(DatabaseError) in
                try add(new, configuration, connection)
            } ?? "added")
    }

    private struct NewPerson {
        var email: String
        var name: String
        var hash: String?
        var organisation: String?
        var role: Role?
    }

    /// Returns the link for a password, where there is none yet.
    private static func add(
        _ new: NewPerson, _ configuration: GatewayConfiguration, _ connection: Connection
    ) throws(DatabaseError) -> String? {
        let people = PersonStore(connection)
        let organisations = OrganisationStore(connection)
        let person: Int32
        if let known = try OperatorConnection.person(new.email, connection) {
            guard new.hash == nil else {
                throw DatabaseError.invalid(
                    """
                    \(new.email) has an account already, whose password stays as it is: leave --password-stdin out to make \
                    a member of an organisation; footfall user reset \(new.email) makes a link for another password
                    """)
            }
            person = known
        } else {
            person = try people.add(
                email: new.email, name: new.name, passwordHash: new.hash, hasProvenEmail: true)
        }
        let known = try organisation(new.organisation, organisations)
        var role = new.role ?? (known == nil ? .owner : .viewer)
        let organisation: Int32
        if let known {
            organisation = known
            role = try organisations.join(person, organisation: known, role: role)
        } else {
            guard role == .owner else {
                throw DatabaseError.invalid(
                    "an organisation that is made needs an owner, not a \(role.rawValue)")
            }
            organisation = try organisations.add(name: new.organisation ?? "My sites", owner: person)
        }
        try AuditLog(connection).note(
            .personAdded, "\(new.email) as \(role.rawValue)", organisation: organisation, person: .operatorTerminal)
        if try OperatorStore(connection).hasPassword(person) { return nil }
        return try passwordLink(person, configuration, connection)
    }

    /// The organisation that is meant; `nil` for one that is to be made.
    private static func organisation(_ name: String?, _ store: OrganisationStore) throws(DatabaseError) -> Int32? {
        let known = if let name { try store.number(name: name) } else { try store.onlyNumber() }
        if known == nil, try store.count(name: name) > 0 {
            throw DatabaseError.invalid(
                name.map { "there are several organisations named \"\($0)\"" }
                    ?? "there are several organisations: say --organisation NAME")
        }
        return known
    }

    private static func reset(_ arguments: Arguments, _ typed: String) throws(CommandFailure) {
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        let connection = try OperatorConnection.open(arguments, as: "footfall user")
        let email = EmailAddress.normalised(typed) ?? typed
        let link = try OperatorConnection.changing(connection) { () throws(DatabaseError) in
            let person = try person(email, connection)
            try PersonStore(connection).reset(person)
            // In the person's own list, and in those of the organisations.
            let log = AuditLog(connection)
            let operatorOfPerson = AuditPerson(number: person, name: AuditPerson.operatorTerminal.name)
            try log.note(.passwordReset, organisation: nil, person: operatorOfPerson)
            for organisation in try OperatorStore(connection).organisations(of: person) {
                try log.note(.passwordReset, email, organisation: organisation, person: .operatorTerminal)
            }
            return try passwordLink(person, configuration, connection)
        }
        Output.line(link)
    }

    private static func remove(_ arguments: Arguments, _ typed: String) throws(CommandFailure) {
        let connection = try OperatorConnection.open(arguments, as: "footfall user")
        let email = EmailAddress.normalised(typed) ?? typed
        try OperatorConnection.changing(connection) { () throws(DatabaseError) in
            let person = try person(email, connection)
            let store = OperatorStore(connection)
            let alone = try PersonStore(connection).organisationsOwnedAlone(by: person)
            guard alone.isEmpty else {
                throw DatabaseError.invalid(
                    """
                    \(email) alone owns \(alone.joined(separator: ", ")): make somebody else an owner (footfall user add \
                    EMAIL --organisation NAME --role owner), or remove the organisation and wait for its end
                    """)
            }
            for organisation in try store.organisations(of: person) {
                try AuditLog(connection).note(
                    .personRemoved, email, organisation: organisation, person: .operatorTerminal)
            }
            try PersonStore(connection).remove(person)
        }
        Output.line("removed")
    }

    private static func person(_ email: String, _ connection: Connection) throws(DatabaseError) -> Int32 {
        guard let person = try PersonStore(connection).number(email: email) else {
            throw DatabaseError.invalid("there is nobody with the address \(email); footfall user list names all")
        }
        return person
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
