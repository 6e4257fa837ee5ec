public import Configuration
import Cryptography
public import EventModel
public import PluginAPI

/// Turns the id that a site's server has for its user into a keyed hash, under which the user's events are found again when
/// the user asks for them, or for their end.
public struct UserIdentity: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "user_id"
    /// What it does.
    public static let summary: StaticString = "a keyed hash instead of the site's own id of its user"

    /// Whether users are told apart.
    public struct Settings: ValidatedSettings {
        /// What is kept of a user's id.
        public var keep = Keep.hash

        /// What is kept of a user's id.
        public enum Keep: String, Codable, Sendable, CaseIterable {
            /// Nothing: the events of users are like everybody's.
            case none
            /// A hash under a key of the site.
            case hash
        }

        /// Every default.
        public init() {}

        /// Nothing can be wrong.
        public func problems() -> [SettingProblem] { [] }
    }

    /// Reads the user's id, writes its hash.
    public static func declaration(for settings: Settings) -> Declaration {
        guard settings.keep == .hash else { return Declaration() }
        return Declaration(
            reads: [.user, .site], writes: [.userID], readsFacts: [limitedFact],
            reductions: [Reduction(.userID, "hashed under a key of the site's")])
    }

    /// Nothing: whoever is exempt from consent recognises nobody for longer than a day.
    public static func strict(_ settings: Settings) -> Settings {
        var strict = settings
        strict.keep = .none
        return strict
    }

    /// What `opt_out` says of visitors who do not want to be recognised.
    static let limitedFact = "limited"

    private let settings: Settings
    private let sites: @Sendable () -> SiteSnapshot

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        sites = context.sites
    }

    /// Sets the hash. Without an id, for who does not want to be recognised, and for a site whose key is not known there is
    /// no user.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        guard settings.keep == .hash else { return .keep }
        event.hit.user = nil
        let id = event.visitor.user.reveal()
        // Nearly every event is a browser's, which has none.
        guard !id.isEmpty, event.hit.fact(UserIdentity.limitedFact) != .flag(true),
            let key = sites().userKey(of: event.hit.site)
        else { return .keep }
        event.hit.user = UserHash.bits(of: id, key: key.reveal()).map(UserID.init)
        return .keep
    }
}
