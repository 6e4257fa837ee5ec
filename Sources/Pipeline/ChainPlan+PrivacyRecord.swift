public import EventModel
import PluginAPI

extension ChainPlan {
    /// What this chain keeps, from its plugins' declarations: nobody has to remember to write it down.
    public func privacyRecord(mode: String, retentionMonths: Int, deadLetterDays: Int) -> PrivacyRecord {
        let before = steps.filter { $0.factory.kind != .store }
        let written = before.reduce(into: Field.ofEdge) { $0.formUnion($1.prepared.declaration.writes) }
        let months = PrivacyRecord.words(retentionMonths)
        var kept: [PrivacyRecord.Entry] = []
        var forgotten: [PrivacyRecord.Entry] = []
        for field in Field.allCases where written.contains(field) {
            var origins = Field.ofEdge.contains(field) ? ["request"] : []
            origins += before.filter { $0.prepared.declaration.writes.contains(field) }.map(\.id)
            var entry = PrivacyRecord.Entry(
                name: field.rawValue, meaning: field.meaning, sensitivity: field.sensitivity, origins: origins,
                reductions: reductions(of: field.rawValue), kept: months)
            if Field.ofVisitor.contains(field) {
                let eraser = before.last { $0.prepared.declaration.erases.contains(field) }?.id ?? ""
                entry.kept = "until the request is answered (\(eraser))"
                forgotten.append(entry)
            } else if field == .visitorBefore {
                entry.kept = "until the event is stored"
                forgotten.append(entry)
            } else {
                kept.append(entry)
            }
        }
        for step in before {
            for fact in step.prepared.declaration.facts {
                kept.append(
                    PrivacyRecord.Entry(
                        name: fact.name, meaning: fact.meaning, sensitivity: fact.sensitivity, origins: [step.id],
                        reductions: reductions(of: fact.name), kept: months))
            }
        }
        for step in steps {
            for value in step.prepared.declaration.derived {
                kept.append(
                    PrivacyRecord.Entry(
                        name: value.name, meaning: value.meaning, sensitivity: value.sensitivity, origins: [step.id],
                        reductions: [], kept: value.kept.isEmpty ? months : value.kept))
            }
        }
        return PrivacyRecord(
            mode: mode, retentionMonths: retentionMonths, deadLetterDays: deadLetterDays, kept: kept,
            forgotten: forgotten,
            steps: steps.map { PrivacyRecord.Step(id: $0.id, summary: $0.factory.summary) })
    }

    private func reductions(of name: String) -> [String] {
        steps.flatMap { step in
            step.prepared.declaration.reductions.filter { $0.name == name }.map { "\($0.how) (\(step.id))" }
        }
    }
}
