public import Configuration
public import EventModel
public import PluginAPI

/// Takes host and path out of the page's URL. The query and the fragment stay behind, but for what the settings name.
public struct PageURL: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "page_url"
    /// What it does.
    public static let summary: StaticString = "host and path of the page, without what follows the question mark"

    /// How paths are written.
    public struct Settings: ValidatedSettings {
        /// Names of query parameters that belong to the page's identity, such as `id` in `/article?id=7`. They are
        /// kept in the path in this order; all others are left out.
        public var keep_query: [String] = []
        /// Whether `#/route` is part of the path: for single-page applications that route by the fragment.
        public var hash_routing = false
        /// Whether `/about/` and `/about` are one page.
        public var trim_trailing_slash = true
        /// Whether `index.html`, `index.htm` and `index.php` at the end are left out.
        public var trim_index_file = true
        /// Whether a leading `www.` of the host is left out.
        public var trim_www = true
        /// Longest path in bytes; what is longer is cut.
        public var max_path_bytes = 1024

        /// Every default.
        public init() {}

        /// Sizes within reason.
        public func problems() -> [SettingProblem] {
            (64...8192).contains(max_path_bytes)
                ? [] : [SettingProblem("max_path_bytes", "must be from 64 to 8192, not \(max_path_bytes)")]
        }
    }

    /// Reads the raw URL, writes host and path.
    public static func declaration(for settings: Settings) -> Declaration {
        Declaration(reads: [.pageURL], writes: [.hostname, .path])
    }

    /// No parameters.
    public static func strict(_ settings: Settings) -> Settings {
        var settings = settings
        settings.keep_query = []
        return settings
    }

    private let settings: Settings

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
    }

    /// Sets `hostname` and `path`. A URL that is none leaves both unknown and counts as a failure.
    public func enrich(_ event: inout Event) throws(PluginError) {
        guard let address = WebAddress(event.visitor.pageURL.reveal()) else {
            throw PluginError.badEvent("the page's URL is not an http or https URL")
        }
        event.hit.hostname = settings.trim_www ? address.host.withoutWWW : address.host
        event.hit.path = path(of: address)
    }

    private func path(of address: WebAddress) -> String {
        var path = withoutHiddenQuery(address.path.percentDecoded()).withoutControlCharacters
        if settings.trim_index_file {
            for file in ["/index.html", "/index.htm", "/index.php"] where path.hasSuffix(file) {
                path.removeLast(file.count - 1)
            }
        }
        if settings.trim_trailing_slash {
            while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        }
        path += keptQuery(of: address.query)
        if settings.hash_routing, address.fragment.hasPrefix("/") || address.fragment.hasPrefix("!/") {
            // A fragment may carry a query of its own, which is no more the page than the other one.
            let route = address.fragment.prefix { $0 != "?" }
            path += "#" + String(route).percentDecoded().withoutControlCharacters
        }
        return path.cut(bytes: settings.max_path_bytes)
    }

    /// `/reset%3Ftoken=…` has its query within the path: the link was encoded once too often. `/who%3F` has none.
    private func withoutHiddenQuery(_ path: String) -> String {
        guard let mark = path.utf8.firstIndex(of: UInt8(ascii: "?")),
            path.utf8[mark...].contains(UInt8(ascii: "="))
        else { return path }
        return String(path[..<mark])
    }

    private func keptQuery(of query: String) -> String {
        guard !settings.keep_query.isEmpty, !query.isEmpty else { return "" }
        let pairs = query.split(separator: "&")
        let kept = settings.keep_query.compactMap { name -> Substring? in
            pairs.first { $0.split(separator: "=", maxSplits: 1).first.map { $0 == name } ?? false }
        }
        return kept.isEmpty ? "" : "?" + kept.joined(separator: "&").withoutControlCharacters
    }
}
