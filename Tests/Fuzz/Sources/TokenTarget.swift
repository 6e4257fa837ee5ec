import Cryptography

/// Web tokens, base64url and passwords that people choose. The first byte chooses.
enum TokenTarget: FuzzTarget {
    static let name = "token"

    private static let now: Int64 = 1_800_000_000
    private static let claims = WebToken.Claims(
        issuer: "footfall", audience: "api", subject: "42", session: "s", issuedAt: now, notBefore: now,
        expiresAt: now + 600)
    /// Always the same, so that inputs that were kept mean what they did.
    private static let key = TokenKey(name: "k", bytes: Array(0..<32))
    private static let keys = TokenKeys(current: key ?? TokenKey())
    private static let token = WebToken.sign(claims, keys: keys) ?? ""

    static func seeds() -> [[UInt8]] {
        let payload =
            #"{"aud":"api","exp":1800000600,"iat":1800000000,"iss":"footfall","nbf":0,"sid":"\u00fc","sub":"42"}"#
        let header = #"{"alg":"HS256","kid":"k","typ":"JWT"}"#
        let texts: [(UInt8, String)] = [
            (0, token), (1, header), (2, payload), (3, "-_8"), (3, "Zm9vYmE"),
            (4, "anna@shop.example\0Anna-p@ssw0rd-1234"),
        ]
        return texts.map { [$0.0] + Array($0.1.utf8) }
    }

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        let text = String(decoding: rest, as: UTF8.self)
        switch first % 5 {
        case 0:
            promise(verify(text) == nil || text == token, "no token but ours is good")
        case 1:
            let claims = token.split(separator: ".").dropFirst().first ?? ""
            promise(
                verify(signed(Base64URL.encode(rest), String(claims))) == nil || text == header, "one header is good")
        case 2:
            let header = token.split(separator: ".").first ?? ""
            guard let claims = verify(signed(String(header), Base64URL.encode(rest))) else { return }
            promise(claims.audience == "api" && claims.issuer == "footfall" && claims.expiresAt > now, "claims hold")
            let again = WebToken.sign(claims, keys: keys)
            promise(again?.contains(Base64URL.encode(rest)) == true, "claims are written in one way")
        case 3:
            if let read = Base64URL.decode(text) { promise(Base64URL.encode(read) == text, "bytes have one text") }
            promise(Base64URL.decode(Base64URL.encode(rest)) == rest, "what is written can be read")
        default:
            let parts = text.split(separator: "\0", maxSplits: 1, omittingEmptySubsequences: false)
            let password = String(parts.last ?? "")
            let problem = PasswordRules.problem(with: password, email: String(parts.first ?? ""))
            let isLongEnough = PasswordRules.lengths.contains(password.unicodeScalars.count)
            promise(isLongEnough || problem != nil, "a password has 12 to 128 characters")
        }
    }

    private static let header = #"{"alg":"HS256","kid":"k","typ":"JWT"}"#

    private static func verify(_ text: String) -> WebToken.Claims? {
        WebToken.verify(text, keys: keys, audience: "api", issuer: "footfall", now: now)
    }

    private static func signed(_ header: String, _ payload: String) -> String {
        let signed = "\(header).\(payload)"
        return signed + "." + Base64URL.encode(HMACSHA256.code(of: Array(signed.utf8), key: keys.current.bytes))
    }
}
