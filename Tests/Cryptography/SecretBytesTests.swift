import Platform
import TestSupport
import Testing

@testable import Cryptography

@Suite struct SecretBytesTests {
    private func secret(_ bytes: [UInt8], in memory: SecretMemory = SecretMemory()) throws -> SecretBytes {
        try #require(
            SecretBytes(in: memory) { span in
                for (index, byte) in bytes.enumerated() {
                    span.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
                }
            })
    }

    private func bytes(_ secret: SecretBytes) -> [UInt8] {
        secret.withBytes { span in
            (0..<span.byteCount).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
    }

    @Test func theyAreWhatWasWritten() throws {
        #expect(bytes(try secret(Array(0..<16))) == Array(0..<16))
    }

    @Test func randomOnesDifferAndEqualOnesMatch() throws {
        let memory = SecretMemory()
        let first = try #require(SecretBytes(randomIn: memory))
        let second = try #require(SecretBytes(randomIn: memory))
        #expect(!first.matches(second))
        #expect(try secret(bytes(first)).matches(first))
    }

    /// More than fit into one page, given back and taken again.
    @Test func manyDoNotDisturbEachOther() throws {
        let memory = SecretMemory()
        var kept: [SecretBytes] = []
        for number in 0..<1000 {
            kept.append(try secret([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 16), in: memory))
            if number % 3 == 2 { kept.remove(at: kept.count - 2) }
        }
        for secret in kept {
            let bytes = bytes(secret)
            #expect(bytes.allSatisfy { $0 == bytes[0] })
        }
        // What is taken after that begins with zeros.
        #expect(bytes(try secret([], in: memory)) == [UInt8](repeating: 0, count: 16))
    }

    @Test(.enabled(if: memoryCanBeLocked, "sanitizers lock nothing"))
    func theirMemoryIsLockedAndNotDumped() throws {
        let memory = SecretMemory()
        let secret = try #require(SecretBytes(randomIn: memory))
        #expect(memory.lockError == nil)
        let address = secret.withBytes { span in unsafe span.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }
        let flags = try #require(try MemoryMap.flags(of: address))
        #expect(flags.contains("lo"), "locked")
        #expect(flags.contains("dd"), "not dumped")
        #expect(SecretMemory(isLocking: false).lockError == nil)
        let unlocked = SecretMemory(isLocking: false)
        _ = SecretBytes(randomIn: unlocked)
        #expect(unlocked.lockError != nil)
    }

    @Test func noDescriptionShowsThem() throws {
        let secret = try secret([UInt8](repeating: 0x41, count: 16))
        var text = ""
        dump(secret, to: &text)
        #expect(!"\(secret) \(String(reflecting: secret)) \(text)".contains("65"))
        #expect("\(secret)" == "[secret]")
    }

    @Test func aMessageHashesAsItsBytes() throws {
        let key = Array(0..<16) as [UInt8]
        let secret = try secret(key)
        for text in ["", "a", "fifteen bytes..", "sixteen bytes...", String(repeating: "ü", count: 3000)] {
            let capacity = 4 + 16 + SipHash.Message.length(of: text)
            let hash = SipHash.withMessage(capacity: capacity) { message in
                message.append(UInt32(0x0102_0304))
                message.append(UInt128(5))
                message.append(text)
                return message.hash(key: secret)
            }
            let length = UInt32(text.utf8.count)
            let whole =
                [1, 2, 3, 4] + [UInt8](repeating: 0, count: 15) + [5]
                + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + Array(text.utf8)
            #expect(hash == SipHash.hash(whole, key: key))
        }
        // The authors' vector for the empty message.
        #expect(SipHash.withMessage(capacity: 0) { $0.hash(key: secret) } == 0x726f_db47_dd0e_0e31)
    }

    @Test func aMessageThatDoesNotFitHasNoHash() throws {
        let secret = try secret([])
        let hash = SipHash.withMessage(capacity: 10) { message in
            message.append("1234567")
            return message.hash(key: secret)
        }
        #expect(hash == nil)
    }
}

/// What the kernel says of this process's memory.
private enum MemoryMap {
    /// The `VmFlags` of the mapping that contains the address (proc_pid_smaps(5)).
    static func flags(of address: UInt) throws -> Set<Substring>? {
        var isInside = false
        for line in try Files.read("/proc/self/smaps").split(separator: "\n") {
            let words = line.split(separator: " ")
            let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            if bounds.count == 2 { isInside = (bounds[0]..<bounds[1]).contains(address) }
            if isInside, words[0] == "VmFlags:" { return Set(words.dropFirst()) }
        }
        return nil
    }
}
