/// Who asks, and for which site: what every page needs to know. `AccountService` asks the database; tests and previews
/// answer from memory.
public protocol AccessSource: Sendable {
    /// Who a browser is, by its cookies.
    func present(webToken: String?, token: String?) throws(AccountError) -> Presented
    /// The site of a domain, as far as this caller may know of it.
    func site(domain: String, for caller: Caller) throws(AccountError) -> OwnedSite?
    /// The sites that somebody may see, by organisation and domain.
    func sites(of person: SignedIn) throws(AccountError) -> [OrganisationSites]
    /// The shared link of this secret, and its site.
    func link(token: String) throws(AccountError) -> SharedSite?
    /// Whether the browser has typed the link's password.
    func isUnlocked(_ link: SharedLink, proof: String?) -> Bool
    /// What a key that may read opens.
    func readingKey(_ key: String) throws(AccountError) -> ReadingKey?
    /// How the pages of an organisation look.
    func brand(of organisation: Int32) throws(AccountError) -> Brand
}

/// An organisation, and those of its sites that somebody may see.
public struct OrganisationSites: Sendable, Equatable {
    /// What they are in it.
    public var membership: Membership
    /// The sites, by domain.
    public var sites: [OwnedSite]

    /// Sites of an organisation.
    public init(membership: Membership, sites: [OwnedSite]) {
        self.membership = membership
        self.sites = sites
    }
}

/// A shared link and the site that it shows.
public struct SharedSite: Sendable, Equatable {
    /// The link.
    public var link: SharedLink
    /// Its site.
    public var site: OwnedSite

    /// A link to a site.
    public init(link: SharedLink, site: OwnedSite) {
        self.link = link
        self.site = site
    }
}

extension AccountService: AccessSource {}
