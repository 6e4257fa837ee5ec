public import Database
public import EventModel

/// Who did what from where and when. Rows are added and never changed: the dashboard's login could not.
public struct AuditLog {
    private let connection: Connection

    /// A log on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Writes that something was done, in the transaction of the change itself: neither is there without the other.
    ///
    /// - Parameters:
    ///   - object: on what, in words: an address, a domain, a name; never a secret.
    ///   - person: who; `nil` for the operator's terminal.
    public func note(
        _ action: AuditAction, _ object: String = "", organisation: Int32?, person: AuditPerson, network: String = ""
    ) throws(DatabaseError) {
        try connection.execute(
            """
            INSERT INTO audit_entry (organisation_id, person_id, person_name, action, object, network)
            VALUES (\(organisation), \(person.number), \(person.name), \(action.rawValue), \(object), \(network))
            """)
    }

    /// The entries of an organisation, newest first.
    ///
    /// - Parameter before: only entries older than this one, for the next page.
    func entries(
        of organisation: Int32, before: Int64? = nil, limit: Int = 100
    ) throws(DatabaseError) -> [AuditEntry] {
        try read("organisation_id = \(organisation) AND audit_entry_id < \(before ?? .max)", limit: limit)
    }

    /// How many entries an organisation has.
    func count(of organisation: Int32) throws(DatabaseError) -> Int {
        try connection.query("SELECT count(*) FROM audit_entry WHERE organisation_id = \(organisation)")[0].value(0)
    }

    /// What a person did outside of any organisation: signing in, changing the password.
    func entries(ofPerson person: Int32, limit: Int = 20) throws(DatabaseError) -> [AuditEntry] {
        try read("person_id = \(person) AND organisation_id IS NULL", limit: limit)
    }

    private func read(_ condition: SQL, limit: Int) throws(DatabaseError) -> [AuditEntry] {
        var entries: [AuditEntry] = []
        for row in try connection.query(
            """
            SELECT audit_entry_id, "time", person_name, action, object, network FROM audit_entry
            WHERE \(condition) ORDER BY audit_entry_id DESC LIMIT \(limit)
            """)
        {
            entries.append(
                AuditEntry(
                    number: try row.value(0), time: Timestamp(milliseconds: try row.milliseconds(1)),
                    person: try row.value(2), action: try row.value(3), object: try row.value(4),
                    network: try row.value(5)))
        }
        return entries
    }
}

/// Who did it.
public struct AuditPerson: Sendable, Equatable {
    /// Their number; `nil` for the operator's terminal.
    public var number: Int32?
    /// Their address.
    public var name: String

    /// Somebody.
    public init(number: Int32?, name: String) {
        self.number = number
        self.name = name
    }

    /// Whoever may use the program `footfall` on the server.
    public static let operatorTerminal = AuditPerson(number: nil, name: "operator")
}

/// A line of the audit log.
public struct AuditEntry: Sendable, Equatable {
    /// Its number, which grows.
    public var number: Int64
    /// When.
    public var time: Timestamp
    /// Who, by address.
    public var person: String
    /// What, as `AuditAction` has it; one of a later version perhaps.
    public var action: String
    /// On what.
    public var object: String
    /// From where: truncated address.
    public var network: String
}

/// What is written down.
public enum AuditAction: String, Sendable, CaseIterable {
    case signedIn = "signed_in"
    case signInFailed = "sign_in_failed"
    case codeFailed = "code_failed"
    case signedOut = "signed_out"
    case passwordChanged = "password_changed"
    case passwordReset = "password_reset"
    case nameChanged = "name_changed"
    case addressChanged = "address_changed"
    case secondFactorStarted = "second_factor_started"
    case secondFactorOn = "second_factor_on"
    case secondFactorOff = "second_factor_off"
    case recoveryCodesMade = "recovery_codes_made"
    case recoveryCodeUsed = "recovery_code_used"
    case sessionRevoked = "session_revoked"
    case accountDeleted = "account_deleted"
    case setUp = "set_up"
    case organisationAdded = "organisation_added"
    case organisationRenamed = "organisation_renamed"
    case organisationDeletion = "organisation_deletion"
    case organisationKept = "organisation_kept"
    case brandChanged = "brand_changed"
    case personAdded = "person_added"
    case personInvited = "person_invited"
    case invitationRevoked = "invitation_revoked"
    case personJoined = "person_joined"
    case roleChanged = "role_changed"
    case personRemoved = "person_removed"
    case personLeft = "person_left"
    case teamAdded = "team_added"
    case teamRemoved = "team_removed"
    case teamMemberAdded = "team_member_added"
    case teamMemberRemoved = "team_member_removed"
    case siteAdded = "site_added"
    case siteChanged = "site_changed"
    case sitePublished = "site_published"
    case siteHidden = "site_hidden"
    case siteMoved = "site_moved"
    case siteDeletion = "site_deletion"
    case siteKept = "site_kept"
    case siteAccessGiven = "site_access_given"
    case siteAccessTaken = "site_access_taken"
    case goalSet = "goal_set"
    case goalRemoved = "goal_removed"
    case linkShared = "link_shared"
    case linkRevoked = "link_revoked"
    case keyMade = "key_made"
    case keyRevoked = "key_revoked"
    case dataExported = "data_exported"
    case dataErased = "data_erased"
    case auditExported = "audit_exported"
}
