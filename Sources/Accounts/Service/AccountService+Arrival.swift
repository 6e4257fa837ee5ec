import Cryptography
import Database
import EventModel

/// How people come in for the first time: the set-up link, invitations, and links for a password.
extension AccountService {
    /// Whether there is nobody yet.
    public func isEmpty() throws(AccountError) -> Bool {
        try read(for: .nobody) { (connection) throws(DatabaseError) in
            let hasPerson: Bool = try connection.query("SELECT has_person()")[0].value(0)
            return !hasPerson
        }
    }

    /// Whether a set-up link opens.
    public func isSetUpLink(_ token: String) throws(AccountError) -> Bool {
        let hash = AccessToken.hash(token)
        let now = self.now
        guard try isEmpty() else { return false }
        return try read(for: Behalf(secret: hash)) { (connection) throws(DatabaseError) in
            try OneTimeLinkStore(connection).isSetUp(hash, now: now)
        }
    }

    /// Makes the first person, and their organisation, to which all sites so far belong from then on.
    public func setUp(
        token: String, email typed: String, password: String, organisation typedName: String, origin: SignInOrigin
    ) throws(AccountError) -> NewSession {
        let email = try AccountService.email(typed)
        let name = try AccountService.name(typedName, "the organisation's name")
        let hash = AccessToken.hash(token)
        guard try isSetUpLink(token) else { throw .invalid("this link is of no use any more") }
        let passwordHash = try passwordHash(password, email: email)
        let person = try change(for: Behalf(email: email, secret: hash)) { (connection) throws(DatabaseError) in
            guard try OneTimeLinkStore(connection).use(hash) else { throw .invalid("this link was used already") }
            let person = try PersonStore(connection).add(
                email: email, name: "", passwordHash: passwordHash, hasProvenEmail: true)
            let organisation = try OrganisationStore(connection).add(name: name, owner: person)
            try AuditLog(connection).note(
                .setUp, name, organisation: organisation, person: AuditPerson(number: person, name: email),
                network: origin.network)
            return person
        }
        return try beginSession(person, email, origin)
    }

    // MARK: Invitations

    /// What an invitation's link says: the invitation and the organisation's name; `nil` when it is of no use any more.
    public func invitation(token: String) throws(AccountError) -> (invitation: Invitation, organisation: String)? {
        let hash = AccessToken.hash(token)
        let now = self.now
        guard
            let invitation = try read(
                for: Behalf(secret: hash),
                { (connection) throws(DatabaseError) in
                    try InvitationStore(connection).invitation(tokenHash: hash, now: now)
                })
        else { return nil }
        let organisation = try read(for: Behalf(organisation: invitation.organisation)) {
            (connection) throws(DatabaseError) in
            try OrganisationStore(connection).organisation(invitation.organisation)
        }
        guard let organisation, organisation.deleteAt == nil else { return nil }
        return (invitation, organisation.name)
    }

    /// Takes an invitation as somebody who is signed in.
    public func join(token: String, _ actor: Actor) throws(AccountError) {
        guard let (invitation, _) = try invitation(token: token) else { throw AccountService.goneInvitation }
        if let email = invitation.email, email != actor.person.email {
            throw .invalid("this invitation is for \(email); you are signed in as \(actor.person.email)")
        }
        let behalf = Behalf(
            organisation: invitation.organisation, person: actor.person.person, secret: AccessToken.hash(token))
        try change(for: behalf) { (connection) throws(DatabaseError) in
            try take(invitation, connection, person: actor.person.person, actor.auditPerson, actor.network)
        }
    }

    /// Takes an invitation as somebody new.
    public func join(
        token: String, email typed: String, name: String, password: String, origin: SignInOrigin
    ) throws(AccountError) -> NewSession {
        guard let (invitation, _) = try invitation(token: token) else { throw AccountService.goneInvitation }
        let email = try AccountService.email(typed)
        if let expected = invitation.email, expected != email {
            throw .invalid("this invitation is for another address")
        }
        let name = name.isEmpty ? "" : try AccountService.name(name, "the name")
        let hash = try passwordHash(password, email: email)
        let behalf = Behalf(organisation: invitation.organisation, email: email, secret: AccessToken.hash(token))
        let person = try change(for: behalf) { (connection) throws(DatabaseError) in
            let taken = try PersonStore(connection).number(email: email) != nil
            if taken { throw .invalid("somebody with this address is here already: sign in first, then open the link") }
            let person = try PersonStore(connection).add(email: email, name: name, passwordHash: hash)
            let auditPerson = AuditPerson(number: person, name: email)
            try take(invitation, connection, person: person, auditPerson, origin.network)
            return person
        }
        return try beginSession(person, email, origin)
    }

    private static var goneInvitation: AccountError {
        .invalid("this invitation has expired, was taken or was taken back: ask for another one")
    }

    private func take(
        _ invitation: Invitation, _ connection: Connection, person: Int32, _ auditPerson: AuditPerson, _ network: String
    ) throws(DatabaseError) {
        guard try InvitationStore(connection).remove(invitation.number, of: invitation.organisation) else {
            throw .invalid("this invitation was taken already")
        }
        try OrganisationStore(connection).join(person, organisation: invitation.organisation, role: invitation.role)
        if let grant = invitation.grant { try TeamStore(connection).grant(grant, to: .person(person)) }
        try AuditLog(connection).note(
            .personJoined, invitation.role.rawValue, organisation: invitation.organisation, person: auditPerson,
            network: network)
    }

    // MARK: Links for a password

    /// The address of the person whose password a link sets; `nil` when the link is of no use any more.
    public func emailOfPasswordLink(_ token: String) throws(AccountError) -> String? {
        try personOfPasswordLink(token)?.email
    }

    private func personOfPasswordLink(_ token: String) throws(AccountError) -> (person: Int32, email: String)? {
        let hash = AccessToken.hash(token)
        let now = self.now
        let person = try read(for: Behalf(secret: hash)) { (connection) throws(DatabaseError) in
            try OneTimeLinkStore(connection).person(hash, now: now)
        }
        guard let person else { return nil }
        return try read(for: Behalf(person: person)) { (connection) throws(DatabaseError) in
            try PersonStore(connection).credentials(person: person).map { (person, $0.email) }
        }
    }

    /// Sets a password with a link. The second factor stays, and is asked for at the next sign-in; all sessions end.
    public func setPassword(token: String, password: String, origin: SignInOrigin) throws(AccountError) {
        guard let (person, email) = try personOfPasswordLink(token) else {
            throw .invalid("this link is of no use any more: ask for another one")
        }
        let hash = try passwordHash(password, email: email)
        try change(for: Behalf(person: person, secret: AccessToken.hash(token))) { (connection) throws(DatabaseError) in
            guard try OneTimeLinkStore(connection).use(AccessToken.hash(token)) else {
                throw .invalid("this link was used already")
            }
            try PersonStore(connection).setPassword(hash, of: person)
            try AuditLog(connection).note(
                .passwordChanged, organisation: nil, person: AuditPerson(number: person, name: email),
                network: origin.network)
        }
    }
}
