import Accounts
import Dashboard
import Cache
import Database
import EventModel
import Jobs
import Platform
import PostgresPlugin

/// `footfall person`: what people may ask for: to see what is kept of them, and its end.
enum PersonCommand {
    static let command = Program.Command(
        name: "person", summary: "show or erase what is kept of a person, a visitor or a stretch of time",
        help: """
            usage: footfall person export --site DOMAIN WHO
                   footfall person erase --site DOMAIN WHO [--yes]
                   footfall person list --site DOMAIN
                   footfall person finish [--now]
                   footfall person visitor --site DOMAIN --address ADDRESS --user-agent TEXT

            WHO is one of
              --user ID              a user of the site, by the id that its server sends with events ("user")
              --visitor NUMBER       a visitor's pseudonym (decimal as in the tables, or 0x and hexadecimal), which
                                     names a person for a day at most unless `visitor_id` is set otherwise
              --from DATE --to DATE  everybody, from the first day through the last (YYYY-MM-DD, of the site's time
                                     zone)

            export prints everything that is kept, one JSON object a line: visits, events, events of programs, and
            events that could not be stored. erase says what it would erase, and does it with --yes: at once out of
            every table and report, within a day off the disk. list shows how far the erasures of a site are. finish
            does what the nightly job does for erasures whose time has come, with --now for all of them: it rewrites
            the tables, during which nobody can read them. visitor asks the running gateway which pseudonym somebody
            with this address and browser has in this period, while its salt exists.

            docs/privacy.md says step by step how to answer a request. All take --config FILE.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(
            words, options: ["config", "site", "user", "visitor", "from", "to", "address", "user-agent"],
            flags: ["yes", "now"])
        guard arguments.positional.count == 1 else { throw .usage("say export, erase, list, finish or visitor") }
        switch arguments.positional[0] {
        case "export": return try export(arguments)
        case "erase": return try erase(arguments)
        case "list": return try list(arguments)
        case "finish": return try finish(arguments)
        case "visitor": return try visitor(arguments)
        case let word: throw .usage("there is no \"\(word)\": say export, erase, list, finish or visitor")
        }
    }

    private static func export(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        let connection = try OperatorConnection.open(arguments, as: "footfall person")
        let site = try site(arguments, connection)
        let selector = try selector(arguments, site, connection)
        _ = try OperatorConnection.reporting { () throws(DatabaseError) in
            // That it was done, and nothing about whom.
            try OperatorConnection.note(.dataExported, of: site, on: connection)
            try PersonalExport(selector, of: site.id, on: connection).run { Output.line($0) }
        }
        return ExitCode.success
    }

    private static func erase(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        let connection = try OperatorConnection.open(arguments, as: "footfall person")
        let site = try site(arguments, connection)
        let selector = try selector(arguments, site, connection)
        let confirmed = arguments.has("yes")
        let now = Clock.wallMilliseconds()
        let erasure = try OperatorConnection.reporting { () throws(DatabaseError) -> Erasure? in
            guard confirmed else {
                let lines = try PersonalExport(selector, of: site.id, on: connection).run { _ in }
                Output.line("That is \(lines) visits and events; footfall person export shows them.")
                return nil
            }
            let store = ErasureStore(connection)
            let number = try connection.transaction { () throws(DatabaseError) in
                try OperatorConnection.note(.dataErased, of: site, on: connection)
                return try store.request(selector, of: site.id, now: now)
            }
            try Eraser(connection).run(number, now: now)
            return try store.erasure(number)
        }
        guard let erasure else { throw .usage("nothing was erased: say --yes to erase it for good") }
        Output.line(
            "Erasure \(erasure.number): \(erasure.events) events, \(erasure.visits) visits, \(erasure.deadLetters) dead "
                + "letters. It will be off the disk within 24 hours; footfall person list shows when it is.")
        return ExitCode.success
    }

    private static func list(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        let connection = try OperatorConnection.open(arguments, as: "footfall person")
        let site = try site(arguments, connection)
        let erasures = try OperatorConnection.reporting { () throws(DatabaseError) in
            try ErasureStore(connection).list(of: site.id)
        }
        func moment(_ milliseconds: Int64?) -> String {
            milliseconds.map { CivilTime(milliseconds: $0).description } ?? "–"
        }
        for erasure in erasures {
            Output.line(
                """
                \(erasure.number)\t\(erasure.kind.rawValue)\tasked \(moment(erasure.requestedAt))\t\
                invisible \(moment(erasure.invisibleAt))\toff the disk \(moment(erasure.doneAt))\
                \(erasure.isLogClean == false ? " (PostgreSQL keeps files of its log)" : "")\t\
                \(erasure.events) events, \(erasure.visits) visits, \(erasure.deadLetters) dead letters, \
                \(erasure.lateEvents) late events\
                \(erasure.failures > 0 ? ", failed \(erasure.failures) times: see the log" : "")
                """)
        }
        if erasures.isEmpty { Output.line("Nobody has asked for anything to be erased.") }
        return ExitCode.success
    }

    private static func finish(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        let settings = try GatewayConfiguration.load(file: arguments["config"]).settings
        let redis: RedisAddress?
        do throws(RedisAddressError) {
            redis = try RedisAddress(url: settings.redis.url)
        } catch {
            throw .configuration("redis.url: \(error)")
        }
        let connection = try OperatorConnection.open(arguments, as: "footfall person")
        let schedule = arguments.has("now") ? ErasureSchedule.now : settings.erasureSchedule
        let work = ErasureWork.onTables {
            TieredCache(memoryBytes: 0, redis: redis, timeoutMilliseconds: 2000).removeAll()
        }
        let line = try OperatorConnection.reporting { () throws(DatabaseError) in
            // Whoever asked a moment ago asked before.
            try work.goOn(connection, schedule: schedule, now: Clock.wallMilliseconds() + 1)
        }
        Output.line(line ?? "There is nothing to do.")
        return ExitCode.success
    }

    private static func visitor(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        guard let address = arguments["address"], let agent = arguments["user-agent"] else {
            throw .usage("visitor takes --address and --user-agent")
        }
        guard IPAddress(address) != nil else { throw .usage("--address is not an address such as 203.0.113.7") }
        let connection = try OperatorConnection.open(arguments, as: "footfall person")
        let site = try site(arguments, connection)
        let socket = try GatewayConfiguration.load(file: arguments["config"]).settings.listen.ingest
        switch OwnVisitorClient(socket: socket)
            .ask(site.id, address: address, parameters: [("HTTP_USER_AGENT", agent), ("HTTPS", "on")])
        {
        case .visitor(let visitor): Output.line("\(Int64(bitPattern: visitor.rawValue))")
        case .nobody: throw .fault("events of that sender get no pseudonym")
        case .away: throw .fault("the ingest process does not answer on \(socket)")
        }
        return ExitCode.success
    }

    // MARK: Who

    private static func site(_ arguments: Arguments, _ connection: Connection) throws(CommandFailure) -> Site {
        guard let domain = arguments["site"] else { throw .usage("--site DOMAIN is missing") }
        return try OperatorConnection.changing(connection) { () throws(DatabaseError) in
            try OperatorConnection.site(domain, connection)
        }
    }

    private static func selector(
        _ arguments: Arguments, _ site: Site, _ connection: Connection
    ) throws(CommandFailure) -> EventSelector {
        let (from, to) = (arguments["from"], arguments["to"])
        switch (arguments["user"], arguments["visitor"], from ?? to) {
        case (let id?, nil, nil):
            return try OperatorConnection.reporting { () throws(DatabaseError) in
                try SelectorReader(connection).user(id, of: site.id)
            }
        case (nil, let number?, nil):
            guard let visitor = PersonCommand.visitor(number) else {
                throw .usage("--visitor takes a pseudonym: a number, or 0x and hexadecimal digits")
            }
            return .visitor(visitor)
        case (nil, nil, .some):
            guard let from, let to else { throw .usage("--from and --to belong together") }
            return try OperatorConnection.reporting { () throws(DatabaseError) in
                try SelectorReader(connection).period(from: from, through: to, of: site.id)
            }
        default: throw .usage("say one of --user ID, --visitor NUMBER, or --from DATE --to DATE")
        }
    }

    /// A pseudonym as tables show it (signed), as dead letters do (unsigned), or in hexadecimal, as files and traces do.
    static func visitor(_ text: String) -> VisitorID? {
        if text.hasPrefix("0x") { return UInt64(text.dropFirst(2), radix: 16).map(VisitorID.init) }
        if let signed = Int64(text) { return VisitorID(rawValue: UInt64(bitPattern: signed)) }
        return UInt64(text).map(VisitorID.init)
    }
}
