/// Secret bytes of a site or of an installation, in memory and in the file beside the journal; no description shows them.
public struct StoredSecret: Sendable, Equatable, Codable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private var bytes: [UInt8]

    /// These bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The bytes, for who makes or checks codes with them.
    public func reveal() -> [UInt8] { bytes }

    /// Whether there are none.
    public var isEmpty: Bool { bytes.isEmpty }

    /// Never the bytes.
    public var description: String { "[secret]" }

    /// Never the bytes.
    public var debugDescription: String { "[secret]" }

    /// Nothing to reflect.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws {
        bytes = try decoder.singleValueContainer().decode([UInt8].self)
    }

    /// Writes a list of numbers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}
