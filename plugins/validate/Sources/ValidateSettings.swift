public import Configuration
import EventModel

/// What an event must be, and what becomes of one that is not.
public struct ValidateSettings: ValidatedSettings {
    /// Bytes of an event's name at most.
    public var max_name_bytes = 120
    /// Bytes of a page's title at most.
    public var max_title_bytes = 1024
    /// Properties of an event at most.
    public var max_properties = 30
    /// Bytes of a property's name at most.
    public var max_property_name_bytes = 100
    /// Bytes of a property's value at most, where it is a text.
    public var max_property_value_bytes = 2000
    /// Names that events may have, beside `pageview`; empty for any.
    public var events: [String] = []
    /// Properties that must be there, by the event's name: `{ "purchase": ["amount"] }`.
    public var require_properties: [String: [String]] = [:]
    /// Schemas of properties by the event's name, in a subset of JSON Schema.
    public var schema: [String: ConfigValue] = [:]
    /// Absolute path of a JSON5 file with further schemas; `schema` wins where both name an event.
    public var schemas = ""
    /// What becomes of an event that is not as it should be: `tag`, `quarantine` or `reject`.
    public var on_failure = Outcome.tag

    /// What becomes of an event that is not as it should be.
    public enum Outcome: String, Codable, Sendable {
        /// It counts, and the fact `validation` says what was wrong.
        case tag
        /// It is kept apart until a person has looked at it.
        case quarantine
        /// It is refused, and its sender is told why.
        case reject
    }

    /// Every default.
    public init() {}

    /// Sizes within those of the edge, names that can occur, schemas that can be read.
    public func problems() -> [SettingProblem] {
        var problems: [SettingProblem] = []
        let sizes = [
            ("max_name_bytes", max_name_bytes, 120), ("max_title_bytes", max_title_bytes, 1024),
            ("max_properties", max_properties, 30), ("max_property_name_bytes", max_property_name_bytes, 100),
            ("max_property_value_bytes", max_property_value_bytes, 2000),
        ]
        for (key, size, largest) in sizes where !(1...largest).contains(size) {
            problems.append(
                SettingProblem(key, "must be from 1 to \(largest), not \(size): the gateway takes no more"))
        }
        if events.contains("") { problems.append(SettingProblem("events", "must be names, none of them empty")) }
        if !schemas.isEmpty, !schemas.hasPrefix("/") {
            problems.append(SettingProblem("schemas", "must be the absolute path of a file, or empty"))
        }
        return problems + unreachable(require_properties.keys, at: "require_properties")
            + unreachable(schema.keys, at: "schema") + SchemaTable(self).problems
    }

    /// Rules for events that are never let through.
    func unreachable(_ names: some Collection<String>, at path: String) -> [SettingProblem] {
        if events.isEmpty { return [] }
        return names.sorted().filter { $0 != Hit.pageview && !events.contains($0) }.map {
            SettingProblem(path.isEmpty ? $0 : "\(path).\($0)", "is not one of the events of the setting \"events\"")
        }
    }
}
