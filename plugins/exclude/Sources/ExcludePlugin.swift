public import Configuration
public import EventModel
import Platform
public import PluginAPI

/// Drops traffic that nobody wants to count: one's own, that of certain networks, hosts, paths or countries.
public struct Exclude: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "exclude"
    /// What it does.
    public static let summary: StaticString = "drops events by address, host, path, country, and one's own"

    /// What is not counted.
    public struct Settings: ValidatedSettings {
        /// Addresses and networks, such as `192.0.2.0/24` or `2001:db8::/32`.
        public var addresses: [String] = []
        /// Path of a file of further ones, one a line; read again when it changes.
        public var address_list = ""
        /// Hosts of pages; a leading `*.` stands for every subdomain.
        public var hosts: [String] = []
        /// Paths of pages, with `*` for any run of characters, such as `/admin/*`.
        public var paths: [String] = []
        /// Countries, ISO 3166-1 alpha-2.
        public var countries: [String] = []
        /// Whether pages on one's own machine are left out: `localhost`, `127.0.0.1`, `[::1]`, `*.local`.
        public var own_traffic = false

        /// Every default.
        public init() {}

        /// Networks, hosts, paths and countries are what they are called.
        public func problems() -> [SettingProblem] {
            var rejected: [String] = []
            _ = IPNetworks(addresses, rejected: &rejected)
            var problems = rejected.map {
                SettingProblem("addresses", "\"\($0)\" is no address and no network such as 192.0.2.0/24")
            }
            problems += hosts.filter { $0.isEmpty || $0.utf8.contains(UInt8(ascii: "/")) }.map {
                SettingProblem("hosts", "\"\($0)\" must be a host such as example.com or *.example.com")
            }
            problems += paths.filter { !$0.hasPrefix("/") && !$0.hasPrefix("*") }.map {
                SettingProblem("paths", "\"\($0)\" must begin with a slash or a star, such as /admin/*")
            }
            problems += countries.filter { $0.utf8.count != 2 }.map {
                SettingProblem("countries", "\"\($0)\" must be a code of two letters, such as AT")
            }
            if !address_list.isEmpty, !address_list.hasPrefix("/") {
                problems.append(SettingProblem("address_list", "must be an absolute path, or empty"))
            }
            return problems
        }

        fileprivate var looksAtAddresses: Bool { !addresses.isEmpty || !address_list.isEmpty }
        fileprivate var looksAtPages: Bool { !hosts.isEmpty || !paths.isEmpty || own_traffic }
    }

    /// Reads what the settings ask about, and writes nothing.
    public static func declaration(for settings: Settings) -> Declaration {
        var reads: Set<Field> = []
        if settings.looksAtAddresses { reads.insert(.address) }
        if settings.looksAtPages { reads.insert(.pageURL) }
        if !settings.countries.isEmpty { reads.insert(.country) }
        return Declaration(reads: reads)
    }

    private let settings: Settings
    private let networks: IPNetworks
    private let list: WatchedFile<IPNetworks>?
    private let hosts: [String]
    private let paths: [[UInt8]]
    private let countries: Set<String>

    /// Ready after `start` where there is a list, else at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        var rejected: [String] = []
        networks = IPNetworks(settings.addresses, rejected: &rejected)
        hosts = settings.hosts.map(\.lowercasedASCII)
        paths = settings.paths.map { Array($0.utf8) }
        countries = Set(settings.countries.map { $0.uppercased() })
        list =
            settings.address_list.isEmpty
            ? nil : WatchedFile(settings.address_list, log: context.log) { try Exclude.read($0) }
    }

    /// Reads the list.
    public func start() throws(PluginError) {
        do {
            try list?.start()
        } catch {
            throw PluginError.settings(key: "address_list", "\(error)")
        }
    }

    /// Ends the watch over the list.
    public func stop() {
        list?.stop()
    }

    /// How many networks there are.
    public var notes: [String] {
        guard let networks = list?.value else { return [] }
        return ["\(networks.count) networks in \(settings.address_list)"]
    }

    /// Drops what the settings name; the reason says by what.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        if settings.looksAtAddresses, let address = event.visitor.address.reveal() {
            if networks.contains(address) || list?.value?.contains(address) ?? false {
                return .drop(reason: "excluded_address")
            }
        }
        if settings.looksAtPages, let page = WebAddress(event.visitor.pageURL.reveal()) {
            if settings.own_traffic, Exclude.isOwn(page.host) { return .drop(reason: "own_traffic") }
            if hosts.contains(where: { Exclude.matches(page.host, $0) }) { return .drop(reason: "excluded_host") }
            if !paths.isEmpty {
                let path = Array(page.path.percentDecoded().utf8)
                if paths.contains(where: { Exclude.fits(path, $0) }) { return .drop(reason: "excluded_path") }
            }
        }
        if !countries.isEmpty, countries.contains(event.hit.country) { return .drop(reason: "excluded_country") }
        return .keep
    }

    private static func isOwn(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" || host.hasSuffix(".localhost") || host.hasSuffix(".local") {
            return true
        }
        return IPAddress(host)?.isLoopback ?? false
    }

    private static func matches(_ host: String, _ pattern: String) -> Bool {
        host == pattern || (pattern.hasPrefix("*.") && host.hasSuffix(pattern.dropFirst(1)))
    }

    /// Whether the whole text fits a pattern with `*`, in one pass with one step back: no pattern makes it slow.
    static func fits(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
        var (place, rule) = (0, 0)
        var star: (rule: Int, place: Int)?
        while place < text.count {
            if rule < pattern.count, pattern[rule] == UInt8(ascii: "*") {
                star = (rule, place)
                rule += 1
            } else if rule < pattern.count, pattern[rule] == text[place] {
                (place, rule) = (place + 1, rule + 1)
            } else if let last = star {
                star = (last.rule, last.place + 1)
                (place, rule) = (last.place + 1, last.rule + 1)
            } else {
                return false
            }
        }
        return pattern[rule...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// The networks of a file: one a line, `#` begins a comment. A line that is none refuses the whole file: nobody knows
    /// what it was meant to keep out.
    private static func read(_ path: String) throws -> IPNetworks {
        var texts: [String] = []
        for (number, line) in try Files.read(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        {
            let text = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
            if text.isEmpty { continue }
            var rejected: [String] = []
            _ = IPNetworks([text], rejected: &rejected)
            guard rejected.isEmpty else {
                throw ConfigProblem(path: "\(path):\(number + 1)", message: "is no address and no network")
            }
            texts.append(text)
        }
        var rejected: [String] = []
        return IPNetworks(texts, rejected: &rejected)
    }
}
