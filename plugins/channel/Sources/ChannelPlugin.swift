public import Configuration
public import EventModel
public import PluginAPI

/// Puts a visit into one of nineteen channels by rules in order, the operator's own first.
public struct Channel: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "channel"
    /// What it does.
    public static let summary: StaticString = "search, social, e-mail, AI assistants, ...: one of nineteen channels"

    /// The operator's rules.
    public struct Settings: ValidatedSettings {
        /// Rules that come before the nineteen: `{channel: "Partners", source: "*.partner.example"}`. Each text may hold
        /// `*` for any run of characters, case does not matter, and what is left out fits everything.
        public var rules: [Rule] = []

        private static let mostRules = 1000

        /// Every default.
        public init() {}

        /// A rule has a name and asks for something.
        public func problems() -> [SettingProblem] {
            let problems = rules.enumerated().flatMap { index, rule in
                rule.problem.map { [SettingProblem("rules[\(index)]", $0)] } ?? []
            }
            guard rules.count > Settings.mostRules else { return problems }
            let count = "has \(rules.count) rules, and may have \(Settings.mostRules): each is tried on every visit"
            return problems + [SettingProblem("rules", count)]
        }
    }

    /// Reads source and campaign, adds one fact.
    public static func declaration(for settings: Settings) -> Declaration {
        Declaration(
            reads: [.source, .referrerHost],
            facts: [
                Fact(
                    name: "channel", sensitivity: .anonymous, meaning: "by what kind of way the visit came",
                    subject: .acquisition)
            ],
            readsFacts: ["utm_source", "utm_medium", "utm_campaign", "click_id", "source_kind"])
    }

    private let rules: [RuleMatcher]

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        rules = settings.rules.map { RuleMatcher($0) }
    }

    /// Sets `channel`. An event with neither source nor campaign is direct, without a look at any rule.
    public func enrich(_ event: inout Event) throws(PluginError) {
        let visit = Acquisition(event.hit)
        guard !visit.isEmpty else {
            event.hit.facts.append(Channel.direct)
            return
        }
        let own = rules.first { $0.fits(visit) }?.channel
        event.hit.setFact("channel", own ?? visit.channel.rawValue)
    }

    /// Nobody before has set it: a fact has one plugin.
    private static let direct = Property("channel", .text(ChannelName.direct.rawValue))
}
