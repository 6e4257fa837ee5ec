public import Configuration

/// One instance of a plugin in its stage.
public enum Stage: Sendable {
    case enricher(any Enricher)
    case filter(any PrivacyFilter)
    case store(any EventStore)

    /// The plugin, whatever its stage.
    public var plugin: any Plugin {
        switch self {
        case .enricher(let plugin): plugin
        case .filter(let plugin): plugin
        case .store(let plugin): plugin
        }
    }
}

/// The three stages in the order in which an event meets them.
public enum StageKind: String, Sendable, Comparable {
    case enrich, filter, store

    /// Enrichers and filters may mix; stores come last.
    public static func < (left: StageKind, right: StageKind) -> Bool {
        left != .store && right == .store
    }
}

/// A plugin with checked settings, not yet in being: what `footfall check` looks at.
public struct PreparedPlugin: Sendable {
    /// What it will read and write under its settings.
    public var declaration: Declaration
    /// Every setting with the value that it has, those of `privacy.mode: "strict"` among them.
    public var settings: ConfigValue
    /// Makes the instance. Throws what the plugin's initialiser throws.
    public var make: @Sendable (PluginContext) throws(PluginError) -> Stage
}

/// How the host makes plugins of a kind from configuration without knowing their types.
public struct PluginFactory: Sendable {
    /// The plugin's name in the configuration.
    public let name: String
    /// What it does, in one line.
    public let summary: String
    /// Its stage.
    public let kind: StageKind
    /// Every setting with its default.
    public let defaults: ConfigValue
    /// What it reads and writes under the defaults.
    public let declaration: Declaration
    private let preparation:
        @Sendable (_ settings: ConfigValue?, _ path: String, _ isStrict: Bool) throws(ConfigProblems) -> PreparedPlugin

    /// Checks the operator's settings, which stand at `path`; `isStrict` makes them as strict as the regulator's exemption
    /// asks for. Throws every problem at once.
    public func prepare(
        _ settings: ConfigValue?, _ path: String, isStrict: Bool = false
    ) throws(ConfigProblems) -> PreparedPlugin {
        try preparation(settings, path, isStrict)
    }

    /// The factory of an enricher.
    public init<P: Enricher>(_ type: P.Type) {
        self.init(type, kind: .enrich) { .enricher($0) }
    }

    /// The factory of a privacy filter.
    public init<P: PrivacyFilter>(_ type: P.Type) {
        self.init(type, kind: .filter) { .filter($0) }
    }

    /// The factory of a store.
    public init<P: EventStore>(_ type: P.Type) {
        self.init(type, kind: .store) { .store($0) }
    }

    private init<P: Plugin>(_ type: P.Type, kind: StageKind, wrap: @escaping @Sendable (P) -> Stage) {
        name = "\(P.name)"
        summary = "\(P.summary)"
        self.kind = kind
        defaults = (try? ConfigValue(encoding: P.Settings())) ?? .table([:])
        declaration = P.declaration(for: P.Settings())
        preparation = { (value, path, isStrict) throws(ConfigProblems) in
            let given = try P.Settings.decode(value, at: path)
            let settings = isStrict ? P.strict(given) : given
            return PreparedPlugin(
                declaration: P.declaration(for: settings),
                settings: (try? ConfigValue(encoding: settings)) ?? .table([:])
            ) { (context) throws(PluginError) in
                wrap(try P(settings, in: context))
            }
        }
    }
}
