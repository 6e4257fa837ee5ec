import Accounts

/// The audit log in words.
enum AuditWords {
    /// What was done; what a later version wrote, in its own words.
    static func of(_ word: String) -> String {
        AuditAction(rawValue: word).map { words($0) } ?? word.split(separator: "_").joined(separator: " ")
    }

    private static func words(_ action: AuditAction) -> String {
        switch action {
        case .signedIn: "signed in with"
        case .signInFailed: "typed a wrong password"
        case .codeFailed: "typed a wrong code of the second factor"
        case .signedOut: "signed out"
        case .passwordChanged: "changed the password"
        case .passwordReset: "had the password taken away"
        case .nameChanged: "changed the name to"
        case .addressChanged: "changed the address of"
        case .secondFactorStarted: "began to set a second factor up"
        case .secondFactorOn: "switched the second factor on"
        case .secondFactorOff: "switched the second factor off"
        case .recoveryCodesMade: "made other recovery codes"
        case .recoveryCodeUsed: "used a recovery code"
        case .sessionRevoked: "signed out elsewhere:"
        case .accountDeleted: "deleted their account"
        case .setUp: "set up the organisation"
        case .organisationAdded: "made the organisation"
        case .organisationRenamed: "renamed the organisation to"
        case .organisationDeletion: "deleted the organisation"
        case .organisationKept: "took the organisation's deletion back"
        case .brandChanged: "changed the looks"
        case .personAdded: "added"
        case .personInvited: "invited"
        case .invitationRevoked: "took back the invitation of"
        case .personJoined: "joined as"
        case .roleChanged: "changed the role of"
        case .personRemoved: "removed"
        case .personLeft: "left the organisation"
        case .teamAdded: "added the team"
        case .teamRemoved: "removed the team"
        case .teamMemberAdded: "took somebody into the team"
        case .teamMemberRemoved: "took somebody out of the team"
        case .siteAdded: "added the site"
        case .siteChanged: "changed the site"
        case .sitePublished: "let everybody read the site"
        case .siteHidden: "let nobody but its people read the site"
        case .siteMoved: "moved the site"
        case .siteDeletion: "deleted the site"
        case .siteKept: "took the deletion back of the site"
        case .siteAccessGiven: "gave access to the site"
        case .siteAccessTaken: "took away access to the site"
        case .goalSet: "set a goal of the site"
        case .goalRemoved: "removed a goal of the site"
        case .linkShared: "shared a link to the site"
        case .linkRevoked: "ended a link to the site"
        case .keyMade: "made the key"
        case .keyRevoked: "ended the key"
        case .dataExported: "exported data of the site"
        case .dataErased: "erased data of the site"
        case .auditExported: "exported the audit log"
        }
    }
}
