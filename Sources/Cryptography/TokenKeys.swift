/// A key that signs web tokens, and the name by which tokens say which one it was (`kid`, RFC 7515 section 4.1.4). No
/// description shows it.
public struct TokenKey: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// Bytes in a key.
    public static let length = 32

    /// The key's name, which is no secret.
    public let name: String
    /// The key itself.
    public let bytes: [UInt8]

    /// A key that nobody can guess, under a random name.
    public init() {
        name = Randomness.text(12)
        bytes = Randomness.bytes(TokenKey.length)
    }

    /// A key that was kept somewhere. `nil` when it has not 32 bytes, or its name is not 1 to 64 letters, digits, `-` and
    /// `_`: the name is written into tokens as it is.
    public init?(name: String, bytes: [UInt8]) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(name.utf8.count), bytes.count == TokenKey.length else { return nil }
        self.name = name
        self.bytes = bytes
    }

    /// Whether both have one name and the same bytes, in a time that does not depend on these.
    public static func == (one: TokenKey, other: TokenKey) -> Bool {
        one.name == other.name && ConstantTime.areEqual(one.bytes, other.bytes)
    }

    /// Never the bytes.
    public var description: String { "[secret]" }

    /// Nothing to reflect.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The key that signs new tokens, and the one before it, whose tokens are good until they end.
public struct TokenKeys: Sendable, Equatable {
    /// Signs and verifies.
    public let current: TokenKey
    /// Verifies only.
    public let previous: TokenKey?

    /// A new key and none before it, unless others are given.
    public init(current: TokenKey = TokenKey(), previous: TokenKey? = nil) {
        self.current = current
        self.previous = previous
    }

    /// A new key; the one that was current verifies on, and the one before that is forgotten. Rotated no more often than
    /// the longest token lives, this makes no token worthless.
    public func rotated() -> TokenKeys {
        TokenKeys(previous: current)
    }
}
