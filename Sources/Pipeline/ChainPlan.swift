public import Configuration
import EventModel
public import PluginAPI

/// A chain whose settings are right and whose order is proven, but that has not been made yet: the whole outcome of
/// `footfall check`.
public struct ChainPlan: Sendable {
    /// The enabled entries in order.
    public private(set) var steps: [PlannedStep]

    /// One entry of a plan.
    public struct PlannedStep: Sendable {
        /// The entry's `id`.
        public let id: String
        /// Where it stands in the configuration: `chain[2]`.
        public let path: String
        /// The plugin's kind.
        public let factory: PluginFactory
        /// The plugin with its settings.
        public let prepared: PreparedPlugin
    }

    /// Reads the list `chain`, lays each entry's settings over its plugin's defaults and proves the order.
    ///
    /// Throws every problem of every entry at once; the order is only judged when all entries are right.
    ///
    /// `isStrict` makes each plugin's settings as strict as the regulator's exemption asks for.
    public init(
        _ entries: [ConfigValue], catalog: [PluginFactory], at path: String = "chain", isStrict: Bool = false
    ) throws(ConfigProblems) {
        var problems: [ConfigProblem] = []
        var steps: [PlannedStep] = []
        for (index, value) in entries.enumerated() {
            do {
                if let step = try ChainPlan.step(
                    value, catalog: catalog, path: "\(path)[\(index)]", isStrict: isStrict)
                {
                    steps.append(step)
                }
            } catch {
                problems.append(contentsOf: error.all)
            }
        }
        guard problems.isEmpty else { throw ConfigProblems(problems) }
        problems = ChainProof.problems(of: steps, at: path)
        guard problems.isEmpty else { throw ConfigProblems(problems) }
        self.steps = steps
    }

    /// The same chain without its stores: for looking at what it does.
    public var withoutStores: ChainPlan {
        var plan = self
        plan.steps.removeAll { $0.factory.kind == .store }
        return plan
    }

    /// The facts that the chain's plugins add, in order.
    public var facts: [Fact] { steps.flatMap(\.prepared.declaration.facts) }

    private static func step(
        _ value: ConfigValue, catalog: [PluginFactory], path: String, isStrict: Bool
    ) throws(ConfigProblems) -> PlannedStep? {
        let entry = try ChainEntry.decode(value, at: path)
        guard let factory = catalog.first(where: { $0.name == entry.plugin }) else {
            let hint = ConfigProblem.suggestion(for: entry.plugin, among: catalog.map(\.name))
            throw ConfigProblems([
                ConfigProblem(path: "\(path).plugin", message: "there is no plugin \"\(entry.plugin)\"\(hint)")
            ])
        }
        let prepared = try factory.prepare(entry.settings, "\(path).settings", isStrict: isStrict)
        guard entry.enabled else { return nil }
        return PlannedStep(
            id: entry.id.isEmpty ? factory.name : entry.id, path: path, factory: factory, prepared: prepared)
    }

    /// Makes the plugins and starts them, stores first, so that nobody writes to a neighbour that is not there.
    /// When one refuses, those already started are stopped again. Throws the problem at its place.
    public func build(context: (String) -> PluginContext) throws(ConfigProblems) -> Chain {
        var made: [(step: PlannedStep, stage: Stage)] = []
        for step in steps {
            do {
                made.append((step, try step.prepared.make(context(step.id))))
            } catch {
                throw ConfigProblems([step.problem(error)])
            }
        }
        for (index, entry) in made.enumerated().reversed() {
            do {
                try entry.stage.plugin.start()
            } catch {
                for started in made[(index + 1)...] { started.stage.plugin.stop() }
                throw ConfigProblems([entry.step.problem(error)])
            }
        }
        return Chain(made.map { ($0.step.id, $0.stage, $0.step.prepared.declaration) })
    }
}

extension ChainPlan.PlannedStep {
    fileprivate func problem(_ error: PluginError) -> ConfigProblem {
        if case .settings(let key, let message) = error {
            return ConfigProblem(path: "\(path).settings.\(key)", message: message)
        }
        return ConfigProblem(path: "\(path) (\(id))", message: error.description)
    }
}
