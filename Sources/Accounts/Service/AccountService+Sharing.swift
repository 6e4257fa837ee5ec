import Cryptography
import Database
public import EventModel

/// Shared links.
extension AccountService {
    /// The links of a site, oldest first.
    public func links(of site: OwnedSite) throws(AccountError) -> [SharedLink] {
        try read(for: .site(site.site.id.rawValue)) { (connection) throws(DatabaseError) in
            try SharedLinkStore(connection).list(of: site.site.id)
        }
    }

    /// Shares a site.
    public func share(_ site: OwnedSite, _ typed: NewSharedLink, _ actor: Actor) throws(AccountError) {
        var link = typed
        link.name = try AccountService.name(typed.name, "the link's name")
        guard link.filters.utf8.count <= 4096 else { throw .invalid("the filters are too long for a link") }
        var hash: String?
        if !link.password.isEmpty { hash = try passwordHash(link.password, email: "") }
        let (new, passwordHash) = (link, hash)
        try changeSite(site, .linkShared, new.name, actor) { (connection) throws(DatabaseError) in
            try SharedLinkStore(connection).add(
                new, site: site.site.id, passwordHash: passwordHash, by: actor.person.person)
        }
    }

    /// Ends a link. Whoever has it open sees nothing more.
    public func revokeLink(_ number: Int32, of site: OwnedSite, _ actor: Actor) throws(AccountError) {
        guard let link = try links(of: site).first(where: { $0.number == number }) else {
            throw .invalid("this link is gone already")
        }
        try changeSite(site, .linkRevoked, link.name, actor) { (connection) throws(DatabaseError) in
            guard try SharedLinkStore(connection).remove(number, of: site.site.id) else {
                throw .invalid("this link is gone already")
            }
        }
    }

    /// The link of this secret, and its site; `nil` when there is none.
    public func link(token: String) throws(AccountError) -> SharedSite? {
        // PostgreSQL knows no text with a zero in it.
        guard !token.utf8.contains(0), token.utf8.count <= 64 else { return nil }
        let found = try read(for: Behalf(secret: token)) { (connection) throws(DatabaseError) -> SharedLink? in
            guard let link = try SharedLinkStore(connection).link(token: token) else { return nil }
            try SharedLinkStore(connection).noteUse(of: link.number)
            return link
        }
        guard let found, let site = try site(found.site), site.deleteAt == nil else { return nil }
        return SharedSite(link: found, site: site)
    }

    static let linkAudience = "shared-link"
    /// Seconds for which a link's password need not be typed again.
    static let linkSeconds: Int64 = 12 * 3600

    /// Checks a link's password. Returns what the browser keeps as a proof, or how long to wait; `nil` for a wrong one.
    public func unlock(
        _ link: SharedLink, password: String, address: IPAddress
    ) throws(AccountError) -> (proof: String?, wait: Int?) {
        let account = "shared link \(link.number)"
        switch throttle.permission(account: account, network: address) {
        case .wait(let seconds): return (nil, seconds)
        case .allowed: break
        }
        guard let hash = link.passwordHash, PasswordHash.verify(password, against: hash) else {
            throttle.failed(account: account, network: address)
            return (nil, nil)
        }
        throttle.succeeded(account: account, network: address)
        let now = clock() / 1000
        let claims = WebToken.Claims(
            issuer: AccountService.issuer, audience: AccountService.linkAudience, subject: "\(link.number)",
            session: AccountService.proofOf(hash), issuedAt: now, notBefore: now,
            expiresAt: now + AccountService.linkSeconds)
        return (WebToken.sign(claims, keys: linkKeys) ?? "", nil)
    }

    /// Whether the browser has typed the link's password.
    public func isUnlocked(_ link: SharedLink, proof: String?) -> Bool {
        guard let hash = link.passwordHash else { return true }
        guard let proof,
            let claims = WebToken.verify(
                proof, keys: linkKeys, audience: AccountService.linkAudience, issuer: AccountService.issuer,
                now: clock() / 1000)
        else { return false }
        return claims.subject == "\(link.number)" && claims.session == AccountService.proofOf(hash)
    }

    /// Another password makes another one.
    private static func proofOf(_ hash: String) -> String { String(SHA256.hexadecimal(hash).prefix(32)) }

    // MARK: Keys of programs

    /// The keys of an organisation, by age.
    public func keys(of organisation: Int32) throws(AccountError) -> [SecretKeyListing] {
        try read(for: Behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            try SecretKeyStore(connection).list(of: organisation)
        }
    }

    /// Makes a key. Returns it: nobody sees it again.
    public func addKey(_ typed: NewSecretKey, to organisation: Int32, _ actor: Actor) throws(AccountError) -> String {
        var new = typed
        new.name = try AccountService.name(typed.name, "the key's name")
        let key = new
        return try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            for site in key.sites ?? [] { try check(site, of: organisation, connection) }
            try note(connection, .keyMade, key.name, actor, organisation: organisation)
            return try SecretKeyStore(connection).add(key, organisation: organisation, by: actor.person.person)
        }
    }

    /// Makes a key worthless. A running gateway notices within five seconds, the reports at once.
    public func revokeKey(_ number: Int32, of organisation: Int32, _ actor: Actor) throws(AccountError) {
        try change(for: actor.behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            guard let name = try SecretKeyStore(connection).remove(number, of: organisation) else {
                throw .invalid("this key is gone already")
            }
            try note(connection, .keyRevoked, name, actor, organisation: organisation)
        }
    }

    /// What a key that may read opens; `nil` for one that is wrong, expired, or may not read.
    public func readingKey(_ key: String) throws(AccountError) -> ReadingKey? {
        guard key.utf8.count <= 128, key.hasPrefix(SecretKey.readPrefix) else { return nil }
        let hash = SecretKey.hash(key)
        let now = self.now
        return try read(for: Behalf(secret: hash)) { (connection) throws(DatabaseError) in
            try SecretKeyStore(connection).readingKey(hash: hash, now: now)
        }
    }
}
