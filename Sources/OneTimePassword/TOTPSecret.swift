import COath
import Cryptography
import Glibc

/// The secret that an account shares with an authenticator app, and the codes that follow from it: TOTP (RFC 6238) as all
/// apps know it, with HMAC-SHA-1, six digits and steps of 30 seconds, through liboath. No description shows it.
public struct TOTPSecret: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// Bytes in a secret, as RFC 4226 (section 4, R6) recommends.
    public static let length = 20
    /// Seconds of a step.
    public static let stepSeconds: Int64 = 30
    /// Digits of a code.
    public static let digits = 6
    /// Steps before and after the present one whose codes are taken, too: for clocks that differ and fingers that are slow.
    public static let window: Int64 = 1

    /// The secret itself, for whoever keeps it.
    public let bytes: [UInt8]

    /// A secret that was kept; `nil` when it has not 20 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == TOTPSecret.length else { return nil }
        self.bytes = bytes
    }

    private init() {
        bytes = Randomness.bytes(TOTPSecret.length)
    }

    /// A secret that nobody can guess.
    public static func make() -> TOTPSecret {
        TOTPSecret()
    }

    /// Whether both are the same, in a time that does not depend on them.
    public static func == (one: TOTPSecret, other: TOTPSecret) -> Bool {
        ConstantTime.areEqual(one.bytes, other.bytes)
    }

    /// Never the bytes.
    public var description: String { "[secret]" }

    /// Nothing to reflect.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The secret as people type it into an app: base32 (RFC 4648 section 6), 32 letters and digits without padding.
    public var base32: String {
        // 20 bytes are 32 characters of five bits each; nothing is left over.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        let text = stride(from: 0, to: bytes.count * 8, by: 5).map { bit in
            let two = UInt16(bytes[bit / 8]) << 8 | UInt16(bit / 8 + 1 < bytes.count ? bytes[bit / 8 + 1] : 0)
            return alphabet[Int(two >> UInt16(11 - bit % 8) & 31)]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The address that an app reads from a picture, in the form that they all understand
    /// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). It contains the secret.
    ///
    /// - Parameters:
    ///   - issuer: who asks for the codes, such as this program and its host's name.
    ///   - account: whose they are, usually an e-mail address.
    public func address(issuer: String, account: String) -> String {
        let issuer = TOTPSecret.percentEncoded(issuer)
        return "otpauth://totp/\(issuer):\(TOTPSecret.percentEncoded(account))?secret=\(base32)&issuer=\(issuer)"
            + "&algorithm=SHA1&digits=\(TOTPSecret.digits)&period=\(TOTPSecret.stepSeconds)"
    }

    /// The time step, in steps since 1970, whose code this is: the present one, the one before or the one after. `nil` for
    /// every other code. Whoever asks keeps the step and takes only greater ones after it, for a code is good once
    /// (RFC 6238 section 5.2).
    ///
    /// - Parameters:
    ///   - code: six digits; spaces between them are passed over, as apps show them.
    ///   - time: seconds since 1970, UTC.
    public func matchingStep(code: String, time: Int64) -> Int64? {
        let typed = code.utf8.prefix(64).filter { $0 != UInt8(ascii: " ") }
        guard typed.count == TOTPSecret.digits,
            typed.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            time >= 0
        else { return nil }
        let present = time / TOTPSecret.stepSeconds
        // All are computed and compared, whichever is right. Should two steps have one code, it is the later one's, so
        // that it is not good for the other afterwards.
        var match: Int64?
        for step in max(0, present - TOTPSecret.window)...present + TOTPSecret.window {
            guard let right = self.code(step: step) else { return nil }
            if ConstantTime.areEqual(right, typed) { match = step }
        }
        return match
    }

    /// The code of a step in ASCII; `nil` when liboath has no memory, or the step ends after the end of `time_t`.
    func code(step: Int64) -> [UInt8]? {
        let (time, isTooLate) = step.multipliedReportingOverflow(by: TOTPSecret.stepSeconds)
        guard TOTPSecret.isReady, !isTooLate else { return nil }
        var code = [CChar](repeating: 0, count: TOTPSecret.digits + 1)
        let status = unsafe bytes.withUnsafeBytes { secret in
            unsafe oath_totp_generate(
                secret.bindMemory(to: CChar.self).baseAddress, secret.count, time_t(time),
                UInt32(TOTPSecret.stepSeconds), time_t(OATH_TOTP_DEFAULT_START_TIME), UInt32(TOTPSecret.digits), &code)
        }
        guard status == OATH_OK.rawValue else { return nil }
        return code.prefix(TOTPSecret.digits).map { UInt8(truncatingIfNeeded: $0) }
    }

    private static let isReady = oath_init() == OATH_OK.rawValue

    /// Everything but RFC 3986's unreserved characters, byte by byte.
    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
