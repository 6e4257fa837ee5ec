/// A kind of personal data that is found by its form. Where two finds overlap, the rule that stands first gives the name.
enum PIIRule: Int, CaseIterable {
    case email, jwt, iban, card, phone, address, uuid, token

    /// What stands in its place.
    var placeholder: String {
        switch self {
        case .email: "[email]"
        case .jwt: "[jwt]"
        case .iban: "[iban]"
        case .card: "[card]"
        case .phone: "[phone]"
        case .address: "[address]"
        case .uuid: "[uuid]"
        case .token: "[token]"
        }
    }

    /// How it is called in the settings and in `/metrics`.
    var name: String {
        String(placeholder.dropFirst().dropLast())
    }
}

/// Some of the rules.
struct PIIRules: OptionSet, Sendable {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ rule: PIIRule) { rawValue = 1 << UInt8(truncatingIfNeeded: rule.rawValue) }

    /// Every rule.
    static let all = PIIRules(rawValue: .max)
}

/// A find: what stands in `start..<end` of a text.
struct PIIMatch: Equatable {
    var start: Int
    var end: Int
    var rule: PIIRule
}

/// How often each rule has found something.
struct PIICounts: Sendable, Equatable {
    private var counts = SIMD8<Int>()

    /// The count of one rule.
    subscript(rule: PIIRule) -> Int {
        get { counts[rule.rawValue] }
        set { counts[rule.rawValue] = newValue }
    }
}
