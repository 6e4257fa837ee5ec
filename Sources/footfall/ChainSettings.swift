import Configuration
import Pipeline
import PluginAPI
import Reports

extension ChainPlan {
    /// Where a plugin stands in the chain; it may stand there more than once.
    func places(of plugin: String) -> [Int] { steps.indices.filter { steps[$0].factory.name == plugin } }

    /// A setting of a plugin as it is in use, of every entry; empty without the plugin.
    func settings(of plugin: String, _ key: String) -> [ConfigValue] {
        places(of: plugin).compactMap { place in
            guard case .table(let settings) = steps[place].prepared.settings else { return nil }
            return settings[key]
        }
    }

    /// How long visitors have the same id: what the reports must know of the chain.
    var visitorIdentity: VisitorIdentity {
        let words = settings(of: "visitor_id", "identity")
        return VisitorIdentity.allCases.last { words.contains(.text($0.rawValue)) } ?? .daily
    }
}
