/// A path with holes, as an operator writes it: `/docs/:section/**`.
struct PathTemplate: Sendable {
    /// As it was written.
    let text: String
    /// Its parts.
    let segments: [Segment]

    /// One part of a template, between two slashes.
    enum Segment: Sendable, Equatable {
        /// Exactly this text.
        case literal(String)
        /// Any one segment: `:name` or `*`.
        case any
        /// All that is left, be it nothing: `**`, which is always the last.
        case rest
    }

    /// What is wrong with a template, and what would be right.
    struct Mistake: Error {
        var message: String
    }

    /// More than a person writes; the check that each can be reached compares all with all.
    static let maximumCount = 1000

    /// Throws what is wrong with the text.
    init(_ text: String) throws(Mistake) {
        guard text.hasPrefix("/") else { throw Mistake(message: "must begin with a slash, such as /user/:id") }
        guard text.utf8.count <= 500 else { throw Mistake(message: "must be at most 500 bytes long") }
        guard !text.contains("?") else { throw Mistake(message: "must be a path, without a question mark") }
        var segments: [Segment] = []
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        // A slash at the end does not count, neither here nor in a path.
        if parts.last?.isEmpty ?? false { parts.removeLast() }
        for part in parts {
            if segments.last == .rest { throw Mistake(message: "must have ** only at its end") }
            segments.append(try PathTemplate.segment(part))
        }
        guard segments.count <= 32 else { throw Mistake(message: "must have at most 32 segments") }
        self.text = text
        self.segments = segments
    }

    private static func segment(_ part: Substring) throws(Mistake) -> Segment {
        switch part {
        case "": throw Mistake(message: "must not have two slashes in a row")
        case "*": return .any
        case "**": return .rest
        default: break
        }
        if part.hasPrefix(":") {
            let isName = part.utf8.dropFirst().allSatisfy {
                ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z")) || $0 == UInt8(ascii: "_")
                    || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
            }
            guard isName, part.utf8.count > 1 else {
                throw Mistake(message: "must have a name of letters, digits and _ behind each colon, such as :id")
            }
            return .any
        }
        guard !part.contains("*") else {
            throw Mistake(message: "must have * as a whole segment: parts of one cannot be left open")
        }
        return .literal(String(part))
    }

    /// Whether every path that fits `other` fits this one.
    func covers(_ other: PathTemplate) -> Bool {
        for (place, segment) in segments.enumerated() {
            if segment == .rest { return true }
            guard place < other.segments.count, other.segments[place] != .rest else { return false }
            if segment != .any, segment != other.segments[place] { return false }
        }
        return segments.count == other.segments.count
    }
}
