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

        /// Every default.
        public init() {}

        /// A rule has a name and asks for something.
        public func problems() -> [SettingProblem] {
            rules.enumerated().flatMap { index, rule in
                rule.problem.map { [SettingProblem("rules[\(index)]", $0)] } ?? []
            }
        }
    }

    /// One rule of the operator's.
    public struct Rule: Codable, Sendable, Equatable {
        /// The channel's name.
        public var channel: String
        /// The source: its name, `utm_source`, or the referring host.
        public var source: String?
        /// `utm_medium`.
        public var medium: String?
        /// `utm_campaign`.
        public var campaign: String?

        var problem: String? {
            if channel.isEmpty || channel.utf8.count > 50 { return "needs a channel with a name of at most 50 bytes" }
            let asked = [source, medium, campaign].compactMap { $0 }.filter { !$0.isEmpty }
            return asked.isEmpty ? "asks for nothing: give it a source, medium or campaign" : nil
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

    private let rules: [Rule]

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        rules = settings.rules
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

extension Channel.Rule {
    func fits(_ visit: Acquisition) -> Bool {
        let sources = [visit.source, visit.utmSource, visit.referrerHost]
        if let source, !source.isEmpty, !sources.contains(where: { Wildcard.fits($0, source) }) { return false }
        if let medium, !medium.isEmpty, !Wildcard.fits(visit.medium, medium) { return false }
        if let campaign, !campaign.isEmpty, !Wildcard.fits(visit.campaign, campaign) { return false }
        return true
    }
}

/// Patterns with `*` for any run of characters.
enum Wildcard {
    /// Whether the whole text fits. In one pass with one step back (Krauss, 2008): no pattern makes it slow.
    static func fits(_ text: String, _ pattern: String) -> Bool {
        let text = Array(text.lowercasedASCII.utf8)
        let pattern = Array(pattern.lowercasedASCII.utf8)
        var (place, rule) = (0, 0)
        var star: (rule: Int, place: Int)?
        while place < text.count {
            if rule < pattern.count, pattern[rule] == UInt8(ascii: "*") {
                star = (rule, place)
                rule += 1
            } else if rule < pattern.count, pattern[rule] == text[place] {
                place += 1
                rule += 1
            } else if let last = star {
                star = (last.rule, last.place + 1)
                (place, rule) = (last.place + 1, last.rule + 1)
            } else {
                return false
            }
        }
        return pattern[rule...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
