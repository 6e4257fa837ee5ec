import Configuration
public import EventModel
import Platform
public import PluginAPI
import Synchronization

/// Finds out browser, operating system and kind of device from the user agent and the client hints that browsers send
/// unasked. Of the user agent itself nothing is kept.
public struct UserAgent: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "user_agent"
    /// What it does.
    public static let summary: StaticString = "browser, operating system and kind of device from the user agent"

    /// What can be set.
    public typealias Settings = UserAgentSettings

    /// Reads what the browser says of itself, adds facts.
    public static func declaration(for settings: Settings) -> Declaration {
        var facts = [
            Fact(
                name: "browser", sensitivity: .anonymous,
                meaning: "family of the browser, or of the app that shows the page", subject: .device)
        ]
        if settings.versions {
            facts.append(
                Fact(
                    name: "browser_version", sensitivity: .anonymous, meaning: "major version of the browser",
                    subject: .device))
        }
        facts.append(
            Fact(
                name: "os", sensitivity: .anonymous, meaning: "family of the operating system", subject: .device))
        if settings.os_versions {
            facts.append(
                Fact(
                    name: "os_version", sensitivity: .anonymous,
                    meaning: "major version of iOS, and of Android where it is told", subject: .device))
        }
        facts.append(
            Fact(
                name: "device", sensitivity: .anonymous,
                meaning: "kind of device: desktop, mobile, tablet, tv, console, wearable, bot, other",
                subject: .device))
        return Declaration(
            reads: [.userAgent, .clientHints, .signals], facts: facts,
            reductions: [
                Reduction(
                    .userAgent,
                    settings.versions
                        ? "only families of browser and system, major versions and the kind of device are kept"
                        : "only families of browser and system and the kind of device are kept")
            ])
    }

    private let settings: Settings
    private let rules: WatchedFile<RuleEngine>?
    private let tally = UserAgentTally()

    /// Ready at once with its own table; with rules after `start`.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        guard settings.engine == .regexes else {
            rules = nil
            return
        }
        let entries = settings.cache_entries
        let tally = tally
        rules = WatchedFile(settings.regexes, log: context.log) { path in
            RuleEngine(try UserAgentRules(try Files.read(path)), cacheEntries: entries, tally: tally)
        }
    }

    /// Reads the rules, if it has any.
    public func start() throws(PluginError) {
        do {
            try rules?.start()
        } catch {
            throw .unavailable(
                "regexes: \(error). Install uap-core (Debian: apt install uap-core), or set engine: \"tokens\"")
        }
    }

    /// Ends the watch over the rules.
    public func stop() {
        rules?.stop()
    }

    /// The version of the operating system is the first thing that sets a rare machine apart.
    public static func strict(_ settings: Settings) -> Settings {
        var settings = settings
        settings.os_versions = false
        return settings
    }

    /// Sets the facts that are known.
    public func enrich(_ event: inout Event) throws(PluginError) {
        let userAgent = event.visitor.userAgent.reveal()
        let hints = event.visitor.clientHints.reveal()
        guard !userAgent.isEmpty || !hints.isEmpty else { return }
        let touch = event.visitor.signals.contains(.touch)
        let facts =
            if let engine = rules?.value {
                engine.facts(userAgent, hints: hints, touch: touch)
            } else {
                ClientFacts(UserAgentParser.parse(userAgent, hints: hints, touch: touch))
            }
        if facts.browser.isEmpty { tally.unknown.add(1, ordering: .relaxed) }
        // The first plugin that adds facts makes room for those of the whole chain.
        if event.hit.facts.isEmpty { event.hit.facts.reserveCapacity(16) }
        event.hit.setFact("browser", facts.browser)
        if settings.versions { event.hit.setFact("browser_version", facts.browserVersion) }
        event.hit.setFact("os", facts.system)
        if settings.os_versions { event.hit.setFact("os_version", facts.systemVersion) }
        event.hit.setFact("device", facts.device)
    }

    /// How old the rules are, and which of them cannot be used.
    public var notes: [String] {
        guard let rules else { return [] }
        var notes = [rules.note { "\($0.rules.count) rules" }]
        let skipped = rules.value?.rules.skipped ?? []
        if !skipped.isEmpty {
            let named = skipped.prefix(3).joined(separator: "; ")
            notes.append("\(skipped.count) rules are no regular expressions and are left out: \(named)")
        }
        return notes
    }

    /// What the cache saved, and how many events had no browser.
    public var counts: [PluginCount] {
        [
            PluginCount("cache_hits", tally.hits.load(ordering: .relaxed)),
            PluginCount("cache_misses", tally.misses.load(ordering: .relaxed)),
            PluginCount("unknown", tally.unknown.load(ordering: .relaxed)),
        ]
    }
}

/// What is counted.
final class UserAgentTally: Sendable {
    let hits = Atomic(0)
    let misses = Atomic(0)
    let unknown = Atomic(0)
}

/// The facts about a client as texts; empty for what is unknown.
struct ClientFacts: Sendable, Equatable {
    var browser: String
    var browserVersion: String
    var system: String
    var systemVersion: String
    var device: String

    /// The names of families are constants and versions are short: none of these texts lies on the heap.
    init(_ client: Client) {
        browser = client.browser.name
        browserVersion = client.major < 0 || client.browser == .unknown ? "" : String(client.major)
        system = client.system.name
        systemVersion = client.systemMajor < 0 ? "" : String(client.systemMajor)
        device = client.device.name
    }
}
