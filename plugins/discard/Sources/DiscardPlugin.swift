public import Configuration
public import EventModel
public import PluginAPI

/// Empties everything that tells who sent an event: the last filter of every chain.
public struct Discard: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "discard"
    /// What it does.
    public static let summary: StaticString = "forgets address, user agent, full URLs and headers"

    /// Nothing to set: what must go, goes.
    public struct Settings: ValidatedSettings {
        /// Nothing to set.
        public init() {}

        /// Nothing can be wrong.
        public func problems() -> [SettingProblem] { [] }
    }

    /// Erases the visitor.
    public static func declaration(for settings: Settings) -> Declaration {
        Declaration(erases: Field.ofVisitor)
    }

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {}

    /// Leaves of the visitor what one knows of nobody.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        event.visitor = .unknown
        return .keep
    }
}
