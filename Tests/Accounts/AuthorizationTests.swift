import EventModel
import Testing

@testable import Accounts

/// Every action for every role, at home and elsewhere.
struct AuthorizationTests {
    private static let organisation: Int32 = 1
    private static let foreign: Int32 = 2

    private static func site(_ number: Int32, of organisation: Int32?, isPublic: Bool = false) -> OwnedSite {
        OwnedSite(
            site: Site(id: SiteID(rawValue: number), domain: "\(number).example", key: "k", hosts: [], timeZone: "UTC"),
            organisation: organisation, isPublic: isPublic)
    }

    private static func person(_ role: Role?, grants: [SiteGrant] = []) -> Caller {
        .person(
            SignedIn(
                person: 1, session: 1, email: "a@example.com",
                memberships: role.map { [Membership(organisation: organisation, name: "Ours", role: $0)] } ?? [],
                grants: grants))
    }

    /// What each role may do with its own organisation and its sites; written by hand, so that a change of the table in
    /// `Action` must be meant.
    private static let own: [Role?: Set<Action>] = {
        let everybody: Set<Action> = [
            .signIn, .signOut, .setUp, .join, .setPassword, .loadAsset, .readPublicRecord, .readOwnData,
            .eraseOwnData, .unlockSharedLink,
        ]
        let signedIn = everybody.union([.listSites, .readAccount, .changeAccount])
        let guest = signedIn.union([.readOrganisation, .leaveOrganisation])
        let viewer = guest.union([.readReports, .readDiagnosis])
        let editor = viewer.union([.readSiteSettings, .changeGoals, .shareLinks])
        let admin = editor.union([
            .addSite, .managePeople, .manageTeams, .manageKeys, .changeBrand, .readAudit, .changeOrganisation,
            .changeSite, .manageSiteAccess, .exportData, .eraseData, .addOrganisation,
        ])
        let owner = admin.union([.deleteOrganisation, .moveSite, .deleteSite])
        return [nil: signedIn, .guest: guest, .viewer: viewer, .editor: editor, .admin: admin, .owner: owner]
    }()

    private static func resource(_ action: Action, organisation: Int32, site: OwnedSite) -> Resource {
        switch action.requirement {
        case .organisation: .organisation(organisation)
        case .site, .numbers, .reports, .link, .key: .site(site)
        case .nothing, .signedIn, .anyOrganisation: .none
        }
    }

    @Test(arguments: [nil, .guest, .viewer, .editor, .admin, .owner] as [Role?], Action.allCases)
    func eachRoleMayWhatItMayAndNothingElsewhere(role: Role?, action: Action) {
        let caller = AuthorizationTests.person(role)
        let home = authorize(
            caller, action,
            AuthorizationTests.resource(
                action, organisation: AuthorizationTests.organisation,
                site: AuthorizationTests.site(1, of: AuthorizationTests.organisation)))
        #expect((home == .allowed) == (AuthorizationTests.own[role]?.contains(action) ?? false))
        let away = authorize(
            caller, action,
            AuthorizationTests.resource(
                action, organisation: AuthorizationTests.foreign,
                site: AuthorizationTests.site(2, of: AuthorizationTests.foreign)))
        switch action.requirement {
        case .nothing, .signedIn: #expect(away == .allowed)
        case .anyOrganisation: #expect(away == home, "it is about none in particular")
        case .organisation, .site, .numbers, .reports, .link, .key: #expect(away == .unknown)
        }
    }

    @Test(arguments: Action.allCases)
    func whoIsNotSignedInIsAskedToAndLearnsNothing(action: Action) {
        for organisation in [AuthorizationTests.organisation, AuthorizationTests.foreign] {
            let site = AuthorizationTests.site(1, of: organisation)
            let verdict = authorize(
                .nobody, action, AuthorizationTests.resource(action, organisation: organisation, site: site))
            switch action.requirement {
            case .nothing: #expect(verdict == .allowed)
            case .signedIn, .anyOrganisation, .organisation, .site, .numbers, .reports: #expect(verdict == .signInFirst)
            case .link, .key: #expect(verdict == .unknown)
            }
            // The same for what does not exist.
            switch action.requirement {
            case .nothing: break
            case .link, .key: #expect(authorize(.nobody, action, .none) == .unknown)
            default: #expect(authorize(.nobody, action, .none) == verdict)
            }
        }
    }

    @Test(arguments: Action.allCases)
    func aGuestHasTheSitesThatWereGiven(action: Action) {
        let given = AuthorizationTests.site(5, of: AuthorizationTests.organisation)
        let other = AuthorizationTests.site(6, of: AuthorizationTests.organisation)
        // A grant for a site of an organisation to which one does not belong (any more) is worth nothing.
        let left = AuthorizationTests.site(7, of: AuthorizationTests.foreign)
        for (role, least) in [(Role.viewer, Role.viewer), (.editor, .editor)] {
            let caller = AuthorizationTests.person(
                .guest, grants: [given, left].map { SiteGrant(site: $0.site.id, role: role) })
            let may: Bool =
                switch action.requirement {
                case .site(let needed), .numbers(let needed): needed <= least
                case .reports: true
                default: false
                }
            guard [.site, .reports].contains(kind(action)) else { continue }
            #expect((authorize(caller, action, .site(given)) == .allowed) == may)
            #expect(authorize(caller, action, .site(other)) == .unknown)
            #expect(authorize(caller, action, .site(left)) == .unknown)
        }
    }

    private enum Kind { case site, reports, other }

    private func kind(_ action: Action) -> Kind {
        switch action.requirement {
        case .site, .numbers: .site
        case .reports: .reports
        default: .other
        }
    }

    @Test(arguments: Action.allCases)
    func linksAndKeysOpenReportsOfTheirSiteAndNothingElse(action: Action) {
        let site = AuthorizationTests.site(1, of: AuthorizationTests.organisation)
        let other = AuthorizationTests.site(2, of: AuthorizationTests.organisation)
        let link = Caller.link(SharedLink(number: 1, site: site.site.id))
        let key = Caller.key(ReadingKey(organisation: AuthorizationTests.organisation, sites: [1]))
        for (caller, wanted) in [(link, Action.useSharedLink), (key, .queryReports)] {
            if action.requirement == .nothing { continue }
            let resource = AuthorizationTests.resource(
                action, organisation: AuthorizationTests.organisation, site: site)
            #expect((authorize(caller, action, resource) == .allowed) == (action == wanted))
            #expect(authorize(caller, action, .site(other)) != .allowed)
        }
    }

    @Test func everybodyReadsThePublicReportsAndNothingElse() {
        let site = AuthorizationTests.site(1, of: AuthorizationTests.organisation, isPublic: true)
        for caller in [Caller.nobody, AuthorizationTests.person(nil)] {
            for action in Action.allCases where [.site, .reports].contains(kind(action)) {
                #expect((authorize(caller, action, .site(site)) == .allowed) == (action == .readReports))
            }
        }
    }

    @Test func aSiteThatIsBeingDeletedShowsItsSettingsToTheOwnersAndNoReports() {
        var site = AuthorizationTests.site(1, of: AuthorizationTests.organisation, isPublic: true)
        site.deleteAt = Timestamp(milliseconds: 1)
        let owner = AuthorizationTests.person(.owner)
        #expect(authorize(owner, .readReports, .site(site)) == .unknown)
        #expect(authorize(owner, .readSiteSettings, .site(site)) == .allowed)
        #expect(authorize(owner, .deleteSite, .site(site)) == .allowed)
        #expect(authorize(.nobody, .readReports, .site(site)) == .signInFirst)
        #expect(authorize(.link(SharedLink(number: 1, site: site.site.id)), .useSharedLink, .site(site)) == .unknown)
        #expect(authorize(owner, .readDiagnosis, .site(site)) == .unknown)
        let key = Caller.key(ReadingKey(organisation: AuthorizationTests.organisation, sites: nil))
        #expect(authorize(key, .queryReports, .site(site)) == .unknown)
    }

    @Test func aKeyWithoutAnOrganisationOpensNothing() {
        let orphan = AuthorizationTests.site(1, of: nil)
        #expect(authorize(.key(ReadingKey(organisation: nil, sites: nil)), .queryReports, .site(orphan)) == .unknown)
        #expect(authorize(AuthorizationTests.person(.owner), .readReports, .site(orphan)) == .unknown)
    }
}
