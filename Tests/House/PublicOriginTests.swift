import Configuration
import Testing

@testable import footfall

/// `web.url` as browsers write it in `Origin`, with which forms are compared byte by byte.
@Suite struct PublicOriginTests {
    @Test(arguments: [
        ("https://stats.example.com", "https://stats.example.com"),
        ("https://stats.example.com/", "https://stats.example.com"),
        ("HTTPS://Stats.Example.COM", "https://stats.example.com"),
        ("https://stats.example.com:443/", "https://stats.example.com"),
        ("http://stats.example.com:80", "http://stats.example.com"),
        ("http://stats.example.com:443", "http://stats.example.com:443"),
        ("http://127.0.0.1:08080", "http://127.0.0.1:8080"), ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
    ])
    func itIsWhatBrowsersSay(url: String, origin: String) {
        #expect(PublicOrigin(url)?.text == origin)
        var settings = GatewaySettings()
        settings.web.url = url
        #expect(settings.publicURL == origin)
        #expect(!settings.problems().contains { $0.key == "web.url" })
    }

    @Test(arguments: [
        "stats.example.com", "ftp://stats.example.com", "https://", "https:///", "https://:443", "https://a:0",
        "https://a:x",
        "https://a:99999", "https://a/stats", "https://a?b", "https://a#b", "https://me@a", "https://a b",
        "https://a:1:2",
        "https://caf\u{e9}.example", "https://a//",
    ])
    func whatIsNoPlaceIsRefused(url: String) {
        #expect(PublicOrigin(url) == nil)
        var settings = GatewaySettings()
        settings.web.url = url
        #expect(settings.problems().contains { $0.key == "web.url" })
        #expect(settings.publicURL.isEmpty)
    }
}
