public import Configuration

/// One entry of the list `chain` in the configuration file.
public struct ChainEntry: ValidatedSettings {
    /// Name of the plugin.
    public var plugin = ""
    /// Name of this entry where a plugin is used twice; the plugin's name unless given.
    public var id = ""
    /// `false` leaves the entry out, as if it were not there.
    public var enabled = true
    /// The plugin's own settings.
    public var settings = ConfigValue.table([:])

    /// An entry that names no plugin yet.
    public init() {}

    /// A name is needed.
    public func problems() -> [SettingProblem] {
        plugin.isEmpty ? [SettingProblem("plugin", "is missing: every entry names its plugin")] : []
    }
}
