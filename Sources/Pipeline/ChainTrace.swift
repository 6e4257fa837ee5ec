public import EventModel
import Platform
import PluginAPI

extension Chain {
    /// Takes one event through the chain as `run` does, and writes down what each step did. Takes many times as long: for
    /// the events that a person looks at.
    public func trace(_ event: inout Event) -> (outcome: ChainOutcome, trace: EventTrace) {
        var trace = EventTrace(
            site: event.hit.site.rawValue, receivedAt: event.hit.receivedAt.milliseconds, outcome: "stored", reason: "",
            steps: [], stored: [])
        var outcome = ChainOutcome.keep
        loop: for (index, step) in steps.enumerated() {
            CrashMarker.step(index + 1)
            let before = event
            let started = Clock.monotonicNanoseconds()
            let result = step.run(&event)
            let spent = Clock.monotonicNanoseconds() &- started
            step.counters.add(result, nanoseconds: 0)
            var line = EventTrace.Step(
                id: step.id, kind: step.kind, verdict: "passed", reason: "", nanoseconds: Int(clamping: spent),
                reads: step.reads(before), changes: Chain.changes(from: before, to: event))
            switch result {
            case .pass: break
            case .fail(let reason): (line.verdict, line.reason) = ("failed", reason)
            case .drop(let reason):
                (line.verdict, line.reason) = ("dropped", reason)
                outcome = .drop(step: step.id, reason: reason)
            case .reject(let reason, let message):
                (line.verdict, line.reason) = ("rejected", "\(reason): \(message)")
                outcome = .reject(step: step.id, reason: reason, message: message)
            }
            trace.steps.append(line)
            if outcome != .keep { break loop }
        }
        switch outcome {
        case .keep:
            trace.stored = Chain.stored(event.hit)
            if event.hit.isBot { trace.outcome = "bot" }
            if !event.hit.quarantine.isEmpty { (trace.outcome, trace.reason) = ("quarantined", event.hit.quarantine) }
        case .drop(_, let reason): (trace.outcome, trace.reason) = ("dropped", reason)
        case .reject(_, let reason, _): (trace.outcome, trace.reason) = ("rejected", reason)
        }
        return (outcome, trace)
    }

    private static func changes(from before: Event, to after: Event) -> [EventTrace.Change] {
        var changes: [EventTrace.Change] = []
        for field in Field.allCases {
            let (old, new) = (field.text(of: before), field.text(of: after))
            if old != new { changes.append(EventTrace.Change(field.rawValue, before: old, after: new)) }
        }
        var names = before.hit.facts.map(\.name)
        names += after.hit.facts.map(\.name).filter { !names.contains($0) }
        for name in names {
            let (old, new) = (before.hit.fact(name)?.description ?? "", after.hit.fact(name)?.description ?? "")
            if old != new { changes.append(EventTrace.Change(name, before: old, after: new)) }
        }
        return changes
    }

    private static func stored(_ hit: Hit) -> [EventTrace.Value] {
        let event = Event(hit: hit, visitor: .unknown)
        let fields = Field.allCases.filter { !Field.ofVisitor.contains($0) && $0 != .visitorBefore }
        return fields.map { EventTrace.Value($0.rawValue, $0.text(of: event)) }.filter { !$0.value.isEmpty }
            + hit.facts.map { EventTrace.Value($0.name, $0.value.description) }
    }
}

extension Chain.Step {
    var kind: String {
        switch stage {
        case .enricher: StageKind.enrich.rawValue
        case .filter: StageKind.filter.rawValue
        case .store: StageKind.store.rawValue
        }
    }

    /// What it declares to read, as it stands before the step; what is unknown is left out.
    func reads(_ event: Event) -> [EventTrace.Value] {
        let fields = declaration.reads.sorted().map { EventTrace.Value($0.rawValue, $0.text(of: event)) }
        let facts = declaration.readsFacts.sorted().map {
            EventTrace.Value($0, event.hit.fact($0)?.description ?? "")
        }
        return (fields + facts).filter { !$0.value.isEmpty }
    }
}
