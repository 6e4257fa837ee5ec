import EventModel

/// Why an event is taken for a program's, as the fact `bot_reason` names it; the weakest first. The strongest of an event's
/// reasons is the one that is said.
enum Reason: Int, Comparable, Sendable {
    case datacenter, navigation, noLanguage, hintsMissing, noFetchMetadata, hintsDiffer
    case prefetch, noAgent, shape, link, word, listed, automation, webDriver, named, extra

    /// The weaker one first.
    static func < (left: Reason, right: Reason) -> Bool { left.rawValue < right.rawValue }

    /// The fixed word in the fact.
    var name: String {
        switch self {
        case .datacenter: "datacenter"
        case .navigation: "navigation"
        case .noLanguage: "no_language"
        case .hintsMissing: "hints_missing"
        case .noFetchMetadata: "fetch_metadata"
        case .hintsDiffer: "hints_differ"
        case .prefetch: "prefetch"
        case .noAgent: "no_agent"
        case .shape: "shape"
        case .link: "link"
        case .word: "word"
        case .listed: "listed"
        case .automation: "automation"
        case .webDriver: "web_driver"
        case .named: "named"
        case .extra: "extra"
        }
    }

    /// Points out of 100. What stands in the user agent is enough by itself (50 is the policy's default threshold), what is
    /// odd about headers needs company, and an address alone is never enough: people use VPNs.
    var weight: Int {
        switch self {
        case .extra, .named, .webDriver, .automation, .prefetch: 100
        case .listed: 90
        case .word: 80
        case .link: 70
        case .shape, .noAgent: 60
        case .hintsDiffer, .noFetchMetadata: 35
        case .datacenter: 30
        case .noLanguage, .hintsMissing, .navigation: 25
        }
    }
}

/// One reason, and the kind of program that it points to.
struct Finding: Equatable, Sendable {
    var kind: BotClass
    var reason: Reason
}

/// The sum of what was found.
struct Judgement: Equatable, Sendable {
    private(set) var score = 0
    private(set) var strongest: Finding?

    /// Adds a reason. Points add up to 100 at most.
    mutating func add(_ finding: Finding) {
        score = min(100, score + finding.reason.weight)
        if let strongest, strongest.reason >= finding.reason { return }
        strongest = finding
    }

    /// Adds a reason.
    mutating func add(_ reason: Reason, _ kind: BotClass) {
        add(Finding(kind: kind, reason: reason))
    }
}
