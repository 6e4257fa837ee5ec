import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ReferrerPlugin

/// Kinds of sources, sources that links name themselves, and the operator's database.
@Suite struct SourceTests {
    private static let corpora = Process.environment()["FOOTFALL_TEST_CORPORA"] ?? ""

    private func enriched(
        _ referrer: String, utm: String = "", _ change: (inout Referrer.Settings) -> Void = { _ in }
    ) throws -> Hit {
        var settings = Referrer.Settings()
        change(&settings)
        var event = HostileEvents.ordinary(referrer: referrer)
        event.hit.facts = []
        event.hit.setFact("utm_source", utm)
        let plugin = try Referrer(settings, in: PluginChecks.context)
        try plugin.start()
        defer { plugin.stop() }
        try plugin.enrich(&event)
        return event.hit
    }

    @Test(arguments: [
        ("https://www.google.de/", "search"), ("https://chatgpt.com/", "ai"), ("https://x.com/a", "social"),
        ("https://x.com/i/grok/share/1", "ai"), ("https://youtu.be/x", "video"),
        ("https://www.ebay.co.uk/", "shopping"),
        ("https://mail.google.com/", "email"), ("https://news.google.com/", "news"),
        ("https://cdn.taboola.com/", "paid"),
        ("https://de.wikipedia.org/wiki/X", "other"), ("https://blog.example.org/", ""), ("", ""),
        ("android-app://com.google.android.gm/", "email"),
    ])
    func sourcesHaveAKind(referrer: String, kind: String) throws {
        #expect(try enriched(referrer).text(ofFact: "source_kind") == kind)
    }

    @Test(arguments: [
        ("ig", "Instagram", "social"), ("FB", "Facebook", "social"), ("google", "Google", "search"),
        ("adwords", "Google", "search"), ("chatgpt.com", "ChatGPT", "ai"), ("www.bing.com", "Bing", "search"),
        ("Hacker News", "Hacker News", "social"), ("newsletter", "newsletter", ""), ("Spring 7", "Spring 7", ""),
    ])
    func aLinkNamesItsSource(utm: String, source: String, kind: String) throws {
        let hit = try enriched("https://blog.example.org/post", utm: utm)
        #expect(hit.source == source)
        #expect(hit.text(ofFact: "source_kind") == kind)
        #expect(hit.referrerHost == "blog.example.org", "where it was found is another matter")
    }

    @Test func whoOnlyWantsToBeReadIsNoSource() throws {
        let hit = try enriched("https://buy.traffic.example/") { $0.spam = ["traffic.example"] }
        #expect(hit.source == "" && hit.referrerHost == "")
    }

    @Test(arguments: ["anna@example.com", "anna%40example.com", "@anna"])
    func nobodysAddressBecomesASource(utm: String) throws {
        let hit = try enriched("https://www.google.com/", utm: utm)
        #expect(hit.source == "Google", "the referrer decides, as if the link said nothing")
        #expect(try enriched("", utm: utm).source == "")
    }

    @Test func whoOnlyWantsToBeReadCannotNameItselfInALink() throws {
        let spam: (inout Referrer.Settings) -> Void = { $0.spam = ["Traffic.example"] }
        #expect(try enriched("", utm: "buy.traffic.example", spam).source == "")
        #expect(try enriched("https://t.co/x", utm: "traffic.example", spam).source == "X")
    }

    @Test(arguments: [
        ("tiktok-ads", "TikTok"), ("googleads", "Google"), ("bing_ads", "Bing"), ("ig-ad", "Instagram"),
        ("fbads", "Facebook"), ("threads", "Threads"), ("download", "download"), ("ads", "ads"), ("-ads", "-ads"),
        ("shop", "shop"), ("target", "target"),
    ])
    func anAdvertisementIsItsSite(utm: String, source: String) throws {
        #expect(try enriched("", utm: utm).source == source)
    }

    @Test func aSiteThatIsRenamedKeepsItsKind() throws {
        for host in ["google.com", "bing.com", "m.facebook.com"] {
            let hit = try enriched("https://\(host)/") { $0.names = [host: "Ours"] }
            #expect(hit.source == "Ours")
            #expect(hit.text(ofFact: "source_kind") == (host == "m.facebook.com" ? "social" : "search"))
        }
    }

    @Test(arguments: [
        ("https://example.com", ""), ("http://www.example.com/a?b", ""), ("https://example.com?x", ""),
        ("https://EXAMPLE.com/", ""), ("https://example.com:8443/", ""), ("https://example.com./", ""),
        ("https://example.com.evil.example/", "example.com.evil.example"),
        ("https://example.com:x@evil.example/", "evil.example"), ("https://example.com@evil.example/", "evil.example"),
        ("https://example.community/", "example.community"), ("https://shop.example.com/", "shop.example.com"),
    ])
    func ownPagesAreToldFromThoseThatOnlyLookLikeIt(referrer: String, source: String) throws {
        #expect(try enriched(referrer).source == source)
    }

    @Test(arguments: [
        ("google.com.au", "Google"), ("google.evil.example", "google.evil.example"), ("uk.yahoo.com", "Yahoo"),
        ("google", "google"), ("notgoogle.de", "notgoogle.de"), ("amazon.co.jp", "Amazon"), ("a.b.ebay.de", "eBay"),
        ("co.uk", "co.uk"), ("google.co", "Google"),
    ])
    func countriesAreOneSite(host: String, source: String) throws {
        #expect(try enriched("https://\(host)/").source == source)
    }

    @Test func theAgeOfTheDatabaseIsKnown() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/referers.json"
        _ = try Files.createOnce(
            path, bytes: Array(#"{"search":{"Find":{"domains":["find.example"]}}}"#.utf8), mode: 0o600)
        var settings = Referrer.Settings()
        #expect(try Referrer(settings, in: PluginChecks.context).notes == [])
        settings.database = path
        let plugin = try Referrer(settings, in: PluginChecks.context)
        #expect(plugin.notes == ["\(path): not read yet"])
        try plugin.start()
        defer { plugin.stop() }
        #expect(plugin.notes == ["\(path): 1 hosts, 0 days old"])
    }

    @Test func theStrictModeKeepsTheHostOnly() throws {
        let hit = try enriched("https://blog.example.org/post") { $0 = Referrer.strict($0) }
        #expect(hit.referrerHost == "blog.example.org" && hit.referrerPath == "")
        var none = Referrer.Settings()
        none.keep = .none
        #expect(Referrer.strict(none).keep == .none)
    }

    @Test func anOperatorsDatabaseWins() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/referers.json"
        let json =
            #"{"search":{"Find":{"domains":["find.example","www.google.com"]}},"chatbot":{"Bot":{"domains":["x.com/bot"]}}}"#
        _ = try Files.createOnce(path, bytes: Array(json.utf8), mode: 0o600)
        let database: (inout Referrer.Settings) -> Void = { $0.database = path }
        #expect(try enriched("https://www.find.example/q", database).source == "Find")
        #expect(try enriched("https://www.google.com/", database).source == "Find")
        #expect(try enriched("https://x.com/bot/7", database).source == "Bot")
        #expect(try enriched("https://x.com/someone", database).source == "X")
        #expect(try enriched("https://www.bing.com/", database).source == "Bing")
    }

    @Test func aDatabaseThatCannotBeReadIsNamed() throws {
        let folder = try TemporaryFolder()
        let broken = "\(folder.path)/broken.json"
        _ = try Files.createOnce(broken, bytes: Array("[]".utf8), mode: 0o600)
        for path in [broken, "/nonexistent/referers.json"] {
            let error = #expect(throws: PluginError.self) { try enriched("") { $0.database = path } }
            #expect("\(String(describing: error))".contains(path))
        }
    }

    /// Every host of Debian's database, with the built-in sources alone and with the database.
    @Test(.enabled(if: Files.exists("\(corpora)/referrers.tsv"), "needs tools/corpora"))
    func mostHostsOfDebiansDatabaseAreKnown() throws {
        let rows = try Files.read("\(SourceTests.corpora)/referrers.tsv").split(separator: "\n").map {
            $0.split(separator: "\t").map(String.init)
        }
        let database = SourceTable(database: try SourceDatabase.read("\(SourceTests.corpora)/referers.json"))
        let builtIn = SourceTable()
        var (right, known) = (0, 0)
        for row in rows where row.count == 3 {
            let (kind, name) = (row[0] == "unknown" ? "other" : row[0], row[1])
            guard let address = WebAddress("https://\(row[2])") else { continue }
            let host = address.host.withoutWWW
            let found = database.source(host: host, path: address.path)
            right += found == Source(name: name, kind: kind) ? 1 : 0
            known += builtIn.source(host: host, path: address.path)?.kind == kind ? 1 : 0
        }
        print("referrers: \(right) of \(rows.count) right with the database, \(known) of the right kind without")
        #expect(Double(right) / Double(rows.count) >= 0.998, "0.95 are promised, and so much was reached")
        #expect(Double(known) / Double(rows.count) >= 0.78)
    }
}
