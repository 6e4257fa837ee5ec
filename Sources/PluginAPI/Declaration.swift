public import EventModel

/// What a plugin does to the fields of an event: the input of the chain's proof and of the privacy record.
public struct Declaration: Sendable, Equatable {
    /// Fields that it looks at. Somebody before it must have written them, and nobody erased them.
    public var reads: Set<Field>
    /// Fields that it may set or change.
    public var writes: Set<Field>
    /// Fields that hold nothing after it.
    public var erases: Set<Field>
    /// Facts of its own that it adds to `Hit.facts`.
    public var facts: [Fact]
    /// Facts of others that it looks at, by name. One that nobody adds is unknown, and no mistake; one that is added only
    /// later is.
    public var readsFacts: Set<String>
    /// Facts of others that it may change or take away, by name; `"*"` for all.
    public var changesFacts: Set<String>
    /// What it does to fields and facts so that less is kept, in words for the privacy record.
    public var reductions: [Reduction]
    /// What a store makes of events and keeps beside their fields and facts.
    public var derived: [Derived]

    /// A declaration of these accesses.
    public init(
        reads: Set<Field> = [], writes: Set<Field> = [], erases: Set<Field> = [], facts: [Fact] = [],
        readsFacts: Set<String> = [], changesFacts: Set<String> = [], reductions: [Reduction] = [],
        derived: [Derived] = []
    ) {
        self.reads = reads
        self.writes = writes
        self.erases = erases
        self.facts = facts
        self.readsFacts = readsFacts
        self.changesFacts = changesFacts
        self.reductions = reductions
        self.derived = derived
    }
}

/// Something that a store makes of events and keeps.
public struct Derived: Sendable, Equatable {
    /// Its name, `lower_snake_case`.
    public var name: String
    /// How much it tells about a person.
    public var sensitivity: Sensitivity
    /// What it holds, in one line.
    public var meaning: String
    /// How long it is kept, in words; empty for as long as the events.
    public var kept: String

    /// A derived value of this name.
    public init(name: String, sensitivity: Sensitivity, meaning: String, kept: String = "") {
        self.name = name
        self.sensitivity = sensitivity
        self.meaning = meaning
        self.kept = kept
    }
}

/// A field that a plugin brings along: it travels in `Hit.facts`, is stored as JSONB and becomes a dimension of queries by
/// itself.
public struct Fact: Sendable, Equatable {
    /// Its name, `lower_snake_case`, unique in the chain.
    public var name: String
    /// How much it tells about a person.
    public var sensitivity: Sensitivity
    /// What it holds, in one line.
    public var meaning: String
    /// What it describes.
    public var subject: Subject

    /// What a fact describes. Facts are stored in sets, one set for each subject, and each set that occurs once: a browser
    /// that is stored with a campaign would make as many sets as there are pairs of them.
    public enum Subject: String, Sendable, CaseIterable {
        /// The visitor's device: browser, system, screen, language.
        case device
        /// Where the visitor is: region, city.
        case place
        /// What brought the visit: campaign, channel.
        case acquisition
        /// This one event.
        case event
    }

    /// A fact of this name.
    public init(name: String, sensitivity: Sensitivity, meaning: String, subject: Subject = .event) {
        self.name = name
        self.sensitivity = sensitivity
        self.meaning = meaning
        self.subject = subject
    }
}

/// How a plugin reduces what is kept, in one line of the privacy record.
public struct Reduction: Sendable, Equatable {
    /// The public name of the field (`Field.rawValue`) or fact that is reduced.
    public var name: String
    /// What is done to it: "the query is left out, but for utm_source".
    public var how: String

    /// What is done to a field.
    public init(_ field: Field, _ how: String) {
        self.init(fact: field.rawValue, how)
    }

    /// What is done to a fact.
    public init(fact name: String, _ how: String) {
        self.name = name
        self.how = how
    }
}
