import Accounts
import Database
import EventModel
import Platform

/// `footfall organisation`: who owns sites.
enum OrganisationCommand {
    static let command = Program.Command(
        name: "organisation", summary: "list, add, rename or remove organisations, which own sites",
        help: """
            usage: footfall organisation list
                   footfall organisation add NAME --owner EMAIL
                   footfall organisation rename ORGANISATION NAME
                   footfall organisation remove ORGANISATION
                   footfall organisation keep ORGANISATION

            An organisation owns sites, and its people see them. ORGANISATION is its name, or its number as list shows it,
            where several have the same name.

            list prints a line for each: number, name, owners, people, sites, and when it will be deleted.

            add makes one for somebody who has an account (footfall user list); footfall user add EMAIL --organisation
            NAME makes an account and an organisation at once. rename gives it another name. remove has it deleted with
            all its sites, their events and keys, after the days of accounts.grace_days; until then keep takes that back.

            Everything but list is written into the organisation's audit log. All take --config FILE.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config", "owner"], flags: [])
        let words = arguments.positional
        switch (words.first, words.count) {
        case ("list", 1): try list(arguments)
        case ("add", 2): try add(arguments, words[1])
        case ("rename", 3): try rename(arguments, words[1], to: words[2])
        case ("remove", 2): try remove(arguments, words[1])
        case ("keep", 2): try keep(arguments, words[1])
        default:
            throw .usage(
                "say list, add NAME, rename ORGANISATION NAME, remove ORGANISATION, or keep ORGANISATION")
        }
        return ExitCode.success
    }

    private static func list(_ arguments: Arguments) throws(CommandFailure) {
        let connection = try OperatorConnection.open(arguments, as: "footfall organisation")
        let organisations = try OperatorConnection.reporting { () throws(DatabaseError) in
            try OperatorStore(connection).organisations()
        }
        for organisation in organisations {
            let end = organisation.deleteAt.map { "\tdeleted at \(CivilTime(milliseconds: $0.milliseconds))" } ?? ""
            Output.line(
                """
                \(organisation.number)\t\(organisation.name)\towned by \(organisation.owners.joined(separator: ", "))\t\
                \(count(organisation.members, "person", "people"))\t\(count(organisation.sites, "site", "sites"))\(end)
                """)
        }
        if organisations.isEmpty { Output.line("There is no organisation: footfall user add EMAIL makes the first.") }
    }

    private static func count(_ number: Int, _ one: String, _ several: String) -> String {
        number == 1 ? "1 \(one)" : "\(number) \(several)"
    }

    private static func add(_ arguments: Arguments, _ typed: String) throws(CommandFailure) {
        let name = try OrganisationCommand.name(typed)
        guard let owner = arguments["owner"] else { throw .usage("add needs --owner EMAIL: somebody with an account") }
        let email = EmailAddress.normalised(owner) ?? owner
        let connection = try OperatorConnection.open(arguments, as: "footfall organisation")
        try OperatorConnection.changing(connection) { () throws(DatabaseError) in
            guard let person = try OperatorConnection.person(email, connection) else {
                throw DatabaseError.invalid(
                    "there is nobody with the address \(email): footfall user add \(email) --organisation NAME makes both"
                )
            }
            let store = OrganisationStore(connection)
            guard try store.count(name: name) == 0 else {
                throw DatabaseError.invalid("there is an organisation \"\(name)\" already")
            }
            let organisation = try store.add(name: name, owner: person)
            try AuditLog(connection).note(
                .personJoined, "\(email) as owner", organisation: organisation, person: .operatorTerminal)
        }
        Output.line("added")
    }

    private static func rename(
        _ arguments: Arguments, _ organisation: String, to typed: String
    ) throws(CommandFailure) {
        let name = try OrganisationCommand.name(typed)
        try change(arguments, organisation, .organisationRenamed, name) { (store, found) throws(DatabaseError) in
            try store.rename(found.number, to: name)
        }
        Output.line("renamed")
    }

    private static func remove(_ arguments: Arguments, _ organisation: String) throws(CommandFailure) {
        let days = try GatewayConfiguration.load(file: arguments["config"]).settings.accounts.grace_days
        let end = Timestamp(milliseconds: Clock.wallMilliseconds() + Int64(days) * 86_400_000)
        let found = try change(arguments, organisation, .organisationDeletion) { (store, found) throws(DatabaseError) in
            try store.setDeletion(of: found.number, at: end)
        }
        Output.line(
            """
            \(found.name) will be deleted with \(count(found.sites, "site", "sites")) and all their events after \
            \(CivilTime(milliseconds: end.milliseconds)). footfall organisation keep \(found.number) takes that back.
            """)
    }

    private static func keep(_ arguments: Arguments, _ organisation: String) throws(CommandFailure) {
        try change(arguments, organisation, .organisationKept) { (store, found) throws(DatabaseError) in
            guard found.deleteAt != nil else {
                throw DatabaseError.invalid("\(found.name) is not going to be deleted")
            }
            try store.setDeletion(of: found.number, at: nil)
        }
        Output.line("kept")
    }

    /// Changes an organisation, and writes it into its log.
    @discardableResult
    private static func change(
        _ arguments: Arguments, _ organisation: String, _ action: AuditAction, _ object: String = "",
        _ body: (OperatorStore, OperatorStore.ListedOrganisation) throws(DatabaseError) -> Void
    ) throws(CommandFailure) -> OperatorStore.ListedOrganisation {
        let connection = try OperatorConnection.open(arguments, as: "footfall organisation")
        return try OperatorConnection.changing(connection) { () throws(DatabaseError) in
            let store = OperatorStore(connection)
            let found = try find(organisation, store)
            try body(store, found)
            try AuditLog(connection).note(
                action, object, organisation: found.number, person: .operatorTerminal)
            return found
        }
    }

    /// By name, or by number where no name is like that.
    private static func find(
        _ word: String, _ store: OperatorStore
    ) throws(DatabaseError) -> OperatorStore.ListedOrganisation {
        let all = try store.organisations()
        let named = all.filter { $0.name == word }
        if named.count == 1 { return named[0] }
        guard named.isEmpty else {
            throw DatabaseError.invalid(
                "several organisations are named \"\(word)\": say the number, one of "
                    + named.map { "\($0.number)" }.joined(separator: ", "))
        }
        guard let found = all.first(where: { Int32(word) == $0.number }) else {
            throw DatabaseError.invalid(
                "there is no organisation \"\(word)\"; footfall organisation list names them")
        }
        return found
    }

    private static func name(_ typed: String) throws(CommandFailure) -> String {
        let name = typed.split(whereSeparator: { $0.isWhitespace }).joined(separator: " ")
        guard (1...100).contains(name.unicodeScalars.count),
            name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else { throw .usage("an organisation's name has 1 to 100 characters") }
        return name
    }
}
