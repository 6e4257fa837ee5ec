import Cryptography
public import EventModel

/// What a site's script carries to show that an event comes from it: the hour in which the script was served, and a code
/// over that hour under the site's secret.
///
///     token   base64url( hours since 1970 (3 bytes) · first 12 bytes of HMAC-SHA256(secret, "footfall script" · hour) )
///
/// It keeps off whoever writes events with the site's key and an allowed address without looking at the site. Who fetches
/// the script first has a token, as every browser has.
public enum ScriptToken {
    /// Hours for which a token is good after the one in which it was made. A page that stays open for longer asks for
    /// another: the script does so by itself after half of that.
    static let hours: Int64 = 24

    /// Characters of a token.
    static let length = 20

    private static let hour: Int64 = 3_600_000

    /// The hour of this moment, since 1970.
    static func hour(of time: Timestamp) -> Int64 { time.milliseconds / hour }

    /// The token of this moment.
    public static func make(secret: StoredSecret, at time: Timestamp) -> String {
        token(ofHour: hour(of: time), secret)
    }

    /// Whether a token was made with the secret and is still good, also by a gateway whose clock is a little ahead.
    static func isGood(_ token: String, secret: StoredSecret, at time: Timestamp) -> Bool {
        guard token.utf8.count == length, !secret.isEmpty, let bytes = Base64URL.decode(token), bytes.count == 15 else {
            return false
        }
        let said = bytes.prefix(3).reduce(0) { $0 << 8 | Int64($1) }
        let now = hour(of: time)
        guard (now - hours...now + 1).contains(said) else { return false }
        return ConstantTime.areEqual(Array(bytes.dropFirst(3)), code(ofHour: said, secret))
    }

    private static func token(ofHour hour: Int64, _ secret: StoredSecret) -> String {
        let bytes = [16, 8, 0].map { UInt8(truncatingIfNeeded: hour >> $0) }
        return Base64URL.encode(bytes + code(ofHour: hour, secret))
    }

    private static func code(ofHour hour: Int64, _ secret: StoredSecret) -> [UInt8] {
        let bytes = [16, 8, 0].map { UInt8(truncatingIfNeeded: hour >> $0) }
        return Array(HMACSHA256.code(of: Array("footfall script".utf8) + bytes, key: secret.reveal()).prefix(12))
    }
}
