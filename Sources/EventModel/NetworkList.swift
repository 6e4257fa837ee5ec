/// An operator's list of addresses and networks: one a line, `#` begins a comment.
public enum NetworkList {
    /// A line that is neither address, network nor comment. It is not repeated: lists of addresses are personal data.
    public struct BadLine: Error, Equatable, CustomStringConvertible {
        /// The line, from 1.
        public var number: Int
        /// What is wrong with which line.
        public var description: String {
            "line \(number) is no address or network such as 192.0.2.0/24 or 2001:db8::/32"
        }
    }

    /// Reads a list. Throws at a line that it does not understand: half a list would look like a whole one.
    public static func read(_ text: String) throws(BadLine) -> IPNetworks {
        let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
        var texts: [String] = []
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            var content = line.prefix { $0 != UInt8(ascii: "#") }.drop(while: isSpace)
            while let last = content.last, isSpace(last) { content = content.dropLast() }
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
