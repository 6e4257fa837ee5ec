import Cryptography
import Testing

@Suite struct CryptographyTests {
    /// The first vectors of the SipHash authors' own `vectors_sip64`: key 00…0f, messages of 0 and 1 bytes 00….
    @Test func sipHashAgreesWithItsAuthors() {
        let key = Array(0..<16) as [UInt8]
        #expect(SipHash.hash([], key: key) == 0x726f_db47_dd0e_0e31)
        #expect(SipHash.hash([0], key: key) == 0x74f8_39c5_93dc_67fd)
        #expect(SipHash.hash([], key: []) == nil)
    }

    /// BLAKE2b with 16 bytes of output, computed by Python: hashlib.blake2b(b"abc", digest_size=16).
    @Test func contentHashIsBLAKE2b() {
        #expect(ContentHash.bits128(of: Array("abc".utf8)) == 0xcf4a_b791_c62b_8d2b_2109_c902_7528_7816)
        #expect(ContentHash.sixtyFourBits(of: "abc") == Int64(bitPattern: 0xcf4a_b791_c62b_8d2b))
        #expect(ContentHash.sixtyFourBits(of: "") != 0)
    }

    @Test func randomBytesDiffer() {
        #expect(Randomness.bits128() != Randomness.bits128())
        #expect(Randomness.bytes(0) == [])
    }
}
