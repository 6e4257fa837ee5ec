public import Configuration
public import EventModel
public import PluginAPI

/// Keeps the events of one in so many visitors, and lets each of them stand for so many: for sites whose events would
/// otherwise not be paid for.
///
/// Nothing is random: the same visitor is always kept or always left out, on every gateway, so that visits stay whole.
public struct Sample: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "sample"
    /// What it does.
    public static let summary: StaticString = "keeps one in so many visitors and weighs their events"

    /// How much is kept, and of what.
    public struct Settings: ValidatedSettings {
        /// One of how many visitors is kept; 1 keeps all.
        public var keep_one_in = 1
        /// Names of the events that are sampled; empty for all, page views included.
        public var events: [String] = []

        /// Every default.
        public init() {}

        /// Some are kept, and their weight stays a number that a store can take.
        public func problems() -> [SettingProblem] {
            var problems: [SettingProblem] = []
            if !(1...1_000_000).contains(keep_one_in) {
                problems.append(SettingProblem("keep_one_in", "must be from 1 (keep all) to 1000000"))
            }
            if events.contains("") {
                problems.append(
                    SettingProblem("events", "has an empty name: name events, or leave the list empty for all"))
            }
            return problems
        }
    }

    /// Reads whose event it is, writes its weight.
    public static func declaration(for settings: Settings) -> Declaration {
        guard settings.keep_one_in > 1 else { return Declaration() }
        var reads: Set<Field> = [.visitorID, .id, .isBot]
        if !settings.events.isEmpty { reads.insert(.name) }
        return Declaration(reads: reads, writes: [.weight])
    }

    private let keepsAll: Bool
    private let weight: Int32
    private let names: Set<String>
    /// Whose mixed bits are at most this is kept: one in `keep_one_in` of all that there are.
    private let limit: UInt64
    private let seed: UInt64

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        let divisor = max(1, settings.keep_one_in)
        keepsAll = divisor == 1
        weight = Int32(clamping: divisor)
        names = Set(settings.events)
        limit = UInt64.max / UInt64(divisor)
        // Two samples in one chain must not choose the same visitors: their weights are multiplied.
        seed = context.id.utf8.reduce(0x5361_6d70_6c65_2131) { Sample.mixed($0 ^ UInt64($1)) }
    }

    /// Drops the events of those who are left out, and multiplies the weight of the others'.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        if keepsAll || (!names.isEmpty && !names.contains(event.hit.name)) { return .keep }
        guard mixed(event.hit) <= limit else { return .drop(reason: "sampled") }
        let (product, isTooLarge) = max(1, event.hit.weight).multipliedReportingOverflow(by: weight)
        event.hit.weight = isTooLarge ? .max : product
        return .keep
    }

    /// Bits that say nothing but who is kept. A program may send any number of events as one visitor, and would be kept
    /// or left out with all of them: of programs, and of events without a visitor, each event is one of its own.
    private func mixed(_ hit: Hit) -> UInt64 {
        if let visitor = hit.visitor, !hit.isBot { return Sample.mixed(visitor.rawValue ^ seed) }
        let low = UInt64(truncatingIfNeeded: hit.id.value)
        let high = UInt64(truncatingIfNeeded: hit.id.value >> 64)
        return Sample.mixed(Sample.mixed(low ^ seed) ^ high)
    }

    /// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): each bit of the input changes half of the output's, so
    /// that no other use of a pseudonym's bits goes with this one. Zero is no fixed point, because the constant is added.
    private static func mixed(_ bits: UInt64) -> UInt64 {
        var mixed = bits &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
