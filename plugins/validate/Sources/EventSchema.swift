import EventModel

/// What the properties of an event of one name must be: a schema that has been read, ready to be checked against.
struct EventSchema: Sendable {
    /// Known properties by name.
    var properties: [String: PropertySchema] = [:]
    /// Properties that must be there, sorted.
    var required: [String] = []
    /// Whether properties that are not known may be there.
    var allowsOthers = true
    /// What is said to senders of a property that is not known.
    var othersExpectation = ""

    /// What is wrong with the property at this place; `nil` when nothing is.
    func failure(of property: Property, at place: Int) -> Failure? {
        guard let schema = properties[property.name] else {
            return allowsOthers
                ? nil : Failure(reason: .unknownProperty, subject: .propertyAt(place), expectation: othersExpectation)
        }
        return schema.reason(against: property.value).map {
            Failure(reason: $0, subject: .property(property.name), expectation: "must be \(schema.expectation)")
        }
    }

    /// The first property by name that must be there and is not.
    func firstMissing(in properties: [Property]) -> String? {
        required.first { name in !properties.contains { $0.name == name } }
    }

    /// The failure of a missing property.
    func missing(_ name: String) -> Failure {
        let expectation = properties[name].map { "is missing; it must be \($0.expectation)" } ?? "is missing"
        return Failure(reason: .missingProperty, subject: .property(name), expectation: expectation)
    }
}

/// What one property must be. A rule for texts says nothing about numbers, and the other way round (JSON Schema
/// Validation 2020-12, section 4.2).
struct PropertySchema: Sendable {
    /// Types that it may have; none stands for any.
    var types: ValueTypes = []
    /// Values that it may have (`enum`, `const`); `nil` for any.
    var allowed: [PropertyValue]?
    var minimum = -Double.infinity
    var maximum = Double.infinity
    var exclusiveMinimum = -Double.infinity
    var exclusiveMaximum = Double.infinity
    /// In code points, as JSON Schema counts characters.
    var minLength = 0
    var maxLength = Int.max
    /// All of it in words, to stand behind "must be".
    var expectation = ""

    /// Why the value is not right; `nil` when it is.
    func reason(against value: PropertyValue) -> Failure.Reason? {
        if !types.isEmpty, !types.contains(value) { return .invalidType }
        if let allowed, !allowed.contains(value) { return .notAllowedValue }
        switch value {
        case .flag: return nil
        case .number(let number):
            let isWithin =
                number >= minimum && number <= maximum && number > exclusiveMinimum && number < exclusiveMaximum
            return isWithin ? nil : .outOfRange
        case .text(let text):
            if minLength == 0, text.utf8.count <= maxLength { return nil }
            var length = 0
            for byte in text.utf8 where byte & 0xc0 != 0x80 { length += 1 }
            if length > maxLength { return .tooLong }
            return length < minLength ? .outOfRange : nil
        }
    }
}

/// Types of values, as a set.
struct ValueTypes: OptionSet, Sendable {
    let rawValue: UInt8

    static let string = ValueTypes(rawValue: 1)
    static let number = ValueTypes(rawValue: 2)
    /// A number without a fraction, `1.0` among them.
    static let integer = ValueTypes(rawValue: 4)
    static let boolean = ValueTypes(rawValue: 8)

    /// The type of JSON Schema's name.
    init?(name: String) {
        switch name {
        case "string": self = .string
        case "number": self = .number
        case "integer": self = .integer
        case "boolean": self = .boolean
        default: return nil
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Whether the value is of one of these types.
    func contains(_ value: PropertyValue) -> Bool {
        switch value {
        case .text: contains(.string)
        case .flag: contains(.boolean)
        case .number(let number): contains(.number) || (contains(.integer) && number.rounded() == number)
        }
    }

    /// In words.
    var words: String {
        var words: [String] = []
        if contains(.string) { words.append("a text") }
        if contains(.number) { words.append("a number") } else if contains(.integer) { words.append("a whole number") }
        if contains(.boolean) { words.append("true or false") }
        return words.joined(separator: " or ")
    }
}
