/// What stands around the tree of a configuration file: variables, overrides, secrets in files.
public struct ConfigSources: Sendable {
    /// The environment.
    public var environment: [String: String]
    /// Reads a small file whole; `nil` when that is not possible.
    public var readFile: @Sendable (String) -> String?

    /// Sources of these kinds.
    public init(environment: [String: String], readFile: @escaping @Sendable (String) -> String?) {
        self.environment = environment
        self.readFile = readFile
    }

    /// Every override begins so.
    public static let prefix = "FOOTFALL_"

    /// Variables with the prefix that are no options: where the file is, what `make run`, tests and the supervisor
    /// hand down, and what compose and the image need around the gateway.
    public static let reserved: Set<String> = [
        "FOOTFALL_CONFIG", "FOOTFALL_FAILPOINT", "FOOTFALL_PORT", "FOOTFALL_SUPERVISOR", "FOOTFALL_VERSION",
    ]
    private static let reservedPrefixes = [
        "FOOTFALL_TEST_", "FOOTFALL_RUN_", "FOOTFALL_POSTGRES_", "FOOTFALL_COMPOSE_",
    ]

    /// Makes of the operator's tree what the settings are decoded from: `${NAME}` in texts becomes the variable's
    /// value, `key_file` becomes `key` with the file's content (for secrets), and variables named after an option's
    /// path (`FOOTFALL_DATABASE_URL` for `database.url`) win over both.
    ///
    /// Throws every problem at once: a variable that is not set, a file that cannot be read, a `FOOTFALL_` variable
    /// that names no option.
    public func resolve(_ user: ConfigValue, defaults: ConfigValue) throws(ConfigProblems) -> ConfigValue {
        var problems: [ConfigProblem] = []
        var tree = expand(user, at: "", problems: &problems)
        tree = readSecretFiles(tree, at: "", problems: &problems)
        let options = ConfigSources.options(of: defaults, path: [])
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(ConfigSources.prefix) {
            if ConfigSources.reserved.contains(name) { continue }
            if ConfigSources.reservedPrefixes.contains(where: name.hasPrefix) { continue }
            apply(name, value, options: options, tree: &tree, problems: &problems)
        }
        guard problems.isEmpty else { throw ConfigProblems(problems) }
        return tree
    }

    private func apply(
        _ name: String, _ value: String, options: [String: (path: [String], fallback: ConfigValue)],
        tree: inout ConfigValue, problems: inout [ConfigProblem]
    ) {
        var name = name
        var value = value
        if options[name] == nil, name.hasSuffix("_FILE"), options[String(name.dropLast(5))] != nil {
            guard let content = readFile(value) else {
                problems.append(ConfigProblem(path: name, message: "names a file that cannot be read"))
                return
            }
            name = String(name.dropLast(5))
            value = content.trimmed
        }
        guard let option = options[name] else {
            let hint = ConfigProblem.suggestion(for: name, among: options.keys)
            problems.append(ConfigProblem(path: name, message: "names no option\(hint)"))
            return
        }
        guard let typed = ConfigSources.parse(value, like: option.fallback) else {
            problems.append(ConfigProblem(path: name, message: "must be \(option.fallback.kind)"))
            return
        }
        tree = tree.setting(typed, at: option.path[...])
    }

    private static func parse(_ text: String, like fallback: ConfigValue) -> ConfigValue? {
        switch fallback {
        case .text: .text(text)
        case .integer, .number: Int(text).map { .integer($0) } ?? Double(text).map { .number($0) }
        case .flag: ["true": .flag(true), "false": .flag(false)][text]
        case .list: .list(text.split(separator: ",").map { .text(String($0).trimmed) })
        case .table, .null: nil
        }
    }

    /// Every option by the variable that overrides it.
    public static func options(
        of defaults: ConfigValue, path: [String]
    ) -> [String: (path: [String], fallback: ConfigValue)] {
        guard case .table(let table) = defaults, !table.isEmpty else {
            return [prefix + path.joined(separator: "_").uppercased(): (path, defaults)]
        }
        return table.reduce(into: [:]) { options, entry in
            options.merge(ConfigSources.options(of: entry.value, path: path + [entry.key])) { first, _ in first }
        }
    }

    private func expand(_ value: ConfigValue, at path: String, problems: inout [ConfigProblem]) -> ConfigValue {
        value.mapTexts(at: path) { text, path in
            guard text.contains("${") else { return text }
            var expanded = ""
            var rest = Substring(text)
            while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
                let name = String(rest[start.upperBound..<end])
                expanded += rest[..<start.lowerBound]
                if let value = environment[name] {
                    expanded += value
                } else {
                    problems.append(
                        ConfigProblem(path: path, message: "names the variable ${\(name)}, which is not set"))
                }
                rest = rest[rest.index(after: end)...]
            }
            return expanded + rest
        }
    }

    private func readSecretFiles(
        _ value: ConfigValue, at path: String, problems: inout [ConfigProblem]
    ) -> ConfigValue {
        switch value {
        case .list(let list):
            return .list(
                list.enumerated().map { readSecretFiles($1, at: "\(path)[\($0)]", problems: &problems) })
        case .table(let table):
            var result: [String: ConfigValue] = [:]
            for (key, entry) in table.sorted(by: { $0.key < $1.key }) {
                let place = path.isEmpty ? key : "\(path).\(key)"
                guard key.hasSuffix("_file"), case .text(let file) = entry else {
                    result[key] = readSecretFiles(entry, at: place, problems: &problems)
                    continue
                }
                if let content = readFile(file) {
                    result[String(key.dropLast(5))] = .text(content.trimmed)
                } else {
                    problems.append(ConfigProblem(path: place, message: "names a file that cannot be read: \(file)"))
                }
            }
            return .table(result)
        default:
            return value
        }
    }
}

extension ConfigValue {
    fileprivate func mapTexts(at path: String, _ transform: (String, String) -> String) -> ConfigValue {
        switch self {
        case .text(let text): .text(transform(text, path))
        case .list(let list): .list(list.enumerated().map { $1.mapTexts(at: "\(path)[\($0)]", transform) })
        case .table(let table):
            .table(
                table.reduce(into: [:]) { result, entry in
                    let place = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                    result[entry.key] = entry.value.mapTexts(at: place, transform)
                })
        default: self
        }
    }

    fileprivate func setting(_ value: ConfigValue, at path: ArraySlice<String>) -> ConfigValue {
        guard let key = path.first else { return value }
        var table: [String: ConfigValue] = [:]
        if case .table(let existing) = self { table = existing }
        table[key] = (table[key] ?? .table([:])).setting(value, at: path.dropFirst())
        return .table(table)
    }
}

extension String {
    /// Without space and line breaks at both ends: files of secrets end in a line break.
    var trimmed: String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
