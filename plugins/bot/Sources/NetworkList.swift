import EventModel
import Platform

/// An operator's list of networks: one in CIDR notation a line, `#` begins a comment.
enum NetworkList {
    /// A line that is neither network nor comment.
    struct BadLine: Error, CustomStringConvertible {
        var number: Int
        var description: String { "line \(number) is no network such as 192.0.2.0/24 or 2001:db8::/32" }
    }

    /// Reads a list. Throws at a line that it does not understand: half a list would look like a whole one.
    static func read(_ text: String) throws(BadLine) -> IPNetworks {
        var texts: [String] = []
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
            let content = line.prefix { $0 != UInt8(ascii: "#") }.drop(while: isSpace).prefix { !isSpace($0) }
            let rest = line.prefix { $0 != UInt8(ascii: "#") }.drop(while: isSpace).dropFirst(content.count)
            guard rest.allSatisfy(isSpace) else { throw BadLine(number: number) }
            if content.isEmpty { continue }
            let network = String(decoding: content, as: UTF8.self)
            var rejected: [String] = []
            _ = IPNetworks(CollectionOfOne(network), rejected: &rejected)
            guard rejected.isEmpty else { throw BadLine(number: number) }
            texts.append(network)
        }
        var rejected: [String] = []
        return IPNetworks(texts, rejected: &rejected)
    }
}
