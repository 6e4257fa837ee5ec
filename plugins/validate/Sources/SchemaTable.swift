import Configuration
import Platform

/// The schemas of all events: those of the settings, of the file, and what `require_properties` adds.
struct SchemaTable: Sendable {
    /// By the event's name.
    let schemas: [String: EventSchema]
    /// What is wrong with them.
    let problems: [SettingProblem]

    /// Those of the settings alone.
    init(_ settings: ValidateSettings) {
        self.init(settings, file: [:])
    }

    /// Those of the settings and of a file that has been read.
    private init(_ settings: ValidateSettings, file: [String: ConfigValue]) {
        var reader = SchemaReader()
        var schemas = reader.read(file, at: "")
        schemas.merge(reader.read(settings.schema, at: "schema")) { $1 }
        reader.require(settings.require_properties, in: &schemas)
        self.schemas = schemas
        problems = reader.problems
    }

    /// With those of the file at this path. Throws all that is wrong with it.
    static func read(_ path: String, with settings: ValidateSettings) throws -> SchemaTable {
        guard case .table(let file) = try ConfigValue(json5: Files.read(path)) else {
            throw ConfigProblem(path: "", message: "must be a table of schemas by the names of events")
        }
        let table = SchemaTable(settings, file: file)
        let problems = table.problems + settings.unreachable(file.keys, at: "")
        guard problems.isEmpty else {
            throw ConfigProblems(problems.map { ConfigProblem(path: $0.key, message: $0.message) })
        }
        return table
    }
}
