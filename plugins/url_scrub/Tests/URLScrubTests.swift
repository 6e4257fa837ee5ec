import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import URLScrubPlugin

@Suite struct URLScrubTests {
    private func scrubber(_ change: (inout URLScrub.Settings) -> Void = { _ in }) -> URLScrubber {
        var settings = URLScrub.Settings()
        change(&settings)
        return URLScrubber(settings)
    }

    private func scrub(_ url: String, _ change: (inout URLScrub.Settings) -> Void = { _ in }) -> String {
        scrubber(change).scrub(url) ?? url
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: URLScrub.self, factory: PluginFactory(URLScrub.self), folder: pluginFolder())
                == [])
        #expect(
            PluginChecks.accessFailures(of: URLScrub.self) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func bothURLsAreShortenedAndTheEventGoesOn() throws {
        let plugin = try URLScrub(URLScrub.Settings(), in: PluginChecks.context)
        var event = HostileEvents.ordinary(
            url: "https://ann:pw@example.com/a?utm_source=x&token=1#top", referrer: "javascript:alert(1)")
        #expect(try plugin.filter(&event) == .keep)
        #expect(event.visitor.pageURL.reveal() == "https://example.com/a?utm_source=x")
        #expect(event.visitor.referrerURL.reveal() == "")
        #expect(plugin.counts == [PluginCount("shortened", 1), PluginCount("emptied", 1)])
    }

    @Test(arguments: [
        // User information, fragment, port.
        ("https://ann:secret@example.com/cart", "https://example.com/cart"),
        ("https://a@b@example.com:8443/x#top", "https://example.com:8443/x"),
        ("http://[::1]:80/?x=1", "http://[::1]:80/"),
        ("HTTPS://EXAMPLE.COM?a=1", "HTTPS://EXAMPLE.COM"),
        // The query.
        ("https://e.com/?ref=a&x=1&source=b&UTM_Source=c", "https://e.com/?ref=a&source=b&UTM_Source=c"),
        ("https://e.com/?x=1&utm_source=a&x=2&utm_source=b", "https://e.com/?utm_source=a&utm_source=b"),
        ("https://e.com/?&&=secret&ref&=&", "https://e.com/?ref"),
        ("https://e.com/?refx=1&xref=2&reference=3", "https://e.com/"),
        ("https://e.com/?x=1;ref=2;token=3", "https://e.com/?ref=2"),
        ("https://e.com/?r%65f=1&%72%2565f=2&+ref+=3", "https://e.com/?r%65f=1&%72%2565f=2&+ref+=3"),
        ("https://e.com/?ref=a?token=b", "https://e.com/"),
        ("https://e.com/?ref=https%3A%2F%2Fo.example%2F%3Ftoken%3Db", "https://e.com/"),
        ("https://e.com/?ref=https%253A%252F%252Fo.example%252F%253Ftoken%253Db", "https://e.com/"),
        (
            "https://e.com/?ref=https%3A%2F%2Fo.example%2F%3Fpage%3D2",
            "https://e.com/?ref=https%3A%2F%2Fo.example%2F%3Fpage%3D2"
        ),
        ("https://e.com/?ref[token]=1&ref[a]=2", "https://e.com/?ref[a]=2"),
        ("https://e.com/?ref%25%36%36=%25%32%35%32%35%32%35%32%35%32%35", "https://e.com/"),
        // Parameters of the path.
        ("https://e.com/a;jsessionid=1!2/b;v=2", "https://e.com/a/b;v=2"),
        ("https://e.com/a;JSessionID=1;v=2;token=3?ref=x", "https://e.com/a;v=2?ref=x"),
        ("https://e.com/a%3Bjsessionid%3D1/b", "https://e.com/a/b"),
        ("https://e.com/a%253Bjsessionid%253D1", "https://e.com/a"),
        ("https://e.com/a;token/b;", "https://e.com/a;token/b;"),
        ("https://e.com/a;jsessionid=x%2Fy%5Cz/b", "https://e.com/a/b"),
        ("https://e.com/a%3Ftoken=1%26v=2/b", "https://e.com/a%26v=2/b"),
        ("https://e.com/a&email=x&v=2", "https://e.com/a&v=2"), ("https://e.com/who%3F", "https://e.com/who%3F"),
        // What is no URL is emptied; apps are.
        ("about:blank", ""), ("data:text/html,Ann", ""), ("/relative?token=1", ""), ("https://", ""),
        ("https://a b.example/", ""), ("", ""), ("ftp://e.com/", ""), ("http://user@/", ""),
        ("android-app://com.example.app/?x=1", "android-app://com.example.app/"),
        ("https://e.com/a?", "https://e.com/a"), ("https://e.com/a#", "https://e.com/a"),
        // Nothing to take away.
        ("https://e.com", "https://e.com"), ("https://e.com/stra%C3%9Fe", "https://e.com/stra%C3%9Fe"),
    ])
    func aURLKeepsWhatIsAllowed(_ url: String, _ expected: String) {
        #expect(scrub(url) == expected)
    }

    @Test(arguments: [
        ("https://e.com/?id=7&email=a@b.example&page=2", "https://e.com/?id=7&page=2"),
        ("https://e.com/?EMAIL=a&e%6Dail=b&%2565mail=c&email[]=d&user[x]=e&x[email]=f", "https://e.com/"),
        ("https://e.com/?token&id", "https://e.com/?id"), ("https://e.com/?token%3Dabc", "https://e.com/"),
        ("https://e.com/?+token=1&%00token=2&id=3", "https://e.com/?id=3"),
        ("https://e.com/?gclid=1&fbclid=2&mc_eid=3&PHPSESSID=4&x-amz-signature=5", "https://e.com/"),
        ("https://e.com/?return=https://o.example/?code=1&id=7", "https://e.com/?id=7"),
        ("https://e.com/?return=%2Fcart%3Fpage%3D2", "https://e.com/?return=%2Fcart%3Fpage%3D2"),
        ("https://e.com/?x=1%26token%3D2", "https://e.com/"), ("https://e.com/?=secret&&id=7", "https://e.com/?id=7"),
    ])
    func aURLLosesWhatIsDenied(_ url: String, _ expected: String) {
        #expect(scrub(url) { $0.mode = .deny } == expected)
    }

    @Test(arguments: [
        ("https://e.com/#/cart", "https://e.com/#/cart"), ("https://e.com/#!/cart", "https://e.com/#!/cart"),
        ("https://e.com/?x=1#/cart?token=1", "https://e.com/#/cart"), ("https://e.com/#/", "https://e.com/#/"),
        ("https://e.com/#/a#access_token=1", "https://e.com/#/a"), ("https://e.com/#/a%3Ftoken=1", "https://e.com/#/a"),
        ("https://e.com/#/access_token=1&x=2", "https://e.com/#/access_token"),
        ("https://e.com/#access_token=1", "https://e.com/"), ("https://e.com/#top", "https://e.com/"),
        ("https://e.com/#!", "https://e.com/"), ("https://e.com/#", "https://e.com/"),
    ])
    func onlyRoutesAreKeptOfFragments(_ url: String, _ expected: String) {
        #expect(scrub(url) { $0.keep_fragment = true } == expected)
        #expect(!scrub(url).contains("#"))
    }

    @Test func ownListsReplaceTheDefaults() {
        #expect(scrub("https://e.com/?id=1&ref=2") { $0.allow = ["ID"] } == "https://e.com/?id=1")
        #expect(scrub("https://e.com/?id=1&q=2") { $0.allow = ["*"] } == "https://e.com/?id=1&q=2")
        #expect(scrub("https://e.com/?id=1") { $0.allow = [] } == "https://e.com/")
        let denied = scrub("https://e.com/?secret_x=1&token=2") {
            $0.mode = .deny
            $0.deny = ["secret_*"]
        }
        #expect(denied == "https://e.com/?token=2")
    }

    @Test func strictSettingsLeaveSourceAndMedium() {
        var settings = URLScrub.Settings()
        settings.mode = .deny
        settings.deny = []
        settings.keep_fragment = true
        let scrubber = URLScrubber(URLScrub.strict(settings))
        #expect(
            scrubber.scrub("https://e.com/a;jsessionid=1?utm_source=a&utm_campaign=b&utm_medium=c&id=7#/x")
                == "https://e.com/a?utm_source=a&utm_medium=c")
    }

    @Test func badNamesAreRefusedWithTheirList() {
        for name in ["", "a*b", "a=b", "a b", "**"] {
            var settings = URLScrub.Settings()
            settings.allow = [name]
            #expect(settings.problems().map(\.key) == ["allow"])
            settings.allow = []
            settings.deny = [name]
            #expect(settings.problems().map(\.key) == ["deny"])
        }
    }

    @Test func everyDefaultIsInLowerCaseAndStandsOnce() {
        let names = DeniedParameters.names
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0 == $0.lowercasedASCII })
    }
}

@Suite struct URLScrubPropertyTests {
    /// Pieces of which URLs are made that parsers quarrel about.
    private static let pieces = [
        "http://", "https://", "HTTPS://", "android-app://", "e.com", "E.com.", "[::1]", ":80", "user:pw@", "@", "/",
        "//", "\\", "?", "#", "&", ";", "=", "%", "%3B", "%253b", "%3D", "%26", "%3F", "%23", "%25", "%2", "25", "+",
        "utm_source", "ref", "token", "jsessionid", "%74oken", "email[]", "1", "a", "ü", "😀", "!", "!/", " ", "\u{0}",
        ".",
    ]

    private static func url(_ random: inout SeededRandom) -> String {
        var url = Bool.random(using: &random) ? "https://e.com/" : ""
        for _ in 0..<Int.random(in: 0...14, using: &random) { url += pieces.randomElement(using: &random) ?? "" }
        return url
    }

    private static let scrubbers: [URLScrubber] = [
        scrubber(.allow, false), scrubber(.allow, true), scrubber(.deny, false), scrubber(.deny, true),
    ]

    private static func scrubber(_ mode: URLScrub.Settings.Mode, _ keepsFragment: Bool) -> URLScrubber {
        var settings = URLScrub.Settings()
        settings.mode = mode
        settings.keep_fragment = keepsFragment
        return URLScrubber(settings)
    }

    @Test func whatIsLeftIsTheSameAddressAndItsOwnResult() {
        var random = SeededRandom(4)
        for _ in 0..<40_000 {
            let url = Self.url(&random)
            for scrubber in Self.scrubbers {
                let result = scrubber.scrub(url) ?? url
                #expect(scrubber.scrub(result) == nil, "\(url) → \(result)")
                guard !url.lowercasedASCII.hasPrefix("android-app://") else { continue }
                let before = WebAddress(url)
                let after = WebAddress(result)
                #expect((before == nil) == result.isEmpty && before?.host == after?.host, "\(url) → \(result)")
                guard let before, let after else { continue }
                let begins = [";", "&", "3b", "26", "3f"]
                if !begins.contains(where: before.path.lowercasedASCII.contains) {
                    #expect(before.path == after.path, "\(url) → \(result)")
                }
                #expect(after.fragment.isEmpty || after.fragment.hasPrefix("/") || after.fragment.hasPrefix("!/"))
                #expect(!Self.authority(of: result).contains("@"), "\(url) → \(result)")
            }
        }
    }

    private static func authority(of url: String) -> Substring {
        guard let slashes = url.firstRange(of: "//") else { return "" }
        return url[slashes.upperBound...].prefix { !"/?#\\".contains($0) }
    }

    @Test func noDeniedParameterIsLeftHoweverItIsWritten() {
        var random = SeededRandom(5)
        for _ in 0..<20_000 {
            let name = Self.written(["token", "email", "gclid", "sid"].randomElement(using: &random) ?? "", &random)
            var parameters = (0..<Int.random(in: 0...4, using: &random)).map { _ in "utm_x=\(random.next() % 100)" }
            parameters.insert("\(name)=SECRET", at: Int.random(in: 0...parameters.count, using: &random))
            let url = "https://e.com/p?" + parameters.joined(separator: "&")
            for scrubber in Self.scrubbers {
                let result = scrubber.scrub(url) ?? url
                #expect(!result.contains("SECRET"), "\(url) → \(result)")
                #expect(
                    WebAddress(result)?.query == parameters.filter { !$0.hasSuffix("SECRET") }.joined(separator: "&"))
            }
        }
    }

    /// In random case, and with random characters encoded up to three times.
    private static func written(_ name: String, _ random: inout SeededRandom) -> String {
        var written = ""
        for byte in name.utf8 {
            let byte = Bool.random(using: &random) ? byte : byte & 0xdf
            let times = Int.random(in: 0...3, using: &random)
            written +=
                times == 0
                ? String(UnicodeScalar(byte))
                : "%" + String(repeating: "25", count: times - 1) + String(byte, radix: 16)
        }
        return written
    }

    @Test func hostileEventsDoNotTrap() throws {
        for scrubber in Self.scrubbers {
            for event in HostileEvents.all {
                _ = scrubber.scrub(event.visitor.pageURL.reveal())
                _ = scrubber.scrub(event.visitor.referrerURL.reveal())
                _ = scrubber.scrub(event.hit.title)
            }
        }
    }
}
