import FoundationEssentials

/// A piece of configuration as JSON has it, before anyone knows what type it should be.
public enum ConfigValue: Sendable, Equatable {
    case null
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([ConfigValue])
    case table([String: ConfigValue])

    /// What kind of value it is, in the words of an error message.
    public var kind: String {
        switch self {
        case .null: "null"
        case .flag: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .table: "a table"
        }
    }
}

extension ConfigValue: Codable {
    /// Reads whatever stands there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([ConfigValue].self) {
            self = .list(value)
        } else {
            self = .table(try container.decode([String: ConfigValue].self))
        }
    }

    /// Writes it as JSON has it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .table(let value): try container.encode(value)
        }
    }
}

extension ConfigValue {
    /// Reads JSON5 (https://spec.json5.org): JSON with comments, unquoted keys and trailing commas.
    ///
    /// Throws a `ConfigProblem` that says where the text is not JSON5.
    public init(json5 text: String) throws(ConfigProblem) {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        do {
            self = try decoder.decode(ConfigValue.self, from: Data(text.utf8))
        } catch {
            throw ConfigProblem(path: "", message: "is not JSON5: \(ConfigValue.explain(error))")
        }
    }

    /// The tree that a settings value encodes to: every option with its default.
    public init(encoding settings: some Encodable) throws(ConfigProblem) {
        do {
            self = try JSONDecoder().decode(ConfigValue.self, from: JSONEncoder().encode(settings))
        } catch {
            throw ConfigProblem(path: "", message: "cannot be represented: \(ConfigValue.explain(error))")
        }
    }

    /// Turns the tree into typed settings.
    func decode<Settings: Decodable>(_ type: Settings.Type, at path: String) throws(ConfigProblem) -> Settings {
        do {
            return try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
        } catch let error as DecodingError {
            throw ConfigValue.problem(error, at: path)
        } catch {
            throw ConfigProblem(path: path, message: ConfigValue.explain(error))
        }
    }

    /// The tree as indented JSON with sorted keys, for showing defaults.
    public var formatted: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    private static func problem(_ error: DecodingError, at path: String) -> ConfigProblem {
        let context: DecodingError.Context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): context
            case .keyNotFound(_, let context): context
            @unknown default: DecodingError.Context(codingPath: [], debugDescription: "\(error)")
            }
        var place = path
        for key in context.codingPath {
            if let index = key.intValue {
                place += "[\(index)]"
            } else {
                place += place.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return ConfigProblem(path: place, message: "has a value that is not allowed here")
    }

    private static func explain(_ error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context) = error else { return "\(error)" }
        if let underlying = context.underlyingError {
            return "\(underlying)".split(separator: "NSDebugDescription=").last.map { String($0.prefix(200)) }
                ?? context.debugDescription
        }
        return context.debugDescription
    }
}
