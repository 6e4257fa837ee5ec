import Cryptography
import Database
public import EventModel
public import OneTimePassword

/// What people change about themselves.
extension AccountService {
    /// All that the page about oneself shows.
    public struct Account: Sendable {
        /// Where one is signed in, latest first.
        public var sessions: [PersonSession]
        /// Whether one signs in with a password; people of a single sign-on may have none.
        public var hasPassword = true
        /// Recovery codes that are left.
        public var recoveryCodes: Int
        /// Sign-ins and the like, newest first.
        public var entries: [AuditEntry]
    }

    /// All that the page about oneself shows.
    public func account(_ person: SignedIn) throws(AccountError) -> Account {
        try read(for: Behalf(person: person.person)) { (connection) throws(DatabaseError) in
            Account(
                sessions: try SessionStore(connection).list(of: person.person).filter { !isOver($0) },
                hasPassword: try PersonStore(connection).credentials(person: person.person)?.passwordHash != nil,
                recoveryCodes: try PersonStore(connection).recoveryCodeCount(of: person.person),
                entries: try AuditLog(connection).entries(ofPerson: person.person))
        }
    }

    /// Whether a session opens nothing any more, though a job has not taken it away yet.
    private func isOver(_ session: PersonSession) -> Bool {
        let now = clock()
        return session.seenAt.milliseconds + Int64(settings.idleMinutes) * 60_000 <= now
            || session.createdAt.milliseconds + Int64(settings.sessionDays) * 86_400_000 <= now
    }

    /// Changes what somebody calls themselves.
    public func setName(_ typed: String, _ actor: Actor) throws(AccountError) {
        let name = typed.isEmpty ? "" : try AccountService.name(typed, "the name")
        try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            try PersonStore(connection).setName(name, of: actor.person.person)
            try note(connection, .nameChanged, name, actor)
        }
    }

    /// Changes a password. All other sessions end.
    public func changePassword(
        old: String, new: String, address: IPAddress, _ actor: Actor
    ) throws(AccountError) {
        try confirm(password: old, address: address, actor)
        let hash = try passwordHash(new, email: actor.person.email)
        try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            try PersonStore(connection).setPassword(hash, of: actor.person.person, keeping: actor.person.session)
            try note(connection, .passwordChanged, actor)
        }
    }

    /// Makes sure that whoever sits there knows the password: before anything that would lock its owner out.
    public func confirm(password: String, address: IPAddress, _ actor: Actor) throws(AccountError) {
        let account = actor.person.email
        if case .wait(let seconds) = throttle.permission(account: account, network: address) {
            throw .invalid("too many attempts: try again in \(seconds == 1 ? "1 second" : "\(seconds) seconds")")
        }
        let known: PersonStore.Credentials?
        do throws(AccountError) {
            known = try read(for: actor.behalf()) { (connection) throws(DatabaseError) in
                try PersonStore(connection).credentials(person: actor.person.person)
            }
        } catch {
            throttle.withdrawn(account: account, network: address)
            throw error
        }
        guard let hash = known?.passwordHash, PasswordHash.verify(password, against: hash) else {
            throttle.failed(account: account, network: address)
            throw .invalid("that is not your password")
        }
        throttle.succeeded(account: account, network: address)
    }

    // MARK: Second factor

    /// A key for an authenticator app. It counts once the app's first code was typed in.
    public func startSecondFactor(
        password: String, address: IPAddress, _ actor: Actor
    ) throws(AccountError) -> TOTPSecret {
        // Whoever finds an open browser could lock its owner out.
        try confirm(password: password, address: address, actor)
        let secret = TOTPSecret.make()
        try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            guard try PersonStore(connection).credentials(person: actor.person.person)?.secondFactor.isOn == false
            else { throw .invalid("there is a second factor already: switch it off first") }
            try PersonStore(connection).setSecondFactor(
                .init(secret: secret.bytes, isOn: false, lastStep: 0), of: actor.person.person)
            try note(connection, .secondFactorStarted, actor)
        }
        return secret
    }

    /// The key that waits for its first code; `nil` when none does.
    public func waitingSecondFactor(_ person: SignedIn) throws(AccountError) -> TOTPSecret? {
        let known = try read(for: Behalf(person: person.person)) { (connection) throws(DatabaseError) in
            try PersonStore(connection).credentials(person: person.person)
        }
        guard let factor = known?.secondFactor, !factor.isOn else { return nil }
        return factor.secret.flatMap { TOTPSecret(bytes: $0) }
    }

    /// Switches the second factor on with its first code. Returns recovery codes, which nobody sees again.
    public func confirmSecondFactor(
        code: String, address: IPAddress, _ actor: Actor
    ) throws(AccountError) -> [String] {
        guard let secret = try waitingSecondFactor(actor.person) else {
            throw .invalid("no second factor waits for a code")
        }
        guard let step = secret.matchingStep(code: code, time: clock() / 1000) else {
            throw .invalid("that is not the code of the app; the clock of the telephone may be wrong")
        }
        let (codes, hashes) = try recoveryCodes()
        try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            let people = PersonStore(connection)
            try people.setSecondFactor(.init(secret: secret.bytes, isOn: true, lastStep: step), of: actor.person.person)
            try people.setRecoveryCodes(hashes, of: actor.person.person)
            try note(connection, .secondFactorOn, actor)
        }
        return codes
    }

    private func recoveryCodes() throws(AccountError) -> (codes: [String], hashes: [String]) {
        let codes = RecoveryCode.make()
        var hashes: [String] = []
        for code in codes { hashes.append(try AccountService.hash(code)) }
        return (codes, hashes)
    }

    /// Other recovery codes; the ones before are of no use any more.
    public func renewRecoveryCodes(
        password: String, address: IPAddress, _ actor: Actor
    ) throws(AccountError) -> [String] {
        try confirm(password: password, address: address, actor)
        guard actor.person.hasSecondFactor else { throw .invalid("there is no second factor") }
        let (codes, hashes) = try recoveryCodes()
        try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            try PersonStore(connection).setRecoveryCodes(hashes, of: actor.person.person)
            try note(connection, .recoveryCodesMade, actor)
        }
        return codes
    }

    /// Switches the second factor off.
    public func endSecondFactor(password: String, address: IPAddress, _ actor: Actor) throws(AccountError) {
        try confirm(password: password, address: address, actor)
        try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            let people = PersonStore(connection)
            try people.setSecondFactor(.init(secret: nil, isOn: false, lastStep: 0), of: actor.person.person)
            try people.setRecoveryCodes([], of: actor.person.person)
            try note(connection, .secondFactorOff, actor)
        }
    }

    // MARK: Sessions

    /// Signs out one session of one's own.
    public func revokeSession(_ session: Int64, _ actor: Actor) throws(AccountError) {
        try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            let sessions = SessionStore(connection)
            let known = try sessions.list(of: actor.person.person).first { $0.id == session }
            guard let known, try sessions.remove(session, of: actor.person.person) else {
                throw .invalid("this session is over already")
            }
            try note(connection, .sessionRevoked, known.device, actor)
        }
    }

    /// Signs out everywhere but here.
    public func revokeOtherSessions(_ actor: Actor) throws(AccountError) {
        try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            let count = try SessionStore(connection).removeAll(
                of: actor.person.person, but: actor.person.session)
            let words = count == 1 ? "1 other session" : "\(count) other sessions"
            if count > 0 { try note(connection, .sessionRevoked, words, actor) }
        }
    }

    /// Deletes one's account; the password counts for who has one. Who alone owns an organisation must give it away or delete it first.
    public func deleteAccount(password: String, address: IPAddress, _ actor: Actor) throws(AccountError) {
        if try hasPassword(actor.person) { try confirm(password: password, address: address, actor) }
        try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            let people = PersonStore(connection)
            let alone = try people.organisationsOwnedAlone(by: actor.person.person)
            guard alone.isEmpty else {
                let names = alone.joined(separator: ", ")
                throw .invalid("\(names) has no other owner: make somebody else one, or delete it first")
            }
            for membership in actor.person.memberships {
                try note(connection, .personLeft, actor, organisation: membership.organisation)
            }
            try note(connection, .accountDeleted, actor)
            try people.remove(actor.person.person)
        }
    }

    // MARK: Audit

    func note(
        _ connection: Connection, _ action: AuditAction, _ actor: Actor, organisation: Int32? = nil
    ) throws(DatabaseError) {
        try note(connection, action, "", actor, organisation: organisation)
    }

    func note(
        _ connection: Connection, _ action: AuditAction, _ object: String, _ actor: Actor, organisation: Int32? = nil
    ) throws(DatabaseError) {
        try AuditLog(connection).note(
            action, object, organisation: organisation, person: actor.auditPerson, network: actor.network)
    }
}
