import Database
public import EventModel

/// Links that make whoever has them a member, once.
struct InvitationStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func add(_ new: NewInvitation, organisation: Int32, by person: Int32, now: Timestamp, days: Int)
        throws(DatabaseError) -> String
    {
        let token = AccessToken.make()
        let end = now.milliseconds + Int64(days) * 86_400_000
        try connection.execute(
            """
            INSERT INTO invitation
                (organisation_id, email, role, site_id, site_role, token_hash, created_by, created_at, expires_at)
            VALUES (\(organisation), \(new.email), \(new.role.rawValue), \(new.grant?.site.rawValue),
                \(new.grant?.role.rawValue), \(AccessToken.hash(token)), \(person),
                \(timestamp: now.milliseconds), \(timestamp: end))
            """)
        return token
    }

    func list(of organisation: Int32, now: Timestamp) throws(DatabaseError) -> [Invitation] {
        try read(
            "invitation.organisation_id = \(organisation) AND invitation.expires_at > \(timestamp: now.milliseconds)")
    }

    func invitation(tokenHash: String, now: Timestamp) throws(DatabaseError) -> Invitation? {
        try read("token_hash = \(tokenHash) AND expires_at > \(timestamp: now.milliseconds)").first
    }

    private func read(_ condition: SQL) throws(DatabaseError) -> [Invitation] {
        var invitations: [Invitation] = []
        for row in try connection.query(
            """
            SELECT invitation_id, invitation.organisation_id, email, role, invitation.site_id, site_role, expires_at, domain
            FROM invitation LEFT JOIN site ON site.site_id = invitation.site_id
            WHERE \(condition) ORDER BY expires_at, invitation_id
            """)
        {
            guard let role = Role(rawValue: try row.value(3)) else { continue }
            var invitation = Invitation(
                number: try row.value(0), organisation: try row.value(1), email: try row.value(2, as: String?.self),
                role: role, expiresAt: Timestamp(milliseconds: try row.milliseconds(6)))
            if let site = try row.value(4, as: Int32?.self),
                let siteRole = try row.value(5, as: String?.self).flatMap({ Role(rawValue: $0) })
            {
                invitation.grant = SiteGrant(site: SiteID(rawValue: site), role: siteRole)
                invitation.domain = try row.value(7, as: String?.self)
            }
            invitations.append(invitation)
        }
        return invitations
    }

    /// Takes an invitation back, or uses it up. False when it is gone already.
    func remove(_ number: Int32, of organisation: Int32) throws(DatabaseError) -> Bool {
        try connection.execute(
            "DELETE FROM invitation WHERE invitation_id = \(number) AND organisation_id = \(organisation)") == 1
    }

    /// Takes back the open invitations of somebody, as far as they may not give them any more: `role` is what they are now.
    func remove(by person: Int32, beyond role: Role, in organisation: Int32) throws(DatabaseError) {
        let given = role < .admin ? Role.allCases : Role.allCases.filter { $0 > role }
        try connection.execute(
            """
            DELETE FROM invitation WHERE organisation_id = \(organisation) AND created_by = \(person)
                AND role = ANY (\(given.map(\.rawValue)))
            """)
    }
}

/// An invitation to be.
public struct NewInvitation: Sendable, Equatable {
    /// Whom it is for; `nil` for whoever has the link.
    public var email: String?
    /// What they will be.
    public var role: Role
    /// The one site of a guest.
    public var grant: SiteGrant?

    /// An invitation.
    public init(email: String?, role: Role, grant: SiteGrant? = nil) {
        self.email = email
        self.role = role
        self.grant = grant
    }
}

/// An invitation that nobody has taken yet.
public struct Invitation: Sendable, Equatable {
    /// Its number.
    public var number: Int32
    /// Where it leads.
    public var organisation: Int32
    /// Whom it is for; `nil` for whoever has the link.
    public var email: String?
    /// What they will be.
    public var role: Role
    /// Until when it can be taken.
    public var expiresAt: Timestamp
    /// The one site of a guest.
    public var grant: SiteGrant?
    /// That site's domain, where it may be seen.
    public var domain: String?
}
