public import Configuration

/// Settings of the `postgres` store.
public struct PostgresSettings: ValidatedSettings {
    /// Database of this store; empty for the gateway's own (`database.url`).
    public var url: String
    /// Seconds after which a statement is given up and tried again.
    public var statementTimeoutSeconds: Int
    /// Days before its receipt beyond which an event's time is not believed.
    public var maximumAgeDays: Int
    /// Texts whose presence in the database the store remembers.
    public var rememberedTexts: Int

    enum CodingKeys: String, CodingKey {
        case url
        case statementTimeoutSeconds = "statement_timeout_seconds"
        case maximumAgeDays = "maximum_age_days"
        case rememberedTexts = "remembered_texts"
    }

    /// Every default.
    public init() {
        url = ""
        statementTimeoutSeconds = 60
        maximumAgeDays = 400
        rememberedTexts = 20_000
    }

    /// Rules for the values.
    public func problems() -> [SettingProblem] {
        var problems: [SettingProblem] = []
        if !(1...3600).contains(statementTimeoutSeconds) {
            problems.append(SettingProblem("statement_timeout_seconds", "must be between 1 and 3600"))
        }
        if !(2...9500).contains(maximumAgeDays) {
            problems.append(SettingProblem("maximum_age_days", "must be between 2 and 9500"))
        }
        if !(100...10_000_000).contains(rememberedTexts) {
            problems.append(SettingProblem("remembered_texts", "must be between 100 and 10000000"))
        }
        return problems
    }
}
