import Accounts

/// Everything that the web process answers to people, one case each: method, address, and the action that `authorize`
/// decides about. Nothing is answered that is not in `all`.
enum Route: Hashable, Sendable {
    // Whoever comes along.
    case signInPage, signIn, signInCode, signOut
    case setUpPage, setUp
    case joinPage, joinAsSomebodyNew, joinAsMyself
    case passwordPage, setPassword
    case asset, brandFile
    case publicRecord, ownData, eraseOwnData
    case shared(SitePage), sharedFile(SitePage), unlockShared
    // People, about themselves.
    case sites
    case accountPage, setName, changeAddress, changePassword, startSecondFactor, confirmSecondFactor, endSecondFactor,
        renewRecoveryCodes, revokeSession, revokeOtherSessions, deleteAccount
    // An organisation.
    case addOrganisation
    case organisationPage, leaveOrganisation
    case addSite
    case peoplePage, invite, revokeInvitation, setRole, removePerson, addTeam, removeTeam, addTeamMember,
        removeTeamMember
    case keysPage, addKey, revokeKey
    case brandPage, setBrand
    case auditPage, auditFile
    case renameOrganisation, deleteOrganisation, keepOrganisation
    // A site.
    case report(SitePage), file(SitePage)
    case settingsPage, setGoal, removeGoal, shareLink, revokeLink, setSite, setPublic, giveSite, takeSite, moveSite,
        deleteSite, keepSite, setLimits, setRetention, exportData, eraseData

    /// How it is asked for.
    enum Method: String {
        case get = "GET"
        case post = "POST"
    }

    /// The table of all of them.
    static let all: [Route] =
        [
            .signInPage, .signIn, .signInCode, .signOut, .setUpPage, .setUp, .joinPage, .joinAsSomebodyNew,
            .joinAsMyself,
            .passwordPage, .setPassword, .asset, .brandFile, .publicRecord, .ownData, .eraseOwnData, .unlockShared,
            .sites, .accountPage, .addOrganisation, .setName, .changeAddress, .changePassword, .startSecondFactor,
            .confirmSecondFactor, .endSecondFactor,
            .renewRecoveryCodes, .revokeSession, .revokeOtherSessions, .deleteAccount, .organisationPage,
            .leaveOrganisation, .addSite, .peoplePage, .invite, .revokeInvitation, .setRole, .removePerson, .addTeam,
            .removeTeam, .addTeamMember, .removeTeamMember, .keysPage, .addKey, .revokeKey, .brandPage, .setBrand,
            .auditPage, .auditFile, .renameOrganisation, .deleteOrganisation, .keepOrganisation, .settingsPage,
            .setGoal, .removeGoal, .shareLink, .revokeLink, .setSite, .setPublic, .giveSite, .takeSite, .moveSite,
            .deleteSite, .keepSite, .setLimits, .setRetention, .exportData, .eraseData,
        ] + SitePage.allCases.flatMap { [.report($0), .file($0)] }
        + SitePage.shared.flatMap { [.shared($0), .sharedFile($0)] }

    /// The action that somebody must be allowed.
    var action: Action {
        switch self {
        case .signInPage, .signIn, .signInCode: .signIn
        case .signOut: .signOut
        case .setUpPage, .setUp: .setUp
        case .joinPage, .joinAsSomebodyNew, .joinAsMyself: .join
        case .passwordPage, .setPassword: .setPassword
        case .asset, .brandFile: .loadAsset
        case .publicRecord: .readPublicRecord
        case .ownData: .readOwnData
        case .eraseOwnData: .eraseOwnData
        case .shared, .sharedFile: .useSharedLink
        case .unlockShared: .unlockSharedLink
        case .sites: .listSites
        case .accountPage: .readAccount
        case .setName, .changeAddress, .changePassword, .startSecondFactor, .confirmSecondFactor, .endSecondFactor,
            .renewRecoveryCodes, .revokeSession, .revokeOtherSessions, .deleteAccount:
            .changeAccount
        case .addOrganisation: .addOrganisation
        case .organisationPage: .readOrganisation
        case .leaveOrganisation: .leaveOrganisation
        case .addSite: .addSite
        case .peoplePage, .invite, .revokeInvitation, .setRole, .removePerson: .managePeople
        case .addTeam, .removeTeam, .addTeamMember, .removeTeamMember: .manageTeams
        case .keysPage, .addKey, .revokeKey: .manageKeys
        case .brandPage, .setBrand: .changeBrand
        case .auditPage, .auditFile: .readAudit
        case .renameOrganisation: .changeOrganisation
        case .deleteOrganisation, .keepOrganisation: .deleteOrganisation
        case .report(let page), .file(let page): page.isReport ? .readReports : .readDiagnosis
        case .settingsPage: .readSiteSettings
        case .setGoal, .removeGoal: .changeGoals
        case .shareLink, .revokeLink: .shareLinks
        case .setSite, .setPublic, .setLimits, .setRetention: .changeSite
        case .exportData: .exportData
        case .eraseData: .eraseData
        case .giveSite, .takeSite: .manageSiteAccess
        case .moveSite: .moveSite
        case .deleteSite, .keepSite: .deleteSite
        }
    }

    /// How it is asked for. Nothing changes by GET.
    var method: Method {
        switch self {
        case .signInPage, .setUpPage, .joinPage, .passwordPage, .asset, .brandFile, .publicRecord, .ownData,
            .shared, .sharedFile, .sites, .accountPage, .organisationPage, .peoplePage, .keysPage, .brandPage,
            .auditPage,
            .auditFile, .report, .file, .settingsPage:
            .get
        default: .post
        }
    }

    /// The address, with parameters behind colons.
    var pattern: String {
        switch self {
        case .signInPage, .signIn: "/footfall/sign-in"
        case .signInCode: "/footfall/sign-in/code"
        case .signOut: "/footfall/sign-out"
        case .setUpPage, .setUp: "/footfall/set-up"
        case .joinPage, .joinAsSomebodyNew: "/footfall/join"
        case .joinAsMyself: "/footfall/join/as-myself"
        case .passwordPage, .setPassword: "/footfall/password"
        case .asset: "/footfall/assets/:name"
        case .brandFile: "/footfall/brand/:organisation/:name"
        case .publicRecord: "/footfall/privacy/:domain"
        case .ownData: "/footfall/privacy/:domain/mine"
        case .eraseOwnData: "/footfall/privacy/:domain/mine/erase"
        case .shared(let page): "/footfall/share/:token" + page.ending
        case .sharedFile(let page): "/footfall/share/:token/\(page.rawValue).csv"
        case .unlockShared: "/footfall/share/:token"
        case .sites: "/dashboard"
        case .accountPage: "/footfall/account"
        case .addOrganisation: "/footfall/account/organisation"
        case .setName: "/footfall/account/name"
        case .changeAddress: "/footfall/account/address"
        case .changePassword: "/footfall/account/password"
        case .startSecondFactor: "/footfall/account/second-factor/start"
        case .confirmSecondFactor: "/footfall/account/second-factor/confirm"
        case .endSecondFactor: "/footfall/account/second-factor/end"
        case .renewRecoveryCodes: "/footfall/account/recovery-codes"
        case .revokeSession: "/footfall/account/session/revoke"
        case .revokeOtherSessions: "/footfall/account/sessions/revoke"
        case .deleteAccount: "/footfall/account/delete"
        case .organisationPage: "/footfall/organisation/:organisation"
        case .leaveOrganisation: "/footfall/organisation/:organisation/leave"
        case .addSite: "/footfall/organisation/:organisation/sites/add"
        case .peoplePage: "/footfall/organisation/:organisation/people"
        case .invite: "/footfall/organisation/:organisation/people/invite"
        case .revokeInvitation: "/footfall/organisation/:organisation/people/revoke-invitation"
        case .setRole: "/footfall/organisation/:organisation/people/role"
        case .removePerson: "/footfall/organisation/:organisation/people/remove"
        case .addTeam: "/footfall/organisation/:organisation/teams/add"
        case .removeTeam: "/footfall/organisation/:organisation/teams/remove"
        case .addTeamMember: "/footfall/organisation/:organisation/teams/add-member"
        case .removeTeamMember: "/footfall/organisation/:organisation/teams/remove-member"
        case .keysPage: "/footfall/organisation/:organisation/keys"
        case .addKey: "/footfall/organisation/:organisation/keys/add"
        case .revokeKey: "/footfall/organisation/:organisation/keys/revoke"
        case .brandPage, .setBrand: "/footfall/organisation/:organisation/brand"
        case .auditPage: "/footfall/organisation/:organisation/audit"
        case .auditFile: "/footfall/organisation/:organisation/audit.csv"
        case .renameOrganisation: "/footfall/organisation/:organisation/rename"
        case .deleteOrganisation: "/footfall/organisation/:organisation/delete"
        case .keepOrganisation: "/footfall/organisation/:organisation/keep"
        case .report(let page): "/dashboard/:domain" + page.ending
        case .file(let page): "/dashboard/:domain/\(page.rawValue).csv"
        case .settingsPage: "/dashboard/:domain/settings"
        case .setGoal: "/dashboard/:domain/settings/goals/set"
        case .removeGoal: "/dashboard/:domain/settings/goals/remove"
        case .shareLink: "/dashboard/:domain/settings/links/add"
        case .revokeLink: "/dashboard/:domain/settings/links/revoke"
        case .setSite: "/dashboard/:domain/settings/site"
        case .setPublic: "/dashboard/:domain/settings/public"
        case .giveSite: "/dashboard/:domain/settings/access/give"
        case .takeSite: "/dashboard/:domain/settings/access/take"
        case .moveSite: "/dashboard/:domain/settings/move"
        case .deleteSite: "/dashboard/:domain/settings/delete"
        case .keepSite: "/dashboard/:domain/settings/keep"
        case .setLimits: "/dashboard/:domain/settings/limits"
        case .setRetention: "/dashboard/:domain/settings/retention"
        case .exportData: "/dashboard/:domain/settings/export"
        case .eraseData: "/dashboard/:domain/settings/erase"
        }
    }
}

extension SitePage {
    /// The end of its address: the overview has no name in it.
    var ending: String { self == .overview ? "" : "/\(rawValue)" }

    /// Whether it shows what visitors did; the others show how well that is known.
    var isReport: Bool {
        switch self {
        case .quality, .inspector, .privacy: false
        default: true
        }
    }

    /// The pages behind a shared link.
    static let shared = allCases.filter(\.isReport)
}
