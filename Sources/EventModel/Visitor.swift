/// What a request tells about the person behind it. It lives for the length of the chain and dies with it:
/// no journal, store, cache or log ever sees this type (DESIGN section 1, promise 2).
public struct Visitor: Sendable {
    /// Where the request came from, as nginx saw it; `nil` for replayed events and server events without an address.
    public var address: Sensitive<IPAddress?>
    /// The raw `User-Agent` header, at most 1,024 bytes; empty when missing.
    public var userAgent: Sensitive<String>
    /// The page's full URL as sent, at most 2,048 bytes: its query may carry tokens and e-mail addresses.
    public var pageURL: Sensitive<String>
    /// The page's full referrer as sent, at most 2,048 bytes.
    public var referrerURL: Sensitive<String>
    /// The raw `Accept-Language` header, at most 256 bytes.
    public var acceptLanguage: Sensitive<String>

    /// A visitor of whom nothing is known, which is also what the `discard` filter leaves behind.
    public static let unknown = Visitor()

    /// Everything that is known of the sender of one request; what is left out is unknown.
    public init(
        address: IPAddress? = nil, userAgent: String = "", pageURL: String = "", referrerURL: String = "",
        acceptLanguage: String = ""
    ) {
        self.address = Sensitive(address)
        self.userAgent = Sensitive(userAgent)
        self.pageURL = Sensitive(pageURL)
        self.referrerURL = Sensitive(referrerURL)
        self.acceptLanguage = Sensitive(acceptLanguage)
    }

    /// Whether nothing personal is left.
    public var isEmpty: Bool {
        address.reveal() == nil && userAgent.reveal().isEmpty && pageURL.reveal().isEmpty
            && referrerURL.reveal().isEmpty && acceptLanguage.reveal().isEmpty
    }
}
