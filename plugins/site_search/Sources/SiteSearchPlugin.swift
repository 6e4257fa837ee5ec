public import Configuration
public import EventModel
public import PluginAPI

/// What visitors search for on the site itself, from the query of the page that shows the results.
public struct SiteSearch: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "site_search"
    /// What it does.
    public static let summary: StaticString = "what visitors search for on the site, from the page's query"

    /// Where searches are found.
    public struct Settings: ValidatedSettings {
        /// Whether terms are kept; `false` switches the plugin off without taking it out.
        public var keep = true
        /// Parameters that hold what was searched for; the first of them that is there counts.
        public var parameters = ["q", "s", "search", "query", "keyword"]
        /// Paths of pages with results, `*` at the end for everything below; empty for any page.
        public var paths: [String] = []
        /// Longest term in bytes; what is longer is cut.
        public var max_bytes = 100

        /// Every default.
        public init() {}

        /// Paths are paths, and names are such as can be found.
        public func problems() -> [SettingProblem] {
            var problems = paths.filter { !$0.hasPrefix("/") || $0.utf8.dropLast().contains(UInt8(ascii: "*")) }.map {
                SettingProblem("paths", "\"\($0)\" must begin with a slash, and may have a * at its end: /search*")
            }
            problems += parameters.filter { $0.isEmpty || $0.utf8.count > SiteSearch.longestName }.map {
                SettingProblem("parameters", "\"\($0)\" must be a name of 1 to \(SiteSearch.longestName) bytes")
            }
            if !(8...500).contains(max_bytes) {
                problems.append(SettingProblem("max_bytes", "must be from 8 to 500, not \(max_bytes)"))
            }
            return problems
        }
    }

    /// No terms.
    public static func strict(_ settings: Settings) -> Settings {
        var settings = settings
        settings.keep = false
        return settings
    }

    /// Reads the raw URL, adds the term.
    public static func declaration(for settings: Settings) -> Declaration {
        guard settings.keep else { return Declaration() }
        return Declaration(
            reads: [.pageURL],
            facts: [
                Fact(
                    name: "search_term", sensitivity: .content, meaning: "what the visitor searched for on the site",
                    subject: .event)
            ],
            reductions: [Reduction(fact: "search_term", "cut to \(settings.max_bytes) bytes")])
    }

    /// Bytes of the longest name of a parameter that is looked at.
    private static let longestName = 64

    private let settings: Settings
    private let names: [String]

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        names = settings.parameters.map(\.lowercasedASCII)
    }

    /// Sets `search_term`. Most URLs have no query, and cost one look at their bytes.
    public func enrich(_ event: inout Event) throws(PluginError) {
        guard settings.keep else { return }
        let url = event.visitor.pageURL.reveal()
        guard url.utf8.contains(UInt8(ascii: "?")) else { return }
        var best = names.count
        var found: Substring = ""
        Query.forEach(in: url) { name, value in
            guard !value.isEmpty, name.utf8.count <= SiteSearch.longestName else { return }
            let name = String(name).lowercasedASCII
            guard let place = names[..<best].firstIndex(of: name) else { return }
            (best, found) = (place, value)
        }
        guard !found.isEmpty, isResultPage(url) else { return }
        event.hit.setFact("search_term", SiteSearch.oneBlank(Query.text(found, limit: settings.max_bytes)))
    }

    private func isResultPage(_ url: String) -> Bool {
        if settings.paths.isEmpty { return true }
        guard let path = WebAddress(url)?.path else { return false }
        return settings.paths.contains { pattern in
            pattern.hasSuffix("*") ? path.utf8.starts(with: pattern.utf8.dropLast()) : path == pattern
        }
    }

    /// Blanks in a row are one, and none is left at the end, where the term was cut: `red  shoes` is the same search.
    private static func oneBlank(_ text: String) -> String {
        var wasBlank = false
        let hasTwo = text.utf8.contains { byte in
            defer { wasBlank = byte == 0x20 }
            return wasBlank && byte == 0x20
        }
        return hasTwo || wasBlank ? text.split(separator: " ").joined(separator: " ") : text
    }
}
