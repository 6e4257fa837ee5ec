public import Configuration
public import EventModel
public import PluginAPI
import Synchronization

/// Finds personal data by its form (e-mail addresses, numbers of cards, accounts and telephones, internet addresses,
/// tokens) in the texts that would be stored, and puts the name of what it was in its place.
public struct PII: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "pii"
    /// What it does.
    public static let summary: StaticString = "e-mail addresses, card numbers, tokens and the like out of all texts"

    /// What is looked for, where, and what happens then.
    public struct Settings: ValidatedSettings {
        /// What is looked for.
        public var rules = Rules()
        /// `redact`: the find is replaced by `[email]` and the like. `drop`: the whole event is dropped.
        public var on_match = Reaction.redact
        /// Fields that are looked through, of `name`, `path`, `title`, `source`, `referrer_host`, `referrer_path` and
        /// `properties`.
        public var fields = Settings.knownFields.map(\.rawValue)
        /// Facts of other plugins that are looked through.
        public var facts = [
            "search_term", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "page_group",
        ]

        /// What happens to an event with a find.
        public enum Reaction: String, Codable, Sendable {
            case redact, drop
        }

        /// Each rule, on or off.
        public struct Rules: Codable, Sendable {
            /// `ann@example.com`.
            public var email = Action.redact
            /// JSON Web Tokens.
            public var jwt = Action.redact
            /// Account numbers.
            public var iban = Action.redact
            /// Numbers of payment cards.
            public var card = Action.redact
            /// Telephone numbers with a plus sign, and any in a property that is called a telephone's.
            public var phone = Action.redact
            /// IPv4 and IPv6.
            public var address = Action.redact
            /// Off, for in paths they are ids of things more often than of people.
            public var uuid = Action.off
            /// Long random texts.
            public var token = Action.redact

            /// Whether a rule is on.
            public enum Action: String, Codable, Sendable {
                case redact, off
            }

            var enabled: PIIRules {
                let actions: [(PIIRule, Action)] = [
                    (.email, email), (.jwt, jwt), (.iban, iban), (.card, card), (.phone, phone), (.address, address),
                    (.uuid, uuid), (.token, token),
                ]
                return PIIRules(actions.filter { $0.1 == .redact }.map { PIIRules($0.0) })
            }
        }

        /// Every default.
        public init() {}

        static let knownFields: [Field] = [.name, .path, .title, .source, .referrerHost, .referrerPath, .properties]

        /// Fields that are looked through, as the event has them.
        var lookedThrough: Set<Field> { Set(Settings.knownFields.filter { fields.contains($0.rawValue) }) }

        /// Only fields that hold texts.
        public func problems() -> [SettingProblem] {
            let known = Settings.knownFields.map(\.rawValue)
            let wrongFields = fields.filter { !known.contains($0) }.map {
                SettingProblem(
                    "fields",
                    "\"\($0)\" is no field with texts\(ConfigProblem.suggestion(for: $0, among: known))")
            }
            return wrongFields + (facts.contains("") ? [SettingProblem("facts", "has an empty name")] : [])
        }
    }

    /// Reads and writes what it looks through.
    public static func declaration(for settings: Settings) -> Declaration {
        let fields = settings.lookedThrough
        let rules = PIIRule.allCases.filter { settings.rules.enabled.contains(PIIRules($0)) }.map(\.name)
        guard !rules.isEmpty else { return Declaration() }
        let how =
            settings.on_match == .drop
            ? "an event in which one of these is found is dropped: \(rules.joined(separator: ", "))"
            : "these are replaced by their kind: \(rules.joined(separator: ", "))"
        return Declaration(
            reads: fields, writes: fields, readsFacts: Set(settings.facts), changesFacts: Set(settings.facts),
            reductions: fields.sorted().map { Reduction($0, how) } + settings.facts.map { Reduction(fact: $0, how) })
    }

    /// Every rule, everywhere. Where no plugin writes source and referrer, they need not be looked through.
    public static func strict(_ settings: Settings) -> Settings {
        var strict = Settings()
        strict.rules.uuid = .redact
        strict.on_match = settings.on_match
        for field in [Field.source, .referrerHost, .referrerPath] where !settings.fields.contains(field.rawValue) {
            strict.fields.removeAll { $0 == field.rawValue }
        }
        strict.facts += settings.facts.filter { !strict.facts.contains($0) }
        return strict
    }

    private let scanner: PIIScanner
    private let fields: Set<Field>
    private let facts: [String]
    private let reaction: Settings.Reaction
    private let counters = Counters()

    private final class Counters: Sendable {
        let found = Mutex(PIICounts())
    }

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        scanner = PIIScanner(settings.rules.enabled)
        fields = settings.lookedThrough
        facts = settings.facts
        reaction = settings.on_match
    }

    /// Looks through the texts, and changes those in which something is found.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        guard !scanner.rules.isEmpty else { return .keep }
        var finds = Finds(scanner: scanner)
        if fields.contains(.name) { finds.scrub(&event.hit.name) }
        if fields.contains(.path) { finds.scrub(&event.hit.path) }
        if fields.contains(.title) { finds.scrub(&event.hit.title) }
        // A link may name its source: utm_source, ref.
        if fields.contains(.source) { finds.scrub(&event.hit.source) }
        if fields.contains(.referrerHost) { finds.scrub(&event.hit.referrerHost) }
        if fields.contains(.referrerPath) { finds.scrub(&event.hit.referrerPath) }
        if fields.contains(.properties) { finds.scrub(&event.hit.properties) }
        if !facts.isEmpty { finds.scrub(&event.hit.facts, named: facts) }
        guard finds.isAny else { return .keep }
        counters.found.withLock { found in
            for rule in PIIRule.allCases { found[rule] &+= finds.counts[rule] }
        }
        return reaction == .drop ? .drop(reason: "personal_data") : .keep
    }

    /// How often each rule has found something.
    public var counts: [PluginCount] {
        let found = counters.found.withLock { $0 }
        return PIIRule.allCases.map { PluginCount($0.name, found[$0]) }
    }
}
