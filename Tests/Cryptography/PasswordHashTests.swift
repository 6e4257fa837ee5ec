import Glibc
import Testing

@testable import Cryptography

@Suite struct PasswordHashTests {
    @Test func aPasswordIsKnownAgain() throws {
        let hash = try #require(PasswordHash.make("correct horse battery"))
        #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(PasswordHash.verify("correct horse battery", against: hash))
        #expect(!PasswordHash.verify("correct horse batterz", against: hash))
        #expect(!PasswordHash.verify("", against: hash))
        #expect(try #require(PasswordHash.make("correct horse battery")) != hash, "every hash has a salt of its own")
    }

    /// A zero byte ends no password, as it would in C.
    @Test func everyByteOfAPasswordCounts() throws {
        let hash = try #require(PasswordHash.make("a\0b"))
        #expect(PasswordHash.verify("a\0b", against: hash))
        #expect(!PasswordHash.verify("a", against: hash))
        #expect(!PasswordHash.verify("a\0c", against: hash))
        let long = String(repeating: "ü", count: 50_000)
        #expect(PasswordHash.verify(long, against: try #require(PasswordHash.make(long))))
    }

    /// Computed by another implementation, Debian's `argon2`: printf %s 'correct horse battery' | argon2 somesaltsomesalt
    /// -id -t 2 -k 19456 -p 1 -e
    @Test func itIsTheArgon2idOfOthers() {
        #expect(PasswordHash.verify("correct horse battery", against: foreign))
        #expect(!PasswordHash.needsRehash(foreign))
    }

    private let foreign =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$/HetJC6LZ4lnwgLB+wJSS2a9bFu2Kq4HxwNWzoJq2qU"

    @Test(arguments: [
        "", "$", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$", "$argon2id$v=19$m=19456,t=2,p=1$$",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$", "$2b$12$abcdefghijklmnopqrstuv",
        "correct horse battery",
        // Four gigabytes, a million passes, many lanes.
        "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=1000000,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=2,p=64$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=-1,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=99999999999999999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
        "$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAA\0AAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$" + String(repeating: "A", count: 5000),
    ])
    func whatIsNoHashIsRefused(_ hash: String) {
        #expect(!PasswordHash.verify("correct horse battery", against: hash))
        #expect(PasswordHash.needsRehash(hash))
    }

    @Test func aHashOfOtherCostsIsMadeAnew() throws {
        let hash = try #require(PasswordHash.make("correct horse battery"))
        #expect(!PasswordHash.needsRehash(hash))
        #expect(PasswordHash.needsRehash(hash.replacing("m=19456", with: "m=65536")))
        #expect(PasswordHash.needsRehash(hash.replacing("t=2", with: "t=3")))
    }

    /// By the thread's own time, which does not run while others have the processor. What is looked for is an answer at
    /// once.
    @Test func whoDoesNotExistTakesAsLong() throws {
        let hash = try #require(PasswordHash.make("correct horse battery"))
        let real = time { _ = PasswordHash.verify("another password", against: hash) }
        let dummy = time { PasswordHash.verifyDummy("another password") }
        let none = time { _ = PasswordHash.verify("another password", against: "") }
        #expect(dummy > real / 3 && real > dummy / 3)
        #expect(none > real / 3)
    }

    /// Nanoseconds that the thread computes, of the fastest of five.
    private func time(_ body: () -> Void) -> Int {
        (0..<5).map { _ in
            let start = now(CLOCK_THREAD_CPUTIME_ID)
            body()
            return now(CLOCK_THREAD_CPUTIME_ID) - start
        }.min() ?? 0
    }

    private func now(_ clock: clockid_t) -> Int {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// However many come: all that their threads compute together takes no more than the time that passes. Where others
    /// have the processors it takes less, which is right as well.
    @Test func neverTwoAreComputedAtATime() async throws {
        let hash = try #require(PasswordHash.make("correct horse battery"))
        let start = now(CLOCK_MONOTONIC)
        let computed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    let start = now(CLOCK_THREAD_CPUTIME_ID)
                    _ = PasswordHash.verify("another password", against: hash)
                    return now(CLOCK_THREAD_CPUTIME_ID) - start
                }
            }
            return await group.reduce(0, +)
        }
        let passed = now(CLOCK_MONOTONIC) - start
        #expect(computed < passed + passed / 5)
    }

    @Test func manyAtATimeAreAllRight() async throws {
        let hash = try #require(PasswordHash.make("correct horse battery"))
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    PasswordHash.verify(number % 2 == 0 ? "correct horse battery" : "wrong", against: hash)
                        == (number % 2 == 0)
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
