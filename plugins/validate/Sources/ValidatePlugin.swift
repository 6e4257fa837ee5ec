import Configuration
public import EventModel
import Platform
public import PluginAPI
import Synchronization

/// Checks events against what the operator says of them: sizes, names, properties and their values.
public struct Validate: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "validate"
    /// What it does.
    public static let summary: StaticString = "checks events: sizes, names, required properties, schemas of properties"

    /// What an event must be, and what becomes of one that is not.
    public typealias Settings = ValidateSettings

    /// Reads what is checked. Writes the quarantine or a fact, whichever the settings say.
    public static func declaration(for settings: Settings) -> Declaration {
        var declaration = Declaration(reads: [.name, .title, .properties])
        switch settings.on_failure {
        case .reject: break
        case .quarantine: declaration.writes = [.quarantine]
        case .tag:
            declaration.facts = [
                Fact(
                    name: "validation", sensitivity: .anonymous,
                    meaning: "why the event is not as its schema says, such as missing_property", subject: .event)
            ]
        }
        return declaration
    }

    /// The file with schemas; `nil` where there is none.
    let file: WatchedFile<SchemaTable>?
    private let settings: Settings
    private let events: Set<String>
    private let table: SchemaTable
    private let tally = Tally()

    /// Ready at once, but for the schemas of a file. Throws for a schema that cannot be read.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        self.settings = settings
        events = settings.events.isEmpty ? [] : Set(settings.events).union([Hit.pageview])
        table = SchemaTable(settings)
        if let problem = table.problems.first { throw PluginError.settings(key: problem.key, problem.message) }
        file =
            settings.schemas.isEmpty
            ? nil
            : WatchedFile(settings.schemas, log: context.log) { try SchemaTable.read($0, with: settings) }
    }

    /// Reads the file with schemas. Throws what is wrong with it.
    public func start() throws(PluginError) {
        do {
            try file?.start()
        } catch {
            throw PluginError.unavailable("the schemas in \(settings.schemas) cannot be read: \(error)")
        }
    }

    /// Ends the watch over the file.
    public func stop() {
        file?.stop()
    }

    /// How many events have a schema, and how old the file with them is.
    public var notes: [String] {
        file.map { [$0.note { "schemas of \($0.schemas.count) events in use" }] } ?? []
    }

    /// How many events failed, by the reason.
    public var counts: [PluginCount] {
        let counts = tally.counts.withLock { $0 }
        return Failure.Reason.allCases.map { PluginCount($0.text, counts[$0.rawValue]) }
    }

    /// Keeps an event that is as it should be, and tags, keeps apart or rejects any other.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        guard let failure = failure(of: event.hit) else { return .keep }
        tally.counts.withLock { $0[failure.reason.rawValue] &+= 1 }
        switch settings.on_failure {
        case .reject: return .reject(reason: failure.reason.word, message: failure.message)
        case .quarantine: event.hit.quarantine = failure.reason.text
        case .tag: event.hit.setFact("validation", failure.reason.text)
        }
        return .keep
    }

    /// The first thing that is wrong: name, title, number of properties, then the properties by their names.
    private func failure(of hit: Hit) -> Failure? {
        if hit.name.utf8.count > settings.max_name_bytes {
            return Failure.tooLong(.name, "must be at most \(settings.max_name_bytes) bytes long")
        }
        if !events.isEmpty, !events.contains(hit.name) {
            return Failure(
                reason: .unknownEvent, subject: .name, expectation: "must be one of \(Failure.list(events.sorted()))")
        }
        if hit.title.utf8.count > settings.max_title_bytes {
            return Failure.tooLong(.title, "must be at most \(settings.max_title_bytes) bytes long")
        }
        if hit.properties.count > settings.max_properties {
            return Failure.tooLong(.properties, "must be at most \(settings.max_properties)")
        }
        let schemas = (file?.value ?? table).schemas
        return firstFailure(of: hit.properties, against: schemas.isEmpty ? nil : schemas[hit.name])
    }

    private func firstFailure(of properties: [Property], against schema: EventSchema?) -> Failure? {
        var first: (name: String, failure: Failure)?
        for (place, property) in properties.enumerated() {
            guard let failure = sizeFailure(of: property, at: place) ?? schema?.failure(of: property, at: place) else {
                continue
            }
            if first.map({ property.name < $0.name }) ?? true { first = (property.name, failure) }
        }
        if let schema, let missing = schema.firstMissing(in: properties), first.map({ missing < $0.name }) ?? true {
            return schema.missing(missing)
        }
        return first?.failure
    }

    private func sizeFailure(of property: Property, at place: Int) -> Failure? {
        if property.name.utf8.count > settings.max_property_name_bytes {
            return Failure.tooLong(
                .propertyAt(place), "must have a name of at most \(settings.max_property_name_bytes) bytes")
        }
        guard case .text(let text) = property.value, text.utf8.count > settings.max_property_value_bytes else {
            return nil
        }
        return Failure.tooLong(.propertyAt(place), "must be at most \(settings.max_property_value_bytes) bytes long")
    }
}

extension Failure {
    /// Something is too long, or too many.
    fileprivate static func tooLong(_ subject: Subject, _ expectation: String) -> Failure {
        Failure(reason: .tooLong, subject: subject, expectation: expectation)
    }
}

/// Events that failed, by the number of the reason.
private final class Tally: Sendable {
    let counts = Mutex([Int](repeating: 0, count: Failure.Reason.allCases.count))
}
