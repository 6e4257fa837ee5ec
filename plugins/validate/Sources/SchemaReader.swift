import Configuration
import EventModel

/// Reads schemas that an operator has written: a subset of JSON Schema 2020-12
/// (https://json-schema.org/draft/2020-12/json-schema-validation). What is not in the subset is a mistake, not
/// something to pass over: a rule that nobody checks is worse than none.
struct SchemaReader {
    /// What is wrong, by its place.
    private(set) var problems: [SettingProblem] = []

    /// Keywords that only explain.
    private static let annotations: Set<String> = ["$schema", "$id", "$comment", "title", "description"]

    /// Reads a table of schemas by the names of events; `path` is where it stands.
    mutating func read(_ schemas: [String: ConfigValue], at path: String) -> [String: EventSchema] {
        var read: [String: EventSchema] = [:]
        for (name, value) in schemas.sorted(by: { $0.key < $1.key }) {
            read[name] = event(name, value, at: path.isEmpty ? name : "\(path).\(name)")
        }
        return read
    }

    /// Adds to the schemas the properties that must be there by the setting `require_properties`.
    mutating func require(_ required: [String: [String]], in schemas: inout [String: EventSchema]) {
        for (event, names) in required.sorted(by: { $0.key < $1.key }) {
            var schema = schemas[event] ?? EventSchema()
            if names.isEmpty || names.contains("") {
                report("require_properties.\(event)", "must be a list of names of properties")
            }
            for name in names where !schema.allowsOthers && schema.properties[name] == nil {
                report("require_properties.\(event)", "asks for \"\(name)\", which the event's schema does not allow")
            }
            schema.required = Set(schema.required).union(names).sorted()
            schemas[event] = schema
        }
    }

    private mutating func report(_ path: String, _ message: String) {
        problems.append(SettingProblem(path, message))
    }

    private mutating func event(_ name: String, _ value: ConfigValue, at path: String) -> EventSchema {
        var schema = EventSchema()
        for (keyword, value) in keywords(of: value, at: path) {
            let place = "\(path).\(keyword)"
            switch keyword {
            case "type":
                if value != .text("object") { report(place, "must be \"object\": that is what properties are") }
            case "properties":
                for (name, value) in keywords(of: value, at: place) {
                    schema.properties[name] = property(value, at: "\(place).\(name)")
                }
            case "required":
                schema.required = texts(value, at: place).sorted()
            case "additionalProperties":
                guard case .flag(let allowed) = value else {
                    report(place, "must be true or false: a schema for them is not supported")
                    continue
                }
                schema.allowsOthers = allowed
            default:
                checkAnnotation(
                    keyword, at: place, known: ["type", "properties", "required", "additionalProperties"])
            }
        }
        for name in schema.required where !schema.allowsOthers && schema.properties[name] == nil {
            report("\(path).required", "asks for \"\(name)\", which is not among the properties")
        }
        schema.othersExpectation =
            "is not known here; \"\(name)\" has these: \(Failure.list(schema.properties.keys.sorted()))"
        return schema
    }

    private mutating func property(_ value: ConfigValue, at path: String) -> PropertySchema {
        var schema = PropertySchema()
        for (keyword, value) in keywords(of: value, at: path) {
            let place = "\(path).\(keyword)"
            switch keyword {
            case "type": schema.types = types(value, at: place)
            case "enum": schema.allowed = narrowed(schema.allowed, to: values(value, at: place))
            case "const": schema.allowed = narrowed(schema.allowed, to: values(.list([value]), at: place))
            case "minimum": schema.minimum = number(value, at: place)
            case "maximum": schema.maximum = number(value, at: place)
            case "exclusiveMinimum": schema.exclusiveMinimum = number(value, at: place)
            case "exclusiveMaximum": schema.exclusiveMaximum = number(value, at: place)
            case "minLength": schema.minLength = length(value, at: place)
            case "maxLength": schema.maxLength = length(value, at: place)
            default: checkAnnotation(keyword, at: place, known: SchemaReader.ofProperty)
            }
        }
        checkSense(of: schema, at: path)
        schema.expectation = SchemaReader.expectation(of: schema)
        return schema
    }

    private static let ofProperty = [
        "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
    ]

    /// A schema that nothing can satisfy is a slip of the pen.
    private mutating func checkSense(of schema: PropertySchema, at path: String) {
        if schema.allowed?.isEmpty ?? false { report(path, "allows no value") }
        let isOpen =
            schema.minimum <= schema.maximum && schema.exclusiveMinimum < schema.exclusiveMaximum
            && schema.minimum < schema.exclusiveMaximum && schema.exclusiveMinimum < schema.maximum
        if !isOpen { report(path, "has a smallest number above its largest") }
        if schema.minLength > schema.maxLength { report(path, "has a minLength above its maxLength") }
    }

    private mutating func checkAnnotation(_ keyword: String, at path: String, known: [String]) {
        guard !SchemaReader.annotations.contains(keyword) else { return }
        report(path, "is not a keyword that is supported\(ConfigProblem.suggestion(for: keyword, among: known))")
    }

    /// The entries of a table in the order of their names, so that problems are always said in the same order.
    private mutating func keywords(of value: ConfigValue, at path: String) -> [(String, ConfigValue)] {
        guard case .table(let table) = value else {
            report(path, "must be a table, not \(value.kind)")
            return []
        }
        return table.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private mutating func types(_ value: ConfigValue, at path: String) -> ValueTypes {
        var types: ValueTypes = []
        for name in texts(value, at: path, orOne: true) {
            guard let type = ValueTypes(name: name) else {
                report(path, "must be string, number, integer or boolean: properties have no other types")
                continue
            }
            types.insert(type)
        }
        return types
    }

    private mutating func texts(_ value: ConfigValue, at path: String, orOne: Bool = false) -> [String] {
        if orOne, case .text(let text) = value { return [text] }
        if case .list(let list) = value {
            let texts = list.compactMap { if case .text(let text) = $0 { text } else { nil } }
            if texts.count == list.count, !texts.contains(""), !orOne || !texts.isEmpty { return texts }
        }
        report(path, "must be a list of texts")
        return []
    }

    private mutating func values(_ value: ConfigValue, at path: String) -> [PropertyValue] {
        guard case .list(let list) = value else {
            report(path, "must be a list")
            return []
        }
        var values: [PropertyValue] = []
        for value in list {
            switch value {
            case .text(let text): values.append(.text(text))
            case .flag(let flag): values.append(.flag(flag))
            case .integer(let integer): values.append(.number(Double(integer)))
            case .number(let number): values.append(.number(number))
            default: report(path, "must hold texts, numbers, true and false: properties have no other values")
            }
        }
        return values
    }

    private func narrowed(_ allowed: [PropertyValue]?, to values: [PropertyValue]) -> [PropertyValue] {
        allowed?.filter(values.contains) ?? values
    }

    private mutating func number(_ value: ConfigValue, at path: String) -> Double {
        switch value {
        case .integer(let integer): return Double(integer)
        case .number(let number) where number.isFinite: return number
        default:
            report(path, "must be a number")
            return 0
        }
    }

    private mutating func length(_ value: ConfigValue, at path: String) -> Int {
        if case .integer(let length) = value, length >= 0 { return length }
        report(path, "must be a whole number of characters, 0 or more")
        return 0
    }
}

extension SchemaReader {
    /// A schema in words, to stand behind "must be".
    fileprivate static func expectation(of schema: PropertySchema) -> String {
        var parts: [String] = []
        if !schema.types.isEmpty { parts.append(schema.types.words) }
        if let allowed = schema.allowed { parts.append("one of \(Failure.list(allowed.map(words)))") }
        if schema.minimum.isFinite { parts.append("at least \(words(.number(schema.minimum)))") }
        if schema.exclusiveMinimum.isFinite { parts.append("more than \(words(.number(schema.exclusiveMinimum)))") }
        if schema.maximum.isFinite { parts.append("at most \(words(.number(schema.maximum)))") }
        if schema.exclusiveMaximum.isFinite { parts.append("less than \(words(.number(schema.exclusiveMaximum)))") }
        if schema.minLength > 0 { parts.append("at least \(characters(schema.minLength)) long") }
        if schema.maxLength < .max { parts.append("at most \(characters(schema.maxLength)) long") }
        return parts.isEmpty ? "a text, a number, true or false" : parts.joined(separator: ", ")
    }

    private static func characters(_ count: Int) -> String {
        count == 1 ? "1 character" : "\(count) characters"
    }

    private static func words(_ value: PropertyValue) -> String {
        switch value {
        case .text(let text): "\"\(text)\""
        case .flag(let flag): flag ? "true" : "false"
        case .number(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
        }
    }
}
