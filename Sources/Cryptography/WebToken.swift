import FoundationEssentials

/// JSON Web Tokens (RFC 7519) signed with HMAC-SHA256, and nothing else of what that standard allows: one algorithm, one
/// form of header, every claim required (RFC 8725). They are short-lived and travel to our own reader only.
///
/// Written here, on libsodium, because the libjwt of Debian 12 (1.10) compares signatures in a time that depends on them
/// (CVE-2024-25189).
public enum WebToken {
    /// Bytes of the longest token.
    public static let lengthLimit = 2048

    /// Seconds that a token may come before it begins, for clocks that differ. There is no leeway at its end.
    public static let leeway: Int64 = 30

    /// What a token says. Times are seconds since 1970, UTC.
    public struct Claims: Codable, Sendable, Equatable {
        /// Who made it (`iss`).
        public var issuer: String
        /// Whom it is for (`aud`).
        public var audience: String
        /// Whose it is (`sub`).
        public var subject: String
        /// The session in which it was made, with which it dies (`sid`).
        public var session: String
        /// When it was made (`iat`).
        public var issuedAt: Int64
        /// The first second in which it is good (`nbf`).
        public var notBefore: Int64
        /// The first second in which it is not good any more (`exp`).
        public var expiresAt: Int64

        /// Claims of these values.
        public init(
            issuer: String, audience: String, subject: String, session: String, issuedAt: Int64, notBefore: Int64,
            expiresAt: Int64
        ) {
            self.issuer = issuer
            self.audience = audience
            self.subject = subject
            self.session = session
            self.issuedAt = issuedAt
            self.notBefore = notBefore
            self.expiresAt = expiresAt
        }

        private enum CodingKeys: String, CodingKey {
            case issuer = "iss"
            case audience = "aud"
            case subject = "sub"
            case session = "sid"
            case issuedAt = "iat"
            case notBefore = "nbf"
            case expiresAt = "exp"
        }

        /// The one way in which they are written.
        fileprivate var json: [UInt8]? {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return (try? encoder.encode(self)).map(Array.init)
        }
    }

    /// A token of these claims under the current key; `nil` when it would be longer than any that is accepted.
    public static func sign(_ claims: Claims, keys: TokenKeys) -> String? {
        guard let payload = claims.json else { return nil }
        let signed = Base64URL.encode(header(keys.current)) + "." + Base64URL.encode(payload)
        let token = signed + "." + Base64URL.encode(HMACSHA256.code(of: Array(signed.utf8), key: keys.current.bytes))
        return token.utf8.count <= lengthLimit ? token : nil
    }

    /// What a token says, if it was signed by one of the keys for this audience by this issuer and is good now; `nil` for
    /// everything else, without a reason: only a forger would learn from it.
    ///
    /// - Parameter now: seconds since 1970, UTC.
    public static func verify(_ token: String, keys: TokenKeys, audience: String, issuer: String, now: Int64) -> Claims?
    {
        guard token.utf8.count <= lengthLimit else { return nil }
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { return nil }
        // The key is chosen by the whole header, byte by byte as we write it: another algorithm or type, `none`, `crit`,
        // `jku`, `x5u`, `jwk` or a name twice are a header that no key has.
        let key = [keys.current, keys.previous].compactMap { $0 }.first { self.header($0) == header }
        guard let key else { return nil }
        let signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
        guard ConstantTime.areEqual(HMACSHA256.code(of: signed, key: key.bytes), signature) else { return nil }
        // From here on the bytes are ours. That they are read as they were written is checked nevertheless: what is not
        // among the claims, or is there twice, was not signed by this program.
        guard let claims = try? JSONDecoder().decode(Claims.self, from: Data(payload)), claims.json == payload
        else { return nil }
        guard claims.audience == audience, claims.issuer == issuer, claims.expiresAt > now,
            claims.notBefore <= (now > .max - leeway ? .max : now + leeway)
        else { return nil }
        return claims
    }

    /// The header of tokens under a key, its members by name. A key's name needs no escaping.
    private static func header(_ key: TokenKey) -> [UInt8] {
        Array(#"{"alg":"HS256","kid":"\#(key.name)","typ":"JWT"}"#.utf8)
    }
}
