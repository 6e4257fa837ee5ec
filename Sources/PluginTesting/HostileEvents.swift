public import EventModel
import Platform

/// Events as nobody wishes them: every plugin must come through them without a trap.
public enum HostileEvents {
    /// An ordinary event, to build on.
    public static func ordinary(
        url: String = "https://example.com/shop/?id=7#top", referrer: String = "https://www.google.com/search?q=x",
        address: String = "198.51.100.7", userAgent: String = "Mozilla/5.0 (X11; Linux x86_64) Test/1.0"
    ) -> Event {
        let now = Timestamp(milliseconds: Clock.wallMilliseconds())
        var hit = Hit(site: SiteID(rawValue: 1), id: EventID(7), name: Hit.pageview, receivedAt: now, time: now)
        hit.title = "Shop"
        hit.hostname = "example.com"
        hit.path = "/shop"
        hit.viewportWidth = 1280
        hit.properties = [
            Property("plan", .text("gold")), Property("price", .number(9.5)), Property("new", .flag(true)),
        ]
        hit.facts = [Property("foreign_fact", .text("x"))]
        var place = EdgePlace()
        place.country = "AT"
        place.byHeader = [Property("CF_IPCOUNTRY", .text("AT"))]
        let visitor = Visitor(
            address: IPAddress(address), userAgent: userAgent, pageURL: url, referrerURL: referrer,
            acceptLanguage: "de-AT,de;q=0.9",
            clientHints: ClientHints(
                brands: #""Chromium";v="138", "Not)A;Brand";v="8""#, platform: #""Linux""#, isMobile: false),
            place: place, user: "customer-7", signals: [.fetchMetadata, .secure],
            clock: ClientClock(happenedAt: now.milliseconds - 2000, sentAt: now.milliseconds - 1000))
        return Event(hit: hit, visitor: visitor)
    }

    /// Texts that have broken parsers before: empty, huge, cut in the middle, doubled, out of Unicode's corners.
    public static let texts: [String] = [
        "", " ", "/", "?", "#", "%", "%2", "%zz", "%00", "%ff%fe", ":", "//", "http", "http:", "http://",
        "https:///path",
        "http://?", "http://#", "http://@", "http://:", "http://[", "http://[::1", "http://[::1]:80/%41",
        "HTTPS://EXAMPLE.COM./A", "http://user:secret@example.com:8080/a/../b//c/?q=1&q=2#f?x#y",
        "http://example.com\\@evil.example/", "http://ex ample.com/", "http://example.com/<script>alert(1)</script>",
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "about:blank", "android-app://",
        "android-app://com.example.app/x", "http://" + String(repeating: "a.", count: 200) + "example",
        "http://example.com/" + String(repeating: "a", count: 20_000),
        "http://example.com/" + String(repeating: "%F0%9F%92%A9", count: 500),
        "http://example.com/?" + String(repeating: "&", count: 5000), "\u{0}\u{1}\u{7f}", "e\u{301}\u{202e}\u{feff}",
        "👩‍👩‍👧‍👦" + String(repeating: "\u{300}", count: 1000), "http://münchen.example/straße?ü=ö",
        "http://xn--mnchen-3ya.example/",
        "http://127.0.0.1/", "http://localhost", "http://example.com/index.html", "http://www.", "http://www.com/",
        "http://www.example.com//index.php/", "https://example.com/#!/route?token=secret", "https://example.com/#/a/b",
    ]

    /// Each text in the place of the page, of the referrer, and of everything else, and numbers at their ends.
    public static var all: [Event] {
        var events = [ordinary(), ordinary(address: "2001:db8::1"), ordinary(address: "unknown", userAgent: "")]
        for text in texts {
            events.append(ordinary(url: text))
            events.append(ordinary(referrer: text))
            var event = ordinary(userAgent: text)
            event.hit.title = text
            event.hit.name = text
            event.hit.path = text
            event.hit.hostname = text
            event.hit.properties = [Property(text, .text(text)), Property(text, .number(.greatestFiniteMagnitude))]
            event.hit.facts = [Property(text.isEmpty ? "foreign_fact" : text, .text(text))]
            event.visitor.acceptLanguage = Sensitive(text)
            event.visitor.clientHints = Sensitive(ClientHints(brands: text, platform: text, isMobile: true))
            event.visitor.place = Sensitive(hostilePlace(text))
            events.append(event)
        }
        for bits in [0, UInt32.max, 0x5555_5555] {
            var event = ordinary()
            event.visitor.signals = Signals(rawValue: bits)
            events.append(event)
        }
        for moment in [Int64.min, -1, 0, 1, Int64.max] {
            var event = ordinary()
            event.hit.time = Timestamp(milliseconds: moment)
            event.hit.receivedAt = Timestamp(milliseconds: moment)
            event.hit.site = SiteID(rawValue: Int32(truncatingIfNeeded: moment))
            event.visitor.clock = ClientClock(happenedAt: moment, sentAt: 0 &- moment)
            events.append(event)
        }
        return events
    }

    private static func hostilePlace(_ text: String) -> EdgePlace {
        var place = EdgePlace()
        place.country = text
        place.region = text
        place.city = text
        place.byHeader = [Property("CF_IPCOUNTRY", .text(text))]
        return place
    }
}
