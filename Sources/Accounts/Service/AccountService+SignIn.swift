import Cryptography
import Database
public import EventModel
import OneTimePassword

/// A session that has just begun: what goes into the browser's cookies.
public struct NewSession: Sendable, Equatable {
    /// The secret of the server-side session.
    public var token: String
    /// The short-lived token that stands for it.
    public var webToken: String
}

/// How an attempt to sign in ended.
public enum SignInOutcome: Sendable, Equatable {
    case signedIn(NewSession)
    /// The password is right; the code of the second factor comes next, together with this token.
    case secondFactor(token: String)
    /// Wrong, or nobody; no difference is made.
    case refused
    /// Too many attempts: so many seconds from now the next one is looked at.
    case wait(seconds: Int)
}

/// What a browser's cookies say.
public struct Presented: Sendable, Equatable {
    /// Who asks; `nil` for nobody.
    public var person: SignedIn?
    /// A web token to replace the one that has run out.
    public var renewed: String?

    /// Nobody, or this person.
    public init(person: SignedIn? = nil, renewed: String? = nil) {
        self.person = person
        self.renewed = renewed
    }
}

extension AccountService {
    static let issuer = "footfall"
    static let dashboard = "dashboard"
    static let codeAudience = "second-factor"
    /// Seconds: how long a web token stands for its session, and how long somebody may look for the second factor.
    static let tokenSeconds: Int64 = 300
    static let codeSeconds: Int64 = 600

    /// Checks a password.
    public func signIn(
        email typed: String, password: String, address: IPAddress, origin: SignInOrigin
    ) throws(AccountError) -> SignInOutcome {
        let email = typed.lowercased().split(separator: " ").joined()
        switch throttle.permission(account: email, network: address) {
        case .wait(let seconds): return .wait(seconds: seconds)
        case .allowed: break
        }
        do throws(AccountError) {
            let known = try read(for: Behalf(email: EmailAddress.normalised(email) ?? "")) {
                (connection) throws(DatabaseError) in
                guard let email = EmailAddress.normalised(email) else { return nil as PersonStore.Credentials? }
                return try PersonStore(connection).credentials(email: email)
            }
            guard let known, let hash = known.passwordHash else {
                // As long as for somebody who is here: the time must not tell who is.
                PasswordHash.verifyDummy(password)
                return refused(email, address)
            }
            guard PasswordHash.verify(password, against: hash) else {
                noteFailure(of: known, .signInFailed, origin)
                return refused(email, address)
            }
            try rehash(known, hash, password)
            if known.secondFactor.isOn {
                throttle.withdrawn(account: email, network: address)
                return .secondFactor(token: codeToken(for: known.person))
            }
            throttle.succeeded(account: email, network: address)
            return .signedIn(try beginSession(known.person, known.email, origin))
        } catch {
            throttle.withdrawn(account: email, network: address)
            throw error
        }
    }

    /// Checks the second step: a code of the authenticator app, or a recovery code.
    public func signIn(
        codeToken token: String, code: String, address: IPAddress, origin: SignInOrigin
    ) throws(AccountError) -> SignInOutcome {
        let claims = WebToken.verify(
            token, keys: tokenKeys, audience: AccountService.codeAudience, issuer: AccountService.issuer,
            now: clock() / 1000)
        guard let claims, let person = Int32(claims.subject) else { return .refused }
        let account = "second factor of \(person)"
        switch throttle.permission(account: account, network: address) {
        case .wait(let seconds): return .wait(seconds: seconds)
        case .allowed: break
        }
        do throws(AccountError) {
            let known = try read(for: Behalf(person: person)) { (connection) throws(DatabaseError) in
                try PersonStore(connection).credentials(person: person)
            }
            guard let known, known.secondFactor.isOn, try takes(code, of: known, origin) else {
                if let known { noteFailure(of: known, .codeFailed, origin) }
                return refused(account, address)
            }
            throttle.succeeded(account: account, network: address)
            return .signedIn(try beginSession(person, known.email, origin))
        } catch {
            throttle.withdrawn(account: account, network: address)
            throw error
        }
    }

    /// Signs in whom nginx has named (`auth_request`, docs/accounts.md). `nil` for somebody who is not here.
    ///
    /// Somebody else may have made the account before, with an address that was not theirs: an invitation without an address
    /// takes whatever is typed. From the first time on that the single sign-on names it, nobody comes in with what they chose.
    public func signIn(trusted typed: String, origin: SignInOrigin) throws(AccountError) -> NewSession? {
        guard settings.isSingleSignOn, let email = EmailAddress.normalised(typed) else { return nil }
        let person = try read(for: Behalf(email: email)) { (connection) throws(DatabaseError) in
            try PersonStore(connection).number(email: email)
        }
        guard let person else { return nil }
        try change(for: Behalf(person: person)) { (connection) throws(DatabaseError) in
            try PersonStore(connection).proveEmail(of: person)
        }
        return try beginSession(person, email, origin)
    }

    private func refused(_ account: String, _ address: IPAddress) -> SignInOutcome {
        throttle.failed(account: account, network: address)
        return .refused
    }

    /// Not before the answer: a commit would tell by its time that the account exists.
    private func noteFailure(of known: PersonStore.Credentials, _ action: AuditAction, _ origin: SignInOrigin) {
        later.add { [self] in try? writeFailure(of: known, action, origin) }
    }

    private func writeFailure(
        of known: PersonStore.Credentials, _ action: AuditAction, _ origin: SignInOrigin
    ) throws(AccountError) {
        try change(for: Behalf(person: known.person)) { (connection) throws(DatabaseError) in
            try AuditLog(connection).note(
                action, organisation: nil, person: AuditPerson(number: known.person, name: known.email),
                network: origin.network)
        }
    }

    private func rehash(
        _ known: PersonStore.Credentials, _ hash: String, _ password: String
    ) throws(AccountError) {
        guard PasswordHash.needsRehash(hash), let better = PasswordHash.make(password) else { return }
        try change(for: Behalf(person: known.person)) { (connection) throws(DatabaseError) in
            try PersonStore(connection).rehash(better, from: hash, of: known.person)
        }
    }

    private func codeToken(for person: Int32) -> String {
        webToken(
            audience: AccountService.codeAudience, person: person, session: 0, seconds: AccountService.codeSeconds)
    }

    private func takes(
        _ code: String, of known: PersonStore.Credentials, _ origin: SignInOrigin
    ) throws(AccountError) -> Bool {
        let person = known.person
        if let secret = known.secondFactor.secret.flatMap({ TOTPSecret(bytes: $0) }),
            let step = secret.matchingStep(code: code, time: clock() / 1000)
        {
            return try change(for: Behalf(person: person)) { (connection) throws(DatabaseError) in
                try PersonStore(connection).takeStep(step, of: person)
            }
        }
        guard let recovery = RecoveryCode.normalised(code) else { return false }
        let hashes = try read(for: Behalf(person: person)) { (connection) throws(DatabaseError) in
            try PersonStore(connection).recoveryCodes(of: person)
        }
        guard let hash = hashes.first(where: { PasswordHash.verify(recovery, against: $0) }) else { return false }
        return try change(for: Behalf(person: person)) { (connection) throws(DatabaseError) in
            guard try PersonStore(connection).useRecoveryCode(hash, of: person) else { return false }
            try AuditLog(connection).note(
                .recoveryCodeUsed, organisation: nil, person: AuditPerson(number: person, name: known.email),
                network: origin.network)
            return true
        }
    }

    // MARK: Sessions

    /// A session with tokens of its own: none that a browser had before goes on living (session fixation).
    func beginSession(_ person: Int32, _ email: String, _ origin: SignInOrigin) throws(AccountError) -> NewSession {
        let token = AccessToken.make()
        let now = self.now
        let end = Timestamp(milliseconds: now.milliseconds + Int64(settings.sessionDays) * 86_400_000)
        let session = try change(for: Behalf(person: person)) { (connection) throws(DatabaseError) in
            try AuditLog(connection).note(
                .signedIn, origin.device, organisation: nil, person: AuditPerson(number: person, name: email),
                network: origin.network)
            return try SessionStore(connection).add(
                person: person, tokenHash: AccessToken.hash(token), origin: origin, now: now, expiresAt: end)
        }
        return NewSession(token: token, webToken: webToken(person: person, session: session))
    }

    private func webToken(person: Int32, session: Int64) -> String {
        webToken(
            audience: AccountService.dashboard, person: person, session: session, seconds: AccountService.tokenSeconds)
    }

    private func webToken(audience: String, person: Int32, session: Int64, seconds: Int64) -> String {
        let now = clock() / 1000
        let claims = WebToken.Claims(
            issuer: AccountService.issuer, audience: audience, subject: "\(person)", session: "\(session)",
            issuedAt: now, notBefore: now, expiresAt: now + seconds)
        return WebToken.sign(claims, keys: tokenKeys) ?? ""
    }

    /// Who a browser is. The web token is looked at first; where it has run out, the session gives another one, if it
    /// has not been revoked, is not idle for too long and not too old. Either way the session must exist: who is signed
    /// out elsewhere is so at once.
    public func present(webToken: String?, token: String?) throws(AccountError) -> Presented {
        if let webToken,
            let claims = WebToken.verify(
                webToken, keys: tokenKeys, audience: AccountService.dashboard, issuer: AccountService.issuer,
                now: clock() / 1000),
            let person = Int32(claims.subject), let session = Int64(claims.session)
        {
            // Where that session is over, the browser may have another one.
            if let known = try signedIn(person, session: session) { return Presented(person: known) }
        }
        guard let token, token.utf8.count <= 64 else { return Presented() }
        let now = self.now
        let idle = Int64(settings.idleMinutes) * 60_000
        let found = try read(for: Behalf(secret: AccessToken.hash(token))) { (connection) throws(DatabaseError) in
            try SessionStore(connection).session(tokenHash: AccessToken.hash(token))
        }
        guard let found else { return Presented() }
        guard found.expiresAt > now, found.seenAt.milliseconds + idle > now.milliseconds else {
            try change(for: Behalf(person: found.person)) { (connection) throws(DatabaseError) -> Void in
                try SessionStore(connection).remove(found.session, of: found.person)
            }
            return Presented()
        }
        try change(for: Behalf(person: found.person)) { (connection) throws(DatabaseError) in
            try SessionStore(connection).note(seen: found.session, at: now)
        }
        guard let person = try signedIn(found.person, session: found.session) else { return Presented() }
        return Presented(person: person, renewed: self.webToken(person: found.person, session: found.session))
    }

    private func signedIn(_ person: Int32, session: Int64) throws(AccountError) -> SignedIn? {
        try read(for: Behalf(person: person)) { (connection) throws(DatabaseError) in
            try CallerReader(connection: connection).person(person, session: session)
        }
    }

    /// Ends the session of a browser.
    public func signOut(_ actor: Actor) throws(AccountError) {
        try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            try SessionStore(connection).remove(actor.person.session, of: actor.person.person)
            try AuditLog(connection).note(
                .signedOut, organisation: nil, person: actor.auditPerson, network: actor.network)
        }
    }
}
