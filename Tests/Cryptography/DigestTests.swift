import Cryptography
import TestSupport
import Testing

@Suite struct DigestTests {
    /// FIPS 180-4's own examples.
    @Test func sha256AgreesWithItsStandard() {
        #expect(SHA256.hexadecimal("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256.hexadecimal("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(SHA256.hash(Array("abc".utf8)).count == SHA256.length)
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// RFC 4231, cases 1, 2 and 6: keys of 20, 4 and 131 bytes.
    @Test func hmacAgreesWithItsStandard() {
        let cases: [(key: [UInt8], message: String, code: String)] = [
            (
                [UInt8](repeating: 0x0b, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ]
        for (key, message, code) in cases {
            #expect(hexadecimal(HMACSHA256.code(of: Array(message.utf8), key: key)) == code)
        }
        // Python: hmac.new(b"", b"", "sha256").hexdigest()
        #expect(
            hexadecimal(HMACSHA256.code(of: [], key: []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func comparisonsCompare() {
        #expect(ConstantTime.areEqual([], []))
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
        #expect(!ConstantTime.areEqual([], [0]))
    }
}

@Suite struct Base64URLTests {
    /// RFC 4648 section 10, without padding, and the two signs that differ from plain base64.
    @Test func itAgreesWithItsStandard() {
        let vectors = ["": "", "f": "Zg", "fo": "Zm8", "foo": "Zm9v", "foob": "Zm9vYg", "fooba": "Zm9vYmE"]
        for (bytes, text) in vectors {
            #expect(Base64URL.encode(Array(bytes.utf8)) == text)
            #expect(Base64URL.decode(text) == Array(bytes.utf8))
        }
        #expect(Base64URL.encode([0xfb, 0xff]) == "-_8")
        #expect(Base64URL.decode("-_8") == [0xfb, 0xff])
    }

    @Test(arguments: [
        "A", "AAAAA", "Zg==", "Zg=", "Zh", "Zm9=", "Zm9", "+/8", "Z g", "Zg\n", "Zm9v\0", "Zm9vü", "é", "Zm8.", "=",
    ])
    func whatIsNotWrittenIsNotRead(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func whatIsReadIsWrittenTheSame() {
        var random = SeededRandom(7)
        let characters = Array("ABab09-_=+ ".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            let text = String(
                decoding: (0..<Int.random(in: 0..<9, using: &random)).map { _ in
                    characters[Int.random(in: 0..<characters.count, using: &random)]
                }, as: UTF8.self)
            if let read = Base64URL.decode(text) { #expect(Base64URL.encode(read) == text) }
        }
    }
}
