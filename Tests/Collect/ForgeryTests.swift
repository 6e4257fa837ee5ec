import Configuration
import Cryptography
import EventModel
import FastCGI
import Pipeline
import Platform
import PluginAPI
import TestSupport
import Testing

@testable import Collect

/// Events that do not come from where they say.
@Suite struct ForgeryTests {
    private let journal: TestJournal
    private let collector: Collector
    private static let secret = StoredSecret(Array(0..<32))
    private static let hour: Int64 = 3_600_000
    /// Half an hour after a full one.
    private static let noon = Timestamp(milliseconds: 500_000 * hour + 1_800_000)

    init() throws {
        let sites = SiteSnapshot(sites: [
            Site(
                id: SiteID(rawValue: 7), domain: "example.com", key: "key", hosts: ["example.com", "*.example.com"],
                timeZone: "UTC", scriptSecret: StoredSecret(Array(32..<64))),
            Site(
                id: SiteID(rawValue: 8), domain: "guarded.example", key: "guarded", hosts: ["guarded.example"],
                timeZone: "UTC", needsScriptToken: true, scriptSecret: Self.secret),
        ])
        let plan = try ChainPlan(
            [.table(["plugin": .text("forget")]), .table(["plugin": .text("nowhere")])],
            catalog: [PluginFactory(Forget.self), PluginFactory(Nowhere.self)])
        let chain = try plan.build { PluginContext(id: $0) }
        journal = try TestJournal()
        collector = Collector(journal: journal.writer, sites: { sites }, chain: { chain }, now: { Self.noon })
    }

    private func answer(_ request: Request) throws -> Response {
        let answer = Monitor<Response?>(nil)
        collector.handle(Exchange(request) { response in answer.withLock { $0 = response } })
        return try #require(answer.wait(milliseconds: 60_000) { $0 })
    }

    private func page(_ body: String, _ parameters: Parameters = [:]) -> Request {
        Request(method: "POST", path: "/e", parameters: parameters, body: Array(body.utf8))
    }

    private var stored: [Hit] { (try? journal.read())?.hits ?? [] }

    // MARK: Hosts

    /// `null` is what a page with the policy `no-referrer` sends; apps have origins of their own.
    @Test(arguments: [
        ("https://example.com", 204), ("https://shop.example.com:8443", 204), ("null", 204), ("", 204),
        ("capacitor://localhost", 204), ("https://evil.example", 400), ("https://guarded.example", 400),
        ("https://example.com.evil.example", 400), ("http://notexample.com", 400), ("https://EVIL.example", 400),
    ])
    func aForeignPageCannotSendWhateverItWrites(origin: String, status: Int) throws {
        let event = "{\"s\":\"key\",\"u\":\"https://example.com/\"}"
        let response = try answer(page(event, origin.isEmpty ? [:] : ["HTTP_ORIGIN": origin]))
        #expect(response.status == status)
        #expect(stored.count == (status == 204 ? 1 : 0))
        if status == 400 {
            #expect(try journal.read()?.ledger.map(\.reason) == ["host_not_allowed"])
            #expect(try journal.read()?.ledger.map(\.site) == [SiteID(rawValue: 7)])
        }
    }

    @Test(arguments: [
        ("https://example.com/a", "HTTP_REFERER", "https://example.com/a", true),
        ("https://example.com/a", "HTTP_REFERER", "", true),
        ("https://example.com/a", "HTTP_REFERER", "https://evil.example/", false),
        ("https://example.com/a", "HTTP_ORIGIN", "https://evil.example", false),
        ("https://evil.example/a", "HTTP_REFERER", "https://example.com/", false),
        ("", "HTTP_REFERER", "https://evil.example/", false), ("", "HTTP_REFERER", "https://www.example.com/", true),
    ])
    func thePixelCountsOnlyWhereItMayStand(url: String, name: String, value: String, isCounted: Bool) throws {
        let query = url.isEmpty ? "s=key" : "s=key&u=\(url)"
        let response = try answer(Request(path: "/p.gif", query: query, parameters: Parameters([(name, value)])))
        #expect(response.status == 200)
        #expect((response.header("X-Footfall-Refused") == nil) == isCounted)
        #expect(stored.count == (isCounted ? 1 : 0))
    }

    // MARK: Tokens

    private static func token(hours: Int64 = 0, _ secret: StoredSecret = secret) -> String {
        ScriptToken.make(secret: secret, at: noon.advanced(byMilliseconds: hours * hour))
    }

    @Test func aTokenHasTwentyCharactersThatNeedNoEscaping() {
        let token = Self.token()
        #expect(token.utf8.count == ScriptToken.length)
        #expect(token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    }

    /// The hour of making and the twenty-four before; another gateway's clock may be a little ahead.
    @Test func tokensAreGoodForADay() {
        let noon = Self.noon
        for (hours, isGood) in [(0, true), (-1, true), (-24, true), (1, true), (-25, false), (2, false)] {
            let made = noon.advanced(byMilliseconds: Int64(hours) * Self.hour)
            let token = ScriptToken.make(secret: Self.secret, at: made)
            #expect(ScriptToken.isGood(token, secret: Self.secret, at: noon) == isGood)
            #expect(!ScriptToken.isGood(token, secret: StoredSecret(Array(1..<33)), at: noon))
            #expect(!ScriptToken.isGood(token, secret: StoredSecret([]), at: noon))
        }
    }

    /// No single bit may be otherwise.
    @Test func aTokenCannotBeMadeOfAnother() {
        let noon = Timestamp(milliseconds: 500_000 * Self.hour)
        let token = Array(ScriptToken.make(secret: Self.secret, at: noon).utf8)
        for place in token.indices {
            for character in "AZaz09-_!=".utf8 where character != token[place] {
                var other = token
                other[place] = character
                let text = String(decoding: other, as: UTF8.self)
                #expect(!ScriptToken.isGood(text, secret: Self.secret, at: noon))
            }
        }
        #expect(!ScriptToken.isGood("", secret: Self.secret, at: noon))
    }

    @Test func anEventWithATokenOfTheScriptCounts() throws {
        let body = "{\"s\":\"guarded\",\"u\":\"https://guarded.example/\",\"k\":\"\(Self.token())\"}"
        #expect(try answer(page(body)).status == 204)
        #expect(stored.map(\.quarantine) == [""])
        #expect(collector.statistics.forged == 0)
    }

    /// They are answered like any other: whoever forges them does not learn that it was noticed.
    @Test(arguments: [
        "", ",\"k\":\"\"", ",\"k\":\"AAAAAAAAAAAAAAAAAAAA\"", ",\"k\":\"\(token(hours: -30))\"",
        ",\"k\":\"\(token(hours: 5))\"", ",\"k\":\"\(token(StoredSecret(Array(32..<64))))\"", ",\"k\":null",
    ])
    func anEventWithoutOneGoesIntoQuarantine(token: String) throws {
        #expect(try answer(page("{\"s\":\"guarded\",\"u\":\"https://guarded.example/\"\(token)}")).status == 204)
        #expect(stored.map(\.quarantine) == ["script_token"])
        #expect(collector.statistics.forged == 1)
        #expect(collector.limitState(of: SiteID(rawValue: 8))?.forged == 1)
        #expect(collector.limitState(of: SiteID(rawValue: 8))?.needsScriptToken == true)
        #expect(collector.limitState(of: SiteID(rawValue: 7))?.forged == 0)
    }

    @Test func thePixelOfSuchASiteCannotShowOne() throws {
        _ = try answer(Request(path: "/p.gif", query: "s=guarded&u=https://guarded.example/&k=\(Self.token())"))
        #expect(stored.map(\.quarantine) == ["script_token"])
    }

    @Test func otherSitesDoNotLookAtIt() throws {
        #expect(try answer(page("{\"s\":\"key\",\"u\":\"https://example.com/\",\"k\":\"x\"}")).status == 204)
        #expect(stored.map(\.quarantine) == [""])
        #expect(try answer(page("{\"s\":\"key\",\"u\":\"https://example.com/\",\"k\":7}")).status == 400)
    }

    // MARK: The script

    @Test func theScriptOfASiteCarriesItsToken() throws {
        let plain = try answer(Request(path: "/footfall.js"))
        #expect(plain.header("Footfall-Token") == nil)
        #expect(plain.header("Cache-Control") == "public, max-age=3600")
        let own = try answer(Request(path: "/footfall.js", query: "x=1&s=guarded"))
        let token = try #require(own.header("Footfall-Token"))
        #expect(own.header("Cache-Control") == "private, max-age=900")
        #expect(own.header("Access-Control-Expose-Headers") == "Footfall-Token")
        #expect(ScriptToken.isGood(token, secret: Self.secret, at: Self.noon))
        let text = String(decoding: own.body, as: UTF8.self)
        #expect(text.contains("(window,document,\"\(token)\",500000)"))
        #expect(text.replacing(",\"\(token)\",500000", with: "") == String(decoding: plain.body, as: UTF8.self))
        let tag = try #require(own.header("ETag"))
        #expect(tag != plain.header("ETag"))
        let again = try answer(
            Request(path: "/footfall.js", query: "s=guarded", parameters: ["HTTP_IF_NONE_MATCH": tag]))
        #expect(again.status == 304)
        #expect(again.header("Footfall-Token") == token)
    }

    @Test func theTokenOfASiteIsNoOther() throws {
        let one = try answer(Request(path: "/footfall.js", query: "s=guarded")).header("Footfall-Token")
        let other = try answer(Request(path: "/footfall.js", query: "s=key")).header("Footfall-Token")
        #expect(one != nil && other != nil && one != other)
    }

    @Test(arguments: ["s=nobody", "s=", "s", "v=3", "s=%00"]) func whoIsNoSiteGetsThePlainScript(query: String) throws {
        let response = try answer(Request(path: "/footfall.js", query: query))
        #expect(response.status == 200)
        #expect(response.header("Footfall-Token") == nil)
        #expect(response.body == (try answer(Request(path: "/footfall.js")).body))
    }

    /// The gateway was started while its database was away, and nobody has kept its sites: the page must not go without a
    /// token for a day because of that.
    @Test func beforeTheSitesAreKnownTheScriptAsksAgain() throws {
        let plan = try ChainPlan(
            [.table(["plugin": .text("forget")]), .table(["plugin": .text("nowhere")])],
            catalog: [PluginFactory(Forget.self), PluginFactory(Nowhere.self)])
        let chain = try plan.build { PluginContext(id: $0) }
        let early = Collector(journal: journal.writer, sites: { nil }, chain: { chain }, now: { Self.noon })
        func ask(_ request: Request) throws -> Response {
            let answer = Monitor<Response?>(nil)
            early.handle(Exchange(request) { response in answer.withLock { $0 = response } })
            return try #require(answer.wait(milliseconds: 60_000) { $0 })
        }
        let own = try ask(Request(path: "/footfall.js", query: "s=guarded"))
        #expect(own.status == 200)
        #expect(String(decoding: own.body, as: UTF8.self).contains("(window,document,\"\",0)"))
        #expect(own.header("Cache-Control") == "no-store")
        #expect(own.header("ETag") == nil && own.header("Footfall-Token") == nil)
        #expect(own.header("Access-Control-Allow-Origin") == "*")
        let plain = try ask(Request(path: "/footfall.js"))
        #expect(plain.body == (try answer(Request(path: "/footfall.js")).body))
        #expect(plain.header("Cache-Control") == "public, max-age=3600")
    }
}
