/// What a chain keeps of a site's visitors, made from the declarations of the plugins that really run: the ground for the
/// record of processing (GDPR article 30) and for the page that visitors may read.
public struct PrivacyRecord: Sendable, Equatable, Codable {
    /// `standard` or `strict`, as the configuration says.
    public var mode: String
    /// Whole months for which events and visits are kept.
    public var retentionMonths: Int
    /// Days for which events are kept that could not be stored or wait for a person's look.
    public var deadLetterDays: Int
    /// What is stored.
    public var kept: [Entry]
    /// What is looked at while a request is answered, and then forgotten.
    public var forgotten: [Entry]
    /// The chain, in order.
    public var steps: [Step]

    /// The record of a site whose events are kept for another number of months.
    public func keeping(months: Int?) -> PrivacyRecord {
        guard let months, months != retentionMonths else { return self }
        var record = self
        record.retentionMonths = months
        for index in record.kept.indices where record.kept[index].kept == PrivacyRecord.words(retentionMonths) {
            record.kept[index].kept = PrivacyRecord.words(months)
        }
        return record
    }

    /// A number of months in words.
    public static func words(_ months: Int) -> String { "\(months) months" }

    /// One field or fact.
    public struct Entry: Sendable, Equatable, Codable {
        /// Its public name, as in queries and exports.
        public var name: String
        /// What it holds.
        public var meaning: String
        /// How much it tells about a person.
        public var sensitivity: Sensitivity
        /// Where it comes from: `request`, or the ids of the steps that write it.
        public var origins: [String]
        /// How it is made smaller, each with the step that does it.
        public var reductions: [String]
        /// How long it is kept, in words.
        public var kept: String

        /// An entry of these words.
        public init(
            name: String, meaning: String, sensitivity: Sensitivity, origins: [String], reductions: [String],
            kept: String
        ) {
            self.name = name
            self.meaning = meaning
            self.sensitivity = sensitivity
            self.origins = origins
            self.reductions = reductions
            self.kept = kept
        }
    }

    /// One step of the chain.
    public struct Step: Sendable, Equatable, Codable {
        /// Its id.
        public var id: String
        /// What it does, in one line.
        public var summary: String

        /// A step of this name.
        public init(id: String, summary: String) {
            self.id = id
            self.summary = summary
        }
    }

    /// A record of these entries.
    public init(
        mode: String, retentionMonths: Int, deadLetterDays: Int, kept: [Entry], forgotten: [Entry], steps: [Step]
    ) {
        self.mode = mode
        self.retentionMonths = retentionMonths
        self.deadLetterDays = deadLetterDays
        self.kept = kept
        self.forgotten = forgotten
        self.steps = steps
    }
}
