/// The way of one event through the chain, step by step: what `footfall explain` and the live inspector show.
public struct EventTrace: Sendable, Equatable, Codable {
    /// The site's number.
    public var site: Int32
    /// When the gateway received the event, milliseconds since 1970.
    public var receivedAt: Int64
    /// What became of it: `stored`, `bot`, `quarantined`, `dropped` or `rejected`.
    public var outcome: String
    /// Why, where it was not stored; else empty.
    public var reason: String
    /// The steps that it met, in order.
    public var steps: [Step]
    /// What may be stored of it, by public name.
    public var stored: [Value]

    /// One step.
    public struct Step: Sendable, Equatable, Codable {
        /// The step's id.
        public var id: String
        /// `enrich` or `filter`.
        public var kind: String
        /// `passed`, `failed`, `dropped` or `rejected`.
        public var verdict: String
        /// Why, where it did not pass.
        public var reason: String
        /// How long it took.
        public var nanoseconds: Int
        /// What it looked at.
        public var reads: [Value]
        /// What it changed.
        public var changes: [Change]

        /// A step that did this.
        public init(
            id: String, kind: String, verdict: String, reason: String, nanoseconds: Int, reads: [Value],
            changes: [Change]
        ) {
            self.id = id
            self.kind = kind
            self.verdict = verdict
            self.reason = reason
            self.nanoseconds = nanoseconds
            self.reads = reads
            self.changes = changes
        }
    }

    /// A field or fact with its value.
    public struct Value: Sendable, Equatable, Codable {
        /// Its public name.
        public var name: String
        /// Its value; empty for unknown.
        public var value: String

        /// A value of this name.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A field or fact that a step changed.
    public struct Change: Sendable, Equatable, Codable {
        /// Its public name.
        public var name: String
        /// The value before; empty for unknown.
        public var before: String
        /// The value after; empty for unknown.
        public var after: String

        /// A change from one value to another.
        public init(_ name: String, before: String, after: String) {
            self.name = name
            self.before = before
            self.after = after
        }
    }

    /// A trace of these steps.
    public init(site: Int32, receivedAt: Int64, outcome: String, reason: String, steps: [Step], stored: [Value]) {
        self.site = site
        self.receivedAt = receivedAt
        self.outcome = outcome
        self.reason = reason
        self.steps = steps
        self.stored = stored
    }
}

extension EventTrace {
    /// The same trace for the eyes of somebody who may see what is stored, and nothing else: of what identifies a person
    /// only the length is left, and a text of the visitor's or the site's is shown only in the form in which it is stored.
    public var masked: EventTrace {
        var masked = self
        let final = Dictionary(stored.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        func mask(_ name: String, _ value: String) -> String {
            EventTrace.mask(name, value, stored: final[name])
        }
        masked.steps = steps.map { step in
            var step = step
            step.reads = step.reads.map { Value($0.name, mask($0.name, $0.value)) }
            step.changes = step.changes.map {
                Change($0.name, before: mask($0.name, $0.before), after: mask($0.name, $0.after))
            }
            return step
        }
        masked.stored = stored.map { Value($0.name, mask($0.name, $0.value)) }
        return masked
    }

    private static func mask(_ name: String, _ value: String, stored: String?) -> String {
        if value.isEmpty { return "" }
        let sensitivity = Field(rawValue: name)?.sensitivity ?? .content
        switch sensitivity {
        case .anonymous: return value
        case .content: return value == stored ? value : "•••• (\(value.utf8.count) bytes)"
        case .pseudonymous: return "\(value.prefix(4))…"
        case .personal: return "•••• (\(value.utf8.count) bytes)"
        }
    }
}
