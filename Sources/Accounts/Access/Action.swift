/// Everything that anybody can ask of the web process, but for operations. Each has one line in `requirement`, and there
/// is no way to a page or a change around that table.
public enum Action: String, Sendable, CaseIterable {
    // Whoever comes along.
    case signIn, signOut, setUp, join, setPassword, loadAsset, readPublicRecord, readOwnData, eraseOwnData,
        unlockSharedLink
    // Whoever has a shared link.
    case useSharedLink
    // People, about themselves.
    case listSites, readAccount, changeAccount, addOrganisation
    // An organisation.
    case readOrganisation, leaveOrganisation, addSite, managePeople, manageTeams, manageKeys, changeBrand, readAudit,
        changeOrganisation, deleteOrganisation
    // A site.
    case readReports, readDiagnosis, readSiteSettings, changeGoals, shareLinks, changeSite, manageSiteAccess,
        exportData,
        eraseData, moveSite, deleteSite
    // Programs.
    case queryReports

    /// Who may.
    public enum Requirement: Sendable, Equatable {
        /// Everybody.
        case nothing
        /// Whoever is signed in.
        case signedIn
        /// Somebody with at least this role in any organisation.
        case anyOrganisation(Role)
        /// A member of the organisation with at least this role.
        case organisation(Role)
        /// Somebody with at least this role for the site.
        case site(Role)
        /// The same, while the site is not about to be deleted: then it shows no numbers, of whichever kind.
        case numbers(Role)
        /// A viewer of the site, whoever has a shared link to it, and everybody where the site is public.
        case reports
        /// A shared link to the site, and its password where it has one.
        case link
        /// A key that may read the site.
        case key
    }

    /// The table.
    public var requirement: Requirement {
        switch self {
        case .signIn, .signOut, .setUp, .join, .setPassword, .loadAsset, .readPublicRecord, .readOwnData, .eraseOwnData,
            .unlockSharedLink:
            .nothing
        case .useSharedLink: .link
        case .listSites, .readAccount, .changeAccount: .signedIn
        case .addOrganisation: .anyOrganisation(.admin)
        case .readOrganisation, .leaveOrganisation: .organisation(.guest)
        case .addSite, .managePeople, .manageTeams, .manageKeys, .changeBrand, .readAudit, .changeOrganisation:
            .organisation(.admin)
        case .deleteOrganisation: .organisation(.owner)
        case .readReports: .reports
        case .readDiagnosis: .numbers(.viewer)
        case .readSiteSettings, .changeGoals, .shareLinks: .site(.editor)
        case .changeSite, .manageSiteAccess, .exportData, .eraseData: .site(.admin)
        case .moveSite, .deleteSite: .site(.owner)
        case .queryReports: .key
        }
    }
}
