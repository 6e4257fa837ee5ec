public import Database
public import EventModel

/// What people change about sites, whom they show them to, and what programs may do.
extension AccountService {
    /// The site of a domain, as far as this caller may know of it: one of a person's organisations, or for everybody
    /// else whichever it is. `authorize` decides what comes of it.
    public func site(domain: String, for caller: Caller) throws(AccountError) -> OwnedSite? {
        var behalf = Behalf()
        if case .person(let person) = caller {
            behalf.person = person.person
            let found = try read(for: behalf) { (connection) throws(DatabaseError) in
                try SiteReader(connection).site(domain: domain)
            }
            if let found { return found }
        }
        // A public site, or one that a key opens.
        let number = try read(for: .nobody) { (connection) throws(DatabaseError) in
            try SiteReader(connection).number(domain: domain)
        }
        guard let number else { return nil }
        return try site(number)
    }

    /// A site by its number.
    public func site(_ id: SiteID) throws(AccountError) -> OwnedSite? {
        try read(for: .site(id.rawValue)) { (connection) throws(DatabaseError) in
            try SiteReader(connection).site(id)
        }
    }

    /// The sites that somebody may see, by organisation and domain.
    public func sites(of person: SignedIn) throws(AccountError) -> [OrganisationSites] {
        var all: [OrganisationSites] = []
        for membership in person.memberships {
            let sites = try read(for: Behalf(organisation: membership.organisation, person: person.person)) {
                (connection) throws(DatabaseError) in
                try SiteReader(connection).sites(of: membership.organisation)
            }
            all.append(
                OrganisationSites(membership: membership, sites: sites.filter { person.role(on: $0) != nil }))
        }
        return all
    }

    /// Adds a site.
    public func addSite(
        _ new: SiteStore.NewSite, to organisation: Int32, _ actor: Actor
    ) throws(AccountError) -> Site {
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try checkStays(organisation, connection)
            var new = new
            new.organisation = organisation
            let site = try SiteStore(connection).add(new)
            try note(connection, .siteAdded, site.domain, actor, organisation: organisation)
            return site
        }
    }

    /// Changes the hosts whose pages may send events, and where the site's days begin.
    public func setSite(
        _ site: OwnedSite, hosts: [String], timeZone: String, _ actor: Actor
    ) throws(AccountError) {
        try changeSite(site, .siteChanged, "hosts and days", actor) { (connection) throws(DatabaseError) in
            try SiteStore(connection).set(hosts: hosts, timeZone: timeZone, of: site.site.id)
        }
    }

    /// Decides whether everybody may read a site's reports, and which hosts may show shared links in a frame.
    public func setPublic(
        _ isPublic: Bool, embedHosts: [String], of site: OwnedSite, _ actor: Actor
    ) throws(AccountError) {
        let action: AuditAction = isPublic == site.isPublic ? .siteChanged : isPublic ? .sitePublished : .siteHidden
        let object = action == .siteChanged ? "hosts of frames" : ""
        try changeSite(site, action, object, actor) { (connection) throws(DatabaseError) in
            try SiteStore(connection).setPublic(isPublic, embedHosts: embedHosts, of: site.site.id)
        }
    }

    /// Moves a site to another organisation of one's own. Guests and teams, shared links and keys for this site end.
    public func move(_ site: OwnedSite, to organisation: Int32, _ actor: Actor) throws(AccountError) {
        guard let role = actor.person.role(in: organisation), role >= .admin else {
            throw .invalid("a site can move to organisations only in which you are an owner or admin")
        }
        let goal = actor.person.memberships.first { $0.organisation == organisation }?.name ?? ""
        try changeSite(site, .siteMoved, "to \(goal)", actor) { (connection) throws(DatabaseError) in
            try checkStays(organisation, connection)
            try SiteStore(connection).move(site.site.id, to: organisation)
            try note(connection, .siteMoved, site.site.domain, actor, organisation: organisation)
        }
    }

    /// Deletes a site with all its events, after the days of grace.
    public func delete(_ site: OwnedSite, _ actor: Actor) throws(AccountError) {
        let end = graceEnd
        try changeSite(site, .siteDeletion, "", actor) { (connection) throws(DatabaseError) in
            try SiteStore(connection).setDeletion(site.site.id, at: end)
        }
    }

    /// Takes a deletion back.
    public func keep(_ site: OwnedSite, _ actor: Actor) throws(AccountError) {
        try changeSite(site, .siteKept, "", actor) { (connection) throws(DatabaseError) in
            try SiteStore(connection).setDeletion(site.site.id, at: nil)
        }
    }

    /// What comes into an organisation that is about to be deleted would go with it.
    func checkStays(_ organisation: Int32, _ connection: Connection) throws(DatabaseError) {
        guard let known = try OrganisationStore(connection).organisation(organisation), known.deleteAt == nil else {
            throw .invalid("this organisation is about to be deleted: keep it first")
        }
    }

    /// Runs a change of a site, and writes it down in its organisation's log.
    ///
    /// - Parameter object: what of it, in words; empty for the site itself.
    public func changeSite(
        _ site: OwnedSite, _ action: AuditAction, _ object: String, _ actor: Actor,
        _ body: (Connection) throws(DatabaseError) -> Void
    ) throws(AccountError) {
        try change(for: actor.behalf(organisation: site.organisation, site: site.site.id)) {
            (connection) throws(DatabaseError) in
            try lock(site.site.id, of: site.organisation, connection)
            try body(connection)
            let words = object.isEmpty ? site.site.domain : "\(site.site.domain): \(object)"
            try note(connection, action, words, actor, organisation: site.organisation)
        }
    }

    /// Makes others wait who change or move the same site, until the transaction ends.
    private func lock(_ site: SiteID, of organisation: Int32?, _ connection: Connection) throws(DatabaseError) {
        let rows = try connection.query(
            "SELECT organisation_id FROM site WHERE site_id = \(site.rawValue) FOR NO KEY UPDATE")
        guard let row = rows.first, try row.value(0, as: Int32?.self) == organisation else {
            throw .invalid("this site has moved meanwhile, or is gone")
        }
    }

    /// Reads what belongs to a site.
    public func readSite(
        _ site: OwnedSite, _ body: (Connection) throws(DatabaseError) -> Void
    ) throws(AccountError) {
        try read(for: .site(site.site.id.rawValue), body)
    }

    // MARK: Single sites for single people

    /// To whom a site was given beyond the members of its organisation, and everybody to whom it could be given.
    public func access(to site: OwnedSite, for person: SignedIn) throws(AccountError) -> SiteAccess {
        guard let organisation = site.organisation else { return SiteAccess() }
        let behalf = Behalf(site: site.site.id.rawValue, organisation: organisation, person: person.person)
        return try read(for: behalf) { (connection) throws(DatabaseError) in
            SiteAccess(
                grants: try TeamStore(connection).grants(of: site.site.id),
                members: try OrganisationStore(connection).members(of: organisation),
                teams: try TeamStore(connection).list(of: organisation))
        }
    }

    /// Gives a site to a member or a team.
    public func give(
        _ site: OwnedSite, to holder: GrantHolder, as role: Role, _ actor: Actor
    ) throws(AccountError) {
        guard Role.ofSites.contains(role) else { throw .invalid("a single site is given to viewers or editors") }
        let name = try name(of: holder, for: site, actor)
        try changeSite(site, .siteAccessGiven, "\(name) as \(role.rawValue)", actor) {
            (connection) throws(DatabaseError) in
            try check(holder, of: site, connection)
            try TeamStore(connection).grant(SiteGrant(site: site.site.id, role: role), to: holder)
        }
    }

    private func check(_ holder: GrantHolder, of site: OwnedSite, _ connection: Connection) throws(DatabaseError) {
        guard let organisation = site.organisation else { throw .invalid("this site belongs to nobody") }
        switch holder {
        case .person(let person):
            let members = try OrganisationStore(connection).members(of: organisation)
            guard members.contains(where: { $0.person == person }) else {
                throw .invalid("this person is no member of the organisation: invite them as a guest")
            }
        case .team(let team):
            guard try TeamStore(connection).list(of: organisation).contains(where: { $0.number == team }) else {
                throw .invalid("this team is gone")
            }
        }
    }

    /// What the audit log calls a member or a team.
    private func name(of holder: GrantHolder, for site: OwnedSite, _ actor: Actor) throws(AccountError) -> String {
        let access = try access(to: site, for: actor.person)
        switch holder {
        case .person(let person): return access.members.first { $0.person == person }?.email ?? "somebody who is gone"
        case .team(let team):
            return access.teams.first { $0.number == team }.map { "the team \($0.name)" } ?? "a team that is gone"
        }
    }

    /// Takes a site from a member or a team.
    public func take(_ site: OwnedSite, from holder: GrantHolder, _ actor: Actor) throws(AccountError) {
        let name = try name(of: holder, for: site, actor)
        try changeSite(site, .siteAccessTaken, name, actor) { (connection) throws(DatabaseError) in
            try TeamStore(connection).revoke(site: site.site.id, from: holder)
        }
    }
}

/// To whom a site was given, and could be given.
public struct SiteAccess: Sendable {
    /// To whom it was given.
    public var grants: [GivenGrant] = []
    /// The members of its organisation.
    public var members: [Member] = []
    /// The teams of its organisation.
    public var teams: [Team] = []

    /// To nobody.
    public init() {}

    init(grants: [GivenGrant], members: [Member], teams: [Team]) {
        self.grants = grants
        self.members = members
        self.teams = teams
    }
}
