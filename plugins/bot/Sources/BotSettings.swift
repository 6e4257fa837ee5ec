public import Configuration
import EventModel

/// What else than its own tables the plugin goes by.
public struct BotSettings: ValidatedSettings {
    /// Files in the format of crawler-user-agents.json.
    public var lists: [String] = []
    /// Files of networks, one in CIDR notation a line: those of data centres.
    public var networks: [String] = []
    /// Texts in user agents and the class that they mean; `person` for what is no bot whatever else its user agent says.
    public var extra: [String: String] = [:]
    /// Whether headers that browsers send count. Off where a proxy takes them away.
    public var headers = true

    /// Every default.
    public init() {}

    /// Paths are absolute, texts not so short that they are everywhere, classes known.
    public func problems() -> [SettingProblem] {
        let files = [("lists", lists), ("networks", networks)].flatMap { key, paths in
            paths.filter { !$0.hasPrefix("/") }.map { SettingProblem(key, "\"\($0)\" must be an absolute path") }
        }
        let texts = extra.keys.sorted().filter { $0.utf8.count < BotList.leastLength }.map {
            SettingProblem("extra.\($0)", "must be at least \(BotList.leastLength) bytes long: it would be everywhere")
        }
        let words = BotSettings.extraWords
        let classes = extra.sorted { $0.key < $1.key }.filter { !words.contains($0.value) }.map {
            SettingProblem("extra.\($0.key)", "must be one of \(words.joined(separator: ", "))")
        }
        return files + texts + classes
    }

    /// What a text of the operator's can mean: prefetch and data centre are nothing that a user agent says.
    static let extraWords =
        BotClass.allCases.filter { $0 != .prefetch && $0 != .datacenter }.map(\.rawValue) + ["person"]
}
