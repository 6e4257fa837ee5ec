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
    /// Checks the operator's settings, which stand at `path`. Throws every problem at once.
    public let prepare: @Sendable (_ settings: ConfigValue?, _ path: String) throws(ConfigProblems) -> PreparedPlugin

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
        prepare = { (value, path) throws(ConfigProblems) in
            let settings = try P.Settings.decode(value, at: path)
            return PreparedPlugin(declaration: P.declaration(for: settings)) { (context) throws(PluginError) in
                wrap(try P(settings, in: context))
            }
        }
    }
}
