public import Database
public import EventModel

/// What the operator's terminal reads and changes: unlike anybody in the dashboard it sees all organisations.
public struct OperatorStore {
    private let connection: Connection

    /// A store on this connection, whose login owns the tables.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: Organisations

    /// An organisation as it is listed.
    public struct ListedOrganisation: Sendable, Equatable {
        /// Its number.
        public var number: Int32
        /// Its name; several may have the same.
        public var name: String
        /// The addresses of its owners.
        public var owners: [String]
        /// How many people belong to it.
        public var members: Int
        /// How many sites it has.
        public var sites: Int
        /// When it is going to be deleted; `nil` when it is not.
        public var deleteAt: Timestamp?
    }

    /// All organisations by name.
    public func organisations() throws(DatabaseError) -> [ListedOrganisation] {
        var organisations: [ListedOrganisation] = []
        for row in try connection.query(
            """
            SELECT organisation_id, name,
                ARRAY(SELECT email FROM membership JOIN person USING (person_id)
                    WHERE membership.organisation_id = organisation.organisation_id AND role = 'owner' ORDER BY email),
                (SELECT count(*) FROM membership WHERE membership.organisation_id = organisation.organisation_id),
                (SELECT count(*) FROM site WHERE site.organisation_id = organisation.organisation_id), delete_at
            FROM organisation ORDER BY name, organisation_id
            """)
        {
            organisations.append(
                ListedOrganisation(
                    number: try row.value(0), name: try row.value(1), owners: try row.value(2),
                    members: try row.value(3), sites: try row.value(4),
                    deleteAt: try row.optionalMilliseconds(5).map { Timestamp(milliseconds: $0) }))
        }
        return organisations
    }

    /// Gives an organisation another name.
    public func rename(_ organisation: Int32, to name: String) throws(DatabaseError) {
        try OrganisationStore(connection).rename(organisation, to: name)
    }

    /// Has an organisation deleted with all its sites at this moment; `nil` takes that back.
    public func setDeletion(of organisation: Int32, at moment: Timestamp?) throws(DatabaseError) {
        try OrganisationStore(connection).setDeletion(organisation, at: moment)
    }

    // MARK: People

    /// The organisations to which somebody belongs.
    public func organisations(of person: Int32) throws(DatabaseError) -> [Int32] {
        var numbers: [Int32] = []
        for row in try connection.query(
            "SELECT organisation_id FROM membership WHERE person_id = \(person) ORDER BY organisation_id")
        {
            numbers.append(try row.value(0))
        }
        return numbers
    }

    /// The names of the organisations that nobody else owns.
    public func ownedAlone(by person: Int32) throws(DatabaseError) -> [String] {
        var names: [String] = []
        for row in try connection.query(
            """
            SELECT name FROM membership JOIN organisation USING (organisation_id)
            WHERE person_id = \(person) AND role = 'owner' AND NOT EXISTS (
                SELECT FROM membership AS other
                WHERE other.organisation_id = membership.organisation_id AND role = 'owner' AND person_id <> \(person))
            ORDER BY name
            """)
        {
            names.append(try row.value(0))
        }
        return names
    }

    /// Whether somebody has a password.
    public func hasPassword(_ person: Int32) throws(DatabaseError) -> Bool {
        try PersonStore(connection).credentials(person: person)?.passwordHash != nil
    }

    /// Removes somebody's account with everything that hangs on it.
    public func remove(person: Int32) throws(DatabaseError) {
        try PersonStore(connection).remove(person)
    }

    // MARK: Keys

    /// A secret key as it is listed.
    public struct ListedKey: Sendable, Equatable {
        /// Its first characters, which tell it from others and are of no use by themselves.
        public var beginning: String
        /// What it may do: `send`, `read`.
        public var scopes: [String]
        /// Whose it is; `nil` before there is anybody.
        public var organisation: Int32?
        /// The name of that organisation.
        public var organisationName: String?
        /// The domains of its sites; `nil` for all of the organisation.
        public var domains: [String]?
        /// When it ends by itself; `nil` for never.
        public var expiresAt: Timestamp?
        /// Day (UTC) of the last use, as PostgreSQL writes it.
        public var lastUsedOn: String?
        /// What its makers call it.
        public var name: String
    }

    /// All keys by organisation and age, or those that begin like this.
    public func keys(beginning: String? = nil) throws(DatabaseError) -> [ListedKey] {
        let beginning = beginning.map { String($0.prefix(bytes: SecretKeyStore.beginningLength)) }
        var keys: [ListedKey] = []
        for row in try connection.query(
            """
            SELECT beginning, scopes, secret_key.organisation_id, organisation.name,
                ARRAY(SELECT domain FROM site WHERE site_id = ANY (site_ids) ORDER BY domain), site_ids IS NULL,
                expires_at, last_used_on::text, secret_key.name
            FROM secret_key LEFT JOIN organisation USING (organisation_id)
            WHERE \(beginning)::text IS NULL OR beginning = \(beginning)
            ORDER BY organisation.name NULLS FIRST, organisation_id, secret_key.created_at, secret_key_id
            """)
        {
            keys.append(
                ListedKey(
                    beginning: try row.value(0), scopes: try row.value(1),
                    organisation: try row.value(2, as: Int32?.self),
                    organisationName: try row.value(3, as: String?.self),
                    domains: try row.value(5) ? nil : try row.value(4),
                    expiresAt: try row.optionalMilliseconds(6).map { Timestamp(milliseconds: $0) },
                    lastUsedOn: try row.value(7, as: String?.self), name: try row.value(8)))
        }
        return keys
    }
}
