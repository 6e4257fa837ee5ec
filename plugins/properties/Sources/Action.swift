import Configuration
import EventModel

/// What happens to a property.
enum Action: Sendable, Equatable {
    case keep
    case drop
    case redact
    case hmac
    case truncate(Int)
    case bucket(Intervals)

    /// Why a text is no action.
    struct Mistake: Error {
        var message: String
    }

    private static let names = ["keep", "drop", "redact", "hmac", "truncate", "bucket"]
    private static let longest = 2000

    /// Reads `redact`, `truncate:2` or `bucket:10,100,1000`.
    init(_ text: String) throws(Mistake) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? parts[1] : nil
        switch (parts[0], value) {
        case ("keep", nil): self = .keep
        case ("drop", nil): self = .drop
        case ("redact", nil): self = .redact
        case ("hmac", nil): self = .hmac
        case ("truncate", let value):
            guard let length = value.flatMap({ Int($0) }), (1...Action.longest).contains(length) else {
                throw Mistake(
                    message: "\"truncate\" needs a number of characters from 1 to \(Action.longest): truncate:2")
            }
            self = .truncate(length)
        case ("bucket", let value):
            guard let intervals = value.flatMap({ Intervals($0) }) else {
                throw Mistake(message: "\"bucket\" needs numbers that grow: bucket:10,100,1000")
            }
            self = .bucket(intervals)
        default:
            let hint = ConfigProblem.suggestion(for: String(parts[0]), among: Action.names)
            throw Mistake(message: "\"\(text)\" is not an action\(hint)")
        }
    }

    /// For the privacy record; `nil` where nothing is made smaller.
    var words: String? {
        switch self {
        case .keep: nil
        case .drop: "is left out"
        case .redact: "is replaced by [redacted]"
        case .hmac: "is replaced by a keyed hash"
        case .truncate(let length): "is cut to \(length) characters"
        case .bucket: "is replaced by the interval it lies in"
        }
    }
}

/// Intervals with labels: `<10`, `10-100`, `100-1000`, `1000+`. Each holds its lower bound and not its upper one.
struct Intervals: Sendable, Equatable {
    private let bounds: [Double]
    private let labels: [String]
    /// For what is no number.
    static let other = "other"

    /// Reads `10,100,1000`: 1 to 50 numbers, each greater than the one before.
    init?(_ text: Substring) {
        let texts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        let bounds = texts.compactMap { Intervals.number($0) }
        guard (1...50).contains(bounds.count), bounds.count == texts.count,
            zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.bounds = bounds
        labels =
            ["<\(texts[0])"] + zip(texts, texts.dropFirst()).map { "\($0)-\($1)" } + ["\(texts[texts.count - 1])+"]
    }

    /// The interval in which a number lies, also where it is written as a text.
    func label(of value: PropertyValue) -> String {
        let number: Double? =
            switch value {
            case .number(let number): number
            case .text(let text): Intervals.number(text)
            case .flag: nil
            }
        guard let number else { return Intervals.other }
        return labels[bounds.firstIndex { number < $0 } ?? bounds.count]
    }

    private static func number(_ text: String) -> Double? {
        // Swift also reads "nan", "inf" and hexadecimal.
        let isDecimal = text.utf8.allSatisfy { $0 &- 48 < 10 || "+-.eE".utf8.contains($0) }
        guard isDecimal, let number = Double(text), number.isFinite else { return nil }
        return number
    }
}

extension PropertyValue {
    /// The first characters of a text or a number; `nil` when there are no more. Characters are Unicode's scalar values:
    /// a letter with a thousand accents is a thousand and one.
    func beginning(_ length: Int) -> String? {
        switch self {
        case .text(let text):
            guard text.utf8.count > length else { return nil }
            let scalars = text.unicodeScalars
            guard let end = scalars.index(scalars.startIndex, offsetBy: length, limitedBy: scalars.endIndex),
                end < scalars.endIndex
            else { return nil }
            return String(scalars[..<end])
        case .number:
            return PropertyValue.text(plainText).beginning(length)
        case .flag:
            return nil
        }
    }

    /// The value as a text; a whole number without a point, so that `42` and `"42"` are one.
    var plainText: String {
        switch self {
        case .text(let text): text
        case .number(let number):
            if let whole = Int64(exactly: number) { String(whole) } else { "\(number)" }
        case .flag(let flag): flag ? "true" : "false"
        }
    }
}
