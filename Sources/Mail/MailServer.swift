import CCurl

/// Where mail is handed in (RFC 6409), through libcurl: an address such as `smtps://USER:PASSWORD@mail.example.com` or
/// `smtp://127.0.0.1`. Beyond this machine nothing goes without TLS, whose certificate is looked at.
public struct MailServer: Sendable {
    private let url: String
    private let isOnThisMachine: Bool

    /// Milliseconds after which handing in is given up: somebody waits for the page.
    static let timeout = 8_000

    /// What is wrong, in words for the operator; never with a password.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// One line.
        public var description: String
    }

    /// A server. Throws when the address is not one. Opens no connection.
    public init(url: String) throws(Failure) {
        guard let parts = MailServer.parts(of: url), ["smtp", "smtps"].contains(parts.scheme), !parts.host.isEmpty
        else {
            throw Failure(
                description: "is not an address such as smtps://USER:PASSWORD@mail.example.com or smtp://127.0.0.1")
        }
        self.url = url
        isOnThisMachine =
            parts.scheme == "smtp" && ["localhost", "[::1]"].contains(parts.host)
            || parts.host.hasPrefix("127.")
                && parts.scheme == "smtp"
    }

    /// Hands a message in. Waits for the server, at most for some seconds: not for the threads of the cooperative pool.
    ///
    /// Throws when it was not taken. Afterwards the message is the server's, which may still find that nobody has that address.
    public func send(_ message: MailMessage) throws(Failure) {
        let bytes = message.rendered
        var problem = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let code = unsafe bytes.withUnsafeBytes { body in
            unsafe url.withCString { url in
                unsafe message.from.email.withCString { from in
                    unsafe message.to.withCString { to in
                        let mail = unsafe footfall_mail(
                            url: url, from: from, to: to, bytes: body.baseAddress?.assumingMemoryBound(to: CChar.self),
                            length: body.count, milliseconds: MailServer.timeout, in_the_clear: isOnThisMachine ? 1 : 0)
                        return unsafe footfall_mail_send(mail, &problem)
                    }
                }
            }
        }
        guard code != CURLE_OK else { return }
        let words = String(decoding: problem.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw Failure(description: words.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : words)
    }

    private static func parts(of text: String) -> (scheme: String, host: String)? {
        // Before any thread asks libcurl for something else, which its documentation wants.
        guard isReady, let address = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(address) }
        guard unsafe curl_url_set(address, CURLUPART_URL, text, 0) == CURLUE_OK else { return nil }
        func part(_ which: CURLUPart) -> String? {
            var found: UnsafeMutablePointer<CChar>?
            guard unsafe curl_url_get(address, which, &found, 0) == CURLUE_OK, let found = unsafe found else {
                return nil
            }
            defer { unsafe curl_free(found) }
            return unsafe String(cString: found)
        }
        guard let scheme = part(CURLUPART_SCHEME), let host = part(CURLUPART_HOST) else { return nil }
        return (scheme, host)
    }

    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
