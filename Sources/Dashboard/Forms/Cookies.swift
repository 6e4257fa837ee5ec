import FastCGI

/// The dashboard's cookies. `__Host-`: for this host only, over TLS only (browsers take loopback for that, too), and out of
/// reach of other hosts of the domain.
enum Cookie: String, CaseIterable {
    /// The web token, which lives for minutes.
    case webToken = "__Host-footfall"
    /// The secret of the session, which gives another web token.
    case session = "__Host-footfall-session"
    /// Before there is a session: the seed of the forms' secrets.
    case forms = "__Host-footfall-forms"

    /// Its value in a request.
    func value(in request: Request) -> String? {
        Cookie.value(rawValue, in: request)
    }

    /// The value of a cookie in a request; `nil` when missing or empty.
    static func value(_ name: String, in request: Request) -> String? {
        guard let header = request.header("COOKIE") else { return nil }
        for pair in header.utf8.split(separator: UInt8(ascii: ";")) {
            let text = pair.drop(while: { $0 == UInt8(ascii: " ") })
            guard text.starts(with: name.utf8), text.dropFirst(name.utf8.count).first == UInt8(ascii: "=") else {
                continue
            }
            let value = String(decoding: text.dropFirst(name.utf8.count + 1), as: UTF8.self)
            return value.isEmpty ? nil : value
        }
        return nil
    }

    /// The header that sets it. Without an age it ends with the browser's own session.
    ///
    /// - Parameter seconds: how long the browser keeps it; 0 takes it away.
    func header(_ value: String, seconds: Int? = nil) -> String {
        Cookie.header(rawValue, value, seconds: seconds)
    }

    /// The header that sets a cookie of this name.
    static func header(_ name: String, _ value: String, seconds: Int? = nil) -> String {
        let age = seconds.map { "; Max-Age=\($0)" } ?? ""
        return "\(name)=\(value); Path=/; Secure; HttpOnly; SameSite=Lax\(age)"
    }
}
