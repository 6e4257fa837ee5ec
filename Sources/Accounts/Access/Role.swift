/// What a member of an organisation, or somebody who was given a single site, may do. Each role may do all that the
/// ones before it may.
public enum Role: String, Sendable, CaseIterable, Comparable {
    /// Belongs to the organisation and sees the sites that were given to him or his teams, no others.
    case guest
    /// Reads reports.
    case viewer
    /// Sets goals, shares links.
    case editor
    /// Manages sites, people and keys.
    case admin
    /// May give the organisation away or delete it.
    case owner

    /// By what they may do.
    public static func < (one: Role, other: Role) -> Bool {
        one.rank < other.rank
    }

    private var rank: Int { Role.allCases.firstIndex(of: self) ?? 0 }

    /// Roles that somebody can have for a single site.
    public static let ofSites: [Role] = [.viewer, .editor]
}
