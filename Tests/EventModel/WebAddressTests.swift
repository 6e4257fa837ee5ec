import EventModel
import Testing

@Suite struct WebAddressTests {
    @Test(arguments: [
        ("https://Example.COM/a/b?c=d#e", "example.com", "/a/b", "c=d", "e"),
        ("http://example.com", "example.com", "/", "", ""),
        ("http://example.com?x", "example.com", "/", "x", ""),
        ("http://example.com#x?y", "example.com", "/", "", "x?y"),
        ("http://user:secret@example.com:8080/p", "example.com", "/p", "", ""),
        ("http://a@b@example.com/", "example.com", "/", "", ""),
        ("http://[2001:DB8::1]:80/x", "[2001:db8::1]", "/x", "", ""),
        ("http://example.com./x", "example.com", "/x", "", ""), ("http://example.com../", "example.com", "/", "", ""),
        ("HTTPS://münchen.example/ü", "münchen.example", "/ü", "", ""),
        // Browsers read a backslash as a slash; a parser that does not would see the host evil.example.
        ("http://example.com\\@evil.example/", "example.com", "\\@evil.example/", "", ""),
    ])
    func partsAreFound(text: String, host: String, path: String, query: String, fragment: String) throws {
        let address = try #require(WebAddress(text))
        #expect(address.host == host)
        #expect(address.path == path)
        #expect(address.query == query)
        #expect(address.fragment == fragment)
    }

    @Test(arguments: [
        "", "/path", "example.com", "ftp://example.com", "file:///etc/passwd", "javascript:alert(1)", "http:/x",
        "http://", "http:///x", "http://?", "http://:80", "http://[::1", "http://../", "http://a b/", "http://<x>/",
        "http://a%20b/",
        "http://" + String(repeating: "a", count: 254) + "/",
    ])
    func whatIsNoPageHasNoParts(text: String) {
        #expect(WebAddress(text) == nil)
    }
}

@Suite struct TextTests {
    @Test(arguments: [
        ("a%20b", false, "a b"), ("a+b", false, "a+b"), ("a+b", true, "a b"), ("%", false, "%"), ("%2", false, "%2"),
        ("%zz", false, "%zz"), ("%C3%BC", false, "ü"), ("%ff", false, "\u{FFFD}"), ("%2525", false, "%25"),
    ])
    func percentDecodingKeepsWhatIsNotValid(text: String, plus: Bool, decoded: String) {
        #expect(text.percentDecoded(plusIsSpace: plus) == decoded)
    }

    @Test func cuttingNeverSplitsACharacter() {
        let text = "aü€😀"
        for limit in 0...text.utf8.count {
            let cut = text.prefix(bytes: limit)
            #expect(cut.utf8.count <= limit)
            #expect(text.hasPrefix(cut))
            #expect(!cut.unicodeScalars.contains("\u{FFFD}"))
        }
    }

    @Test func controlCharactersAreReplaced() {
        #expect("a\u{0}b\nc\u{7f}".withoutControlCharacters == "a\u{FFFD}b c ")
    }
}

@Suite struct IPAddressTests {
    /// Text, upper and lower half; the upper one is `nil` for IPv4.
    private static let readable: [(String, UInt64?, UInt64)] = [
        ("192.0.2.1", nil, 0xc000_0201), ("0.0.0.0", nil, 0), ("255.255.255.255", nil, 0xffff_ffff), ("::", 0, 0),
        ("::1", 0, 1), ("2001:db8::1", 0x2001_0db8_0000_0000, 1), ("2001:DB8:0:0:0:0:0:1", 0x2001_0db8_0000_0000, 1),
        ("1::", 0x0001_0000_0000_0000, 0), ("1:2:3:4:5:6:7::", 0x0001_0002_0003_0004, 0x0005_0006_0007_0000),
        ("fe80::1%eth0", 0xfe80_0000_0000_0000, 1), ("::ffff:192.0.2.1", nil, 0xc000_0201),
        ("::ffff:c000:201", nil, 0xc000_0201), ("64:ff9b::192.0.2.1", 0x0064_ff9b_0000_0000, 0xc000_0201),
    ]

    @Test(arguments: readable)
    func addressesAreRead(text: String, high: UInt64?, low: UInt64) {
        let v6 = UInt128(high ?? 0) << 64 | UInt128(low)
        #expect(IPAddress(text) == (high == nil ? .v4(UInt32(low)) : .v6(v6)))
    }

    @Test(arguments: [
        "", "unix:", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1..2.3", "1.2.3.4 ", ":", ":::", "1:2", "1:2:3:4:5:6:7:8:9",
        "010.0.0.1", "1.2.3.00", "::1.02.3.4", "1::2::3", "12345::", "g::", "::1.2.3", ":1::2", "1:2:3:4:5:6:7:8::",
        "::ffff:1.2.3.4:5",
    ])
    func everythingElseIsNone(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func oneHouseholdHasOneNetwork() {
        #expect(IPAddress("2001:db8:1:2:3:4:5:6")?.network == IPAddress("2001:db8:1:2::"))
        #expect(IPAddress("192.0.2.77")?.network == IPAddress("192.0.2.77"))
    }
}

@Suite struct SensitiveTests {
    @Test func noDescriptionShowsTheValue() {
        let visitor = Visitor(
            address: IPAddress("192.0.2.1"), userAgent: "Secret/1.0", pageURL: "https://x/?token=secret")
        var dumped = ""
        dump(visitor, to: &dumped)
        for text in ["\(visitor)", String(reflecting: visitor), dumped, "\(visitor.userAgent)"] {
            #expect(!text.lowercased().contains("secret"))
            #expect(!text.contains("3221225985"))
        }
    }
}

@Suite struct SiteTests {
    private let site = Site(
        id: SiteID(rawValue: 1), domain: "example.com", key: "k", hosts: ["example.com", "*.example.org"],
        timeZone: "UTC")

    @Test(arguments: [
        ("example.com", true), ("www.example.com", false), ("a.example.org", true), ("a.b.example.org", true),
        ("example.org", false), (".example.org", false), ("evilexample.org", false), ("example.com.evil.net", false),
        ("", false),
    ])
    func onlyItsHostsMaySend(host: String, isAllowed: Bool) {
        #expect(site.allows(host: host) == isAllowed)
    }

    @Test func whatOneSiteAllowsIsAllowedOfAllSites() {
        let snapshot = SiteSnapshot(sites: [site])
        for (host, isAllowed) in [
            ("example.com", true), ("a.example.org", true), ("a.b.example.org", true), ("example.org", false),
            ("evilexample.org", false), ("www.example.com", false), ("", false), (".", false),
        ] {
            #expect(snapshot.allows(host: host) == isAllowed, "\(host)")
        }
    }

    @Test func daysComeFromTheCalendarAndElseFromUTC() {
        let hour: Int64 = 3_600_000
        let starts = [0, 23, 48].map { Timestamp(milliseconds: $0 * hour) }
        let days = LocalDays(starts: starts)
        #expect(days.day(containing: Timestamp(milliseconds: 23 * hour)) == starts[1]..<starts[2])
        #expect(days.day(containing: Timestamp(milliseconds: 23 * hour - 1)) == starts[0]..<starts[1])
        // Past the calendar: the UTC day.
        let late = days.day(containing: Timestamp(milliseconds: 49 * hour))
        #expect(late == Timestamp(milliseconds: 48 * hour)..<Timestamp(milliseconds: 72 * hour))
        for moment in [Int64.min, -1, .max] {
            #expect(
                LocalDays(starts: []).day(containing: Timestamp(milliseconds: moment)).lowerBound.milliseconds <= moment
            )
        }
    }
}

@Suite struct EventIDTests {
    @Test(arguments: [("0", UInt128(0)), ("ff", 255), ("00000000-0000-0000-0000-0000000000fF", 255)])
    func hexadecimalIsRead(text: String, value: UInt128) {
        #expect(EventID(hexadecimal: text)?.value == value)
    }

    @Test(arguments: ["", "-", "x", "0x1", String(repeating: "0", count: 33), "ü"])
    func everythingElseIsNot(text: String) {
        #expect(EventID(hexadecimal: text) == nil)
    }
}

@Suite struct CutTests {
    @Test(arguments: [
        ("short", 5, "short"), ("letters", 4, "lett"), ("write to ann@mail.example", 13, "write to "),
        ("write to ann@mail.example", 11, "write to "), ("write ann%40mail.example", 8, "write "),
        ("call +49 170 123 4567 now", 16, "call "), ("DE89 3704 0044 0532", 12, ""), ("/order/8f3a91c0", 10, "/order/"),
        ("a?mail=ann@mail.example", 14, "a?mail="), ("äöü", 3, "ä"), ("a b c", 4, "a b "),
    ])
    func nothingIsHalfAnAddressOrANumber(text: String, limit: Int, expected: String) {
        #expect(text.cut(bytes: limit) == expected)
    }
}
