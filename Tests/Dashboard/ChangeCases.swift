import EventModel
import Reports
import TestSupport

@testable import Accounts
@testable import Dashboard
@testable import OneTimePassword

/// A form that changes something, as an honest page sends it.
struct ChangeCase: Sendable {
    typealias Fields = [(name: String, value: String)]

    /// What the form is made of, once everything is there that it needs.
    struct Form {
        var browser: Browser
        var address: String
        var fields: Fields
        /// What has to be said besides; `nil` where the change can be taken back, or a password stands for it.
        var confirmation: String?
    }

    let route: Route
    /// What the audit log says of it, and on what; `nil` where it changes nothing that is kept.
    let action: AuditAction?
    var object = ""
    /// How many entries of that kind there are.
    var entries = 1
    /// Whether it is asked for first.
    var isAskedFor = false
    let form: @Sendable (DoorFixture, Tenant) throws -> Form

    init(
        _ route: Route, _ action: AuditAction?, _ object: String = "", entries: Int = 1,
        form: @escaping @Sendable (DoorFixture, Tenant) throws -> Form
    ) {
        (self.route, self.action, self.object, self.entries, self.form) = (route, action, object, entries, form)
    }

    static let all = arrival + oneself + organisation + people + site

    private static let another = "tram over violet lake"

    private static func fill(_ route: Route, _ tenant: Tenant) -> String {
        route.pattern.split(separator: "/", omittingEmptySubsequences: false).map { part in
            switch part {
            case ":organisation": "\(tenant.organisation)"
            case ":domain": tenant.sites[0].domain
            case ":token": tenant.link.token
            default: String(part)
            }
        }.joined(separator: "/")
    }

    /// A form of somebody with a role.
    private static func by(
        _ role: Role, _ route: Route, _ action: AuditAction?, _ object: String = "", entries: Int = 1,
        asks: Asked? = nil, _ fields: @escaping @Sendable (DoorFixture, Tenant) throws -> Fields = { _, _ in [] }
    ) -> ChangeCase {
        var change = ChangeCase(route, action, object, entries: entries) { fixture, tenant in
            Form(
                browser: try tenant.browser(role, fixture), address: fill(route, tenant),
                fields: try fields(fixture, tenant), confirmation: asks?.word(tenant, role))
        }
        change.isAskedFor = asks != nil
        return change
    }

    /// A form of somebody who is not signed in.
    private static func byStranger(
        _ route: Route, _ action: AuditAction?, _ object: String = "",
        _ fields: @escaping @Sendable (DoorFixture, Tenant) throws -> Fields
    ) -> ChangeCase {
        ChangeCase(route, action, object) { fixture, tenant in
            Form(browser: fixture.stranger, address: fill(route, tenant), fields: try fields(fixture, tenant))
        }
    }

    /// What has to be said, in whichever letters.
    private enum Asked {
        case yes, domain, name, email

        func word(_ tenant: Tenant, _ role: Role) -> String {
            switch self {
            case .yes: "yes"
            case .domain: tenant.sites[0].domain.uppercased()
            case .name: "Org \(tenant.name)"
            case .email: tenant.email(role)
            }
        }
    }

    // MARK: Coming in

    private static let arrival = [
        byStranger(.signIn, .signedIn) { _, t in [("email", t.email(.viewer)), ("password", DoorFixture.password)] },
        byStranger(.signInCode, .signedIn) { fixture, t in
            let code = try secondFactor(fixture, t, .viewer).recoveryCode
            let outcome = try fixture.accounts.signIn(
                email: t.email(.viewer), password: DoorFixture.password, address: .v4(0x0A00_0001),
                origin: SignInOrigin())
            guard case .secondFactor(let token) = outcome else { return [] }
            return [("code_token", token), ("code", code)]
        },
        by(.viewer, .signOut, .signedOut),
        byStranger(.joinAsSomebodyNew, .personJoined, "viewer") { _, t in
            [("token", t.invitationToken), ("email", "new@\(t.name).example"), ("password", another)]
        },
        ChangeCase(.joinAsMyself, .personJoined, "viewer") { fixture, t in
            let email = "new@\(t.name).example"
            return Form(
                browser: try fixture.browser(try fixture.person(email), email), address: fill(.joinAsMyself, t),
                fields: [("token", t.invitationToken)])
        },
        byStranger(.setPassword, .passwordChanged) { fixture, t in
            let token = try OneTimeLinkStore(fixture.database.connect()).makePassword(
                person: t.people[.viewer] ?? 0, now: fixture.accounts.now)
            return [("token", token), ("password", another), ("again", another)]
        },
        byStranger(.unlockShared, nil) { _, _ in [("password", Tenant.linkPassword)] },
    ]

    /// Switches a second factor on. Returns one of the recovery codes.
    private static func secondFactor(
        _ fixture: DoorFixture, _ tenant: Tenant, _ role: Role
    ) throws -> (actor: Actor, recoveryCode: String) {
        let session = try fixture.accounts.beginSession(tenant.people[role] ?? 0, tenant.email(role), SignInOrigin())
        guard let person = try fixture.accounts.present(webToken: session.webToken, token: session.token).person else {
            return (Actor(SignedIn(person: 0, session: 0, email: ""), network: ""), "")
        }
        let actor = Actor(person, network: "192.0.2.0/24")
        let secret = try fixture.accounts.startSecondFactor(
            password: DoorFixture.password, address: .v4(0x0A00_0001), actor)
        let codes = try fixture.accounts.confirmSecondFactor(
            code: code(of: secret, fixture), address: .v4(0x0A00_0001), actor)
        return (actor, codes.first ?? "")
    }

    private static func code(of secret: TOTPSecret, _ fixture: DoorFixture) -> String {
        String(decoding: secret.code(step: fixture.accounts.now.milliseconds / 30_000) ?? [], as: UTF8.self)
    }

    // MARK: Oneself

    private static let old: Fields = [("old", DoorFixture.password)]

    private static let oneself = [
        by(.guest, .setName, .nameChanged, "Grace") { _, _ in [("name", "Grace")] },
        // In one's own log, and in that of the organisation.
        by(.guest, .changeAddress, .addressChanged, "to grace@", entries: 2) { _, t in
            old + [("email", "grace@\(t.name).example")]
        },
        by(.guest, .changePassword, .passwordChanged) { _, _ in old + [("password", another), ("again", another)] },
        by(.guest, .startSecondFactor, .secondFactorStarted) { _, _ in old },
        by(.guest, .confirmSecondFactor, .secondFactorOn) { fixture, t in
            let session = try fixture.accounts.beginSession(t.people[.guest] ?? 0, t.email(.guest), SignInOrigin())
            let person = try fixture.accounts.present(webToken: session.webToken, token: session.token).person
            let secret = try person.map {
                try fixture.accounts.startSecondFactor(
                    password: DoorFixture.password, address: .v4(0x0A00_0001), Actor($0, network: ""))
            }
            return [("code", secret.map { code(of: $0, fixture) } ?? "")]
        },
        by(.guest, .renewRecoveryCodes, .recoveryCodesMade) { fixture, t in
            _ = try secondFactor(fixture, t, .guest)
            return old
        },
        by(.guest, .endSecondFactor, .secondFactorOff) { fixture, t in
            _ = try secondFactor(fixture, t, .guest)
            return old
        },
        by(.guest, .revokeSession, .sessionRevoked, "Firefox on Linux") { fixture, t in
            _ = try fixture.accounts.beginSession(
                t.people[.guest] ?? 0, t.email(.guest), SignInOrigin(device: "Firefox on Linux"))
            let sessions = try SessionStore(fixture.database.connect()).list(of: t.people[.guest] ?? 0)
            return [("session", "\(sessions.first { $0.device == "Firefox on Linux" }?.id ?? 0)")]
        },
        by(.guest, .revokeOtherSessions, .sessionRevoked, "1 other session") { fixture, t in
            _ = try fixture.accounts.beginSession(t.people[.guest] ?? 0, t.email(.guest), SignInOrigin())
            return []
        },
        by(.guest, .deleteAccount, .personLeft, asks: .email) { _, _ in old },
        by(.admin, .addOrganisation, .organisationAdded, "Club") { _, _ in [("organisation", "Club")] },
    ]

    // MARK: An organisation

    private static let organisation = [
        by(.viewer, .leaveOrganisation, .personLeft, asks: .yes),
        by(.admin, .addSite, .siteAdded, "third.") { _, t in [("domain", "third.\(t.name).example")] },
        by(.admin, .addKey, .keyMade, "Shop") { _, _ in [("name", "Shop"), ("scope", "read"), ("days", "0")] },
        by(.admin, .revokeKey, .keyRevoked, "Key ", asks: .yes) { _, t in [("key", "\(t.key.number)")] },
        by(.admin, .setBrand, .brandChanged) { _, _ in [("brand_name", "Steps")] },
        by(.admin, .renameOrganisation, .organisationRenamed, "Club") { _, _ in [("name", "Club")] },
        by(.owner, .deleteOrganisation, .organisationDeletion, asks: .name),
        by(.owner, .keepOrganisation, .organisationKept),
    ]

    private static let people = [
        by(.admin, .invite, .personInvited, "grace@example.com as editor") { _, _ in
            [("email", "grace@example.com"), ("role", "editor")]
        },
        by(.admin, .revokeInvitation, .invitationRevoked, "new@", asks: .yes) { _, t in
            [("invitation", "\(t.invitation)")]
        },
        by(.admin, .setRole, .roleChanged, "to editor") { _, t in
            [("person", "\(t.people[.viewer] ?? 0)"), ("role", "editor")]
        },
        // Of oneself downwards: somebody else must give it back.
        by(.admin, .setRole, .roleChanged, "to viewer", asks: .yes) { _, t in
            [("person", "\(t.people[.admin] ?? 0)"), ("role", "viewer")]
        },
        by(.admin, .removePerson, .personRemoved, "viewer@", asks: .yes) { _, t in
            [("person", "\(t.people[.viewer] ?? 0)")]
        },
        by(.admin, .addTeam, .teamAdded, "Red") { _, _ in [("name", "Red")] },
        by(.admin, .removeTeam, .teamRemoved, "Team ", asks: .yes) { _, t in [("team", "\(t.team)")] },
        by(.admin, .addTeamMember, .teamMemberAdded, "viewer@") { _, t in
            [("team", "\(t.team)"), ("person", "\(t.people[.viewer] ?? 0)")]
        },
        by(.admin, .removeTeamMember, .teamMemberRemoved, "guest@") { _, t in
            [("team", "\(t.team)"), ("person", "\(t.people[.guest] ?? 0)")]
        },
    ]

    // MARK: A site

    private static let site = [
        by(.editor, .setGoal, .goalSet, "Thanks") { _, _ in
            [("name", "Thanks"), ("kind", "page"), ("target", "/thanks")]
        },
        by(.editor, .removeGoal, .goalRemoved, "Bought") { fixture, t in
            try GoalStore(fixture.database.connect()).set(
                Goal(name: "Bought", target: .event("purchase")), of: t.sites[0].id)
            return [("goal", "Bought")]
        },
        by(.editor, .shareLink, .linkShared, "Press") { _, _ in [("link_name", "Press")] },
        by(.editor, .revokeLink, .linkRevoked, "Wall ", asks: .yes) { _, t in [("link", "\(t.openLink.number)")] },
        by(.admin, .setSite, .siteChanged, "hosts") { _, _ in
            [("hosts", "www.example.com"), ("time_zone", "Europe/Berlin")]
        },
        by(.admin, .setPublic, .sitePublished, "first.") { _, _ in [("is_public", "yes")] },
        by(.admin, .giveSite, .siteAccessGiven, "guest@") { _, t in
            [("holder", "person-\(t.people[.guest] ?? 0)"), ("role", "editor")]
        },
        by(.admin, .takeSite, .siteAccessTaken, "the team Team ") { _, t in [("holder", "team-\(t.team)")] },
        by(.admin, .setLimits, .siteChanged, "limits") { _, _ in [("events_per_second", "50")] },
        by(.admin, .setLimits, .siteChanged, "limits", asks: .yes) { _, _ in [("renew_secret", "yes")] },
        by(.admin, .setRetention, .siteChanged, "retention", asks: .yes) { _, _ in [("months", "6")] },
        by(.admin, .setRetention, .siteChanged, "retention") { _, _ in [("months", "24")] },
        by(.admin, .exportData, .dataExported, "2026-01-01") { _, _ in
            [("kind", "period"), ("from", "2026-01-01"), ("to", "2026-01-02")]
        },
        by(.admin, .eraseData, .dataErased, "2026-01-01", asks: .domain) { _, _ in
            [("kind", "period"), ("from", "2026-01-01"), ("to", "2026-01-02")]
        },
        // In the log of either organisation.
        by(.owner, .moveSite, .siteMoved, "first.", entries: 2, asks: .domain) { fixture, t in
            let other = try OrganisationStore(fixture.database.connect()).add(
                name: "Other of \(t.name)", owner: t.people[.owner] ?? 0)
            return [("organisation_number", "\(other)")]
        },
        by(.owner, .deleteSite, .siteDeletion, "first.", asks: .domain),
        by(.owner, .keepSite, .siteKept, "first."),
    ]
}
