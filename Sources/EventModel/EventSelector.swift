/// Whose events, or which: what a person asks to be shown or erased.
public enum EventSelector: Sendable, Equatable {
    /// Those of a visitor, by the pseudonym of one period.
    case visitor(VisitorID)
    /// Those of a user of the site, and the visits in which the user was signed in.
    case user(UserID)
    /// All that happened in a stretch of time, whoever it was.
    case period(Range<Timestamp>)

    /// Whether an event is meant by its own fields alone.
    public func matches(_ hit: Hit) -> Bool {
        switch self {
        case .visitor(let visitor): hit.visitor == visitor
        case .user(let user): hit.user == user
        case .period(let period): period.contains(hit.time)
        }
    }
}
