public import Configuration
public import EventModel
public import PluginAPI
import Synchronization

/// Takes from the URLs of the page and of its referrer what may carry secrets and personal data, before anybody reads
/// them: user information, fragment, query parameters, session ids in the path.
public struct URLScrub: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "url_scrub"
    /// What it does.
    public static let summary: StaticString = "URLs without user, fragment and parameters that nobody asked for"

    /// What stays in a URL.
    public struct Settings: ValidatedSettings {
        /// `allow`: parameters of the query stay when they are listed in `allow`. `deny`: they stay unless they are listed
        /// in `deny`.
        public var mode = Mode.allow
        /// Names of parameters that stay; a `*` at the end stands for any ending.
        public var allow = ["ref", "source", "utm_*"]
        /// Names of parameters that go. Those in the path (`;jsessionid=…`), and those of URLs that stand in the value of
        /// another parameter, go in both modes.
        public var deny = DeniedParameters.names
        /// Whether fragments that are routes (`#/cart`, `#!/cart`) stay, for applications that route by them.
        public var keep_fragment = false

        /// Whether the list names what stays or what goes.
        public enum Mode: String, Codable, Sendable {
            case allow, deny
        }

        /// Every default.
        public init() {}

        /// Names are names, with a star at the end at most.
        public func problems() -> [SettingProblem] {
            Settings.problems(allow, key: "allow") + Settings.problems(deny, key: "deny")
        }

        private static func problems(_ names: [String], key: String) -> [SettingProblem] {
            names.filter { !NameList.isName($0) }.map {
                SettingProblem(
                    key, "\"\($0)\" must be the name of a parameter such as id, or its beginning such as utm_*")
            }
        }
    }

    /// Reads and writes both URLs.
    public static func declaration(for settings: Settings) -> Declaration {
        let parameters =
            switch settings.mode {
            case .allow where settings.allow.isEmpty: "all parameters"
            case .allow: "all parameters but \(settings.allow.joined(separator: ", "))"
            case .deny: "parameters that may carry secrets or personal data"
            }
        let fragment = settings.keep_fragment ? "every fragment that is no route" : "the fragment"
        let how = "user name, password, \(fragment) and \(parameters) are left out"
        return Declaration(
            reads: [.pageURL, .referrerURL], writes: [.pageURL, .referrerURL],
            reductions: [Reduction(.pageURL, how), Reduction(.referrerURL, how)])
    }

    /// Of the campaign, source and medium: what the regulator's own examples count.
    public static func strict(_ settings: Settings) -> Settings {
        var settings = settings
        settings.mode = .allow
        settings.allow = ["utm_source", "utm_medium"]
        settings.keep_fragment = false
        settings.deny += DeniedParameters.names.filter { !settings.deny.contains($0) }
        return settings
    }

    private let scrubber: URLScrubber
    private let counters = Counters()

    private final class Counters: Sendable {
        let shortened = Atomic(0)
        let emptied = Atomic(0)
    }

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        scrubber = URLScrubber(settings)
    }

    /// Shortens both URLs. What is no URL is emptied: nobody knows what stands in it.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        if let page = scrubbed(event.visitor.pageURL) { event.visitor.pageURL = page }
        if let referrer = scrubbed(event.visitor.referrerURL) { event.visitor.referrerURL = referrer }
        return .keep
    }

    private func scrubbed(_ url: Sensitive<String>) -> Sensitive<String>? {
        guard let result = scrubber.scrub(url.reveal()) else { return nil }
        if result.isEmpty {
            counters.emptied.add(1, ordering: .relaxed)
        } else {
            counters.shortened.add(1, ordering: .relaxed)
        }
        return Sensitive(result)
    }

    /// How many URLs were shortened, and how many were none.
    public var counts: [PluginCount] {
        [
            PluginCount("shortened", counters.shortened.load(ordering: .relaxed)),
            PluginCount("emptied", counters.emptied.load(ordering: .relaxed)),
        ]
    }
}
