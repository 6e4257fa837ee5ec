public import EventModel

/// Who asks.
public enum Caller: Sendable, Equatable {
    /// Nobody that we know.
    case nobody
    /// Somebody who is signed in.
    case person(SignedIn)
    /// Whoever has a shared link, and its password where it has one.
    case link(SharedLink)
    /// A program with a key that may read.
    case key(ReadingKey)
}

/// Somebody who is signed in, with what belongs to them.
public struct SignedIn: Sendable, Equatable {
    /// Their number.
    public var person: Int32
    /// The session in which they ask.
    public var session: Int64
    /// Their address, lower case.
    public var email: String
    /// What they call themselves; may be empty.
    public var name: String
    /// Whether a second factor is asked for at sign-in.
    public var hasSecondFactor: Bool
    /// The organisations that they belong to, by name.
    public var memberships: [Membership]
    /// Single sites that they, or teams of theirs, were given.
    public var grants: [SiteGrant]

    /// Somebody with these properties.
    public init(
        person: Int32, session: Int64, email: String, name: String = "", hasSecondFactor: Bool = false,
        memberships: [Membership] = [], grants: [SiteGrant] = []
    ) {
        self.person = person
        self.session = session
        self.email = email
        self.name = name
        self.hasSecondFactor = hasSecondFactor
        self.memberships = memberships
        self.grants = grants
    }

    /// What to call them: the name, or the address.
    public var displayName: String { name.isEmpty ? email : name }

    /// Their role in an organisation; `nil` for one that they do not belong to.
    public func role(in organisation: Int32) -> Role? {
        memberships.first { $0.organisation == organisation }?.role
    }

    /// What they may do with a site: the most of what the organisation, the site and their teams give.
    public func role(on site: OwnedSite) -> Role? {
        guard let organisation = site.organisation, let role = role(in: organisation) else { return nil }
        let granted = grants.filter { $0.site == site.site.id }.map(\.role).max()
        let most = max(role, granted ?? .guest)
        return most == .guest ? nil : most
    }
}

/// That somebody belongs to an organisation.
public struct Membership: Sendable, Equatable {
    /// The organisation's number.
    public var organisation: Int32
    /// Its name.
    public var name: String
    /// What they are in it.
    public var role: Role
    /// When the organisation is going to be deleted; `nil` when it is not.
    public var deleteAt: Timestamp?

    /// A membership.
    public init(organisation: Int32, name: String, role: Role, deleteAt: Timestamp? = nil) {
        self.organisation = organisation
        self.name = name
        self.role = role
        self.deleteAt = deleteAt
    }
}

/// A single site that somebody was given.
public struct SiteGrant: Sendable, Equatable {
    /// The site.
    public var site: SiteID
    /// As what: viewer or editor.
    public var role: Role

    /// A grant.
    public init(site: SiteID, role: Role) {
        self.site = site
        self.role = role
    }
}

/// A site and whose it is.
public struct OwnedSite: Sendable, Equatable {
    /// The site.
    public var site: Site
    /// Whose it is; `nil` for one that was added before there was anybody.
    public var organisation: Int32?
    /// Whether everybody may read its reports.
    public var isPublic: Bool
    /// When it is going to be deleted, by itself or with its organisation; `nil` when it is not.
    public var deleteAt: Timestamp?
    /// Whether its organisation is what is going to be deleted.
    public var goesWithOrganisation = false
    /// Hosts whose pages may show its shared links in a frame.
    public var embedHosts: [String]

    /// A site with these properties.
    public init(
        site: Site, organisation: Int32?, isPublic: Bool = false, deleteAt: Timestamp? = nil, embedHosts: [String] = []
    ) {
        self.site = site
        self.organisation = organisation
        self.isPublic = isPublic
        self.deleteAt = deleteAt
        self.embedHosts = embedHosts
    }
}

/// A key with which a program reads reports.
public struct ReadingKey: Sendable, Equatable {
    /// Whose it is.
    public var organisation: Int32?
    /// The sites that it is good for; `nil` for all of the organisation.
    public var sites: [Int32]?

    /// A key for these.
    public init(organisation: Int32?, sites: [Int32]?) {
        self.organisation = organisation
        self.sites = sites
    }

    /// Whether it is good for a site.
    public func opens(_ site: OwnedSite) -> Bool {
        guard site.organisation == organisation else { return false }
        return sites.map { $0.contains(site.site.id.rawValue) } ?? (organisation != nil)
    }
}
