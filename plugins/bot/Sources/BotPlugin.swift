public import EventModel
import Platform
public import PluginAPI

/// Says of an event how likely it is a program's, of what kind, and why: from user agent, headers, the page's own findings
/// and the kind of network. What becomes of it is `bot_policy`'s to say.
public struct Bot: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "bot"
    /// What it does.
    public static let summary: StaticString = "how likely an event is a program's, of what kind, and why"

    /// What can be set.
    public typealias Settings = BotSettings

    /// Reads what tells programs from people: the address only where there are networks to look it up in.
    public static func declaration(for settings: Settings) -> Declaration {
        var reads: Set<Field> = [.userAgent, .signals]
        if settings.headers { reads.formUnion([.acceptLanguage, .clientHints]) }
        if !settings.networks.isEmpty { reads.insert(.address) }
        return Declaration(
            reads: reads,
            facts: [
                Fact(
                    name: "bot", sensitivity: .anonymous,
                    meaning: "kind of program that sent the event: \(BotClass.words.joined(separator: ", "))"),
                Fact(name: "bot_reason", sensitivity: .anonymous, meaning: "why it is taken for a program's"),
                Fact(
                    name: "bot_score", sensitivity: .anonymous,
                    meaning: "how sure that is, from \(leastScore) to 100; unset below"),
            ])
    }

    /// Below it, nothing is said: every third browser lacks something.
    static let leastScore = 30

    private let settings: Settings
    private let automaton: TokenAutomaton
    private let lists: [WatchedFile<BotList>]
    private let networks: [WatchedFile<IPNetworks>]
    private let tally = BotCounts()

    /// Ready for its own tables at once, for the operator's files after `start`.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        do {
            automaton = try TokenAutomaton(KnownBots.tokens(extra: settings.extra), ignoringCase: true)
        } catch {
            throw .settings(key: "extra", "\(error)")
        }
        let log = context.log
        lists = settings.lists.map { path in
            WatchedFile(path, log: log) { path in
                let list = try BotList(json: try Files.read(path))
                if let problem = list.problems.first {
                    log.warning("\(path): \(list.problems.count) entries are left out; \(problem)")
                }
                return list
            }
        }
        networks = settings.networks.map { path in
            WatchedFile(path, log: log) { try NetworkList.read(try Files.read($0)) }
        }
    }

    /// Reads the operator's files and begins to watch them.
    public func start() throws(PluginError) {
        for file in lists { try start(file) }
        for file in networks { try start(file) }
    }

    private func start(_ file: WatchedFile<some Any>) throws(PluginError) {
        do {
            try file.start()
        } catch {
            stop()
            throw .unavailable("\(file.path): \(error)")
        }
    }

    /// Ends the watch.
    public func stop() {
        for file in lists { file.stop() }
        for file in networks { file.stop() }
    }

    /// How old the operator's files are.
    public var notes: [String] {
        lists.map { $0.note { "\($0.count) patterns" } } + networks.map { $0.note { "\($0.count) networks" } }
    }

    /// Events of each class.
    public var counts: [PluginCount] { tally.all }

    /// Sets the three facts where the score is worth it.
    public func enrich(_ event: inout Event) throws(PluginError) {
        let judgement = judge(event.visitor)
        guard judgement.score >= Bot.leastScore, let finding = judgement.strongest else { return }
        tally.add(finding.kind)
        event.hit.setFact("bot", finding.kind.rawValue)
        event.hit.setFact("bot_reason", finding.reason.name)
        event.hit.setFact("bot_score", .number(Double(judgement.score)))
    }

    /// Everything that speaks against a person. Of a server's event only the user agent counts: the request is the server's.
    func judge(_ visitor: borrowing Visitor) -> Judgement {
        var judgement = Judgement()
        let signals = visitor.signals
        let agent = visitor.userAgent.reveal()
        let reading = agent.isEmpty ? AgentReading() : read(agent, into: &judgement)
        guard !signals.contains(.fromServer) else { return judgement }
        if signals.contains(.webDriver) { judgement.add(.webDriver, .headless) }
        if signals.contains(.automation) { judgement.add(.automation, .headless) }
        if signals.contains(.prefetch) { judgement.add(.prefetch, .prefetch) }
        if settings.headers { judgeHeaders(visitor, reading, into: &judgement) }
        if isInDataCentre(visitor) { judgement.add(.datacenter, .datacenter) }
        return judgement
    }

    private func read(_ agent: String, into judgement: inout Judgement) -> AgentReading {
        let reading = AgentReading(agent.utf8.span, automaton)
        guard !reading.traits.contains(.person) else { return reading }
        // Of one user agent one reason counts: that "Googlebot" holds "bot" makes it no surer.
        var strongest = reading.finding
        if strongest.map({ $0.reason < .listed }) ?? true {
            for file in lists {
                guard let kind = file.value?.kind(of: agent) else { continue }
                strongest = Finding(kind: kind, reason: .listed)
                break
            }
        }
        if let strongest { judgement.add(strongest) }
        return reading
    }

    /// What browsers send over https without being asked. Over plain http they send less, and events that nginx kept while the
    /// gateway was away have no headers at all.
    private func judgeHeaders(_ visitor: borrowing Visitor, _ reading: AgentReading, into judgement: inout Judgement) {
        let signals = visitor.signals
        if signals.contains(.navigation) { judgement.add(.navigation, .headless) }
        let hints = visitor.clientHints.reveal()
        if !hints.isEmpty { judge(hints, reading, into: &judgement) }
        guard signals.contains(.secure), !reading.traits.contains(.person) else { return }
        if visitor.userAgent.reveal().isEmpty { judgement.add(.noAgent, .library) }
        if visitor.acceptLanguage.reveal().isEmpty { judgement.add(.noLanguage, .headless) }
        if reading.sendsFetchMetadata, !signals.contains(.fetchMetadata) { judgement.add(.noFetchMetadata, .headless) }
        if reading.sendsClientHints, hints.isEmpty { judgement.add(.hintsMissing, .headless) }
    }

    private func judge(_ hints: ClientHints, _ reading: AgentReading, into judgement: inout Judgement) {
        if Bot.namesHeadless(hints.brands.utf8.span) {
            judgement.add(.named, .headless)
        } else if reading.knowsNoClientHints {
            judgement.add(.hintsDiffer, .headless)
        } else if reading.engine == .chromium, !reading.agrees(withPlatform: hints.platform) {
            judgement.add(.hintsDiffer, .headless)
        }
    }

    /// Whether a brand is HeadlessChrome, as it stays where only the user agent was changed.
    private static func namesHeadless(_ brands: Span<UInt8>) -> Bool {
        let word: [8 of UInt8] = [0x48, 0x65, 0x61, 0x64, 0x6c, 0x65, 0x73, 0x73]
        var matched = 0
        for place in brands.indices {
            matched = brands[place] == word[matched] ? matched &+ 1 : (brands[place] == word[0] ? 1 : 0)
            if matched == word.count { return true }
        }
        return false
    }

    private func isInDataCentre(_ visitor: borrowing Visitor) -> Bool {
        if visitor.signals.contains(.hostingNetwork) { return true }
        guard !networks.isEmpty, let address = visitor.address.reveal() else { return false }
        return networks.contains { $0.value?.contains(address) ?? false }
    }
}
