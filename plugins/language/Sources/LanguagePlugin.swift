public import Configuration
public import EventModel
public import PluginAPI

/// Says hello to every event: what `make plugin` writes, to be replaced.
public struct Language: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "language"
    /// What it does.
    public static let summary: StaticString = "says hello to every event"

    /// What can be set.
    public struct Settings: ValidatedSettings {
        /// What every event is told.
        public var greeting = "hello"

        /// Every default.
        public init() {}

        /// Short, because it is stored with every event.
        public func problems() -> [SettingProblem] {
            greeting.utf8.count <= 100 ? [] : [SettingProblem("greeting", "is longer than 100 bytes")]
        }
    }

    /// Adds one fact, and reads nothing.
    public static func declaration(for settings: Settings) -> Declaration {
        Declaration(facts: [Fact(name: "language", sensitivity: .anonymous, meaning: "what the event was told")])
    }

    private let settings: Settings

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
    }

    /// Sets the fact.
    public func enrich(_ event: inout Event) throws(PluginError) {
        event.hit.setFact("language", settings.greeting)
    }
}
