import Collect
import EventModel
import Pipeline
import Platform
import PluginAPI

/// `footfall explain`: what does the chain do with this request?
enum ExplainCommand {
    static let command = Program.Command(
        name: "explain", summary: "show what each step of the chain does with a request",
        help: """
            usage: footfall explain --url URL [--referrer URL] [--user-agent TEXT] [--address ADDRESS]
                                    [--name NAME] [--header "NAME: VALUE"]... [--config FILE] [--masked]
                   footfall explain FILE [--user-agent TEXT] [--address ADDRESS] [--header ...]

            Runs one event through the chain of the configuration and prints, for each step, what it read, what it
            changed, its verdict and its time. Stores nothing and connects to nothing. FILE holds the body of a beacon
            (JSON, as POST /e takes it; - for standard input). --header sets what a browser would send, such as
            "Accept-Language: de" or "DNT: 1". --masked hides what the live inspector would hide.

            The site is a made-up one whose days begin in UTC. visitor_id works with salts of its own, so that the
            pseudonym is not the one that the gateway would give.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(
            words, options: ["config", "url", "referrer", "user-agent", "address", "name", "header"],
            flags: ["masked"])
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        let events = try events(arguments)
        let chain = try chain(configuration)
        defer { chain.stop() }
        for var event in events {
            let trace = chain.trace(&event).trace
            show(arguments.has("masked") ? trace.masked : trace)
        }
        return ExitCode.success
    }

    private static func events(_ arguments: Arguments) throws(CommandFailure) -> [Event] {
        var headers: [(name: String, value: String)] = []
        for header in arguments.all("header") {
            let parts = header.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw .usage("--header takes \"NAME: VALUE\", not \"\(header)\"") }
            headers.append((String(parts[0]), String(parts[1].drop { $0 == " " })))
        }
        if let agent = arguments["user-agent"] { headers.append(("User-Agent", agent)) }
        do throws(ExampleError) {
            let example = ExampleRequest(address: arguments["address"] ?? "", headers: headers)
            if let file = arguments.positional.first {
                return try example.events(body: try read(file))
            }
            guard let url = arguments["url"] else { throw ExampleError(message: "say --url URL, or name a file") }
            return [
                try example.event(url: url, referrer: arguments["referrer"] ?? "", name: arguments["name"] ?? "")
            ]
        } catch {
            throw .usage(error.message)
        }
    }

    private static func read(_ file: String) throws(ExampleError) -> [UInt8] {
        do throws(PlatformError) {
            return try Files.readBytes(file == "-" ? "/dev/stdin" : file)
        } catch {
            throw ExampleError(message: "\(error)")
        }
    }

    /// The chain without its stores, and with salts that nobody shares.
    private static func chain(_ configuration: GatewayConfiguration) throws(CommandFailure) -> Chain {
        do {
            return try configuration.plan.withoutStores.build { id in
                var context = configuration.context(
                    id: id, sites: { ExampleRequest.sites }, log: Log(process: "explain"))
                context.isRehearsal = true
                return context
            }
        } catch {
            throw .configuration("\(configuration.file): \(error)")
        }
    }

    private static func show(_ trace: EventTrace) {
        for (index, step) in trace.steps.enumerated() {
            let time = step.nanoseconds / 100
            Output.line("\(index + 1). \(step.id) (\(step.kind)): \(step.verdict), \(time / 10).\(time % 10) µs")
            if !step.reason.isEmpty { Output.line("     \(step.reason)") }
            for value in step.reads { Output.line("     reads    \(value.name): \(value.value)") }
            for change in step.changes {
                let before = change.before.isEmpty ? "(nothing)" : change.before
                let after = change.after.isEmpty ? "(nothing)" : change.after
                Output.line("     changes  \(change.name): \(before) → \(after)")
            }
        }
        let why = trace.reason.isEmpty ? "" : " (\(trace.reason))"
        Output.line("\nThe event is \(trace.outcome)\(why).")
        if !trace.stored.isEmpty { Output.line("Stored of it:") }
        for value in trace.stored { Output.line("  \(value.name): \(value.value)") }
        Output.line("")
    }
}
