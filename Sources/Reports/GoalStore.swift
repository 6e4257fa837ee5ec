import Configuration
public import Database
public import EventModel
import FoundationEssentials

/// The goals of sites.
public struct GoalStore {
    private let connection: Connection

    /// A store on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// A site's goals, by name. What cannot be read, written by a later version perhaps, is left out.
    public func goals(of site: SiteID) throws(DatabaseError) -> [Goal] {
        let rows = try connection.query(
            prepared: "SELECT name, definition::text FROM goal WHERE site_id = \(site.rawValue) ORDER BY name")
        var goals: [Goal] = []
        for row in rows {
            let text: String = try row.value(1)
            guard let value = try? JSONDecoder().decode(ConfigValue.self, from: Data(text.utf8)),
                let goal = try? QuestionReader.goal(value, "goal", name: try row.value(0, as: String.self))
            else { continue }
            goals.append(goal)
        }
        return goals
    }

    /// Adds a goal, or changes the one of that name.
    public func set(_ goal: Goal, of site: SiteID) throws(DatabaseError) {
        try connection.execute(
            """
            INSERT INTO goal (site_id, name, definition) VALUES (\(site.rawValue), \(goal.name), \(json: goal.json))
            ON CONFLICT (site_id, name) DO UPDATE SET definition = excluded.definition
            """)
    }

    /// Removes a goal. Returns whether there was one.
    public func remove(_ name: String, of site: SiteID) throws(DatabaseError) -> Bool {
        try connection.execute("DELETE FROM goal WHERE site_id = \(site.rawValue) AND name = \(name)") > 0
    }
}

extension Goal {
    /// The definition as the API takes it.
    var json: String {
        var fields: [String: ConfigValue] = [:]
        switch target {
        case .page(let path): fields["page"] = .text(path)
        case .event(let name): fields["event"] = .text(name)
        }
        if !properties.isEmpty {
            fields["properties"] = .list(
                properties.map { .table(["name": .text($0.name), "values": .list($0.values.map { .text($0) })]) })
        }
        if !revenue.isEmpty { fields["revenue"] = .text(revenue) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(ConfigValue.table(fields)) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
