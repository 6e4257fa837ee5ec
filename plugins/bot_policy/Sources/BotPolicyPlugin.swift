public import Configuration
public import EventModel
public import PluginAPI

/// Decides what becomes of the events that the plugin `bot` takes for a program's: dropped, kept apart, or counted like a
/// person's.
public struct BotPolicy: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "bot_policy"
    /// What it does.
    public static let summary: StaticString = "what becomes of programs' events: dropped, kept apart or counted"

    /// What becomes of which programs.
    public struct Settings: ValidatedSettings {
        /// What becomes of programs of a class that `classes` does not name.
        public var policy = Policy.separate
        /// The score from which on an event counts as a program's.
        public var threshold = 50
        /// What becomes of programs of one class. Prefetches are dropped unless they are named here.
        public var classes: [String: Policy] = [:]

        /// What becomes of an event.
        public enum Policy: String, Codable, Sendable {
            /// Dropped, and counted as that.
            case drop
            /// Stored apart from people's.
            case separate
            /// Counted like a person's.
            case keep
        }

        /// Every default.
        public init() {}

        /// The threshold is a score that `bot` can give, the classes are its own.
        public func problems() -> [SettingProblem] {
            var problems: [SettingProblem] = []
            if !(30...100).contains(threshold) {
                problems.append(
                    SettingProblem("threshold", "must be from 30 to 100: the plugin bot says nothing below 30"))
            }
            for name in classes.keys.sorted() where !BotClass.words.contains(name) {
                let hint = ConfigProblem.suggestion(for: name, among: BotClass.words)
                problems.append(SettingProblem("classes.\(name)", "is no class of bots\(hint)"))
            }
            return problems
        }
    }

    /// Reads what `bot` found out, writes whether the event is kept apart.
    public static func declaration(for settings: Settings) -> Declaration {
        Declaration(writes: [.isBot], readsFacts: ["bot", "bot_score"])
    }

    private let settings: Settings

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
    }

    /// Drops a program's event, or marks it as one. A person's goes on as it came.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        guard case .number(let score)? = event.hit.fact("bot_score"), score >= Double(settings.threshold) else {
            return .keep
        }
        let kind = event.hit.text(ofFact: "bot")
        // A page that was loaded ahead is no view, and no program's either: the person may never see it.
        let fallback = kind == BotClass.prefetch.rawValue ? .drop : settings.policy
        switch settings.classes[kind] ?? fallback {
        case .drop: return .drop(reason: kind == BotClass.prefetch.rawValue ? "prefetch" : "bot")
        case .separate: event.hit.isBot = true
        case .keep: break
        }
        return .keep
    }
}
