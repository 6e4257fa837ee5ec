/// Names a cached value. A key holds everything that the value depends on, the versions of its data included: a value
/// is never changed or deleted, only no longer asked for.
public struct CacheKey: Hashable, Sendable, CustomStringConvertible {
    /// The key as Redis sees it, without the prefix that all of ours have.
    public let text: String

    /// The key of a value.
    ///
    /// - Parameters:
    ///   - kind: what the value is, such as `overview`.
    ///   - version: version of the value's encoding, to be raised with every change of it: two versions of the
    ///     program may share one Redis.
    ///   - parts: everything that the value depends on, in order.
    public init(_ kind: StaticString, version: Int, parts: [String]) {
        var text = "\(kind):\(version)"
        for part in parts {
            text += ":"
            for scalar in part.unicodeScalars {
                // Escaped, so that ["a:b"] and ["a", "b"] stay two keys.
                switch scalar {
                case ":": text += "%3A"
                case "%": text += "%25"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        self.text = text
    }

    /// The key's text.
    public var description: String { text }
}
