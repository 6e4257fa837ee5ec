public import Configuration
import Cryptography
public import EventModel
import Platform
public import PluginAPI

/// Gives every visitor a pseudonym for one day: a keyed hash of address and user agent whose key is random, lives in
/// memory only and is gone an hour after its day.
public struct VisitorIdentity: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "visitor_id"
    /// What it does.
    public static let summary: StaticString = "a pseudonym for one day, from a keyed hash whose key is then gone"

    /// How visitors are told apart.
    public struct Settings: ValidatedSettings {
        /// `daily`: one pseudonym for each day of the site's time zone. `none`: no visitors at all, events only.
        public var identity = Identity.daily
        /// Folder for the salts, which must be memory-backed (tmpfs): so they survive a restart of the gateway and are
        /// shared by all gateways of the machine that run as the same user, but never reach a disk. `{user}` stands
        /// for that user's number. Empty: in this process only, and then a restart counts the day's visitors anew.
        public var salt_directory = "/dev/shm/footfall-{user}"

        /// How long a visitor is recognised.
        public enum Identity: String, Codable, Sendable {
            case none, daily
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
        switch settings.identity {
        case .none: Declaration()
        case .daily:
            Declaration(reads: [.address, .userAgent, .site, .time], writes: [.visitorID, .visitorBefore])
        }
    }

    private let settings: Settings
    private let sites: @Sendable () -> SiteSnapshot
    private let keeper: SaltKeeper

    /// Ready after `start`.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        sites = context.sites
        let folder = settings.salt_directory.replacing("{user}", with: "\(Process.userID)")
        keeper = SaltKeeper(
            folder: settings.identity == .none || folder.isEmpty ? nil : folder, installation: context.installation,
            log: context.log)
    }

    /// Opens the salts' folder and begins to remove salts whose time is over.
    public func start() throws(PluginError) {
        guard settings.identity != .none else { return }
        try keeper.start()
    }

    /// Ends the removal. Salts in the folder stay for the successor.
    public func stop() {
        keeper.stop()
    }

    /// Sets the pseudonym, and for half an hour after a change of day also the one before. Without an address, and
    /// for a day whose salt is gone, there is no visitor.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        event.hit.visitor = nil
        event.hit.visitorBefore = nil
        guard settings.identity == .daily, let address = event.visitor.address.reveal() else { return .keep }
        let site = event.hit.site
        let sites = sites()
        let period = sites.day(of: site, containing: event.hit.time)
        guard let salt = keeper.salt(site: site, period: period) else { return .keep }
        let message = VisitorIdentity.message(site, address, event.visitor.userAgent.reveal())
        event.hit.visitor = SipHash.hash(message, key: salt).map(VisitorID.init)
        if event.hit.time.milliseconds(since: period.lowerBound) < VisitorIdentity.carryOver {
            let before = sites.day(of: site, containing: period.lowerBound.advanced(byMilliseconds: -1))
            event.hit.visitorBefore = keeper.salt(site: site, period: before)
                .flatMap { SipHash.hash(message, key: $0) }.map(VisitorID.init)
        }
        return .keep
    }

    /// Milliseconds after a change of period in which an open visit may go on (DESIGN section 7).
    static let carryOver: Int64 = 30 * 60 * 1000

    /// Every part with its length before it, so that no two senders share a message by shifting bytes.
    static func message(_ site: SiteID, _ address: IPAddress, _ userAgent: String) -> [UInt8] {
        let network = address.network.bytes
        var message: [UInt8] = []
        message.reserveCapacity(16 + network.count + userAgent.utf8.count)
        append(UInt32(bitPattern: site.rawValue), to: &message)
        append(UInt32(network.count), to: &message)
        message.append(contentsOf: network)
        append(UInt32(userAgent.utf8.count), to: &message)
        message.append(contentsOf: userAgent.utf8)
        return message
    }

    private static func append(_ number: UInt32, to message: inout [UInt8]) {
        for shift in [24, 16, 8, 0] as [UInt32] { message.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
