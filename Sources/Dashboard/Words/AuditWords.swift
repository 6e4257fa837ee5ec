import Accounts

/// The audit log in words.
enum AuditWords {
    /// What was done; what a later version wrote, as it stands.
    static func of(_ word: String) -> String {
        AuditAction(rawValue: word).map { words($0) } ?? word
    }

    private static func words(_ action: AuditAction) -> String {
        switch action {
        case .signedIn: "signed in"
        case .signInFailed: "wrong password"
        case .signedOut: "signed out"
        case .passwordChanged: "changed the password"
        case .secondFactorOn: "switched the second factor on"
        case .secondFactorOff: "switched the second factor off"
        case .recoveryCodesMade: "made other recovery codes"
        case .recoveryCodeUsed: "used a recovery code"
        case .sessionRevoked: "signed out elsewhere"
        case .accountDeleted: "deleted their account"
        case .setUp: "set Footfall up"
        case .organisationRenamed: "renamed the organisation"
        case .organisationDeletion: "deleted the organisation"
        case .organisationKept: "took the organisation's deletion back"
        case .brandChanged: "changed the looks"
        case .personInvited: "invited"
        case .invitationRevoked: "took an invitation back"
        case .personJoined: "joined as"
        case .roleChanged: "changed the role of"
        case .personRemoved: "removed"
        case .personLeft: "left"
        case .teamAdded: "added the team"
        case .teamRemoved: "removed the team"
        case .teamChanged: "changed the people of the team"
        case .siteAdded: "added the site"
        case .siteChanged: "changed the site"
        case .siteMoved: "moved the site"
        case .siteDeletion: "deleted the site"
        case .siteKept: "took the deletion back of the site"
        case .siteAccessGiven: "gave access to"
        case .siteAccessTaken: "took access to"
        case .goalSet: "set the goal"
        case .goalRemoved: "removed the goal"
        case .linkShared: "shared a link to"
        case .linkRevoked: "ended a link to"
        case .keyMade: "made the key"
        case .keyRevoked: "ended the key"
        case .dataExported: "exported data of"
        case .dataErased: "erased data of"
        case .auditExported: "exported the audit log"
        }
    }
}
