public import Database
import EventModel

/// People who may sign in.
public struct PersonStore {
    private let connection: Connection

    /// A store on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// What a sign-in needs of a person. Never leaves the room.
    struct Credentials {
        var person: Int32
        var email: String
        var passwordHash: String?
        var secondFactor: SecondFactor
    }

    /// The second factor of a person (RFC 6238).
    struct SecondFactor {
        /// The key; `nil` where there never was one.
        var secret: [UInt8]?
        /// Whether it is asked for: not before its first code was typed in.
        var isOn: Bool
        /// Time step of the last code that was taken.
        var lastStep: Int64
    }

    func credentials(email: String) throws(DatabaseError) -> Credentials? {
        try credentials(where: "email = \(email)")
    }

    func credentials(person: Int32) throws(DatabaseError) -> Credentials? {
        try credentials(where: "person_id = \(person)")
    }

    private func credentials(where condition: SQL) throws(DatabaseError) -> Credentials? {
        let rows = try connection.query(
            """
            SELECT person_id, email, password_hash, totp_secret, has_second_factor, totp_last_step
            FROM person WHERE \(condition)
            """)
        guard let row = rows.first else { return nil }
        return Credentials(
            person: try row.value(0), email: try row.value(1), passwordHash: try row.value(2, as: String?.self),
            secondFactor: SecondFactor(
                secret: try row.value(3, as: [UInt8]?.self), isOn: try row.value(4), lastStep: try row.value(5)))
    }

    /// Adds a person. `passwordHash` is `nil` for somebody who gets a link to set one.
    ///
    /// - Parameter hasProvenEmail: whether the operator says that the address is theirs; nobody else's word counts.
    @discardableResult
    public func add(
        email: String, name: String, passwordHash: String?, hasProvenEmail: Bool = false
    ) throws(DatabaseError) -> Int32 {
        let added = try connection.query(
            """
            INSERT INTO person (email, name, password_hash, has_proven_email)
            VALUES (\(email), \(name), \(passwordHash), \(hasProvenEmail))
            ON CONFLICT (email) DO NOTHING RETURNING person_id
            """)
        guard let row = added.first else { throw .invalid("somebody with the address \(email) is here already") }
        return try row.value(0)
    }

    /// The number of the person with this address; `nil` when there is none.
    public func number(email: String) throws(DatabaseError) -> Int32? {
        try connection.query("SELECT person_id FROM person WHERE email = \(email)").first?.value(0)
    }

    func setName(_ name: String, of person: Int32) throws(DatabaseError) {
        try connection.execute("UPDATE person SET name = \(name) WHERE person_id = \(person)")
    }

    /// Changes the address.
    func setEmail(_ email: String, of person: Int32) throws(DatabaseError) {
        do throws(DatabaseError) {
            // What people type proves nothing, whoever they were before.
            try connection.execute(
                "UPDATE person SET email = \(email), has_proven_email = false WHERE person_id = \(person)")
        } catch {
            // 23505: unique. Two who want the same one at the same moment.
            throw error.sqlState == "23505" ? .invalid("somebody with this address is here already") : error
        }
    }

    /// Sets a password. Whoever is signed in anywhere as this person, is no longer, but for `session`.
    func setPassword(_ hash: String, of person: Int32, keeping session: Int64? = nil) throws(DatabaseError) {
        try connection.execute("UPDATE person SET password_hash = \(hash) WHERE person_id = \(person)")
        try connection.execute(
            "DELETE FROM person_session WHERE person_id = \(person) AND person_session_id <> \(session ?? 0)")
    }

    /// Exchanges the form of a hash whose password was just checked: nobody has to sign in again for that.
    /// One that was set meanwhile stays.
    func rehash(_ hash: String, from old: String, of person: Int32) throws(DatabaseError) {
        try connection.execute(
            "UPDATE person SET password_hash = \(hash) WHERE person_id = \(person) AND password_hash = \(old)")
    }

    /// Whether somebody whom we trust has said that the address is this person's.
    public func hasProvenEmail(_ person: Int32) throws(DatabaseError) -> Bool {
        try connection.query("SELECT has_proven_email FROM person WHERE person_id = \(person)").first?.value(0) ?? false
    }

    /// Notes that the address is this person's. What others may have set before that is taken away, the first time.
    func proveEmail(of person: Int32) throws(DatabaseError) {
        let isFirst =
            try connection.execute(
                "UPDATE person SET has_proven_email = true WHERE person_id = \(person) AND NOT has_proven_email") == 1
        if isFirst { try reset(person) }
    }

    func setSecondFactor(_ factor: SecondFactor, of person: Int32) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE person SET totp_secret = \(bytes: factor.secret), has_second_factor = \(factor.isOn),
                totp_last_step = \(factor.lastStep) WHERE person_id = \(person)
            """)
    }

    /// Takes a code's time step. False when this step, or a later one, was taken before.
    func takeStep(_ step: Int64, of person: Int32) throws(DatabaseError) -> Bool {
        try connection.execute(
            "UPDATE person SET totp_last_step = \(step) WHERE person_id = \(person) AND totp_last_step < \(step)") == 1
    }

    func setRecoveryCodes(_ hashes: [String], of person: Int32) throws(DatabaseError) {
        try connection.execute("DELETE FROM recovery_code WHERE person_id = \(person)")
        try connection.execute(
            "INSERT INTO recovery_code (person_id, code_hash) SELECT \(person), unnest(\(hashes))")
    }

    func recoveryCodes(of person: Int32) throws(DatabaseError) -> [String] {
        var hashes: [String] = []
        for row in try connection.query("SELECT code_hash FROM recovery_code WHERE person_id = \(person)") {
            hashes.append(try row.value(0))
        }
        return hashes
    }

    /// Uses up a recovery code by its hash. False when somebody was faster.
    func useRecoveryCode(_ hash: String, of person: Int32) throws(DatabaseError) -> Bool {
        try connection.execute(
            "DELETE FROM recovery_code WHERE person_id = \(person) AND code_hash = \(hash)") == 1
    }

    func recoveryCodeCount(of person: Int32) throws(DatabaseError) -> Int {
        try connection.query("SELECT count(*) FROM recovery_code WHERE person_id = \(person)")[0].value(0)
    }

    /// Takes away password, second factor and sessions: the operator's way to help somebody who is locked out. Who then gets
    /// the link is the one whose address that is.
    public func reset(_ person: Int32) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE person SET password_hash = NULL, totp_secret = NULL, has_second_factor = false, totp_last_step = 0,
                has_proven_email = true
            WHERE person_id = \(person)
            """)
        try connection.execute("DELETE FROM recovery_code WHERE person_id = \(person)")
        try connection.execute("DELETE FROM person_session WHERE person_id = \(person)")
    }

    /// Everybody with their organisations, a line each, for the operator.
    public func listing() throws(DatabaseError) -> [String] {
        var lines: [String] = []
        for row in try connection.query(
            """
            SELECT email, has_second_factor, coalesce(string_agg(organisation.name || ' (' || role || ')', ', '
                ORDER BY organisation.name), 'no organisation')
            FROM person LEFT JOIN membership USING (person_id) LEFT JOIN organisation USING (organisation_id)
            GROUP BY person_id ORDER BY email
            """)
        {
            let factor = try row.value(1, as: Bool.self) ? "\tsecond factor" : ""
            lines.append("\(try row.value(0, as: String.self))\t\(try row.value(2, as: String.self))\(factor)")
        }
        return lines
    }

    /// Names of the organisations that would be left without an owner. Until the transaction ends nobody can leave one.
    public func organisationsOwnedAlone(by person: Int32) throws(DatabaseError) -> [String] {
        var names: [String] = []
        for row in try connection.query("SELECT owned_alone(\(person))") { names.append(try row.value(0)) }
        return names
    }

    /// Takes somebody out of everything, with the invitations that they made. Of what they did the audit log keeps their
    /// address.
    public func remove(_ person: Int32) throws(DatabaseError) {
        try connection.execute("DELETE FROM person WHERE person_id = \(person)")
    }
}
