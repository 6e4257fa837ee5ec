public import Configuration
public import EventModel
import MaxMind
import Platform
public import PluginAPI

/// Where the visitor is: the country of the address, and region and city where the operator wants them, from the first
/// provider that knows.
public struct Geo: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "geo"
    /// What it does.
    public static let summary: StaticString =
        "country of the address, from nginx or from files; region and city on demand"

    /// Where places come from, and how much is kept of them.
    public struct Settings: ValidatedSettings {
        /// Who is asked, in this order: `parameter` (nginx), `mmdb`, `ranges`.
        public var providers = ["parameter", "mmdb", "ranges"]
        /// `country`, `region` (with its country) or `city` (with both).
        public var precision = Precision.country
        /// Headers of an edge in front of nginx that name the country, such as `CF-IPCountry`. Any client can send them
        /// where no such edge is.
        public var trusted_headers: [String] = []
        /// Path of a database in MaxMind's format; empty: none. Read again when it changes.
        public var mmdb = ""
        /// Paths of files with ranges of addresses, as Debian's tor-geoipdb has them. Read again when they change.
        public var ranges: [String] = []

        /// How much is kept of a place.
        public enum Precision: String, Codable, Sendable {
            case country, region, city
        }

        /// Every default.
        public init() {}

        /// Providers exist, paths are absolute, headers are known.
        public func problems() -> [SettingProblem] {
            let known = ["parameter", "mmdb", "ranges"]
            var problems = providers.filter { !known.contains($0) }.map {
                SettingProblem("providers", "\"\($0)\" must be one of \(known.joined(separator: ", "))")
            }
            problems += trusted_headers.filter { !EdgePlace.headers.contains(Settings.parameter($0)) }.map {
                let names = EdgePlace.headers.map { $0.replacing("_", with: "-") }.joined(separator: ", ")
                return SettingProblem("trusted_headers", "\"\($0)\" must be one of \(names)")
            }
            problems += ([("mmdb", mmdb)] + ranges.map { ("ranges", $0) }).filter { key, path in
                !(path.hasPrefix("/") || (key == "mmdb" && path.isEmpty))
            }.map { SettingProblem($0.0, "\"\($0.1)\" must be an absolute path") }
            return problems
        }

        /// The name of a header as CGI has it.
        fileprivate static func parameter(_ header: String) -> String {
            header.uppercased().replacing("-", with: "_")
        }
    }

    /// The country at most.
    public static func strict(_ settings: Settings) -> Settings {
        var settings = settings
        settings.precision = .country
        return settings
    }

    /// Reads the address, writes the country.
    public static func declaration(for settings: Settings) -> Declaration {
        var facts: [Fact] = []
        if settings.precision != .country {
            facts.append(
                Fact(
                    name: "region", sensitivity: .anonymous, meaning: "region of the visitor (ISO 3166-2)",
                    subject: .place))
        }
        if settings.precision == .city {
            facts.append(Fact(name: "city", sensitivity: .content, meaning: "city of the visitor", subject: .place))
        }
        return Declaration(
            reads: [.address, .place], writes: [.country], facts: facts,
            reductions: [Reduction(.country, "of the address only the \(settings.precision.rawValue) is kept")])
    }

    private let settings: Settings
    private let trusted: [String]
    private let database: WatchedFile<PlaceDatabase>?
    private let ranges: [WatchedFile<CountryRanges>]
    private let now: @Sendable () -> Int64

    /// Ready after `start` where there are files, else at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.init(settings, in: context) { Clock.wallMilliseconds() / 1000 }
    }

    init(_ settings: Settings, in context: PluginContext, now: @escaping @Sendable () -> Int64) {
        self.settings = settings
        self.now = now
        trusted = settings.trusted_headers.map(Settings.parameter)
        database =
            settings.mmdb.isEmpty ? nil : WatchedFile(settings.mmdb, log: context.log) { try PlaceDatabase($0) }
        ranges = settings.ranges.map { WatchedFile($0, log: context.log) { try CountryRanges(reading: $0) } }
    }

    /// Reads the files. A file that is named and missing is a mistake that nobody would notice otherwise.
    public func start() throws(PluginError) {
        do { try database?.start() } catch { throw PluginError.settings(key: "mmdb", "\(error)") }
        for file in ranges {
            do { try file.start() } catch { throw PluginError.settings(key: "ranges", "\(error)") }
        }
    }

    /// Ends the watch over the files.
    public func stop() {
        database?.stop()
        for file in ranges { file.stop() }
    }

    /// Sets `country`, and `region` and `city` where they are wanted, from the first provider that knows the country.
    public func enrich(_ event: inout Event) throws(PluginError) {
        for provider in settings.providers {
            let isFound =
                switch provider {
                case "parameter": fromEdge(&event)
                case "mmdb": fromDatabase(&event)
                default: fromRanges(&event)
                }
            if isFound { return }
        }
    }

    private func fromEdge(_ event: inout Event) -> Bool {
        let place = event.visitor.place.reveal()
        if let country = Country.code(place.country) {
            set(country, region: place.region, city: place.city, &event.hit)
            return true
        }
        for header in place.byHeader where trusted.contains(header.name) {
            guard case .text(let text) = header.value, let country = Country.code(text) else { continue }
            event.hit.country = country
            return true
        }
        return false
    }

    private func fromDatabase(_ event: inout Event) -> Bool {
        guard let database = database?.value, let address = event.visitor.address.reveal(),
            let record = database.record(of: address)
        else { return false }
        // Where an address is registered is the next best guess, as Umami takes it too.
        guard
            let country = record.text(at: Paths.country).flatMap({ Country.code($0) })
                ?? record.text(at: Paths.registered).flatMap({ Country.code($0) })
        else { return false }
        var (region, city) = ("", "")
        if settings.precision != .country { region = record.text(at: Paths.region) ?? "" }
        if settings.precision == .city { city = record.text(at: Paths.city) ?? "" }
        set(country, region: region, city: city, &event.hit)
        return true
    }

    private func fromRanges(_ event: inout Event) -> Bool {
        guard !ranges.isEmpty, let address = event.visitor.address.reveal() else { return false }
        for file in ranges {
            guard let country = file.value?.country(of: address) else { continue }
            event.hit.country = country
            return true
        }
        return false
    }

    private func set(_ country: String, region: String, city: String, _ hit: inout Hit) {
        hit.country = country
        if settings.precision != .country, Country.isRegion(region) { hit.setFact("region", region.uppercased()) }
        if settings.precision == .city { hit.setFact("city", city.withoutControlCharacters.prefix(bytes: 100)) }
    }

    private enum Paths {
        static let country = RecordPath("country", "iso_code")
        static let registered = RecordPath("registered_country", "iso_code")
        static let region = RecordPath("subdivisions", "0", "iso_code")
        static let city = RecordPath("city", "names", "en")
    }
}

extension Geo {
    /// How old the data are: a country moves rarely, addresses every day.
    public var notes: [String] {
        var notes: [String] = []
        if let database = database?.value {
            notes.append(note("places of \(database.kind)", database.builtAt))
        }
        for file in ranges {
            guard let ranges = file.value else { continue }
            notes.append(
                note("countries of \(file.path) (\(ranges.count) ranges)", ranges.builtAt ?? file.modifiedAt ?? 0))
        }
        return notes
    }

    private func note(_ what: String, _ builtAt: Int64) -> String {
        let days = max(0, now() - builtAt) / 86_400
        let date = CivilTime(milliseconds: builtAt * 1000).date
        let warning = days > 180 ? ", which is too old to trust: fetch a newer file" : ""
        return "\(what): of \(date), \(days) days old\(warning)"
    }
}

/// Codes of countries.
enum Country {
    /// A code of two letters, upper case; `nil` for what stands for no country: `XX` and `ZZ` (unknown), `T1` (Tor), `A1` and
    /// `A2` (proxies, satellites), `??`. `EU` and `AP` are kept: some networks are of no one country.
    static func code(_ text: String) -> String? {
        let bytes = text.utf8
        guard bytes.count == 2, let first = bytes.first, let last = bytes.last, isLetter(first), isLetter(last) else {
            return nil
        }
        let code = first | last < 0x60 ? text : text.uppercased()
        return code == "XX" || code == "ZZ" ? nil : code
    }

    /// Whether a text can be a subdivision's code: one to three letters or digits (ISO 3166-2).
    static func isRegion(_ text: String) -> Bool {
        (1...3).contains(text.utf8.count) && text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 0x20) }
}
