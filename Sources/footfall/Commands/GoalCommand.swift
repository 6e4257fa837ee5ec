import Accounts
import Database
import EventModel
import Reports

/// `footfall goal`: what a site wants its visitors to do.
enum GoalCommand {
    static let command = Program.Command(
        name: "goal", summary: "add, list or remove goals of sites",
        help: """
            usage: footfall goal add DOMAIN NAME (--page PATH | --event NAME)
                                     [--property NAME=VALUE] [--revenue PROPERTY]
                   footfall goal list DOMAIN
                   footfall goal remove DOMAIN NAME

            A goal is reached by viewing a page or by sending an event; * in PATH or NAME stands for anything. --property
            asks for a property of the event, --revenue names the property that holds an amount of money. Reports have
            the numbers at once, for the past as well. add with a known NAME changes that goal. add and remove are written
            into the audit log. All take --config FILE.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(
            words, options: ["config", "page", "event", "property", "revenue"], flags: [])
        let words = arguments.positional
        switch (words.first, words.count) {
        case ("add", 3): try add(arguments, domain: words[1], name: words[2])
        case ("list", 2):
            try withSite(arguments, words[1]) { (site, connection) throws(DatabaseError) in
                for goal in try GoalStore(connection).goals(of: site.id) {
                    Output.line("\(goal.name)\t\(describe(goal))")
                }
            }
        case ("remove", 3):
            var isGone = false
            try withSite(arguments, words[1]) { (site, connection) throws(DatabaseError) in
                isGone = try GoalStore(connection).remove(words[2], of: site.id)
                if isGone { try OperatorConnection.note(.goalRemoved, of: site, words[2], on: connection) }
            }
            guard isGone else {
                throw .usage("\(words[1]) has no goal \"\(words[2])\"; footfall goal list \(words[1]) names them")
            }
            Output.line("removed")
        default: throw .usage("say add DOMAIN NAME, list DOMAIN, or remove DOMAIN NAME")
        }
        return ExitCode.success
    }

    private static func add(_ arguments: Arguments, domain: String, name: String) throws(CommandFailure) {
        guard !name.isEmpty, name.utf8.count <= 100, !name.utf8.contains(0) else {
            throw .usage("a goal's name has 1 to 100 bytes")
        }
        let target: Goal.Target
        switch (arguments["page"], arguments["event"]) {
        case (let page?, nil): target = .page(page)
        case (nil, let event?): target = .event(event)
        default: throw .usage("say either --page PATH or --event NAME")
        }
        var conditions: [Goal.PropertyCondition] = []
        if let property = arguments["property"] {
            let parts = property.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw .usage("--property takes NAME=VALUE, not \"\(property)\"") }
            conditions.append(Goal.PropertyCondition(name: parts[0], values: [parts[1]]))
        }
        let goal = Goal(name: name, target: target, properties: conditions, revenue: arguments["revenue"] ?? "")
        try withSite(arguments, domain) { (site, connection) throws(DatabaseError) in
            try GoalStore(connection).set(goal, of: site.id)
            try OperatorConnection.note(.goalSet, of: site, name, on: connection)
        }
        Output.line("\(goal.name)\t\(describe(goal))")
    }

    private static func withSite(
        _ arguments: Arguments, _ domain: String,
        _ body: (Site, Connection) throws(DatabaseError) -> Void
    ) throws(CommandFailure) {
        let connection = try OperatorConnection.open(arguments, as: "footfall goal")
        try OperatorConnection.changing(connection) { () throws(DatabaseError) in
            try body(try OperatorConnection.site(domain, connection), connection)
        }
    }

    private static func describe(_ goal: Goal) -> String {
        var text =
            switch goal.target {
            case .page(let path): "page \(path)"
            case .event(let name): "event \(name)"
            }
        for condition in goal.properties { text += ", \(condition.name)=\(condition.values.joined(separator: "|"))" }
        return goal.revenue.isEmpty ? text : text + ", revenue \(goal.revenue)"
    }
}
