public import Configuration
public import EventModel
public import PluginAPI
import Synchronization

/// Heeds what visitors say about being counted: their opt-out, Do Not Track, Global Privacy Control, and consent.
///
/// Decided anew for each event, for people change their minds. The strictest answer wins.
public struct OptOut: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "opt_out"
    /// What it does.
    public static let summary: StaticString = "heeds opt-out, Do Not Track, Global Privacy Control and consent"

    /// What follows from what.
    public struct Settings: ValidatedSettings {
        /// The visitor has opted out on this site.
        public var opted_out = Answer.drop
        /// The browser sends `DNT: 1`.
        public var dnt = Answer.limit
        /// The browser sends `Sec-GPC: 1`.
        public var gpc = Answer.limit
        /// What is counted before, and without, consent.
        public var consent = Consent.exempt

        /// What is done with the event.
        public enum Answer: String, Codable, Sendable, CaseIterable {
            case ignore, limit, drop
        }

        /// How much depends on consent.
        public enum Consent: String, Codable, Sendable, CaseIterable {
            /// Counted without being asked for; who refuses is counted without a visitor.
            case exempt
            /// Counted without a visitor until it is granted.
            case hybrid
            /// Not counted until it is granted.
            case opt_in
            /// Asked for by nobody here.
            case off
        }

        /// Every default.
        public init() {}

        /// Every combination means something.
        public func problems() -> [SettingProblem] { [] }
    }

    /// Reads the signals, adds `consent` and `limited` where they can occur.
    public static func declaration(for settings: Settings) -> Declaration {
        let answers = [settings.opted_out, settings.dnt, settings.gpc]
        let asksConsent = settings.consent != .off
        guard asksConsent || answers.contains(where: { $0 != .ignore }) else { return Declaration() }
        var declaration = Declaration(reads: [.signals])
        if asksConsent {
            declaration.facts.append(
                Fact(
                    name: consentFact, sensitivity: .anonymous,
                    meaning: "whether the visitor has granted or denied consent, where the site said so"))
        }
        if answers.contains(.limit) || settings.consent == .exempt || settings.consent == .hybrid {
            declaration.facts.append(
                Fact(
                    name: limitedFact, sensitivity: .anonymous,
                    meaning: "the event is counted without a visitor and without a click id, as the visitor wished"))
            declaration.reductions = [
                Reduction(.visitorID, "left out where the visitor objects or has not consented")
            ]
        }
        return declaration
    }

    /// An opt-out drops, DNT and GPC limit at least, and a refusal is heeded.
    public static func strict(_ settings: Settings) -> Settings {
        var strict = settings
        strict.opted_out = .drop
        if strict.dnt == .ignore { strict.dnt = .limit }
        if strict.gpc == .ignore { strict.gpc = .limit }
        if strict.consent == .off { strict.consent = .exempt }
        return strict
    }

    static let consentFact = "consent"
    static let limitedFact = "limited"

    /// What can decide anything under the settings: most events say nothing of it and are done at once.
    private let relevant: Signals
    private let settings: Settings
    private let limited = Counter()

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        var relevant: Signals = []
        if settings.opted_out != .ignore { relevant.insert(.optedOut) }
        if settings.dnt != .ignore { relevant.insert(.doNotTrack) }
        if settings.gpc != .ignore { relevant.insert(.globalPrivacyControl) }
        if settings.consent != .off { relevant.formUnion([.consentGranted, .consentDenied]) }
        self.relevant = relevant
    }

    /// Events that went on without a visitor.
    public var counts: [PluginCount] { [PluginCount("limited", limited.value)] }

    /// Drops the event, or says in the facts what was found: `consent`, and `limited` for the plugins after this one.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        let signals = event.visitor.signals.intersection(relevant)
        if signals.isEmpty {
            switch settings.consent {
            case .exempt, .off: return .keep
            case .opt_in: return .drop(reason: "no_consent")
            case .hybrid: break
            }
        }
        var isLimited = false
        if signals.contains(.optedOut) {
            if settings.opted_out == .drop { return .drop(reason: "opted_out") }
            isLimited = true
        }
        if signals.contains(.globalPrivacyControl) {
            if settings.gpc == .drop { return .drop(reason: "global_privacy_control") }
            isLimited = true
        }
        if signals.contains(.doNotTrack) {
            if settings.dnt == .drop { return .drop(reason: "do_not_track") }
            isLimited = true
        }
        if settings.consent != .off {
            let consent = Consent(signals)
            switch (settings.consent, consent) {
            case (_, .granted), (.exempt, .unknown), (.off, _): break
            case (.opt_in, _): return .drop(reason: "no_consent")
            case (.exempt, .denied), (.hybrid, _): isLimited = true
            }
            if consent != .unknown { event.hit.setFact(OptOut.consentFact, consent.rawValue) }
        }
        if isLimited {
            event.hit.setFact(OptOut.limitedFact, .flag(true))
            limited.add()
        }
        return .keep
    }

    /// What the site says of the visitor's consent. Who says both is taken at the refusal.
    private enum Consent: String {
        case unknown, granted, denied

        init(_ signals: Signals) {
            self = signals.contains(.consentDenied) ? .denied : signals.contains(.consentGranted) ? .granted : .unknown
        }
    }

    private final class Counter: Sendable {
        private let count = Atomic<Int>(0)

        var value: Int { count.load(ordering: .relaxed) }

        func add() { count.wrappingAdd(1, ordering: .relaxed) }
    }
}
