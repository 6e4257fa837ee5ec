import EventModel
import Platform

/// One event on its way through the chain: one line, and under it what each step saw and did.
struct TraceCard {
    /// The event, masked.
    let trace: EventTrace
    /// Whether the steps are shown at once.
    let isOpen: Bool

    /// The card as markup.
    var html: HTML {
        let moment = CivilTime(milliseconds: trace.receivedAt)
        let time = [moment.hour, moment.minute, moment.second].map(Format.twoDigits).joined(separator: ":")
        let path = trace.stored.first { $0.name == Field.path.rawValue }?.value ?? ""
        let open: HTML = isOpen ? " open" : ""
        return """
            <details class="card event"\(open)><summary>\(badge(ReasonWords.outcome(trace.outcome), isGood: isGood)) \
            <strong><bdi>\(name)</bdi></strong> <span class="path"><bdi>\(path.isEmpty ? excuse : path)</bdi></span> \
            <time datetime="\(moment.description)">\(time) UTC</time></summary>
            \(why)<ol class="steps">
            \(each: trace.steps, step)</ol>
            \(stored)</details>

            """
    }

    private var isGood: Bool? {
        switch trace.outcome {
        case "stored": true
        case "bot": nil
        default: false
        }
    }

    /// What a step last saw of the event's name: one that is not stored has no name among what is stored.
    private var name: String {
        let field = Field.name.rawValue
        if let stored = trace.stored.first(where: { $0.name == field }) { return stored.value }
        for step in trace.steps.reversed() {
            if let change = step.changes.first(where: { $0.name == field }) { return change.after }
            if let value = step.reads.first(where: { $0.name == field }) { return value.value }
        }
        return "event"
    }

    private var why: HTML {
        guard !trace.reason.isEmpty else { return .empty }
        let explanation: HTML? = ReasonWords.of(trace.reason).map { ": \($0.explanation.description)" }
        return """
            <p class="reason">\(ReasonWords.outcome(trace.outcome)) because of <code>\(trace.reason)</code>\(explanation)</p>

            """
    }

    /// What stands in the place of a path where nothing is stored.
    private var excuse: String { ReasonWords.of(trace.reason)?.title.description ?? trace.reason }

    private func step(_ step: EventTrace.Step) -> HTML {
        let reason: HTML = step.reason.isEmpty ? .empty : "<p class=\"reason\">\(step.reason)</p>"
        let reads: HTML = step.reads.isEmpty ? .empty : "<dt>looked at</dt>\(each: step.reads, value)"
        let changes: HTML = step.changes.isEmpty ? .empty : "<dt>changed</dt>\(each: step.changes, change)"
        let did: HTML = reads.isEmpty && changes.isEmpty ? .empty : "<dl class=\"did\">\(reads)\(changes)</dl>"
        return """
            <li><p class="step"><code>\(step.id)</code> \
            \(badge(step.verdict, isGood: step.verdict == "passed" ? nil : false)) \
            <span class="took">\(TraceCard.microseconds(step.nanoseconds)) µs</span></p>\(reason)\(did)</li>

            """
    }

    private func value(_ value: EventTrace.Value) -> HTML {
        "<dd><span>\(value.name)</span> <code>\(value.value)</code></dd>"
    }

    private func change(_ change: EventTrace.Change) -> HTML {
        """
        <dd><span>\(change.name)</span> \(side(change.before)) <span class="hidden">became</span>\
        <span aria-hidden="true">→</span> \(side(change.after))</dd>
        """
    }

    private func side(_ value: String) -> HTML {
        value.isEmpty ? "<i>unknown</i>" : "<code>\(value)</code>"
    }

    private var stored: HTML {
        guard trace.outcome != "dropped", trace.outcome != "rejected", !trace.stored.isEmpty else {
            return "<p class=\"stored\">Nothing of it is kept; only counted.</p>\n"
        }
        func row(_ value: EventTrace.Value) -> HTML {
            "<tr><th scope=\"row\">\(value.name)</th><td><code>\(value.value)</code></td></tr>\n"
        }
        let title: HTML =
            switch trace.outcome {
            case "quarantined": "Set aside until a person has looked at it"
            case "bot": "Stored, apart from people’s events"
            default: "Stored"
            }
        return """
            <table class="stored"><caption>\(title)</caption>
            <thead class="hidden"><tr><th scope="col">Field</th><th scope="col">Value</th></tr></thead>
            <tbody>
            \(each: trace.stored, row)</tbody></table>

            """
    }

    /// A duration in microseconds: three digits or so, which is as good as the clock.
    static func microseconds(_ nanoseconds: Int) -> String {
        let nanoseconds = max(0, nanoseconds)
        if nanoseconds >= 100_000 { return Format.grouped(nanoseconds / 1000) }
        return nanoseconds >= 1000
            ? HTML.decimal(Double(nanoseconds / 100) / 10) : HTML.decimal(Double(nanoseconds / 10) / 100)
    }
}
