/// Why an event is not as it should be: a fixed word, the first thing that is wrong, and what would be right.
struct Failure: Sendable {
    /// The fixed word.
    var reason: Reason
    /// What is wrong.
    var subject: Subject
    /// What would be right, beginning with a verb.
    var expectation: String

    /// The fixed words for reports, the ledger and the fact `validation`.
    enum Reason: Int, CaseIterable, Sendable {
        case tooLong, missingProperty, unknownProperty, invalidType, outOfRange, notAllowedValue, unknownEvent

        /// The word.
        var word: StaticString {
            switch self {
            case .tooLong: "too_long"
            case .missingProperty: "missing_property"
            case .unknownProperty: "unknown_property"
            case .invalidType: "invalid_type"
            case .outOfRange: "out_of_range"
            case .notAllowedValue: "not_allowed_value"
            case .unknownEvent: "unknown_event"
            }
        }

        /// The word as a text.
        var text: String { word.description }
    }

    /// A part of an event.
    enum Subject: Sendable {
        case name, title, properties
        /// A property that the operator's settings name.
        case property(String)
        /// Any other property, by its place from 0: its name is the sender's, and is not repeated.
        case propertyAt(Int)
    }

    /// One sentence for the sender, without what was sent.
    var message: String {
        switch subject {
        case .name: "the event's name \(expectation)"
        case .title: "the title \(expectation)"
        case .properties: "the properties \(expectation)"
        case .property(let name): "the property \"\(name)\" \(expectation)"
        case .propertyAt(let place): "property number \(place + 1) \(expectation)"
        }
    }

    /// Names for a message, the first twenty of them.
    static func list(_ names: some Collection<String>) -> String {
        names.isEmpty ? "none" : names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
    }
}
