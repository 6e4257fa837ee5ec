import Cryptography
import TestSupport
import Testing

@testable import OneTimePassword

@Suite struct TOTPSecretTests {
    /// The secret of RFC 6238, appendix B.
    private func secret() throws -> TOTPSecret {
        try #require(TOTPSecret(bytes: Array("12345678901234567890".utf8)))
    }

    /// RFC 6238, appendix B, SHA-1. Its codes have eight digits, of which ours are the last six.
    @Test(
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Int64, String)])
    func itAgreesWithItsStandard(_ time: Int64, _ code: String) throws {
        #expect(try secret().matchingStep(code: String(code.suffix(6)), time: time) == time / 30)
    }

    /// RFC 4226, appendix D: the codes of the counters 0 to 9.
    @Test func itsStepsAreCounters() throws {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ]
        for (step, code) in codes.enumerated() {
            #expect(try secret().code(step: Int64(step)) == Array(code.utf8))
        }
    }

    @Test func oneStepBeforeAndAfterIsTaken() throws {
        // "359152" is the code of step 2: seconds 60 to 89.
        for (time, step) in [(29, nil), (30, 2), (59, 2), (60, 2), (89, 2), (90, 2), (119, 2), (120, nil)]
            as [(Int64, Int64?)]
        {
            #expect(try secret().matchingStep(code: "359152", time: time) == step, "\(time)")
        }
        #expect(try secret().matchingStep(code: "755224", time: 0) == 0)
    }

    @Test(arguments: [
        "", "35915", "3591522", "35915a", "３５９１５２", "٣٥٩١٥٢", "-35915", "+35915", "359152\0", "\0\0\0\0\0\0",
        "35915\u{301}2",
        "3 5 9 1 5", "359.152", "      ", String(repeating: "359152", count: 100_000),
    ])
    func whatIsNoCodeIsRefused(_ code: String) throws {
        #expect(try secret().matchingStep(code: code, time: 60) == nil)
    }

    @Test func spacesArePassedOver() throws {
        #expect(try secret().matchingStep(code: "359 152", time: 60) == 2)
        #expect(try secret().matchingStep(code: " 3 59152 ", time: 60) == 2)
    }

    @Test func extremeTimesAreAnswered() throws {
        for time in [Int64.min, -1, -30] { #expect(try secret().matchingStep(code: "755224", time: time) == nil) }
        for time in [Int64.max, Int64.max - 30, Int64.max / 30, 1 << 40] {
            _ = try secret().matchingStep(code: "755224", time: time)
        }
        #expect(try secret().code(step: .max) == nil)
    }

    @Test func aRandomSecretKnowsItsOwnCodes() throws {
        var random = SeededRandom(5)
        for _ in 0..<200 {
            let secret = TOTPSecret.make()
            let step = Int64.random(in: 0...1 << 32, using: &random)
            let code = String(decoding: try #require(secret.code(step: step)), as: UTF8.self)
            #expect(code.utf8.count == 6)
            #expect(secret.matchingStep(code: code, time: step * 30 + .random(in: 0..<30, using: &random)) == step)
        }
        #expect(TOTPSecret.make() != TOTPSecret.make())
    }

    @Test func itIsWrittenInBase32() throws {
        // Python: base64.b32encode(b"12345678901234567890"), and of twenty bytes ff and 00.
        #expect(try secret().base32 == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        let ones = try #require(TOTPSecret(bytes: [UInt8](repeating: 0xff, count: 20)))
        #expect(ones.base32 == String(repeating: "7", count: 32))
        let zeros = try #require(TOTPSecret(bytes: [UInt8](repeating: 0, count: 20)))
        #expect(zeros.base32 == String(repeating: "A", count: 32))
        for count in [0, 19, 21, 64] { #expect(TOTPSecret(bytes: [UInt8](repeating: 1, count: count)) == nil) }
    }

    @Test func itsAddressIsWhatAppsRead() throws {
        #expect(
            try secret().address(issuer: "Footfall stats.example", account: "anna+x@shop.example")
                == "otpauth://totp/Footfall%20stats.example:anna%2Bx%40shop.example"
                + "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Footfall%20stats.example"
                + "&algorithm=SHA1&digits=6&period=30")
        let hostile = try secret().address(issuer: "a&secret=b", account: "x?issuer=\"<ü>:/#\0\n")
        #expect(
            hostile.hasPrefix("otpauth://totp/a%26secret%3Db:x%3Fissuer%3D%22%3C%C3%BC%3E%3A%2F%23%00%0A?secret=GEZD"))
    }

    @Test func noDescriptionShowsIt() throws {
        let secret = try secret()
        var text = ""
        dump(secret, to: &text)
        let all = "\(secret) \(String(reflecting: secret)) \(text)"
        #expect(!all.contains("49") && !all.contains("GEZD"))
    }
}
