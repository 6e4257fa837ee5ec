import TestSupport
import Testing

@testable import Cryptography

@Suite struct WebTokenTests {
    private let keys = TokenKeys()
    private let now: Int64 = 1_800_000_000

    private func claims(notBefore: Int64 = 0, expiresAt: Int64 = 600) -> WebToken.Claims {
        WebToken.Claims(
            issuer: "footfall", audience: "api", subject: "42", session: "a/b\"ü\\", issuedAt: now,
            notBefore: now + notBefore,
            expiresAt: now + expiresAt)
    }

    private func verify(_ token: String, at time: Int64 = 0, keys: TokenKeys? = nil) -> WebToken.Claims? {
        WebToken.verify(token, keys: keys ?? self.keys, audience: "api", issuer: "footfall", now: now + time)
    }

    /// A token with any header and payload, signed with our current key.
    private func token(header: String? = nil, payload: String? = nil, key: [UInt8]? = nil) throws -> String {
        let real = try #require(WebToken.sign(claims(), keys: keys)).split(separator: ".")
        let first = header.map { Base64URL.encode(Array($0.utf8)) } ?? String(real[0])
        let second = payload.map { Base64URL.encode(Array($0.utf8)) } ?? String(real[1])
        let code = HMACSHA256.code(of: Array("\(first).\(second)".utf8), key: key ?? keys.current.bytes)
        return "\(first).\(second).\(Base64URL.encode(code))"
    }

    private var header: String { #"{"alg":"HS256","kid":"\#(keys.current.name)","typ":"JWT"}"# }
    private var payload: String {
        #"{"aud":"api","exp":1800000600,"iat":1800000000,"iss":"footfall","nbf":1800000000,"sid":"s","sub":"42"}"#
    }

    @Test func whatIsSignedIsVerified() throws {
        let token = try #require(WebToken.sign(claims(), keys: keys))
        #expect(verify(token) == claims())
        #expect(verify(try self.token()) == claims())
        #expect(verify(try self.token(header: header, payload: payload))?.subject == "42")
    }

    @Test func timesAreKept() throws {
        let token = try #require(WebToken.sign(claims(notBefore: 100), keys: keys))
        #expect(verify(token, at: 69) == nil)
        #expect(verify(token, at: 70) != nil, "30 seconds of leeway at the beginning")
        #expect(verify(token, at: 599) != nil)
        #expect(verify(token, at: 600) == nil, "none at the end")
    }

    @Test func extremeTimesDoNotTrap() throws {
        for time in [Int64.min, -1, 0, .max - 30, .max - 1, .max] {
            for notBefore in [Int64.min, 0, .max] {
                var claims = claims()
                (claims.notBefore, claims.expiresAt, claims.issuedAt) = (notBefore, .max, .min)
                let token = try #require(WebToken.sign(claims, keys: keys))
                let isGood = WebToken.verify(token, keys: keys, audience: "api", issuer: "footfall", now: time) != nil
                #expect(
                    isGood == (time < .max && (notBefore <= time || notBefore - 30 <= time)), "\(time) \(notBefore)")
            }
        }
    }

    @Test func othersAudienceAndIssuerAreRefused() throws {
        let token = try #require(WebToken.sign(claims(), keys: keys))
        #expect(WebToken.verify(token, keys: keys, audience: "API", issuer: "footfall", now: now) == nil)
        #expect(WebToken.verify(token, keys: keys, audience: "api", issuer: "", now: now) == nil)
    }

    @Test func keysAreExchangedOneAfterTheOther() throws {
        let token = try #require(WebToken.sign(claims(), keys: keys))
        let second = keys.rotated()
        #expect(verify(token, keys: second) != nil)
        #expect(second.previous == keys.current)
        #expect(second.current != keys.current)
        #expect(verify(token, keys: second.rotated()) == nil)
        #expect(verify(try #require(WebToken.sign(claims(), keys: second))) == nil)
        // The name of one key and the signature of another.
        let mixed = try self.token(
            header: #"{"alg":"HS256","kid":"\#(second.current.name)","typ":"JWT"}"#)
        #expect(verify(mixed, keys: second) == nil)
    }

    @Test func everyOtherHeaderIsRefused() throws {
        let kid = keys.current.name
        let headers = [
            #"{"alg":"none","kid":"\#(kid)","typ":"JWT"}"#, #"{"alg":"None","kid":"\#(kid)","typ":"JWT"}"#,
            #"{"alg":"HS384","kid":"\#(kid)","typ":"JWT"}"#, #"{"alg":"RS256","kid":"\#(kid)","typ":"JWT"}"#,
            #"{"alg":"hs256","kid":"\#(kid)","typ":"JWT"}"#, #"{"alg":"HS256","kid":"\#(kid)","typ":"jwt"}"#,
            #"{"alg":"HS256","kid":"\#(kid)"}"#, #"{"alg":"HS256","typ":"JWT"}"#, #"{"kid":"\#(kid)","typ":"JWT"}"#,
            #"{"alg":"HS256","kid":"other","typ":"JWT"}"#, #"{"alg":"HS256","kid":"","typ":"JWT"}"#,
            #"{"alg":"HS256","kid":["\#(kid)"],"typ":"JWT"}"#, #"{"alg":"HS256","kid":"../../dev/null","typ":"JWT"}"#,
            #"{"alg":"HS256","crit":["exp"],"kid":"\#(kid)","typ":"JWT"}"#,
            #"{"alg":"HS256","jku":"https://evil.example/","kid":"\#(kid)","typ":"JWT"}"#,
            #"{"alg":"HS256","jwk":{"kty":"oct","k":"AA"},"kid":"\#(kid)","typ":"JWT"}"#,
            #"{"alg":"HS256","kid":"\#(kid)","typ":"JWT","x5u":"https://evil.example/"}"#,
            #"{"alg":"none","alg":"HS256","kid":"\#(kid)","typ":"JWT"}"#,
            #"{"alg":"HS256","kid":"\#(kid)","typ":"JWT"} "#, #" {"alg":"HS256","kid":"\#(kid)","typ":"JWT"}"#,
            "", "{}", "[]", "null", "\0", String(repeating: "[", count: 1000),
        ]
        for header in headers {
            #expect(verify(try token(header: header)) == nil, "\(header)")
        }
        // `none`, as its tokens look: no signature at all.
        let bare = try token(header: headers[0]).split(separator: ".")
        #expect(verify("\(bare[0]).\(bare[1]).") == nil)
        #expect(verify("\(bare[0]).\(bare[1])") == nil)
        // Signed with nothing, and with the key's name.
        #expect(verify(try token(key: [])) == nil)
        #expect(verify(try token(key: Array(kid.utf8))) == nil)
    }

    @Test func everyClaimIsRequiredOnceAndOfItsType() throws {
        for name in ["aud", "exp", "iat", "iss", "nbf", "sid", "sub"] {
            let without = payload.replacing("\"\(name)\":", with: "\"\(name)x\":")
            #expect(without != payload)
            #expect(verify(try token(payload: without)) == nil, "\(name)")
        }
        let others = [
            payload.replacing("1800000600", with: "\"1800000600\""),
            payload.replacing("1800000600", with: "1800000600.5"),
            payload.replacing("1800000600", with: "1.8000006e9"), payload.replacing("1800000600", with: "null"),
            payload.replacing("1800000600", with: "99999999999999999999"), payload.replacing("\"42\"", with: "42"),
            payload.replacing("\"api\"", with: "[\"api\"]"), payload.replacing("\"iss\"", with: "\"exp\":1,\"iss\""),
            payload.replacing("}", with: ",\"admin\":true}"), payload + " ", "", "{}", "null", "\u{feff}" + payload,
            String(repeating: "[", count: 1200),
        ]
        for other in others {
            #expect(verify(try token(payload: other)) == nil, "\(other)")
        }
    }

    @Test func noByteMayBeChanged() throws {
        let token = Array(try #require(WebToken.sign(claims(), keys: keys)).utf8)
        for index in token.indices {
            for byte in [UInt8(ascii: "A"), UInt8(ascii: "."), UInt8(ascii: "="), 0, 0xff, token[index] ^ 1] {
                var other = token
                other[index] = byte
                guard other != token else { continue }
                #expect(verify(String(decoding: other, as: UTF8.self)) == nil, "byte \(index)")
            }
            #expect(verify(String(decoding: token.dropLast(token.count - index), as: UTF8.self)) == nil)
        }
    }

    /// 32 bytes are 43 characters, of which the last has two bits to spare.
    @Test func aSignatureIsWrittenInOneWayOnly() throws {
        let token = try #require(WebToken.sign(claims(), keys: keys))
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        let accepted = alphabet.filter { verify(token.dropLast() + String($0)) != nil }
        #expect(accepted == token.suffix(1))
        for ending in ["=", "==", ".", " ", "\n", "\0", "A"] { #expect(verify(token + ending) == nil) }
        for beginning in [" ", ".", "Bearer "] { #expect(verify(beginning + token) == nil) }
    }

    @Test func aTokenHasAtMost2048Bytes() throws {
        var claims = claims()
        claims.subject = String(repeating: "x", count: 1300)
        let token = try #require(WebToken.sign(claims, keys: keys))
        #expect(token.utf8.count <= WebToken.lengthLimit)
        #expect(verify(token) == claims)
        claims.subject = String(repeating: "x", count: 1400)
        #expect(WebToken.sign(claims, keys: keys) == nil)
        let payload = self.payload.replacing("\"42\"", with: "\"\(claims.subject)\"")
        #expect(verify(try self.token(payload: payload)) == nil)
    }

    @Test func anyBytesAreAnswered() throws {
        var random = SeededRandom(3)
        let real = Array(try #require(WebToken.sign(claims(), keys: keys)).utf8)
        for _ in 0..<5000 {
            var bytes = real
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let end = min(bytes.count, start + Int.random(in: 0..<9, using: &random))
                bytes.replaceSubrange(
                    start..<end,
                    with: (0..<Int.random(in: 0..<9, using: &random)).map { _ in .random(in: 0...255, using: &random) })
                if bytes.isEmpty { bytes = [0] }
            }
            if bytes != real { #expect(verify(String(decoding: bytes, as: UTF8.self)) == nil) }
        }
    }

    @Test func keysThatWereKeptAreChecked() {
        let bytes = [UInt8](repeating: 7, count: 32)
        #expect(TokenKey(name: "a-Z_9", bytes: bytes)?.bytes == bytes)
        for name in ["", "a\"b", "a b", "ü", "a\0", String(repeating: "a", count: 65)] {
            #expect(TokenKey(name: name, bytes: bytes) == nil)
        }
        #expect(TokenKey(name: "a", bytes: []) == nil)
        #expect(TokenKey(name: "a", bytes: bytes + [7]) == nil)
        #expect(TokenKey() != TokenKey())
    }

    @Test func noDescriptionShowsAKey() throws {
        let key = try #require(TokenKey(name: "a", bytes: [UInt8](repeating: 0x41, count: 32)))
        let keys = TokenKeys(current: key, previous: key)
        var text = ""
        dump(keys, to: &text)
        #expect(!"\(keys) \(String(reflecting: keys)) \(key) \(text)".contains("65"))
    }
}
