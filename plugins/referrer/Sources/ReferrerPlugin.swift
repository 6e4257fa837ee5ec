public import Configuration
public import EventModel
public import PluginAPI

/// Finds out from the referring page's URL which site sent the visitor, and gives well-known sites their name.
public struct Referrer: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "referrer"
    /// What it does.
    public static let summary: StaticString = "the site that sent the visitor, by name; the referrer without its query"

    /// How much of a referrer is kept, and what is called how.
    public struct Settings: ValidatedSettings {
        /// How much is kept of the referring page: `path` (host and path), `host`, or `none` (only the source's name).
        public var keep = Keep.path
        /// Further names of sources by host; a host stands for its subdomains too.
        public var names: [String: String] = [:]
        /// Hosts that count as the site itself, such as a payment provider that sends people back.
        public var internal_hosts: [String] = []

        /// How much of the referring page is kept.
        public enum Keep: String, Codable, Sendable {
            case path, host, none
        }

        /// Every default.
        public init() {}

        /// Hosts are hosts, not URLs.
        public func problems() -> [SettingProblem] {
            let wrongNames = names.keys.sorted().filter { !Settings.isHost($0) }.map {
                SettingProblem("names.\($0)", "must be a host such as example.com")
            }
            let wrongHosts = internal_hosts.filter { !Settings.isHost($0) }.map {
                SettingProblem("internal_hosts", "\"\($0)\" must be a host such as example.com")
            }
            return wrongNames + wrongHosts
        }

        private static func isHost(_ text: String) -> Bool {
            !text.isEmpty && !text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") || $0 <= 0x20 }
        }
    }

    /// Reads the raw referrer and the page's host, writes source and referring page.
    public static func declaration(for settings: Settings) -> Declaration {
        Declaration(reads: [.referrerURL, .hostname], writes: [.source, .referrerHost, .referrerPath])
    }

    private let settings: Settings
    private let names: [String: String]

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        names = KnownSources.names.merging(
            settings.names.map { ($0.key.lowercasedASCII, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// Sets `source`, `referrerHost` and `referrerPath`. Without a referrer, and within the site, all stay empty.
    public func enrich(_ event: inout Event) throws(PluginError) {
        let referrer = event.visitor.referrerURL.reveal()
        guard !referrer.isEmpty else { return }
        if let app = androidApp(referrer) {
            event.hit.source = names[app] ?? app
            if settings.keep != .none { event.hit.referrerHost = app }
            return
        }
        // Browsers send `about:blank`, `data:` and other schemes now and then: nobody sent the visitor.
        guard let address = WebAddress(referrer) else { return }
        let host = Referrer.withoutWWW(address.host)
        guard !isInternal(host, page: event.hit.hostname) else { return }
        event.hit.source = source(of: host)
        guard settings.keep != .none else { return }
        event.hit.referrerHost = host
        guard settings.keep == .path else { return }
        let path = address.path.percentDecoded().withoutControlCharacters.prefix(bytes: 512)
        event.hit.referrerPath = path == "/" ? "" : path
    }

    private func isInternal(_ host: String, page: String) -> Bool {
        host == Referrer.withoutWWW(page) || host == "localhost"
            || settings.internal_hosts.contains { Referrer.matches(host, $0.lowercasedASCII) }
    }

    /// The name of the longest known ending of the host at a dot: `news.google.com` before `google.com`. Google and
    /// its like have a domain for each country, hence the look at the label before the public suffix.
    private func source(of host: String) -> String {
        var rest = Substring(host)
        while true {
            if let name = names[String(rest)] { return name }
            guard let dot = rest.firstIndex(of: "."), rest[rest.index(after: dot)...].contains(".") else { break }
            rest = rest[rest.index(after: dot)...]
        }
        let labels = host.split(separator: ".")
        for (index, label) in labels.enumerated() {
            guard let name = KnownSources.internationalNames[String(label)] else { continue }
            let suffix = labels[(index + 1)...]
            let isCountry =
                suffix.count == 1 || (suffix.count == 2 && KnownSources.secondLevels.contains(suffix[index + 1]))
            if isCountry { return name }
        }
        return host
    }

    /// Android's own links: `android-app://com.google.android.gm/` names the app that opened the page.
    private func androidApp(_ referrer: String) -> String? {
        let scheme = "android-app://"
        guard referrer.hasPrefix(scheme) else { return nil }
        let app = referrer.dropFirst(scheme.count).prefix { $0 != "/" }
        guard !app.isEmpty, app.utf8.count <= 200 else { return nil }
        return String(app).lowercasedASCII.withoutControlCharacters
    }

    private static func withoutWWW(_ host: String) -> String {
        host.hasPrefix("www.") ? String(host.dropFirst(4)) : host
    }

    private static func matches(_ host: String, _ domain: String) -> Bool {
        host == domain || host.hasSuffix("." + domain)
    }
}
