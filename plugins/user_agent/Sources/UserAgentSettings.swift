public import Configuration

/// What can be set.
public struct UserAgentSettings: ValidatedSettings {
    /// Who reads the user agent: Footfall's own table of words, or the rules of uap-core.
    public var engine = Engine.tokens
    /// Where the rules of uap-core are; only read with `engine: "regexes"`.
    public var regexes = "/usr/share/uap-core/regexes.yaml"
    /// Answers of the rules that are remembered; 0 for none.
    public var cache_entries = 4096
    /// Whether the browser's major version is kept.
    public var versions = true
    /// Whether the operating system's major version is kept where it can be believed.
    public var os_versions = true

    /// Who reads the user agent.
    public enum Engine: String, Codable, Sendable {
        case tokens, regexes
    }

    /// Every default.
    public init() {}

    /// A cache has bounds, and a file its full path.
    public func problems() -> [SettingProblem] {
        var problems: [SettingProblem] = []
        if !(0...1_000_000).contains(cache_entries) {
            problems.append(
                SettingProblem("cache_entries", "must be from 0 (no cache) to 1000000, not \(cache_entries)"))
        }
        if engine == .regexes, !regexes.hasPrefix("/") {
            problems.append(
                SettingProblem("regexes", "must be the full path of a file such as /usr/share/uap-core/regexes.yaml"))
        }
        return problems
    }
}
