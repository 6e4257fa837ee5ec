public import EventModel
import MaxMind
import Platform
public import PluginAPI
import Synchronization

/// Says in which country a visitor is, and where the operator wants it in which region and city: from nginx's word, a
/// database, or files of ranges. The address goes nowhere.
public struct Geo: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "geo"
    /// What it does.
    public static let summary: StaticString = "country of the visitor, region and city where wanted"

    /// What can be set.
    public typealias Settings = GeoSettings

    /// Reads the address only where there is a file to look it up in.
    public static func declaration(for settings: Settings) -> Declaration {
        var reads: Set<Field> = []
        if settings.providers.contains(.parameter) { reads.insert(.place) }
        if !settings.mmdb.isEmpty || !settings.ranges.isEmpty { reads.insert(.address) }
        var facts: [Fact] = []
        if settings.precision != .country {
            facts.append(
                Fact(
                    name: "region", sensitivity: .anonymous, meaning: "region of the visitor (ISO 3166-2)",
                    subject: .place))
        }
        if settings.precision == .city {
            facts.append(
                Fact(name: "city", sensitivity: .anonymous, meaning: "city of the visitor, in English", subject: .place)
            )
        }
        return Declaration(
            reads: reads, writes: [.country], facts: facts, reductions: [Reduction(.address, reduction(settings))])
    }

    private static func reduction(_ settings: Settings) -> String {
        switch settings.precision {
        case .country: "the address is not kept, only its country"
        case .region: "the address is not kept, only its country and region"
        case .city: "the address is not kept, only its country, region and city"
        }
    }

    /// The country alone.
    public static func strict(_ settings: Settings) -> Settings {
        var settings = settings
        settings.precision = .country
        return settings
    }

    private let providers: [GeoSettings.Provider]
    private let precision: GeoSettings.Precision
    private let trustedHeaders: [String]
    let database: WatchedFile<PlaceDatabase>?
    private let ranges: [WatchedFile<RangeTable>]
    private let counters = PlaceCounts()
    private let log: Log

    // Made once: the library wants C strings.
    private let countryPath = RecordPath("country", "iso_code")
    private let registeredPath = RecordPath("registered_country", "iso_code")
    private let regionPath = RecordPath("subdivisions", "0", "iso_code")
    private let cityPath = RecordPath("city", "names", "en")

    /// Ready for nginx's word at once, for files after `start`.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        let hasFile: [GeoSettings.Provider: Bool] = [.mmdb: !settings.mmdb.isEmpty, .ranges: !settings.ranges.isEmpty]
        providers = settings.providers.filter { hasFile[$0] ?? true }
        precision = settings.precision
        trustedHeaders = settings.trustedHeaders.map { GeoSettings.parameterName($0) }
        let log = context.log
        self.log = log
        database =
            settings.mmdb.isEmpty ? nil : WatchedFile(settings.mmdb, log: log) { try PlaceDatabase($0) }
        ranges = settings.ranges.map { path in
            WatchedFile(path, log: log) { try RangeTable(try Files.readBytes($0)) }
        }
    }

    /// Reads the files and begins to watch them. Throws when one is missing or no such file.
    public func start() throws(PluginError) {
        if let database { try start(database, key: "mmdb") }
        for file in ranges { try start(file, key: "ranges") }
        for note in notes where note.contains("warning") { log.warning(note) }
    }

    private func start(_ file: WatchedFile<some Any>, key: String) throws(PluginError) {
        do {
            try file.start()
        } catch let error as PlaceDatabaseError {
            stop()
            throw .settings(key: key, error.message)
        } catch {
            stop()
            throw .settings(key: key, "\(file.path): \(error)")
        }
    }

    /// Ends the watch.
    public func stop() {
        database?.stop()
        for file in ranges { file.stop() }
    }

    /// Of when the files' data are.
    public var notes: [String] {
        var notes: [String] = []
        if let database, let value = database.value {
            let date = DataDate(seconds: value.builtAt)
            notes.append("\(database.path) (\(value.kind)): \(date.note())")
        }
        for file in ranges {
            guard let value = file.value else { continue }
            // A file that does not say of when its data are is as old as it looks.
            let date = value.date ?? file.modifiedAt.map { DataDate(seconds: $0) }
            notes.append("\(file.path) (\(value.count) ranges): \(date?.note() ?? file.age)")
        }
        return notes
    }

    /// Events by where their country came from.
    public var counts: [PluginCount] { counters.all }

    /// Sets the country, and what else is wanted, where somebody knows it.
    public func enrich(_ event: inout Event) throws(PluginError) {
        let place = place(of: event.visitor)
        guard !place.country.isEmpty else {
            counters.unknown.add(1, ordering: .relaxed)
            return
        }
        event.hit.country = place.country
        if precision == .country { return }
        event.hit.setFact("region", place.region)
        if precision == .city { event.hit.setFact("city", place.city) }
    }

    private func place(of visitor: borrowing Visitor) -> Place {
        for provider in providers {
            let place =
                switch provider {
                case .parameter: edgePlace(visitor)
                case .mmdb: databasePlace(visitor)
                case .ranges: rangePlace(visitor)
                }
            if !place.country.isEmpty { return place }
        }
        return Place()
    }

    private func edgePlace(_ visitor: borrowing Visitor) -> Place {
        let edge = visitor.place.reveal()
        let country = PlaceText.country(edge.country)
        if !country.isEmpty {
            counters.parameter.add(1, ordering: .relaxed)
            return place(country, region: edge.region, city: edge.city)
        }
        for name in trustedHeaders {
            for header in edge.byHeader where header.name == name {
                guard case .text(let text) = header.value else { continue }
                let country = PlaceText.country(text)
                if country.isEmpty { continue }
                counters.header.add(1, ordering: .relaxed)
                return Place(country: country)
            }
        }
        return Place()
    }

    private func databasePlace(_ visitor: borrowing Visitor) -> Place {
        guard let address = visitor.address.reveal(), let record = database?.value?.record(of: address) else {
            return Place()
        }
        var country = PlaceText.country(record.text(at: countryPath) ?? "")
        if country.isEmpty { country = PlaceText.country(record.text(at: registeredPath) ?? "") }
        if country.isEmpty { return Place() }
        counters.mmdb.add(1, ordering: .relaxed)
        if precision == .country { return Place(country: country) }
        return place(
            country, region: record.text(at: regionPath) ?? "",
            city: precision == .city ? record.text(at: cityPath) ?? "" : "")
    }

    private func rangePlace(_ visitor: borrowing Visitor) -> Place {
        guard let address = visitor.address.reveal() else { return Place() }
        for file in ranges {
            guard let country = file.value?.country(of: address), !country.isEmpty else { continue }
            counters.ranges.add(1, ordering: .relaxed)
            return Place(country: country)
        }
        return Place()
    }

    private func place(_ country: String, region: String, city: String) -> Place {
        switch precision {
        case .country: Place(country: country)
        case .region: Place(country: country, region: PlaceText.region(region, country: country))
        case .city:
            Place(
                country: country, region: PlaceText.region(region, country: country), city: PlaceText.city(city))
        }
    }
}
