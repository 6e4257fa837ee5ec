import Configuration
import EventModel

extension Channel {
    /// One rule of the operator's.
    public struct Rule: Codable, Sendable, Equatable {
        /// The channel's name.
        public var channel = ""
        /// The source: its name, `utm_source`, or the referring host; empty for any.
        public var source = ""
        /// `utm_medium`; empty for any.
        public var medium = ""
        /// `utm_campaign`; empty for any.
        public var campaign = ""
        /// Keys that no rule has. They are kept to be named: a rule that is read without its misspelt half fits too much.
        private var unknownKeys: [String] = []

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case channel, source, medium, campaign
        }

        private struct AnyKey: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        /// A rule that asks for these.
        public init(channel: String, source: String = "", medium: String = "", campaign: String = "") {
            self.channel = channel
            self.source = source
            self.medium = medium
            self.campaign = campaign
        }

        /// Reads a rule; what is left out fits everything.
        public init(from decoder: any Decoder) throws {
            let known = CodingKeys.allCases.map(\.rawValue)
            unknownKeys = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
                .filter { !known.contains($0) }.sorted()
            let values = try decoder.container(keyedBy: CodingKeys.self)
            channel = try values.decodeIfPresent(String.self, forKey: .channel) ?? ""
            source = try values.decodeIfPresent(String.self, forKey: .source) ?? ""
            medium = try values.decodeIfPresent(String.self, forKey: .medium) ?? ""
            campaign = try values.decodeIfPresent(String.self, forKey: .campaign) ?? ""
        }

        var problem: String? {
            if let key = unknownKeys.first {
                let known = CodingKeys.allCases.map(\.rawValue)
                return "has a key \"\(key)\", which no rule has\(ConfigProblem.suggestion(for: key, among: known))"
            }
            if channel.isEmpty || channel.utf8.count > 50 { return "needs a channel with a name of at most 50 bytes" }
            if [source, medium, campaign].contains(where: { $0.utf8.count > Wildcard.mostBytes }) {
                return "has a pattern of more than \(Wildcard.mostBytes) bytes"
            }
            return source.isEmpty && medium.isEmpty && campaign.isEmpty
                ? "asks for nothing: give it a source, medium or campaign" : nil
        }
    }
}

/// A rule made ready for work.
struct RuleMatcher: Sendable {
    let channel: String
    private let source: Wildcard?
    private let medium: Wildcard?
    private let campaign: Wildcard?

    init(_ rule: Channel.Rule) {
        func pattern(_ text: String) -> Wildcard? { text.isEmpty ? nil : Wildcard(text, ignoresCase: true) }
        channel = rule.channel
        source = pattern(rule.source)
        medium = pattern(rule.medium)
        campaign = pattern(rule.campaign)
    }

    func fits(_ visit: Acquisition) -> Bool {
        if let medium, !medium.fits(visit.medium) { return false }
        if let campaign, !campaign.fits(visit.campaign) { return false }
        guard let source else { return true }
        return source.fits(visit.source) || source.fits(visit.utmSource) || source.fits(visit.referrerHost)
    }
}
