import Accounts
import Dashboard
import Database
import EventModel
import Reports

/// Ada, who owns an organisation with three sites; whoever has the link; and a key.
extension Fixture: AccessSource {
    static let token = "ada"
    static let link = SharedLink(
        number: 3, site: site.id, name: "For the board", token: "board", filters: "filter=country,is,DE")

    private var ada: SignedIn {
        SignedIn(
            person: 1, session: 1, email: "ada@example.com", name: name ?? "Ada",
            memberships: [Membership(organisation: 1, name: name ?? "Example & Sons", role: .owner)])
    }

    func present(webToken: String?, token: String?) throws(AccountError) -> Presented {
        Presented(person: token == Fixture.token ? ada : nil, renewed: token == Fixture.token ? "renewed" : nil)
    }

    private func checkAccess() throws(AccountError) {
        if mood == .away { throw .database(DatabaseError(kind: .connection, message: "connection refused")) }
        if mood == .broken { throw .database(DatabaseError(kind: .refused, message: "relation missing (42P01)")) }
    }

    func site(domain: String, for caller: Caller) throws(AccountError) -> OwnedSite? {
        try checkAccess()
        guard domain == "shop.example" || domain == name else { return nil }
        var site = Fixture.site
        if let name { (site.domain, site.key, site.hosts, site.timeZone) = (name, name, [name], name) }
        return OwnedSite(site: site, organisation: 1)
    }

    func sites(of person: SignedIn) throws(AccountError) -> [OrganisationSites] {
        try checkAccess()
        var sites: [OwnedSite] = []
        if mood != .noSites {
            for (number, domain) in [(2, name ?? "blog.example"), (3, "quiet.example"), (1, "shop.example")] {
                var site = Fixture.site
                (site.id, site.domain) = (SiteID(rawValue: Int32(number)), domain)
                sites.append(OwnedSite(site: site, organisation: 1))
            }
        }
        return person.memberships.map { OrganisationSites(membership: $0, sites: sites) }
    }

    func link(token: String) throws(AccountError) -> SharedSite? {
        var link = Fixture.link
        switch token {
        case link.token: break
        // With a filter that a later or earlier version has written.
        case "other-version": (link.token, link.filters) = (token, "filter=country,is,DE&filter=mood,is,good")
        default: return nil
        }
        return SharedSite(
            link: link,
            site: OwnedSite(site: Fixture.site, organisation: 1, embedHosts: ["www.shop.example"]))
    }

    func isUnlocked(_ link: SharedLink, proof: String?) -> Bool { true }

    func readingKey(_ key: String) throws(AccountError) -> ReadingKey? {
        key == "ff_rk_good" ? ReadingKey(organisation: 1, sites: nil) : nil
    }

    func brand(of organisation: Int32) throws(AccountError) -> Brand {
        var brand = Brand()
        if organisation == Fixture.branded { (brand.colour, brand.version) = ("#335577", "abc") }
        return brand
    }

    /// An organisation with looks of its own.
    static let branded: Int32 = 7
}
