import Cryptography
import EventModel
import Platform

/// Events as a shop has them: mostly page views within the site, some from a search or a campaign, some with properties.
enum Example {
    static func events(_ number: Int, agents: [String]) -> [Event] {
        let now = Timestamp(milliseconds: Clock.wallMilliseconds())
        return (0..<number).map { index in
            let agent = agents[index % max(1, agents.count)]
            var hit = Hit(
                site: SiteID(rawValue: 1), id: EventID(UInt128(index) << 64 | 0x9e37_79b9), name: Hit.pageview,
                receivedAt: now, time: now)
            hit.title = "Walking shoes, size \(36 + index % 12) – The shop"
            hit.viewportWidth = Int32(360 + index % 1600)
            if index % 10 == 3 {
                hit.name = "add_to_cart"
                hit.properties = [Property("product", .text("shoe-\(index % 300)")), Property("price", .number(49.9))]
            }
            return Event(hit: hit, visitor: visitor(index, agent))
        }
    }

    private static func visitor(_ index: Int, _ agent: String) -> Visitor {
        let page = "https://example.com/shop/shoes/\(index % 500)"
        let isChromium = agent.contains("Chrome/")
        var url = page
        var referrer = "https://example.com/shop/"
        switch index % 8 {
        case 0: referrer = "https://www.google.com/search?q=walking+shoes"
        case 1: url += "?utm_source=newsletter&utm_medium=email&utm_campaign=autumn&session=7f3a"
        case 2: (url, referrer) = (url + "?gclid=Cj0KCQiA-long-value&page=2#reviews", "https://www.bing.com/")
        case 3: referrer = ""
        default: break
        }
        return Visitor(
            address: .v4(0xcb00_7100 | UInt32(index % 4096)), userAgent: agent, pageURL: url, referrerURL: referrer,
            acceptLanguage: index % 3 == 0 ? "de-AT,de;q=0.9,en;q=0.8" : "en-US,en;q=0.9",
            clientHints: isChromium
                ? ClientHints(
                    brands: #""Chromium";v="155", "Google Chrome";v="155", "Not)A;Brand";v="8""#,
                    platform: agent.contains("Android") ? #""Android""# : #""Windows""#,
                    isMobile: agent.contains("Mobile")) : ClientHints(),
            signals: [.fetchMetadata, .secure], clock: ClientClock())
    }

    /// The same event in memory of its own, with room for facts, as the edge makes it.
    static func fresh(_ event: Event) -> Event {
        var event = event
        event.hit.properties = event.hit.properties.map { $0 }
        event.hit.facts = []
        event.hit.facts.reserveCapacity(16)
        return event
    }

    /// Nanoseconds of one SipHash-2-4 over 150 bytes: what this machine is worth.
    static func yardstick() -> Double {
        let message = [UInt8](repeating: 7, count: 150)
        let key = [UInt8](repeating: 9, count: SipHash.keyLength)
        var sum: UInt64 = 0
        let started = Clock.monotonicNanoseconds()
        for _ in 0..<20_000 { sum &+= SipHash.hash(message, key: key) ?? 0 }
        let spent = Clock.monotonicNanoseconds() - started
        return sum == 0 ? 0 : Double(spent) / 20_000
    }
}
