public import Configuration
public import EventModel
public import PluginAPI

/// What a tagged link says of the campaign that brought the visitor: the utm_ parameters, and that a click came from an
/// advertisement. Never which click: identifiers of clicks are as good as identifiers of persons.
public struct Campaign: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "campaign"
    /// What it does.
    public static let summary: StaticString = "utm_ parameters of the page's URL, and the kind of a click identifier"

    /// Which parameters count as what.
    public struct Settings: ValidatedSettings {
        /// Further names of parameters: `{"cid": "utm_campaign"}`.
        public var aliases: [String: String] = [:]
        /// Further parameters that identify a click: their name is kept, never their value.
        public var click_ids: [String] = []
        /// `keep`, or `mask`: of campaign, term and content only that there was one.
        public var values = Values.keep
        /// Longest value in bytes; what is longer is cut.
        public var max_bytes = 200

        /// What is kept of values.
        public enum Values: String, Codable, Sendable {
            case keep, mask
        }

        /// Every default.
        public init() {}

        /// Aliases stand for one of the five, and no name may bring in what identifies a person.
        public func problems() -> [SettingProblem] {
            var problems = aliases.keys.sorted().flatMap { name in
                aliasProblem(name).map { [SettingProblem("aliases.\(name)", $0)] } ?? []
            }
            problems += click_ids.flatMap { name in
                Parameters.problem(of: name).map { [SettingProblem("click_ids", "\"\(name)\" \($0)")] } ?? []
            }
            if !(16...1000).contains(max_bytes) {
                problems.append(SettingProblem("max_bytes", "must be from 16 to 1000, not \(max_bytes)"))
            }
            return problems
        }

        private func aliasProblem(_ name: String) -> String? {
            if !Parameters.facts.contains(aliases[name] ?? "") {
                return "must be one of \(Parameters.facts.joined(separator: ", "))"
            }
            if Parameters.isClick(name, with: click_ids) {
                return "identifies a click: only its kind is recorded, never its value"
            }
            return Parameters.problem(of: name)
        }
    }

    /// Campaign, term and content are masked: they are free texts, and may name a person.
    public static func strict(_ settings: Settings) -> Settings {
        var settings = settings
        settings.values = .mask
        return settings
    }

    /// Reads the raw URL, adds facts.
    public static func declaration(for settings: Settings) -> Declaration {
        func fact(_ name: String, _ meaning: String, _ sensitivity: Sensitivity = .content) -> Fact {
            Fact(name: name, sensitivity: sensitivity, meaning: meaning, subject: .acquisition)
        }
        let masked = ["utm_campaign", "utm_term", "utm_content"].map {
            Reduction(fact: $0, "only that there was one is kept")
        }
        return Declaration(
            reads: [.pageURL],
            facts: [
                fact("utm_source", "who sent the visitor, as the link says"),
                fact("utm_medium", "by what means, as the link says"),
                fact("utm_campaign", "for which campaign, as the link says"),
                fact("utm_term", "for which search term, as the link says"),
                fact("utm_content", "by which of several links, as the link says"),
                fact("click_id", "the kind of a click identifier in the link, such as gclid", .anonymous),
            ],
            readsFacts: ["limited"],
            reductions: [Reduction(fact: "click_id", "the identifier itself is left out")]
                + (settings.values == .mask ? masked : []))
    }

    private let parameters: Parameters
    private let settings: Settings

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        parameters = Parameters(aliases: settings.aliases, clickIDs: settings.click_ids)
    }

    /// Sets the facts that the URL's query names. Most URLs have no query, and cost one look at their bytes.
    public func enrich(_ event: inout Event) throws(PluginError) {
        let url = event.visitor.pageURL.reveal()
        guard url.utf8.contains(UInt8(ascii: "?")) else { return }
        var found = Found()
        Query.forEach(in: url) { name, value in
            guard let meaning = parameters.meaning(of: name) else { return }
            switch meaning {
            case .fact(let place, let rank): found.take(place, rank, value)
            case .click(let kind, let rank): if !value.isEmpty { found.take(click: kind, rank) }
            }
        }
        for (place, fact) in Parameters.facts.enumerated() {
            guard let raw = found.values[place] else { continue }
            let value = Query.text(raw, limit: settings.max_bytes)
            if value.isEmpty { continue }
            let isMasked = settings.values == .mask && place > 1
            event.hit.setFact(fact, isMasked ? "(masked)" : value)
        }
        if !found.click.isEmpty, event.hit.fact("limited") != .flag(true) {
            event.hit.setFact("click_id", found.click)
        }
    }

    /// What one query has said so far.
    private struct Found {
        var values: [Substring?] = [nil, nil, nil, nil, nil]
        var ranks = [Int.max, Int.max, Int.max, Int.max, Int.max]
        var click = ""
        var clickRank = Int.max

        /// The name that says it best wins; of one name, the first.
        mutating func take(_ place: Int, _ rank: Int, _ value: Substring) {
            guard !value.isEmpty, rank < ranks[place] else { return }
            (values[place], ranks[place]) = (value, rank)
        }

        mutating func take(click kind: String, _ rank: Int) {
            if rank < clickRank { (click, clickRank) = (kind, rank) }
        }
    }
}
