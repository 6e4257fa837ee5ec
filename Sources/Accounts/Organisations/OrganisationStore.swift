import Cryptography
public import Database
public import EventModel

/// Organisations and who belongs to them.
public struct OrganisationStore {
    private let connection: Connection

    /// A store on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Adds an organisation for somebody, who owns it. Sites that were added before there was any become its.
    @discardableResult
    public func add(name: String, owner: Int32) throws(DatabaseError) -> Int32 {
        let connection = self.connection
        return try connection.transaction { () throws(DatabaseError) in
            let number: Int32 = try connection.query(
                "SELECT nextval(pg_get_serial_sequence('organisation', 'organisation_id'))::integer")[0].value(0)
            try connection.execute("SELECT set_config('footfall.organisation', \("\(number)"), true)")
            try connection.execute(
                """
                INSERT INTO organisation (organisation_id, name) OVERRIDING SYSTEM VALUE VALUES (\(number), \(name))
                """)
            try connection.execute(
                "INSERT INTO membership (organisation_id, person_id, role) VALUES (\(number), \(owner), 'owner')")
            try connection.execute("SELECT adopt_sites()")
            return number
        }
    }

    /// The number of the organisation of this name; `nil` when there is none, or several.
    public func number(name: String) throws(DatabaseError) -> Int32? {
        let rows = try connection.query("SELECT organisation_id FROM organisation WHERE name = \(name)")
        return rows.count == 1 ? try rows[0].value(0) : nil
    }

    /// The number of the only organisation; `nil` when there is none, or several.
    public func onlyNumber() throws(DatabaseError) -> Int32? {
        let rows = try connection.query("SELECT organisation_id FROM organisation LIMIT 2")
        return rows.count == 1 ? try rows[0].value(0) : nil
    }

    /// How many organisations there are, all of them or those of a name.
    public func count(name: String? = nil) throws(DatabaseError) -> Int {
        try connection.query(
            "SELECT count(*) FROM organisation WHERE \(name)::text IS NULL OR name = \(name)")[0].value(0)
    }

    func organisation(_ number: Int32) throws(DatabaseError) -> Organisation? {
        let rows = try connection.query(
            """
            SELECT name, delete_at, brand_name, brand_colour, brand_logo, brand_logo_type, names_footfall,
                script_path, endpoint_path
            FROM organisation WHERE organisation_id = \(number)
            """)
        guard let row = rows.first else { return nil }
        var organisation = Organisation(number: number, name: try row.value(0))
        organisation.deleteAt = try row.optionalMilliseconds(1).map { Timestamp(milliseconds: $0) }
        organisation.brand.name = try row.value(2, as: String?.self) ?? ""
        organisation.brand.colour = try row.value(3, as: String?.self) ?? ""
        organisation.brand.logo = try row.value(4, as: [UInt8]?.self) ?? []
        organisation.brand.logoType = try row.value(5, as: String?.self) ?? ""
        organisation.brand.namesFootfall = try row.value(6)
        organisation.brand.scriptPath = try row.value(7, as: String?.self) ?? ""
        organisation.brand.endpointPath = try row.value(8, as: String?.self) ?? ""
        organisation.brand.version = organisation.brand.digest
        return organisation
    }

    /// Makes others wait who are about to change the same organisation, until the transaction ends.
    func lock(_ number: Int32) throws(DatabaseError) {
        try connection.execute("SELECT FROM organisation WHERE organisation_id = \(number) FOR UPDATE")
    }

    func rename(_ number: Int32, to name: String) throws(DatabaseError) {
        try connection.execute("UPDATE organisation SET name = \(name) WHERE organisation_id = \(number)")
    }

    func setBrand(_ brand: Brand, of number: Int32) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE organisation SET brand_name = nullif(\(brand.name), ''), brand_colour = nullif(\(brand.colour), ''),
                brand_logo = \(bytes: brand.logo.isEmpty ? nil : brand.logo),
                brand_logo_type = nullif(\(brand.logoType), ''), names_footfall = \(brand.namesFootfall),
                script_path = nullif(\(brand.scriptPath), ''), endpoint_path = nullif(\(brand.endpointPath), '')
            WHERE organisation_id = \(number)
            """)
    }

    func setDeletion(_ number: Int32, at moment: Timestamp?) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE organisation SET delete_at = \(timestamp: moment?.milliseconds) WHERE organisation_id = \(number)
            """)
    }

    // MARK: Members

    func members(of number: Int32) throws(DatabaseError) -> [Member] {
        var members: [Member] = []
        for row in try connection.query(
            """
            SELECT person_id, email, name, role, has_second_factor FROM membership JOIN person USING (person_id)
            WHERE organisation_id = \(number) ORDER BY email
            """)
        {
            guard let role = Role(rawValue: try row.value(3)) else { continue }
            members.append(
                Member(
                    person: try row.value(0), email: try row.value(1), name: try row.value(2), role: role,
                    hasSecondFactor: try row.value(4)))
        }
        return members
    }

    /// Makes somebody a member; who is one already keeps the role that may do more. Returns what they are then.
    @discardableResult
    public func join(_ person: Int32, organisation: Int32, role: Role) throws(DatabaseError) -> Role {
        let known: String? = try connection.query(
            "SELECT role FROM membership WHERE organisation_id = \(organisation) AND person_id = \(person)"
        ).first?.value(0)
        if let known = known.flatMap({ Role(rawValue: $0) }), known >= role { return known }
        try connection.execute(
            """
            INSERT INTO membership (organisation_id, person_id, role)
            VALUES (\(organisation), \(person), \(role.rawValue))
            ON CONFLICT (organisation_id, person_id) DO UPDATE SET role = excluded.role
            """)
        return role
    }

    func setRole(_ role: Role, of person: Int32, in organisation: Int32) throws(DatabaseError) {
        let changed = try connection.execute(
            """
            UPDATE membership SET role = \(role.rawValue)
            WHERE organisation_id = \(organisation) AND person_id = \(person)
            """)
        guard changed == 1 else { throw .invalid("this person is no member any more") }
        try InvitationStore(connection).remove(by: person, beyond: role, in: organisation)
        try checkOwner(organisation)
    }

    /// Takes somebody out of an organisation, its teams and its sites.
    func remove(_ person: Int32, from organisation: Int32) throws(DatabaseError) {
        try connection.execute(
            """
            DELETE FROM site_access WHERE person_id = \(person) AND site_id IN (
                SELECT site_id FROM site WHERE organisation_id = \(organisation))
            """)
        try connection.execute(
            """
            DELETE FROM team_member WHERE person_id = \(person) AND team_id IN (
                SELECT team_id FROM team WHERE organisation_id = \(organisation))
            """)
        try InvitationStore(connection).remove(by: person, beyond: .guest, in: organisation)
        try connection.execute(
            "DELETE FROM membership WHERE organisation_id = \(organisation) AND person_id = \(person)")
        try checkOwner(organisation)
    }

    /// An organisation without an owner could never be given away or deleted. The lock keeps two owners from leaving at
    /// the same moment.
    private func checkOwner(_ organisation: Int32) throws(DatabaseError) {
        try lock(organisation)
        let hasOwner: Bool = try connection.query(
            """
            SELECT EXISTS (SELECT FROM membership WHERE organisation_id = \(organisation) AND role = 'owner')
            """)[0].value(0)
        guard hasOwner else { throw .invalid("an organisation needs an owner: make somebody else one first") }
    }
}

/// Who owns sites.
public struct Organisation: Sendable, Equatable {
    /// Its number.
    public var number: Int32
    /// Its name.
    public var name: String
    /// When it is going to be deleted; `nil` when it is not.
    public var deleteAt: Timestamp?
    /// How its pages look.
    public var brand = Brand()
}

/// How the pages of an organisation look; everything empty for Footfall's own.
public struct Brand: Sendable, Equatable {
    /// Shown instead of Footfall.
    public var name = ""
    /// Of links and charts, as `#rrggbb`.
    public var colour = ""
    /// A picture.
    public var logo: [UInt8] = []
    /// Its media type: image/png, image/jpeg, image/webp or image/gif.
    public var logoType = ""
    /// Whether pages say "powered by Footfall".
    public var namesFootfall = true
    /// Under which path pages load the script, where nginx gives it another one than `/footfall.js`.
    public var scriptPath = ""
    /// Where the script sends, where that is not `/e`.
    public var endpointPath = ""
    /// Names this state of the looks, and cannot be guessed from the organisation's number: part of the addresses of its
    /// files.
    public var version = ""

    /// What `version` is for a brand as it stands.
    var digest: String {
        let text = Array("\(name)\n\(colour)\n\(logoType)\n".utf8)
        return String(SHA256.hexadecimal(text + logo).prefix(24))
    }

    /// Footfall's own.
    public init() {}
}

/// Somebody who belongs to an organisation.
public struct Member: Sendable, Equatable {
    /// Their number.
    public var person: Int32
    /// Their address.
    public var email: String
    /// What they call themselves.
    public var name: String
    /// What they may do.
    public var role: Role
    /// Whether they sign in with a second factor.
    public var hasSecondFactor: Bool
}
