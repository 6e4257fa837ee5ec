public import EventModel

/// What a plugin does to the fields of an event: the input of the chain's proof.
public struct Declaration: Sendable, Equatable {
    /// Fields that it looks at. Somebody before it must have written them, and nobody erased them.
    public var reads: Set<Field>
    /// Fields that it may set or change.
    public var writes: Set<Field>
    /// Fields that hold nothing after it.
    public var erases: Set<Field>
    /// Facts of its own that it adds to `Hit.facts`.
    public var facts: [Fact]

    /// A declaration of these accesses.
    public init(reads: Set<Field> = [], writes: Set<Field> = [], erases: Set<Field> = [], facts: [Fact] = []) {
        self.reads = reads
        self.writes = writes
        self.erases = erases
        self.facts = facts
    }
}

/// A field that a plugin brings along: it travels in `Hit.facts`, is stored in one JSONB column and becomes a
/// dimension of queries by itself.
public struct Fact: Sendable, Equatable {
    /// Its name, `lower_snake_case`, unique in the chain.
    public var name: String
    /// How much it tells about a person.
    public var sensitivity: Sensitivity
    /// What it holds, in one line.
    public var meaning: String

    /// A fact of this name.
    public init(name: String, sensitivity: Sensitivity, meaning: String) {
        self.name = name
        self.sensitivity = sensitivity
        self.meaning = meaning
    }
}
