import Database
import Pipeline
import PostgresPlugin

/// `footfall dead`: events that could not be stored.
enum DeadCommand {
    static let command = Program.Command(
        name: "dead", summary: "look at events that could not be stored or are in quarantine, and try again",
        help: """
            usage: footfall dead list [--limit N]
                   footfall dead show NUMBER
                   footfall dead retry NUMBER... | --all

            An event that the database refuses for good (its site was deleted, a value that no column takes) is put
            aside with the reason, so that it does not hold up the others. list shows the newest, show prints one as
            JSON, retry stores those whose reason is gone, exactly once, and leaves the others. Events that the chain
            put into quarantine (the plugin validate does, when it is told to) lie here as well; retry releases them. All
            take --config FILE.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config", "limit"], flags: ["all"])
        let facts = try GatewayConfiguration.load(file: arguments["config"]).plan.facts
        let connection = try OperatorConnection.open(arguments, as: "footfall dead")
        return try OperatorConnection.reporting { () throws(DatabaseError) in
            let letters = try DeadLetters(connection, facts: facts)
            let numbers = arguments.positional.dropFirst().map { Int64($0) ?? 0 }
            switch arguments.positional.first {
            case "list":
                try list(letters, limit: arguments["limit"].flatMap { Int($0) } ?? 50)
                return ExitCode.success
            case "show": return try show(letters, numbers)
            case "retry":
                return try retry(
                    letters, arguments.has("all") ? letters.list(limit: .max).map(\.number).reversed() : numbers)
            default:
                Output.error("footfall dead: say list, show or retry")
                return ExitCode.usage
            }
        }
    }

    private static func list(_ letters: DeadLetters, limit: Int) throws(DatabaseError) {
        let shown = try letters.list(limit: limit)
        for letter in shown {
            let domain = letter.domain.isEmpty ? "(no such site)" : letter.domain
            Output.line("\(letter.number)\t\(letter.buriedAt)\t\(domain)\t\(letter.store)\t\(letter.reason)")
        }
        let all = try letters.count()
        if all > shown.count { Output.line("… and \(all - shown.count) older ones; --limit shows more") }
        if all == 0 { Output.line("There is no dead letter.") }
    }

    private static func show(_ letters: DeadLetters, _ numbers: [Int64]) throws(DatabaseError) -> Int32 {
        guard numbers.count == 1, let json = try letters.json(numbers[0]) else {
            Output.error("footfall dead: show takes the number of a letter; footfall dead list shows them")
            return ExitCode.usage
        }
        Output.line(json)
        return ExitCode.success
    }

    private static func retry(_ letters: DeadLetters, _ numbers: [Int64]) throws(DatabaseError) -> Int32 {
        var isLeft = false
        for number in numbers {
            switch try letters.retry(number) {
            case .stored: Output.line("\(number)\tstored")
            case .duplicate: Output.line("\(number)\tremoved: an event of this id is stored already")
            case .still(let reason):
                isLeft = true
                Output.line("\(number)\tstill dead: \(reason)")
            case .missing:
                isLeft = true
                Output.line("\(number)\tthere is no letter of this number")
            }
        }
        if numbers.isEmpty { Output.line("There is nothing to try again.") }
        return isLeft ? ExitCode.fault : ExitCode.success
    }
}
