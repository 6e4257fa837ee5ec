import CSodium
import Synchronization

/// Hashes of passwords: argon2id (RFC 9106) through libsodium, written as `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
///
/// Each takes 19 MiB and two passes, what OWASP asks for at least, and some tens of milliseconds. Never more than one is
/// computed at a time in a process: sign-ins queue, and however many come, they cannot take all memory or every core.
public enum PasswordHash {
    /// Passes over the memory.
    static let passes: UInt64 = 2
    /// Memory of one hash, in KiB.
    static let kibibytes = 19_456

    private static let turn = Mutex(())

    /// libsodium chooses its fastest code here; it may be called as often as one likes.
    private static let isReady = sodium_init() >= 0

    /// A hash of the password under a salt of its own. `nil` when there is no memory for it.
    public static func make(_ password: String) -> String? {
        guard isReady else { return nil }
        let characters = Array(password.utf8CString)
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let status = turn.withLock { _ in
            unsafe crypto_pwhash_str(&text, characters, UInt64(characters.count - 1), passes, kibibytes * 1024)
        }
        guard status == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }

    /// Whether the password is the one of this hash. A text that is no hash, such as that of an account that has no
    /// password yet, is `false` after the same time. `false` also when there is no memory.
    public static func verify(_ password: String, against hash: String) -> Bool {
        guard isBearable(hash) else {
            verifyDummy(password)
            return false
        }
        return check(password, hash)
    }

    /// Takes as long as `verify`: for accounts that do not exist, so that a stranger cannot find out which do
    /// (OWASP ASVS 5.0, 6.3.8).
    public static func verifyDummy(_ password: String) {
        _ = check(password, dummy)
    }

    /// Whether the hash was not made as `make` does it today, and should be made anew while the password is at hand.
    public static func needsRehash(_ hash: String) -> Bool {
        // Of argon2i, which libsodium reads, too, it would only compare the costs.
        guard isReady, isBearable(hash) else { return true }
        return unsafe crypto_pwhash_str_needs_rehash(Array(hash.utf8CString), passes, kibibytes * 1024) != 0
    }

    private static func check(_ password: String, _ hash: String) -> Bool {
        guard isReady else { return false }
        let characters = Array(password.utf8CString)
        let text = Array(hash.utf8CString)
        return turn.withLock { _ in
            unsafe crypto_pwhash_str_verify(text, characters, UInt64(characters.count - 1)) == 0
        }
    }

    /// Nobody knows a password of it: both the salt and the hash are random.
    private static let dummy: String = {
        func text(_ count: Int) -> String {
            // base64 with the signs of plain base64, of which random bytes without 62 and 63 need none.
            Base64URL.encode(Randomness.bytes(count)).replacing("-", with: "A").replacing("_", with: "B")
        }
        return "$argon2id$v=19$m=\(kibibytes),t=\(passes),p=1$\(text(16))$\(text(32))"
    }()

    /// Whether a text looks like a hash and says costs that may be paid: whoever writes into the database shall not make
    /// the process take gigabytes.
    private static func isBearable(_ hash: String) -> Bool {
        guard hash.utf8.count < Int(crypto_pwhash_STRBYTES), hash.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { return false }
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return false }
        let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3, costs[2] == "p=1", costs[0].hasPrefix("m="), costs[1].hasPrefix("t="),
            let memory = Int(costs[0].dropFirst(2)), let passes = Int(costs[1].dropFirst(2))
        else { return false }
        return (8...4 * kibibytes).contains(memory) && (1...8).contains(passes)
    }
}
