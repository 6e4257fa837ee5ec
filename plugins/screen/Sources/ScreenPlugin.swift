public import Configuration
public import EventModel
public import PluginAPI

/// Puts the width of the browser's viewport into one of four classes, and keeps less of the width itself: the exact one
/// helps to tell one person from another, and no report needs it.
public struct Screen: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "screen"
    /// What it does.
    public static let summary: StaticString = "class of the viewport's width: phone, tablet, laptop or desktop"

    /// Where the classes end, and what is kept of the width.
    public struct Settings: ValidatedSettings {
        /// Viewports below this width, in CSS pixels, are phones.
        public var phone_below = 576
        /// Wider ones below this width are tablets.
        public var tablet_below = 992
        /// Wider ones below this width are laptops; all others are desktops.
        public var laptop_below = 1440
        /// What is kept of the width: `exact`, `rounded` to 100 pixels, or `none`.
        public var width = Width.rounded

        /// What is kept of the width.
        public enum Width: String, Codable, Sendable {
            case exact, rounded, none
        }

        /// Every default.
        public init() {}

        /// Classes in their order.
        public func problems() -> [SettingProblem] {
            let bounds = [
                ("phone_below", phone_below), ("tablet_below", tablet_below), ("laptop_below", laptop_below),
            ]
            var problems: [SettingProblem] = []
            var smallest = 1
            for (key, bound) in bounds {
                if bound < smallest || bound > Settings.widest {
                    problems.append(
                        SettingProblem(key, "must be a width from \(smallest) to \(Settings.widest), not \(bound)"))
                }
                smallest = min(max(smallest, bound), Settings.widest - 1) + 1
            }
            return problems
        }

        /// Wider than any screen, in CSS pixels: the edge takes no more.
        private static let widest = 100_000
    }

    /// Reads the width, adds the class, and reduces the width.
    public static func declaration(for settings: Settings) -> Declaration {
        var declaration = Declaration(
            reads: [.viewportWidth],
            facts: [
                Fact(
                    name: "screen", sensitivity: .anonymous,
                    meaning: "class of the viewport's width: phone, tablet, laptop or desktop", subject: .device)
            ])
        switch settings.width {
        case .exact: break
        case .rounded:
            declaration.writes = [.viewportWidth]
            declaration.reductions = [Reduction(.viewportWidth, "rounded to 100 pixels")]
        case .none:
            declaration.erases = [.viewportWidth]
            declaration.reductions = [Reduction(.viewportWidth, "not kept, only its class is")]
        }
        return declaration
    }

    /// Without the width.
    public static func strict(_ settings: Settings) -> Settings {
        var strict = settings
        strict.width = .none
        return strict
    }

    private let settings: Settings

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
    }

    /// Sets the fact `screen`, and makes the width smaller. An unknown width has no class.
    public func enrich(_ event: inout Event) throws(PluginError) {
        guard let width = event.hit.viewportWidth else { return }
        // Zero and less is no width, whoever says so.
        if width > 0 { event.hit.setFact("screen", name(of: Int(width))) }
        switch settings.width {
        case .exact: break
        case .rounded: event.hit.viewportWidth = width > 0 ? Screen.rounded(width) : nil
        case .none: event.hit.viewportWidth = nil
        }
    }

    private func name(of width: Int) -> String {
        if width < settings.phone_below { return "phone" }
        if width < settings.tablet_below { return "tablet" }
        return width < settings.laptop_below ? "laptop" : "desktop"
    }

    /// The nearest hundred, and at least one of them: no width is zero.
    private static func rounded(_ width: Int32) -> Int32 {
        let down = width / 100 * 100
        return max(width % 100 < 50 ? down : down &+ 100, 100)
    }
}
