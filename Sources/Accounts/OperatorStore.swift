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

    /// Whether somebody has a password.
    public func hasPassword(_ person: Int32) throws(DatabaseError) -> Bool {
        try PersonStore(connection).credentials(person: person)?.passwordHash != nil
    }
}
