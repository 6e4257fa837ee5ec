import Cryptography
public import Database
import EventModel
public import Platform
import Synchronization

/// What people do with accounts, organisations and sites: each in one transaction, seen through row-level security, and
/// written into the audit log. Who may do what is `authorize`'s to say, before any of this is called.
public final class AccountService: Sendable {
    let pool: Pool
    let settings: AccountSettings
    let clock: @Sendable () -> Int64
    let throttle = Throttle()
    let later = LaterWork()
    let wakeErasures: @Sendable () -> Void
    private let tokens: Mutex<TokenRing>
    private let linkTokens: Mutex<TokenRing>
    let brands: Mutex<[Int32: KnownBrand]> = Mutex([:])

    /// A service over the dashboard's connections.
    ///
    /// - Parameters:
    ///   - wakeErasures: called when somebody has asked for an erasure, which then need not wait for the job's next round.
    ///   - clock: gives milliseconds since 1970; tests have their own.
    public init(
        pool: Pool, settings: AccountSettings = AccountSettings(), wakeErasures: @escaping @Sendable () -> Void = {},
        clock: @escaping @Sendable () -> Int64 = { Clock.wallMilliseconds() }
    ) {
        self.pool = pool
        self.settings = settings
        self.wakeErasures = wakeErasures
        self.clock = clock
        tokens = Mutex(TokenRing(rotatedAt: clock(), lifetime: 3_600_000))
        linkTokens = Mutex(TokenRing(rotatedAt: clock(), lifetime: 24 * 3_600_000))
    }

    /// How long a browser keeps the cookie of a session.
    public var sessionSeconds: Int { settings.sessionDays * 86_400 }

    /// Days between deleting a site or an organisation and its end.
    public var graceDays: Int { settings.graceDays }

    /// Days for which an invitation is good.
    public var invitationDays: Int { settings.invitationDays }

    struct KnownBrand {
        var brand: Brand
        var until: Int64
    }

    var now: Timestamp { Timestamp(milliseconds: clock()) }

    /// The keys of web tokens, in memory only: after a restart, and at another web process, the server-side session
    /// gives a new token.
    private struct TokenRing {
        var keys = TokenKeys()
        var rotatedAt: Int64
        /// Milliseconds after which another key signs. The one before is good until the next change, which must be
        /// longer than any token lives.
        var lifetime: Int64

        mutating func keys(at now: Int64) -> TokenKeys {
            if now - rotatedAt >= lifetime {
                keys = keys.rotated()
                rotatedAt = now
            }
            return keys
        }
    }

    /// Signs what stands for sessions.
    var tokenKeys: TokenKeys {
        let now = clock()
        return tokens.withLock { $0.keys(at: now) }
    }

    /// Signs that somebody knows the password of a shared link.
    var linkKeys: TokenKeys {
        let now = clock()
        return linkTokens.withLock { $0.keys(at: now) }
    }

    /// Runs `body` in one transaction on behalf of somebody.
    func change<Result>(
        for behalf: Behalf, _ body: (Connection) throws(DatabaseError) -> Result
    ) throws(AccountError) -> Result {
        let pool = self.pool
        return try reporting { () throws(DatabaseError) in
            try pool.withConnection(for: behalf) { (connection) throws(DatabaseError) in
                try connection.transaction { () throws(DatabaseError) in try body(connection) }
            }
        }
    }

    /// Asks on behalf of somebody.
    func read<Result>(
        for behalf: Behalf, _ body: (Connection) throws(DatabaseError) -> Result
    ) throws(AccountError) -> Result {
        let pool = self.pool
        return try reporting { () throws(DatabaseError) in try pool.withConnection(for: behalf, body) }
    }

    /// The hash of a password that keeps to the rules.
    func passwordHash(_ password: String, email: String) throws(AccountError) -> String {
        if let problem = PasswordRules.problem(with: password, email: email) { throw .invalid(problem.words) }
        return try AccountService.hash(password)
    }

    static func hash(_ secret: String) throws(AccountError) -> String {
        guard let hash = PasswordHash.make(secret) else {
            throw .database(DatabaseError(kind: .retryable, message: "no memory for a password's hash"))
        }
        return hash
    }

    /// A name as it is kept: without blanks around it, not empty, not endless.
    static func name(_ text: String, _ what: String) throws(AccountError) -> String {
        let name = text.split(whereSeparator: { $0.isWhitespace }).joined(separator: " ")
        guard !name.isEmpty else { throw .invalid("\(what) must not be empty") }
        guard name.unicodeScalars.count <= 100 else { throw .invalid("\(what) may have 100 characters at most") }
        guard name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
            throw .invalid("\(what) contains a control character")
        }
        return name
    }

    static func email(_ text: String) throws(AccountError) -> String {
        guard let email = EmailAddress.normalised(text) else {
            throw .invalid("\"\(text.cut(bytes: 100))\" is not an e-mail address")
        }
        return email
    }
}

/// How long things last.
public struct AccountSettings: Sendable, Equatable {
    /// Minutes without a page after which a session is over.
    public var idleMinutes = 12 * 60
    /// Days after which a session is over whatever happens.
    public var sessionDays = 7
    /// Days for which an invitation is good.
    public var invitationDays = 7
    /// Days between deleting a site or an organisation and its end.
    public var graceDays = 14
    /// Whether nginx's word for who somebody is counts.
    public var isSingleSignOn = false
    /// Most months for which a site may keep events; `nil` for any.
    public var mostMonths: Int?

    /// Every default.
    public init() {}
}

/// Who does something, from where: what the audit log needs to know.
public struct Actor: Sendable, Equatable {
    /// Who.
    public var person: SignedIn
    /// Truncated address.
    public var network: String

    /// Somebody.
    public init(_ person: SignedIn, network: String) {
        self.person = person
        self.network = network
    }

    var auditPerson: AuditPerson { AuditPerson(number: person.person, name: person.email) }

    /// The person and an organisation.
    func behalf(organisation: Int32? = nil, site: SiteID? = nil) -> Behalf {
        Behalf(site: site?.rawValue, organisation: organisation, person: person.person)
    }
}
