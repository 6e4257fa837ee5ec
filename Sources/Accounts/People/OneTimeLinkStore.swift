import Cryptography
public import Database
public import EventModel

/// Links that open once: for the first person of an installation, and for people who need a password. Only hashes are
/// kept.
public struct OneTimeLinkStore {
    private let connection: Connection

    /// A store on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Hours for which a link is good.
    public static let hours: Int64 = 24

    /// The set-up link's token, another one each time: the one before is of no use any more. `nil` when there is
    /// somebody already.
    public func makeSetUp(now: Timestamp) throws(DatabaseError) -> String? {
        let connection = self.connection
        return try connection.transaction { () throws(DatabaseError) in
            let isTaken: Bool = try connection.query("SELECT EXISTS (SELECT FROM person)")[0].value(0)
            if isTaken { return nil }
            try connection.execute("DELETE FROM one_time_link WHERE purpose = 'set_up'")
            return try add(purpose: "set_up", person: nil, now: now)
        }
    }

    /// A token with which a person sets a password. Tokens made before are of no use any more.
    public func makePassword(person: Int32, now: Timestamp) throws(DatabaseError) -> String {
        let connection = self.connection
        return try connection.transaction { () throws(DatabaseError) in
            try connection.execute("DELETE FROM one_time_link WHERE person_id = \(person)")
            return try add(purpose: "password", person: person, now: now)
        }
    }

    private func add(purpose: String, person: Int32?, now: Timestamp) throws(DatabaseError) -> String {
        let token = AccessToken.make()
        let end = now.milliseconds + OneTimeLinkStore.hours * 3_600_000
        try connection.execute(
            """
            INSERT INTO one_time_link (token_hash, purpose, person_id, expires_at)
            VALUES (\(AccessToken.hash(token)), \(purpose), \(person), \(timestamp: end))
            """)
        return token
    }

    /// Whether a set-up link opens.
    func isSetUp(_ hash: String, now: Timestamp) throws(DatabaseError) -> Bool {
        try connection.query(
            """
            SELECT EXISTS (SELECT FROM one_time_link
                WHERE token_hash = \(hash) AND purpose = 'set_up' AND expires_at > \(timestamp: now.milliseconds))
            """)[0].value(0)
    }

    /// Whose password a link sets; `nil` when it does not open.
    func person(_ hash: String, now: Timestamp) throws(DatabaseError) -> Int32? {
        try connection.query(
            """
            SELECT person_id FROM one_time_link
            WHERE token_hash = \(hash) AND purpose = 'password' AND expires_at > \(timestamp: now.milliseconds)
            """
        ).first?.value(0)
    }

    /// Uses a link up. False when somebody was faster.
    func use(_ hash: String) throws(DatabaseError) -> Bool {
        try connection.execute("DELETE FROM one_time_link WHERE token_hash = \(hash)") == 1
    }
}

/// Secrets that stand in links and cookies: 256 random bits as base64url. A fast hash is enough for them (OWASP ASVS 5.0,
/// 6.5.2).
enum AccessToken {
    static func make() -> String { Base64URL.encode(Randomness.bytes(32)) }

    static func hash(_ token: String) -> String { SHA256.hexadecimal(token) }
}
