/// How long visitors have the same id: the setting `identity` of the plugin `visitor_id`.
public enum VisitorIdentity: String, Sendable, CaseIterable {
    /// For a day: visitors of several days are the sum of the days'.
    case daily
    /// For a week, from Monday.
    case weekly
    /// For a calendar month.
    case monthly

    /// Whether a visitor of two days may be one and the same.
    var outlivesDays: Bool { self != .daily }
}
