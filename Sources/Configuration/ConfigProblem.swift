/// Something wrong in the configuration, said so that the operator can mend it.
public struct ConfigProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where: `chain[2].settings.keep_query`.
    public var path: String
    /// What is wrong, and what would be right.
    public var message: String

    /// A problem at a place.
    public init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    /// One line for the operator.
    public var description: String {
        path.isEmpty ? message : "\(path): \(message)"
    }

    /// The ending ` (did you mean "x"?)` when `name` is close to one of `candidates`, else the list of them.
    public static func suggestion(for name: String, among candidates: some Collection<String>) -> String {
        let nearest =
            candidates
            .map { (name: $0, distance: editDistance(name, $0)) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        if let nearest, nearest.distance <= max(1, min(3, nearest.name.utf8.count / 2)) {
            return " (did you mean \"\(nearest.name)\"?)"
        }
        return candidates.isEmpty ? "" : " (known here: \(candidates.sorted().joined(separator: ", ")))"
    }

    /// Levenshtein distance with transposed neighbours counted once (optimal string alignment), in bytes.
    static func editDistance(_ left: String, _ right: String) -> Int {
        let a = Array(left.utf8)
        let b = Array(right.utf8)
        var beforePrevious: [Int] = []
        var previous = Array(0...b.count)
        for i in a.indices {
            var current = [i + 1]
            for j in b.indices {
                var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforePrevious[j - 1] + 1) }
                current.append(best)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count]
    }
}

/// All problems of a configuration at once, so that an operator mends them in one go.
public struct ConfigProblems: Error, Sendable, CustomStringConvertible {
    /// The problems in the order of the file.
    public var all: [ConfigProblem]

    /// These problems.
    public init(_ all: [ConfigProblem]) {
        self.all = all
    }

    /// One line each.
    public var description: String {
        all.map(\.description).joined(separator: "\n")
    }
}
