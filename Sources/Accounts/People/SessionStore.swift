import Database
public import EventModel

/// Where people are signed in.
struct SessionStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// A session as its row has it.
    struct Row {
        var session: Int64
        var person: Int32
        var seenAt: Timestamp
        var expiresAt: Timestamp
    }

    func add(
        person: Int32, tokenHash: String, origin: SignInOrigin, now: Timestamp, expiresAt: Timestamp
    ) throws(DatabaseError) -> Int64 {
        try connection.query(
            """
            INSERT INTO person_session (person_id, token_hash, created_at, seen_at, expires_at, device, network)
            VALUES (\(person), \(tokenHash), \(timestamp: now.milliseconds), \(timestamp: now.milliseconds),
                \(timestamp: expiresAt.milliseconds), \(origin.device), \(origin.network))
            RETURNING person_session_id
            """)[0].value(0)
    }

    func session(tokenHash: String) throws(DatabaseError) -> Row? {
        let rows = try connection.query(
            """
            SELECT person_session_id, person_id, seen_at, expires_at FROM person_session
            WHERE token_hash = \(tokenHash)
            """)
        guard let row = rows.first else { return nil }
        return Row(
            session: try row.value(0), person: try row.value(1),
            seenAt: Timestamp(milliseconds: try row.milliseconds(2)),
            expiresAt: Timestamp(milliseconds: try row.milliseconds(3)))
    }

    func note(seen session: Int64, at now: Timestamp) throws(DatabaseError) {
        try connection.execute(
            "UPDATE person_session SET seen_at = \(timestamp: now.milliseconds) WHERE person_session_id = \(session)")
    }

    func list(of person: Int32) throws(DatabaseError) -> [PersonSession] {
        var sessions: [PersonSession] = []
        for row in try connection.query(
            """
            SELECT person_session_id, created_at, seen_at, device, network FROM person_session
            WHERE person_id = \(person) ORDER BY seen_at DESC, person_session_id
            """)
        {
            sessions.append(
                PersonSession(
                    id: try row.value(0), createdAt: Timestamp(milliseconds: try row.milliseconds(1)),
                    seenAt: Timestamp(milliseconds: try row.milliseconds(2)), device: try row.value(3),
                    network: try row.value(4)))
        }
        return sessions
    }

    /// Signs out. True when there was such a session of this person.
    @discardableResult
    func remove(_ session: Int64, of person: Int32) throws(DatabaseError) -> Bool {
        try connection.execute(
            "DELETE FROM person_session WHERE person_session_id = \(session) AND person_id = \(person)") == 1
    }

    func removeAll(of person: Int32, but session: Int64) throws(DatabaseError) -> Int {
        try connection.execute(
            "DELETE FROM person_session WHERE person_id = \(person) AND person_session_id <> \(session)")
    }
}

/// A place where somebody is signed in, as it is listed.
public struct PersonSession: Sendable, Equatable {
    /// Its number; of no use to whoever is not this person.
    public var id: Int64
    /// When the sign-in was.
    public var createdAt: Timestamp
    /// When a page was last asked for.
    public var seenAt: Timestamp
    /// Browser and system, such as `Firefox on Linux`.
    public var device: String
    /// Truncated address.
    public var network: String
}

/// From where somebody signs in.
public struct SignInOrigin: Sendable, Equatable {
    /// Browser and system in words; of the user agent nothing else is kept.
    public var device: String
    /// Truncated address: /24 of IPv4, /48 of IPv6.
    public var network: String

    /// An origin.
    public init(device: String = "", network: String = "") {
        self.device = device
        self.network = network
    }
}
