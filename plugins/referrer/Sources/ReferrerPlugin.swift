public import Configuration
public import EventModel
import Platform
public import PluginAPI

/// Finds out from the referring page's URL, or from what a tagged link says, which site sent the visitor, and gives
/// well-known sites their name and kind.
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
        /// Hosts that send nobody, and only want to be read in reports: their visits have no source.
        public var spam: [String] = []
        /// Path of a database of sources, as Debian's package ruby-referer-parser has it (`referers.json`); read again when
        /// it changes. Empty: the sources that are built in.
        public var database = ""

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
            let lists = [("internal_hosts", internal_hosts), ("spam", spam)]
            let wrongHosts = lists.flatMap { key, hosts in
                hosts.filter { !Settings.isHost($0) }.map {
                    SettingProblem(key, "\"\($0)\" must be a host such as example.com")
                }
            }
            let wrongPath =
                database.isEmpty || database.hasPrefix("/")
                ? [] : [SettingProblem("database", "must be an absolute path, or empty")]
            return wrongNames + wrongHosts + wrongPath
        }

        private static func isHost(_ text: String) -> Bool {
            !text.isEmpty && !text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") || $0 <= 0x20 }
        }
    }

    /// Only the host.
    public static func strict(_ settings: Settings) -> Settings {
        var settings = settings
        if settings.keep == .path { settings.keep = .host }
        return settings
    }

    /// Reads the raw referrer and the page's host, writes source and referring page.
    public static func declaration(for settings: Settings) -> Declaration {
        let kept =
            switch settings.keep {
            case .path: [Reduction(.referrerPath, "the query is left out")]
            case .host: [Reduction(.referrerHost, "the path is left out")]
            case .none: [Reduction(.source, "only the name of the site is kept")]
            }
        return Declaration(
            reads: [.referrerURL, .hostname], writes: [.source, .referrerHost, .referrerPath],
            facts: [
                Fact(
                    name: "source_kind", sensitivity: .anonymous,
                    meaning: "what kind of site sent the visitor: search, social, email, ...", subject: .acquisition)
            ],
            readsFacts: ["utm_source"], reductions: kept)
    }

    private let settings: Settings
    private let internalHosts: HostSet
    private let spam: HostSet
    private let builtIn: SourceTable
    private let file: WatchedFile<SourceTable>?

    /// Ready after `start` where there is a database, else at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        internalHosts = HostSet(settings.internal_hosts)
        spam = HostSet(settings.spam)
        builtIn = SourceTable(names: settings.names)
        let names = settings.names
        file =
            settings.database.isEmpty
            ? nil
            : WatchedFile(settings.database, log: context.log) {
                SourceTable(database: try SourceDatabase.read($0), names: names)
            }
    }

    /// Reads the database.
    public func start() throws(PluginError) {
        do {
            try file?.start()
        } catch {
            throw PluginError.settings(key: "database", "\(error)")
        }
    }

    /// Ends the watch over the database.
    public func stop() {
        file?.stop()
    }

    /// How many hosts the database has, and how old it is.
    public var notes: [String] {
        file.map { [$0.note { "\($0.databaseCount) hosts" }] } ?? []
    }

    private var table: SourceTable { file?.value ?? builtIn }

    /// Sets `source`, `source_kind`, `referrerHost` and `referrerPath`. Without a referrer, and within the site, all stay
    /// empty, unless the link names its source.
    public func enrich(_ event: inout Event) throws(PluginError) {
        let referrer = event.visitor.referrerURL.reveal()
        if !referrer.isEmpty, !OwnPage.isCertain(referrer, host: event.hit.hostname) {
            readReferrer(referrer, &event.hit)
        }
        let named = event.hit.text(ofFact: "utm_source")
        if !named.isEmpty, let source = source(named: named) { set(source, &event.hit) }
    }

    /// The source that a link names. `nil` for a spammer, and for what may be somebody's address: the source is no text
    /// that anybody looks through for personal data afterwards.
    private func source(named text: String) -> Source? {
        if Referrer.mayBeAnAddress(text) { return nil }
        if !spam.isEmpty, spam.contains(text.lowercasedASCII.withoutWWW) { return nil }
        return table.source(named: text)
    }

    /// Whether the text has an `@`, also one that is still encoded.
    private static func mayBeAnAddress(_ text: String) -> Bool {
        let bytes = text.utf8.span
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "@") { return true }
            if bytes[index] == UInt8(ascii: "%"), bytes.count - index > 2, bytes[index + 1] == UInt8(ascii: "4"),
                bytes[index + 2] == UInt8(ascii: "0")
            {
                return true
            }
        }
        return false
    }

    private func readReferrer(_ referrer: String, _ hit: inout Hit) {
        if let app = androidApp(referrer) {
            set(table.source(host: app) ?? Source(name: app, kind: ""), &hit)
            if settings.keep != .none { hit.referrerHost = app }
            return
        }
        // Browsers send `about:blank`, `data:` and other schemes now and then: nobody sent the visitor.
        guard let address = WebAddress(referrer) else { return }
        let host = address.host.withoutWWW
        guard !isInternal(host, page: hit.hostname), !spam.contains(host) else { return }
        set(table.source(host: host, path: address.path) ?? Source(name: host, kind: ""), &hit)
        guard settings.keep != .none else { return }
        hit.referrerHost = host
        guard settings.keep == .path else { return }
        let path = address.path.percentDecoded().withoutControlCharacters.cut(bytes: 512)
        hit.referrerPath = path == "/" ? "" : path
    }

    private func set(_ source: Source, _ hit: inout Hit) {
        hit.source = source.name
        hit.setFact("source_kind", source.kind)
    }

    private func isInternal(_ host: String, page: String) -> Bool {
        host == page.withoutWWW || host == "localhost"
            || internalHosts.contains(host)
    }

    /// Android's own links: `android-app://com.google.android.gm/` names the app that opened the page.
    private func androidApp(_ referrer: String) -> String? {
        let scheme = "android-app://"
        guard referrer.hasPrefix(scheme) else { return nil }
        // A package name and nothing else: what follows it, or stands before an `@`, may be anything.
        let rest = referrer.utf8.dropFirst(scheme.utf8.count)
        let app = rest.prefix(while: Referrer.isPackageByte)
        let next = rest.dropFirst(app.count).first
        guard !app.isEmpty, app.count <= 200, next.map({ "/?#".utf8.contains($0) }) ?? true else { return nil }
        return String(referrer[app.startIndex..<app.endIndex]).lowercasedASCII
    }

    /// Letters, digits, dots and underscores (Android's "Set the application ID").
    private static func isPackageByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
}
