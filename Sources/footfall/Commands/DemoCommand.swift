import Accounts
import Database
import EventModel
import Pipeline
import Platform
import PluginAPI

/// `footfall demo`: a site full of visits that look real.
enum DemoCommand {
    static let command = Program.Command(
        name: "demo", summary: "fill a site with made-up visits that look real",
        help: """
            usage: footfall demo [SITE] [--events N] [--days D] [--seed S] [--paths P] [--config FILE]

            Stores N events (100,000 unless given) of the last D days (30), ending now, on the way on which the gateway's
            own get into the database. They look like those of a shop: hours and days of the week, a few popular pages of
            P (2,000), sources, campaigns, countries, browsers, sign-ups and purchases. SITE is a domain; without one, the
            only site there is.

            The same seed (1) makes the same events, counted back from the minute in which it is called; called twice
            within one minute, the second time stores nothing new. Nothing marks the events as made up: give them a site of
            their own, such as footfall site add demo.example.

              --events N   1 to 100,000,000
              --days D     1 to 400
              --seed S     any whole number from 0
              --paths P    10 to 1,000,000
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config", "events", "days", "seed", "paths"], flags: [])
        var options = try options(arguments)
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        let connection = try OperatorConnection.open(arguments, as: "footfall demo")
        let site = try site(arguments.positional.first, connection)
        options.site = site.id
        options.host = site.domain
        var load = try DemoLoad(configuration)
        defer { load.close() }
        try fill(options, facts: Set(configuration.plan.facts.map(\.name)), &load)
        try tidy(connection)
        Output.line(
            "Open /dashboard/\(site.domain) where your gateway is: http://127.0.0.1/dashboard/\(site.domain), on port 8080 "
                + "with make run.")
        return ExitCode.success
    }

    private static func options(_ arguments: Arguments) throws(CommandFailure) -> DemoOptions {
        guard arguments.positional.count < 2 else { throw .usage("one site at a time") }
        // A whole minute, so that the same command does the same for so long.
        let now = Clock.wallMilliseconds()
        var options = DemoOptions(site: SiteID(rawValue: 0), host: "", end: now - now % 60_000)
        options.events = try number("events", arguments, 1...100_000_000) ?? options.events
        options.days = try number("days", arguments, 1...400) ?? options.days
        options.paths = try number("paths", arguments, DemoPages.fewest...1_000_000) ?? options.paths
        options.seed = UInt64(try number("seed", arguments, 0...Int.max) ?? Int(options.seed))
        return options
    }

    private static func number(
        _ name: String, _ arguments: Arguments, _ range: ClosedRange<Int>
    ) throws(CommandFailure) -> Int? {
        guard let text = arguments[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .usage(
                "--\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"")
        }
        return number
    }

    /// The site of this domain, or the only one.
    private static func site(_ domain: String?, _ connection: Connection) throws(CommandFailure) -> Site {
        let sites = try OperatorConnection.reporting { () throws(DatabaseError) in try SiteStore(connection).list()
        }
        if let domain {
            guard let site = sites.first(where: { $0.domain == domain.lowercased() }) else {
                throw .configuration("there is no site \"\(domain)\"; footfall site add \(domain) makes it")
            }
            return site
        }
        guard let site = sites.first else {
            throw .configuration("there is no site yet; footfall site add demo.example makes one")
        }
        guard sites.count == 1 else {
            throw .usage("say which site: \(sites.map(\.domain).joined(separator: ", "))")
        }
        return site
    }

    private static func fill(
        _ options: DemoOptions, facts: Set<String>, _ load: inout DemoLoad
    ) throws(CommandFailure) {
        var traffic = DemoTraffic(options, facts: facts)
        var progress = DemoProgress(of: options.events)
        var stored = 0
        while true {
            let hits = traffic.next(DemoLoad.batchSize)
            if hits.isEmpty { break }
            stored += try load.store(hits)
            progress.advance(by: hits.count)
            if Signals.wait(milliseconds: 0) == .stop {
                progress.clear()
                throw .fault("stopped; \(DemoProgress.grouped(stored)) events are stored, and stay")
            }
        }
        progress.clear()
        let known = options.events - stored
        Output.line(
            "Stored \(DemoProgress.grouped(stored)) events of \(DemoProgress.grouped(traffic.visits)) visits in "
                + "\(progress.seconds) s, \(DemoProgress.grouped(progress.rate)) a second."
                + (known > 0 ? " \(DemoProgress.grouped(known)) were stored already." : ""))
    }

    /// Lets PostgreSQL know what the tables look like now: it would find out by itself, but only minutes later.
    private static func tidy(_ connection: Connection) throws(CommandFailure) {
        try OperatorConnection.reporting { () throws(DatabaseError) in
            _ = try connection.execute(
                "VACUUM (ANALYZE) event, session, dictionary, fact_set, seen_event, site_day, ledger")
        }
    }
}
