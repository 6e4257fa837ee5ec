public import EventModel
import Platform
public import PluginAPI
import Synchronization

/// What became of an event in the chain.
public enum ChainOutcome: Sendable, Equatable {
    /// It may be stored.
    case keep
    /// It ends here: at which step, and why.
    case drop(step: String, reason: String)
    /// It can never succeed: at which step, the word for the ledger, and what its sender should know.
    case reject(step: String, reason: String, message: String)
}

/// The plugins at work, in order. Folded once at start; an event costs one loop.
public final class Chain: Sendable, CustomStringConvertible {
    let steps: [Step]
    /// The stores behind the journal, by their ids.
    public let stores: [(id: String, store: any EventStore)]

    /// A class, because an event's loop over steps would copy each of a struct's ten references.
    final class Step: Sendable {
        let id: String
        let stage: Stage
        let declaration: Declaration
        let counters = StepCounters()

        init(id: String, stage: Stage, declaration: Declaration) {
            self.id = id
            self.stage = stage
            self.declaration = declaration
        }
    }

    init(_ entries: [(id: String, stage: Stage, declaration: Declaration)]) {
        steps = entries.compactMap { entry in
            if case .store = entry.stage { return nil }
            return Step(id: entry.id, stage: entry.stage, declaration: entry.declaration)
        }
        stores = entries.compactMap { entry in
            guard case .store(let store) = entry.stage else { return nil }
            return (entry.id, store)
        }
    }

    /// Takes one event through all enrichers and filters. Afterwards its `hit` is what may be stored.
    public func run(_ event: inout Event) -> ChainOutcome {
        // One event of sixteen is timed: reading the clock takes as long as a simple step.
        let isTimed = event.hit.id.value & 15 == 0
        var before = isTimed ? Clock.monotonicNanoseconds() : 0
        CrashMarker.step(1)
        Failpoint.trap("chain", when: event.hit.name)
        for index in steps.indices {
            let step = steps[index]
            CrashMarker.step(index + 1)
            let outcome = step.run(&event)
            if isTimed {
                let after = Clock.monotonicNanoseconds()
                step.counters.add(outcome, nanoseconds: (after &- before) &* 16)
                before = after
            } else {
                step.counters.add(outcome, nanoseconds: 0)
            }
            switch outcome {
            case .pass, .fail: continue
            case .drop(let reason): return .drop(step: step.id, reason: reason)
            case .reject(let reason, let message): return .reject(step: step.id, reason: reason, message: message)
            }
        }
        return .keep
    }

    /// The pseudonym that an event would get, without the event being counted anywhere.
    public func visitor(of event: Event) -> VisitorID? {
        var event = event
        for step in steps {
            switch step.run(&event) {
            case .pass, .fail: continue
            case .drop, .reject: return event.hit.visitor
            }
        }
        return event.hit.visitor
    }

    /// The id of the step of this number, from 1, as `CrashMarker` has it.
    public func step(_ number: Int) -> String? {
        steps.indices.contains(number - 1) ? steps[number - 1].id : nil
    }

    /// Stops enrichers and filters, first to last. Stores are stopped by their loaders.
    public func stop() {
        for step in steps { step.stage.plugin.stop() }
    }

    /// The ids in order: `page_url, referrer, visitor_id, discard → postgres`.
    public var description: String {
        steps.map(\.id).joined(separator: ", ") + " → " + stores.map(\.id).joined(separator: ", ")
    }

    /// What operators should know of the plugins just now, each line behind its step's id.
    public var notes: [String] {
        steps.flatMap { step in step.stage.plugin.notes.map { "\(step.id): \($0)" } }
    }

    /// What the plugins count, by step.
    public var counts: [(step: String, counts: [PluginCount])] {
        steps.map { ($0.id, $0.stage.plugin.counts) }
    }

    /// What each step has done so far, in order.
    public var statistics: [StepStatistics] {
        steps.map { $0.counters.statistics(id: $0.id) }
    }
}

extension Chain.Step {
    enum Outcome {
        case pass
        /// Why, in the plugin's words: of no personal data, by its contract.
        case fail(reason: String)
        case drop(reason: String)
        case reject(reason: String, message: String)
    }

    func run(_ event: inout Event) -> Outcome {
        switch stage {
        case .enricher(let plugin):
            do {
                try plugin.enrich(&event)
                return .pass
            } catch {
                // Enrichers fail open: an event without a country is better than no event.
                return .fail(reason: error.description)
            }
        case .filter(let plugin):
            do {
                switch try plugin.filter(&event) {
                case .keep: return .pass
                case .drop(let reason): return .drop(reason: "\(reason)")
                case .reject(let reason, let message): return .reject(reason: "\(reason)", message: message)
                }
            } catch {
                // Filters fail closed: nobody knows what would be stored.
                return .drop(reason: "filter_failed")
            }
        case .store:
            return .pass
        }
    }
}

/// What one step of the chain has done since it was made.
public struct StepStatistics: Sendable, Equatable {
    /// The step's id.
    public var id: String
    /// Events that went on, those with a failed enrichment among them.
    public var passed: Int
    /// Events that ended here.
    public var dropped: Int
    /// Events whose enrichment failed.
    public var failed: Int
    /// Time spent in all, estimated from one event of sixteen.
    public var nanoseconds: Int
}

/// Counters of one step, added to by every thread.
final class StepCounters: Sendable {
    private let passed = Atomic(0)
    private let dropped = Atomic(0)
    private let failed = Atomic(0)
    private let nanoseconds = Atomic(0)

    func add(_ outcome: Chain.Step.Outcome, nanoseconds spent: UInt64) {
        switch outcome {
        case .pass: passed.add(1, ordering: .relaxed)
        case .drop, .reject: dropped.add(1, ordering: .relaxed)
        case .fail:
            passed.add(1, ordering: .relaxed)
            failed.add(1, ordering: .relaxed)
        }
        if spent > 0 { nanoseconds.add(Int(truncatingIfNeeded: spent), ordering: .relaxed) }
    }

    func statistics(id: String) -> StepStatistics {
        StepStatistics(
            id: id, passed: passed.load(ordering: .relaxed), dropped: dropped.load(ordering: .relaxed),
            failed: failed.load(ordering: .relaxed), nanoseconds: nanoseconds.load(ordering: .relaxed))
    }
}
