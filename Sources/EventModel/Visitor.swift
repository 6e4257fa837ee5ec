/// What a request tells about the person behind it. It lives for the length of the chain and dies with it:
/// no journal, store, cache or log ever sees this type (DESIGN section 1, promise 2).
public struct Visitor: Sendable {
    /// Where the request came from, as nginx saw it; `nil` for replayed events and server events without an address.
    public var address: Sensitive<IPAddress?>
    /// The raw `User-Agent` header, at most 1,024 bytes; empty when missing.
    public var userAgent: Sensitive<String>
    /// The page's full URL as sent, at most 8,192 bytes: its query may carry tokens and e-mail addresses.
    public var pageURL: Sensitive<String>
    /// The page's full referrer as sent, at most 8,192 bytes.
    public var referrerURL: Sensitive<String>
    /// The raw `Accept-Language` header, at most 256 bytes.
    public var acceptLanguage: Sensitive<String>
    /// What the browser says of itself in low-entropy client hints.
    public var clientHints: Sensitive<ClientHints>
    /// Where the server in front of us places the address; empty where it places nobody.
    public var place: Sensitive<EdgePlace>
    /// The site's own id of its user, as its server sent it, at most 128 bytes; empty where nobody said so.
    public var user: Sensitive<String>
    /// What else the request says about its sender, in yes and no.
    public var signals: Signals
    /// Moments of the client's clock.
    public var clock: ClientClock

    /// A visitor of whom nothing is known, which is also what the `discard` filter leaves behind.
    public static let unknown = Visitor()

    /// Everything that is known of the sender of one request; what is left out is unknown.
    public init(
        address: IPAddress? = nil, userAgent: String = "", pageURL: String = "", referrerURL: String = "",
        acceptLanguage: String = "", clientHints: ClientHints = ClientHints(), place: EdgePlace = EdgePlace(),
        user: String = "", signals: Signals = [], clock: ClientClock = ClientClock()
    ) {
        self.address = Sensitive(address)
        self.userAgent = Sensitive(userAgent)
        self.pageURL = Sensitive(pageURL)
        self.referrerURL = Sensitive(referrerURL)
        self.acceptLanguage = Sensitive(acceptLanguage)
        self.clientHints = Sensitive(clientHints)
        self.place = Sensitive(place)
        self.user = Sensitive(user)
        self.signals = signals
        self.clock = clock
    }

    /// Whether nothing personal is left.
    public var isEmpty: Bool {
        address.reveal() == nil && userAgent.reveal().isEmpty && pageURL.reveal().isEmpty
            && referrerURL.reveal().isEmpty && acceptLanguage.reveal().isEmpty
            && clientHints.reveal() == ClientHints() && place.reveal() == EdgePlace() && user.reveal().isEmpty
            && signals.isEmpty
            && clock == ClientClock()
    }
}

/// The client hints that Chromium sends unasked on secure origins (https://wicg.github.io/ua-client-hints/), as they
/// stand in the headers. We never ask for more.
public struct ClientHints: Sendable, Equatable {
    /// `Sec-CH-UA`, at most 512 bytes: a structured-field list of brands and versions.
    public var brands = ""
    /// `Sec-CH-UA-Platform`, at most 64 bytes: a quoted name.
    public var platform = ""
    /// `Sec-CH-UA-Mobile`; `nil` when missing or neither `?0` nor `?1`.
    public var isMobile: Bool?

    /// None.
    public init(brands: String = "", platform: String = "", isMobile: Bool? = nil) {
        self.brands = brands
        self.platform = platform
        self.isMobile = isMobile
    }

    /// Whether the browser sent none of them.
    public var isEmpty: Bool { brands.isEmpty && platform.isEmpty && isMobile == nil }
}

/// Where somebody in front of the gateway places the address.
public struct EdgePlace: Sendable, Equatable {
    /// ISO 3166-1 alpha-2, from the FastCGI parameter `GEOIP_COUNTRY_CODE`: nginx's word, which no client can forge.
    public var country = ""
    /// ISO 3166-2 subdivision without its country, from `GEOIP_REGION`.
    public var region = ""
    /// Name of the city, from `GEOIP_CITY`.
    public var city = ""
    /// Country by the name of an edge's header, upper case as in CGI (`CF-IPCountry` is `CF_IPCOUNTRY`). Any client can
    /// send these headers: only whoever configured which edge to trust may read them.
    public var byHeader: [Property] = []

    /// Nowhere.
    public init() {}

    /// Headers in which edges name the country: Cloudflare, Vercel, CloudFront, Fastly's and Fly's customs.
    public static let headers = [
        "CF_IPCOUNTRY", "X_VERCEL_IP_COUNTRY", "CLOUDFRONT_VIEWER_COUNTRY", "X_COUNTRY_CODE", "FLY_REGION_COUNTRY",
    ]
}

/// Moments of the client's clock, in milliseconds since 1970; `nil` where it said nothing. They die with the chain: how
/// far a clock is off tells one machine from another.
public struct ClientClock: Sendable, Equatable {
    /// When the event happened (`ts`).
    public var happenedAt: Int64?
    /// When it was sent (`st`).
    public var sentAt: Int64?

    /// A clock that was not read.
    public init(happenedAt: Int64? = nil, sentAt: Int64? = nil) {
        self.happenedAt = happenedAt
        self.sentAt = sentAt
    }
}

/// What a request says about its sender in yes and no.
public struct Signals: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt32

    /// Signals of these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `DNT: 1` or `X-Do-Not-Track: 1`.
    public static let doNotTrack = Signals(rawValue: 1 << 0)
    /// `Sec-GPC: 1` (https://www.w3.org/TR/gpc/).
    public static let globalPrivacyControl = Signals(rawValue: 1 << 1)
    /// The visitor has opted out on this site (`o: 1`).
    public static let optedOut = Signals(rawValue: 1 << 2)
    /// The site has the visitor's consent (`c: "granted"`).
    public static let consentGranted = Signals(rawValue: 1 << 3)
    /// The visitor has refused (`c: "denied"`).
    public static let consentDenied = Signals(rawValue: 1 << 4)
    /// The page was loaded ahead, and perhaps never shown: `Sec-Purpose`, `Purpose`, `X-Purpose` or `X-Moz` say so.
    public static let prefetch = Signals(rawValue: 1 << 5)
    /// The browser says that a program drives it (`navigator.webdriver`, code 153).
    public static let webDriver = Signals(rawValue: 1 << 6)
    /// The page saw traces of an automation tool (PhantomJS, Nightmare, Selenium; codes 150 to 152).
    public static let automation = Signals(rawValue: 1 << 7)
    /// The device has a touch screen with more than one point: tells an iPad from a Mac.
    public static let touch = Signals(rawValue: 1 << 8)
    /// `Sec-Fetch-Site`, `-Mode` or `-Dest` is there, as all current browsers send it.
    public static let fetchMetadata = Signals(rawValue: 1 << 9)
    /// `Sec-Fetch-Dest` says something else than a script's request or an image: somebody navigated to us.
    public static let navigation = Signals(rawValue: 1 << 10)
    /// The request came over https.
    public static let secure = Signals(rawValue: 1 << 11)
    /// A server speaks for its visitor: the request's own headers say nothing about that one.
    public static let fromServer = Signals(rawValue: 1 << 12)
    /// The FastCGI parameter `FOOTFALL_ADDRESS_TYPE` says `hosting`: an address of a data centre.
    public static let hostingNetwork = Signals(rawValue: 1 << 13)
    /// The same parameter says `anonymous`: a VPN, proxy or Tor exit.
    public static let anonymousNetwork = Signals(rawValue: 1 << 14)
    /// The event was loaded by the pixel, not by a script.
    public static let pixel = Signals(rawValue: 1 << 15)
}
