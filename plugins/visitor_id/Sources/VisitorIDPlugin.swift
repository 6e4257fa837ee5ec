public import Configuration
import Cryptography
public import EventModel
import Platform
public import PluginAPI

/// Gives every visitor a pseudonym for one period: a keyed hash of address and user agent whose key is random, lives in
/// memory only and is gone an hour after its period.
public struct VisitorIdentity: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "visitor_id"
    /// What it does.
    public static let summary: StaticString = "a pseudonym for a day, from a keyed hash whose key is then gone"

    /// How visitors are told apart.
    public struct Settings: ValidatedSettings {
        /// How long a visitor has the same pseudonym, in the site's time zone.
        public var identity = Identity.daily
        /// What of the browser goes into the pseudonym.
        public var user_agent = UserAgent.raw
        /// Folder for the salts, which must be memory-backed (tmpfs): so they survive a restart of the gateway and are
        /// shared by all gateways of the machine that run as the same user, but never reach a disk. `{user}` stands
        /// for that user's number. Empty: in this process only, and then a restart counts the period's visitors anew.
        public var salt_directory = "/dev/shm/footfall-{user}"
        /// Whether the gateway refuses to start when the salts' memory cannot be locked against swapping.
        public var require_locked_memory = false

        /// How long a visitor is recognised.
        public enum Identity: String, Codable, Sendable, CaseIterable {
            /// No visitors at all, events only.
            case none
            /// A local day.
            case daily
            /// From Monday to Sunday.
            case weekly
            /// A calendar month.
            case monthly
        }

        /// What tells two visitors behind one address apart.
        public enum UserAgent: String, Codable, Sendable, CaseIterable {
            /// The whole header.
            case raw
            /// What the plugin `user_agent` made of it, which more people share.
            case family
        }

        /// Every default.
        public init() {}

        /// The folder is absolute.
        public func problems() -> [SettingProblem] {
            salt_directory.isEmpty || salt_directory.hasPrefix("/")
                ? [] : [SettingProblem("salt_directory", "must be an absolute path, or empty")]
        }
    }

    /// Reads who sent the event, writes the pseudonyms.
    public static func declaration(for settings: Settings) -> Declaration {
        let how: String
        switch settings.identity {
        case .none: return Declaration()
        case .daily: how = "its key is gone an hour after the day"
        case .weekly: how = "its key is gone an hour after the week"
        case .monthly: how = "its key is gone an hour after the month"
        }
        var declaration = Declaration(
            reads: [.address, .site, .time], writes: [.visitorID, .visitorBefore], readsFacts: [limitedFact],
            reductions: [Reduction(.visitorID, how)])
        switch settings.user_agent {
        case .raw: declaration.reads.insert(.userAgent)
        case .family: declaration.readsFacts.formUnion(Traits.facts)
        }
        return declaration
    }

    /// A day at most, and of the browser only what many share.
    public static func strict(_ settings: Settings) -> Settings {
        var strict = settings
        if strict.identity != .none { strict.identity = .daily }
        strict.user_agent = .family
        return strict
    }

    /// What `opt_out` says of visitors who do not want to be recognised.
    static let limitedFact = "limited"

    /// Milliseconds after a change of period in which an open visit may go on (DESIGN section 7).
    static let carryOver: Int64 = 30 * 60 * 1000

    private let settings: Settings
    private let sites: @Sendable () -> SiteSnapshot
    private let keeper: SaltKeeper

    /// Ready after `start`.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        sites = context.sites
        let folder = settings.salt_directory.replacing("{user}", with: "\(Process.userID)")
        let place = SaltKeeper.Place(
            // A rehearsal must not make salts that real visitors would get.
            folder: folder.isEmpty || context.isRehearsal
                ? nil : SaltFolder(parent: folder, installation: context.installation),
            requiresLock: settings.require_locked_memory)
        keeper = SaltKeeper(
            place, periods: Periods(identity: settings.identity), sites: context.sites, log: context.log)
    }

    /// Opens the salts' folder and begins to remove salts whose time is over.
    public func start() throws(PluginError) {
        try keeper.start()
    }

    /// Ends the removal. Salts in the folder stay for the successor.
    public func stop() {
        keeper.stop()
    }

    /// How the salts lie in memory.
    public var notes: [String] { keeper.notes }

    /// Sets the pseudonym, and for half an hour after a change of period also the one before. Without an address, for
    /// who does not want one, and for a period whose salt is gone, there is no visitor.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        event.hit.visitor = nil
        event.hit.visitorBefore = nil
        guard settings.identity != .none, let address = event.visitor.address.reveal(),
            event.hit.fact(VisitorIdentity.limitedFact) != .flag(true)
        else { return .keep }
        let site = event.hit.site
        let time = event.hit.time
        let sites = sites()
        let day = sites.day(of: site, containing: time)
        guard let salt = keeper.salt(site: site, day: day, in: sites) else { return .keep }
        var before: SaltKeeper.Salt?
        if time.milliseconds(since: salt.period.lowerBound) < VisitorIdentity.carryOver {
            let dayBefore = sites.day(of: site, containing: salt.period.lowerBound.advanced(byMilliseconds: -1))
            before = keeper.salt(site: site, day: dayBefore, in: sites)
        }
        let sender = Sender(site: site, address: address)
        switch settings.user_agent {
        case .raw:
            let userAgent = event.visitor.userAgent.reveal()
            sender.withMessage(userAgent) { VisitorIdentity.set(&event.hit, $0, salt, before) }
        case .family:
            let traits = Traits(event.hit)
            sender.withMessage(traits) { VisitorIdentity.set(&event.hit, $0, salt, before) }
        }
        return .keep
    }

    private static func set(
        _ hit: inout Hit, _ message: borrowing SipHash.Message, _ salt: SaltKeeper.Salt, _ before: SaltKeeper.Salt?
    ) {
        hit.visitor = message.hash(key: salt.bytes).map(VisitorID.init)
        if let before { hit.visitorBefore = message.hash(key: before.bytes).map(VisitorID.init) }
    }
}
