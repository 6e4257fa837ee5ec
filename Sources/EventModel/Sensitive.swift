/// A value that no log, error or debugger output may show: every description is redacted.
///
/// Reading takes a call of `reveal()`, so that a search finds every place that looks at personal data.
public struct Sensitive<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private var value: Value

    /// Wraps a value that identifies a person, or could.
    public init(_ value: Value) {
        self.value = value
    }

    /// The value itself, for the one who has declared to read it.
    public func reveal() -> Value {
        value
    }

    /// Never the value.
    public var description: String { "[sensitive]" }

    /// Never the value.
    public var debugDescription: String { "[sensitive]" }

    /// Nothing to reflect: `dump` and string interpolation of an enclosing type stay blind too.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
