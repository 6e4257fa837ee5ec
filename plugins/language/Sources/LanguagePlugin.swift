public import Configuration
public import EventModel
public import PluginAPI

/// Takes the language that the visitor prefers out of the `Accept-Language` header. The header itself, whose order and
/// weights tell one browser from another, stays behind.
public struct Language: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "language"
    /// What it does.
    public static let summary: StaticString = "the browser's preferred language, such as de"

    /// How much of the language is kept.
    public struct Settings: ValidatedSettings {
        /// Whether the region is kept: `de-AT` instead of `de`.
        public var region = false

        /// Every default.
        public init() {}

        /// Nothing can be wrong.
        public func problems() -> [SettingProblem] { [] }
    }

    /// Reads the header, adds one fact.
    public static func declaration(for settings: Settings) -> Declaration {
        Declaration(
            reads: [.acceptLanguage],
            facts: [
                Fact(
                    name: "language", sensitivity: .anonymous,
                    meaning: settings.region
                        ? "preferred language (ISO 639) and its region" : "preferred language (ISO 639)",
                    subject: .device)
            ],
            reductions: [
                Reduction(
                    fact: "language",
                    settings.region
                        ? "only the first choice is kept, with its region"
                        : "only the first choice is kept, without its region")
            ])
    }

    /// Without the region.
    public static func strict(_ settings: Settings) -> Settings {
        var strict = settings
        strict.region = false
        return strict
    }

    private let keepsRegion: Bool

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        keepsRegion = settings.region
    }

    /// Sets the fact `language`; a header that names no language leaves it unknown.
    public func enrich(_ event: inout Event) throws(PluginError) {
        let header = event.visitor.acceptLanguage.reveal()
        guard !header.isEmpty, let preferred = LanguageRange.preferred(in: header.utf8.span) else { return }
        event.hit.setFact("language", preferred.text(of: header.utf8.span, withRegion: keepsRegion))
    }
}
