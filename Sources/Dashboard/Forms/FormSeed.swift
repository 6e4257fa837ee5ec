import Cryptography

/// Seeds of the forms' secrets for browsers without a session.
enum FormSeed {
    /// Another seed.
    static func make() -> String { Base64URL.encode(Randomness.bytes(16)) }
}
