/// Settings that know all their defaults and can judge their own values.
///
/// Rules that follow from the overlay below: no optionals (a missing key could not be told from a misspelt one), an
/// empty list or table default takes anything of its type, and a required text defaults to `""` and is rejected by
/// `problems()`.
public protocol ValidatedSettings: Codable, Sendable {
    /// Every default, in one place.
    init()
    /// Range and cross-field rules as `(key, what is wrong)`; without any input or output.
    func problems() -> [SettingProblem]
}

/// A rule that a setting breaks.
public struct SettingProblem: Sendable, Equatable {
    /// The setting's key, dotted where it is nested.
    public var key: String
    /// What is wrong, and what would be right.
    public var message: String

    /// A broken rule.
    public init(_ key: String, _ message: String) {
        self.key = key
        self.message = message
    }
}

extension ValidatedSettings {
    /// Lays the operator's values over the defaults and decodes the result.
    ///
    /// The synthesised `Decodable` would throw at a missing key and stay silent about an unknown one; laying trees
    /// over each other turns both around. Throws every problem at once, each under `path`.
    public static func decode(_ user: ConfigValue?, at path: String) throws(ConfigProblems) -> Self {
        guard let user else { return Self() }
        var problems: [ConfigProblem] = []
        var fractions: [String] = []
        let decoded: Self
        do {
            let defaults = try ConfigValue(encoding: Self())
            if case .table(let known) = defaults, known.isEmpty, case .table(let given) = user, !given.isEmpty {
                // Nothing to set is not the same as a table that takes any key.
                throw ConfigProblems(
                    given.keys.sorted().map {
                        ConfigProblem(path: path.isEmpty ? $0 : "\(path).\($0)", message: "is not a setting")
                    })
            }
            let merged = overlay(user, over: defaults, at: path, problems: &problems, fractions: &fractions)
            guard problems.isEmpty else { throw ConfigProblems(problems) }
            decoded = try merged.decode(Self.self, at: path)
        } catch let error as ConfigProblem {
            // For a fraction where a whole number belongs, Foundation's decoder does not say where.
            throw ConfigProblems(
                fractions.isEmpty
                    ? [error] : fractions.map { ConfigProblem(path: $0, message: "must be a whole number") })
        } catch let error as ConfigProblems {
            throw error
        } catch {
            throw ConfigProblems([ConfigProblem(path: path, message: "\(error)")])
        }
        let broken = decoded.problems()
        guard broken.isEmpty else {
            throw ConfigProblems(
                broken.map { ConfigProblem(path: path.isEmpty ? $0.key : "\(path).\($0.key)", message: $0.message) })
        }
        return decoded
    }
}

/// Lays `user` over `defaults`: tables are merged key by key, everything else is replaced. Keys and kinds of values
/// that the defaults do not know are reported. `fractions` are places where the default is whole and the value is not.
func overlay(
    _ user: ConfigValue, over defaults: ConfigValue, at path: String, problems: inout [ConfigProblem],
    fractions: inout [String]
) -> ConfigValue {
    switch (defaults, user) {
    case (.table(let known), .table(let given)):
        if known.isEmpty { return user }
        var merged = known
        for (key, value) in given.sorted(by: { $0.key < $1.key }) {
            let place = path.isEmpty ? key : "\(path).\(key)"
            guard let fallback = known[key] else {
                let hint = ConfigProblem.suggestion(for: key, among: known.keys)
                problems.append(ConfigProblem(path: place, message: "is not a setting\(hint)"))
                continue
            }
            merged[key] = overlay(value, over: fallback, at: place, problems: &problems, fractions: &fractions)
        }
        return .table(merged)
    case (.list, .list), (.flag, .flag), (.integer, .integer), (.text, .text), (.number, .number), (.number, .integer):
        return user
    // A default of 1.0 is encoded as 1: JSON knows one kind of number. The decoder has the last word.
    case (.integer, .number):
        fractions.append(path)
        return user
    default:
        problems.append(ConfigProblem(path: path, message: "must be \(defaults.kind), not \(user.kind)"))
        return defaults
    }
}
