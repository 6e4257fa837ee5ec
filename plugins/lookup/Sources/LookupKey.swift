import EventModel

/// What of an event is looked up.
enum LookupKey: Sendable, Equatable {
    case property(String)
    case path
    case hostname
    case name
    case country

    /// Reads the setting `match`; `nil` for what is none of the words.
    init?(_ text: String) {
        switch text {
        case "path": self = .path
        case "hostname": self = .hostname
        case "name": self = .name
        case "country": self = .country
        default:
            let prefix = "property:"
            guard text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count else { return nil }
            self = .property(String(text.dropFirst(prefix.count)))
        }
    }

    /// The field that is read.
    var field: Field {
        switch self {
        case .property: .properties
        case .path: .path
        case .hostname: .hostname
        case .name: .name
        case .country: .country
        }
    }

    /// The text of the event; empty when it is unknown.
    func text(of hit: Hit) -> String {
        switch self {
        case .path: return hit.path
        case .hostname: return hit.hostname
        case .name: return hit.name
        case .country: return hit.country
        case .property(let name):
            for property in hit.properties where property.name == name { return LookupKey.text(of: property.value) }
            return ""
        }
    }

    /// Numbers as a table has them: 4711, not 4711.0.
    private static func text(of value: PropertyValue) -> String {
        switch value {
        case .text(let text): text
        case .flag(let flag): flag ? "true" : "false"
        case .number(let number):
            // Beyond 2^53 not every whole number can be told from the next.
            if let whole = Int64(exactly: number), whole.magnitude <= 1 << 53 { "\(whole)" } else { "\(number)" }
        }
    }
}
