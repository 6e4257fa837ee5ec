import Cryptography
import FastCGI

/// Keeps other sites from sending forms in somebody's name (CSRF): the browser must say that the form came from a page of
/// ours, and the form must hold a secret that only pages of ours have.
struct FormGuard {
    /// What only this browser and we know: the session's token, or before there is one a cookie of its own.
    let seed: String

    /// Bytes of the secret.
    private static let length = 16

    private var secret: [UInt8] {
        Array(HMACSHA256.code(of: Array("form".utf8), key: Array(seed.utf8)).prefix(FormGuard.length))
    }

    /// The secret for the next page, masked with other random bytes each time: pages are compressed, and the length of a
    /// compressed page must not tell the secret to whoever can put words beside it (BREACH).
    var token: String {
        let mask = Randomness.bytes(FormGuard.length)
        return Base64URL.encode(mask + zip(mask, secret).map { $0 ^ $1 })
    }

    /// Whether a form holds the secret.
    func accepts(_ token: String) -> Bool {
        guard let bytes = Base64URL.decode(token), bytes.count == 2 * FormGuard.length else { return false }
        let unmasked = zip(bytes.prefix(FormGuard.length), bytes.dropFirst(FormGuard.length)).map { $0 ^ $1 }
        return ConstantTime.areEqual(unmasked, secret)
    }

    /// Whether the browser says that a request came from a page of this very origin. All browsers of the last years send
    /// `Origin` with every POST; a request without it and without `Sec-Fetch-Site` is none of a browser's form.
    static func isFromHere(_ request: Request, origins: [String]) -> Bool {
        if let site = request.header("SEC_FETCH_SITE"), site != "same-origin" { return false }
        if let given = request.header("ORIGIN") { return !given.isEmpty && origins.contains(given) }
        return request.header("SEC_FETCH_SITE") == "same-origin"
    }

    /// Whether no page sent a request, but a program or somebody's own hand: all browsers say of a page's POST from where it is.
    static func isOfNoPage(_ request: Request) -> Bool {
        request.header("ORIGIN") == nil && [nil, "none"].contains(request.header("SEC_FETCH_SITE"))
    }
}
