import Configuration
import EventModel
import PluginAPI

/// Proves from the plugins' declarations that a chain does what its operator believes it does.
///
/// What is proven: names are unique; stores come last and there is one; nobody reads a field that nobody has written
/// or that somebody has erased, nor a fact that is added only later; no fact is called like a field; nobody writes to the
/// visitor after it was erased; and no part of the visitor is left when the stores begin. Every finding names the plugin, the
/// field and the mend.
enum ChainProof {
    static func problems(of steps: [ChainPlan.PlannedStep], at path: String) -> [ConfigProblem] {
        var proof = Proof(steps: steps)
        for (index, step) in steps.enumerated() {
            proof.checkName(of: step)
            proof.checkPlace(of: step)
            proof.checkReads(of: step, index: index)
            proof.checkFacts(of: step, index: index)
            proof.checkWrites(of: step)
            proof.apply(step)
        }
        proof.checkEnd(at: path)
        return proof.problems
    }

    private struct Proof {
        let steps: [ChainPlan.PlannedStep]
        var problems: [ConfigProblem] = []
        /// What the edge fills, and what has a sound value without anybody: no bot, no visitor, itself alone.
        var available = Field.ofEdge.union([.isBot, .quarantine, .weight, .visitorID, .userID])
        var erasedBy: [Field: String] = [:]
        var places: [String: String] = [:]
        var facts: [String: String] = [:]
        var firstStore: ChainPlan.PlannedStep?

        mutating func report(_ step: ChainPlan.PlannedStep, _ message: String) {
            problems.append(ConfigProblem(path: "\(step.path) (\(step.id))", message: message))
        }

        mutating func checkName(of step: ChainPlan.PlannedStep) {
            if let other = places[step.id] {
                report(step, "has the same id as \(other): give one of them an \"id\" of its own")
            }
            places[step.id] = step.path
        }

        mutating func checkPlace(of step: ChainPlan.PlannedStep) {
            if step.factory.kind == .store {
                firstStore = firstStore ?? step
            } else if let firstStore {
                report(
                    step,
                    "stands after the store \"\(firstStore.id)\", which would keep events that it has not seen: "
                        + "move it before \(firstStore.path)")
            }
        }

        /// A store keeps what is there: a field that nobody writes is unknown in every row, and no mistake.
        mutating func checkReads(of step: ChainPlan.PlannedStep, index: Int) {
            guard step.factory.kind != .store else { return }
            for field in step.prepared.declaration.reads.sorted() where !available.contains(field) {
                if let eraser = erasedBy[field] {
                    report(
                        step,
                        "reads \(field.rawValue), which \"\(eraser)\" has erased: move it before \"\(eraser)\"")
                } else if let writer = steps[(index + 1)...].first(where: {
                    $0.prepared.declaration.writes.contains(field)
                }) {
                    report(
                        step,
                        "reads \(field.rawValue), which \"\(writer.id)\" writes only later: move it after "
                            + "\"\(writer.id)\"")
                } else {
                    report(step, "reads \(field.rawValue), which nobody writes: add a plugin that does, or remove it")
                }
            }
        }

        /// Facts that nobody adds are unknown, which is what they are for a plugin that can do without.
        mutating func checkFacts(of step: ChainPlan.PlannedStep, index: Int) {
            for name in step.prepared.declaration.readsFacts.sorted() where facts[name] == nil {
                guard
                    let writer = steps[(index + 1)...].first(where: {
                        $0.prepared.declaration.facts.contains { $0.name == name }
                    })
                else { continue }
                report(
                    step,
                    "reads the fact \(name), which \"\(writer.id)\" adds only later: move it after \"\(writer.id)\"")
            }
        }

        mutating func checkWrites(of step: ChainPlan.PlannedStep) {
            for field in step.prepared.declaration.writes.sorted() where Field.ofVisitor.contains(field) {
                guard let eraser = erasedBy[field] else { continue }
                report(
                    step,
                    "writes \(field.rawValue), which \"\(eraser)\" has erased for good: move it before \"\(eraser)\"")
            }
            for fact in step.prepared.declaration.facts {
                if fact.name.isEmpty || fact.name == "*" {
                    report(step, "adds a fact without a name")
                }
                if Field(rawValue: fact.name) != nil {
                    report(step, "adds a fact that is called like the field \(fact.name): give it another name")
                }
                if let other = facts[fact.name] {
                    report(step, "adds the fact \(fact.name), as \"\(other)\" does: switch one of them off")
                }
                facts[fact.name] = step.id
            }
        }

        mutating func apply(_ step: ChainPlan.PlannedStep) {
            available.formUnion(step.prepared.declaration.writes)
            for field in step.prepared.declaration.erases {
                available.remove(field)
                erasedBy[field] = step.id
            }
        }

        mutating func checkEnd(at path: String) {
            guard let firstStore else {
                problems.append(
                    ConfigProblem(
                        path: path, message: "has no store: every event would be thrown away (add \"postgres\")"))
                return
            }
            let left = Field.ofVisitor.subtracting(erasedBy.keys).sorted()
            if !left.isEmpty {
                report(
                    firstStore,
                    "would begin while \(left.map(\.rawValue).joined(separator: ", ")) is still there: put the filter "
                        + "\"discard\" before it")
            }
        }
    }
}
