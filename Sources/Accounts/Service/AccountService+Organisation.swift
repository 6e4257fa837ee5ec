import Database
import EventModel
import Synchronization

/// What people change about an organisation.
extension AccountService {
    /// An organisation with its people.
    public struct OrganisationDetails: Sendable {
        /// The organisation.
        public var organisation: Organisation
        /// Who belongs to it, by address.
        public var members: [Member]
        /// Who was invited and has not come yet.
        public var invitations: [Invitation]
        /// Its teams, by name.
        public var teams: [Team]
        /// Its sites, by domain.
        public var sites: [OwnedSite]
    }

    /// An organisation with its people; `nil` when it is gone.
    public func details(of organisation: Int32, for person: SignedIn) throws(AccountError) -> OrganisationDetails? {
        let now = self.now
        return try read(for: Behalf(organisation: organisation, person: person.person)) {
            (connection) throws(DatabaseError) in
            guard let found = try OrganisationStore(connection).organisation(organisation) else { return nil }
            return OrganisationDetails(
                organisation: found, members: try OrganisationStore(connection).members(of: organisation),
                invitations: try InvitationStore(connection).list(of: organisation, now: now),
                teams: try TeamStore(connection).list(of: organisation),
                sites: try SiteReader(connection).sites(of: organisation))
        }
    }

    /// How the pages of an organisation look; Footfall's own for one that is gone. Some seconds old at most: every page
    /// asks.
    public func brand(of organisation: Int32) throws(AccountError) -> Brand {
        let now = clock()
        let known = brands.withLock { $0[organisation] }
        if let known, known.until > now { return known.brand }
        // What does not exist is not kept: anybody can ask for any number.
        guard let brand = try readBrand(of: organisation) else { return Brand() }
        brands.withLock { brands in
            // Each may have a picture of 48 KiB.
            if brands.count >= 100 { brands.removeAll() }
            brands[organisation] = KnownBrand(brand: brand, until: now + 5000)
        }
        return brand
    }

    private func readBrand(of organisation: Int32) throws(AccountError) -> Brand? {
        try read(for: Behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try OrganisationStore(connection).organisation(organisation)?.brand
        }
    }

    /// Gives an organisation another name.
    public func rename(_ organisation: Int32, to typed: String, _ actor: Actor) throws(AccountError) {
        let name = try AccountService.name(typed, "the organisation's name")
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try OrganisationStore(connection).rename(organisation, to: name)
            try note(connection, .organisationRenamed, name, actor, organisation: organisation)
        }
    }

    /// Changes how the pages of an organisation look. `logo` is `nil` to keep the picture, empty to take it away.
    public func setBrand(
        name: String, colour: String, logo: [UInt8]?, namesFootfall: Bool, scriptPath: String, endpointPath: String,
        of organisation: Int32, _ actor: Actor
    ) throws(AccountError) {
        let name = name.isEmpty ? "" : try AccountService.name(name, "the name")
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            let store = OrganisationStore(connection)
            try store.lock(organisation)
            var brand = try store.organisation(organisation)?.brand ?? Brand()
            brand.name = name
            brand.colour = try BrandRules.colour(colour)
            if let logo {
                brand.logo = logo
                brand.logoType = logo.isEmpty ? "" : try BrandRules.type(ofLogo: logo)
            }
            brand.namesFootfall = namesFootfall
            brand.scriptPath = try BrandRules.path(scriptPath)
            brand.endpointPath = try BrandRules.path(endpointPath)
            try store.setBrand(brand, of: organisation)
            try note(connection, .brandChanged, actor, organisation: organisation)
        }
        brands.withLock { $0[organisation] = nil }
    }

    /// Deletes an organisation with all its sites, after the days of grace.
    public func delete(_ organisation: Int32, _ actor: Actor) throws(AccountError) {
        let end = graceEnd
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try OrganisationStore(connection).setDeletion(organisation, at: end)
            try note(connection, .organisationDeletion, actor, organisation: organisation)
        }
    }

    /// Takes a deletion back.
    public func keep(_ organisation: Int32, _ actor: Actor) throws(AccountError) {
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try OrganisationStore(connection).setDeletion(organisation, at: nil)
            try note(connection, .organisationKept, actor, organisation: organisation)
        }
    }

    /// When what is deleted now is gone.
    var graceEnd: Timestamp {
        Timestamp(milliseconds: clock() + Int64(settings.graceDays) * 86_400_000)
    }

    // MARK: People

    /// Invites somebody. Returns the secret of the link, which nobody sees again.
    public func invite(
        _ typed: NewInvitation, to organisation: Int32, _ actor: Actor
    ) throws(AccountError) -> String {
        var new = typed
        new.email = nil
        if let text = typed.email, !text.isEmpty { new.email = try AccountService.email(text) }
        try checkMayGive(new.role, in: organisation, actor)
        guard new.role == .guest || new.grant == nil else {
            throw .invalid("a single site is for guests: everybody else sees all sites")
        }
        // Whoever finds such a link would own everything.
        guard new.role < .admin || new.email != nil else {
            throw .invalid("say for whom it is: a link for whoever has it makes guests, viewers and editors only")
        }
        let now = self.now
        let days = settings.invitationDays
        let invitation = new
        return try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try checkStays(organisation, connection)
            if let grant = invitation.grant { try check(grant.site, of: organisation, connection) }
            try note(
                connection, .personInvited, "\(invitation.email ?? "a link") as \(invitation.role.rawValue)", actor,
                organisation: organisation)
            return try InvitationStore(connection).add(
                invitation, organisation: organisation, by: actor.person.person, now: now, days: days)
        }
    }

    /// Takes an invitation back.
    public func revokeInvitation(_ number: Int32, of organisation: Int32, _ actor: Actor) throws(AccountError) {
        let now = self.now
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            let invitations = InvitationStore(connection)
            let known = try invitations.list(of: organisation, now: now).first { $0.number == number }
            guard let known, try invitations.remove(number, of: organisation) else {
                throw .invalid("this invitation is gone already")
            }
            try note(
                connection, .invitationRevoked, known.email ?? "whoever has the link", actor, organisation: organisation
            )
        }
    }

    /// Gives a member another role.
    public func setRole(
        _ role: Role, of person: Int32, in organisation: Int32, _ actor: Actor
    ) throws(AccountError) {
        try checkMayGive(role, in: organisation, actor)
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try OrganisationStore(connection).lock(organisation)
            let member = try member(person, organisation, connection)
            try checkMayChange(member, in: organisation, actor)
            try OrganisationStore(connection).setRole(role, of: person, in: organisation)
            try note(
                connection, .roleChanged, "\(member.email) to \(role.rawValue)", actor, organisation: organisation)
        }
    }

    /// Takes somebody out of an organisation.
    public func removePerson(_ person: Int32, from organisation: Int32, _ actor: Actor) throws(AccountError) {
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try OrganisationStore(connection).lock(organisation)
            let member = try member(person, organisation, connection)
            try checkMayChange(member, in: organisation, actor)
            try OrganisationStore(connection).remove(person, from: organisation)
            try note(connection, .personRemoved, member.email, actor, organisation: organisation)
        }
    }

    /// Leaves an organisation. Its last owner cannot.
    public func leave(_ organisation: Int32, _ actor: Actor) throws(AccountError) {
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try OrganisationStore(connection).lock(organisation)
            try note(connection, .personLeft, actor, organisation: organisation)
            try OrganisationStore(connection).remove(actor.person.person, from: organisation)
        }
    }

    private func member(
        _ person: Int32, _ organisation: Int32, _ connection: Connection
    ) throws(DatabaseError) -> Member {
        let members = try OrganisationStore(connection).members(of: organisation)
        guard let member = members.first(where: { $0.person == person }) else {
            throw .invalid("this person is no member any more")
        }
        return member
    }

    /// Nobody gives more than they have: an admin makes no owners.
    private func checkMayGive(_ role: Role, in organisation: Int32, _ actor: Actor) throws(AccountError) {
        guard let own = actor.person.role(in: organisation), own >= role else {
            throw .invalid("only an owner can make somebody an owner")
        }
    }

    private func checkMayChange(_ member: Member, in organisation: Int32, _ actor: Actor) throws(DatabaseError) {
        guard let own = actor.person.role(in: organisation), own >= member.role else {
            throw .invalid("only an owner can change what an owner is")
        }
    }

    // MARK: Teams

    /// Adds a team.
    public func addTeam(_ typed: String, to organisation: Int32, _ actor: Actor) throws(AccountError) {
        let name = try AccountService.name(typed, "the team's name")
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try TeamStore(connection).add(name: name, organisation: organisation)
            try note(connection, .teamAdded, name, actor, organisation: organisation)
        }
    }

    /// Removes a team; what its people have otherwise stays.
    public func removeTeam(_ team: Int32, from organisation: Int32, _ actor: Actor) throws(AccountError) {
        try changeTeam(team, of: organisation, .teamRemoved, actor) { (store, _) throws(DatabaseError) in
            try store.remove(team, from: organisation)
            return ""
        }
    }

    /// Takes a member into a team, or out of it.
    public func setTeamMember(
        _ person: Int32, of team: Int32, isMember: Bool, in organisation: Int32, _ actor: Actor
    ) throws(AccountError) {
        let action: AuditAction = isMember ? .teamMemberAdded : .teamMemberRemoved
        try changeTeam(team, of: organisation, action, actor) { (store, connection) throws(DatabaseError) in
            let member = try member(person, organisation, connection)
            if isMember {
                try store.addMember(person, to: team)
            } else {
                try store.removeMember(person, from: team)
            }
            return member.email
        }
    }

    /// - Parameter body: returns what of the team, in words; empty for the team itself.
    private func changeTeam(
        _ team: Int32, of organisation: Int32, _ action: AuditAction, _ actor: Actor,
        _ body: (TeamStore, Connection) throws(DatabaseError) -> String
    ) throws(AccountError) {
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            let store = TeamStore(connection)
            guard let known = try store.list(of: organisation).first(where: { $0.number == team }) else {
                throw .invalid("this team is gone already")
            }
            let object = try body(store, connection)
            let words = object.isEmpty ? known.name : "\(known.name): \(object)"
            try note(connection, action, words, actor, organisation: organisation)
        }
    }

    func check(_ site: SiteID, of organisation: Int32, _ connection: Connection) throws(DatabaseError) {
        let rows = try connection.query(
            "SELECT organisation_id FROM site WHERE site_id = \(site.rawValue) FOR NO KEY UPDATE")
        guard let row = rows.first, try row.value(0, as: Int32?.self) == organisation else {
            throw .invalid("this site is not one of the organisation's")
        }
    }

    // MARK: Audit log

    /// The audit log, newest first.
    public func auditLog(
        of organisation: Int32, before: Int64? = nil, limit: Int = 100
    ) throws(AccountError) -> [AuditEntry] {
        try read(for: Behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try AuditLog(connection).entries(of: organisation, before: before, limit: limit)
        }
    }

    /// Writes down that the log was taken along.
    public func noteAuditExport(of organisation: Int32, _ actor: Actor) throws(AccountError) {
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try note(connection, .auditExported, actor, organisation: organisation)
        }
    }
}
