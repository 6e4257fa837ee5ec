import Configuration
import EventModel
import FastCGI
import Journal
import Pipeline
import Platform
import PluginAPI
import TestSupport
import Testing

@testable import Collect

@Suite struct CollectorTests {
    private let journal: TestJournal
    private let collector: Collector
    private let chain: Chain

    init() throws {
        let sites = SiteSnapshot(sites: [
            Site(id: SiteID(rawValue: 7), domain: "example.com", key: "key", hosts: ["example.com"], timeZone: "UTC"),
            Site(
                id: SiteID(rawValue: 8), domain: "other.example", key: "other", hosts: ["other.example"],
                timeZone: "UTC"),
        ])
        let plan = try ChainPlan(
            [.table(["plugin": .text("forget")]), .table(["plugin": .text("nowhere")])],
            catalog: [PluginFactory(Forget.self), PluginFactory(Nowhere.self)])
        let chain = try plan.build { PluginContext(id: $0) }
        self.chain = chain
        journal = try TestJournal()
        collector = Collector(journal: journal.writer, sites: { sites }, chain: { chain })
    }

    private func answer(_ request: Request, by collector: Collector? = nil) throws -> Response {
        let answer = Monitor<Response?>(nil)
        (collector ?? self.collector).handle(Exchange(request) { response in answer.withLock { $0 = response } })
        return try #require(answer.wait(milliseconds: 60_000) { $0 })
    }

    private func post(_ body: String, _ parameters: Parameters = ["CONTENT_TYPE": "text/plain"]) -> Request {
        Request(method: "POST", path: "/e", parameters: parameters, body: Array(body.utf8))
    }

    private var stored: [Hit] { (try? journal.read())?.hits ?? [] }

    private let good = "{\"s\":\"key\",\"u\":\"https://example.com/\"}"

    @Test func anEventThatTheChainRefusesHasAPlaceOnlyAmongOthers() throws {
        let refused = "{\"s\":\"key\",\"u\":\"https://example.com/\",\"n\":\"refused\"}"
        let one = try answer(post(refused))
        #expect(one.status == 400)
        #expect(!String(decoding: one.body, as: UTF8.self).contains("index"))
        let two = try answer(post("[\(refused),\(refused)]"))
        #expect(String(decoding: two.body, as: UTF8.self).contains("\"index\":0"))
    }

    @Test func anEventIsJournalledAndAnsweredWith204() throws {
        let response = try answer(
            post("{\"s\":\"key\",\"u\":\"https://example.com/a\",\"n\":\"buy\",\"i\":\"ff\",\"w\":9}"))
        #expect(response.status == 204)
        #expect(response.header("Cache-Control") == "no-store")
        let hit = try #require(stored.first)
        #expect(hit.site == SiteID(rawValue: 7))
        #expect(hit.name == "buy")
        #expect(hit.id == EventID(255))
        #expect(hit.viewportWidth == 9)
    }

    @Test func withoutAnIdTheWebServersRequestAndThePlaceInItNameTheEvent() throws {
        let request = post(
            "[\(good),\(good)]", ["CONTENT_TYPE": "", "FOOTFALL_REQUEST_ID": "00000000000000000000000000000010"])
        #expect(try answer(request).status == 204)
        #expect(stored.map(\.id) == [EventID(16), EventID(17)])
    }

    /// The image comes in any case; the header is for `footfall replay`, which can ask again.
    @Test func thePixelOfAJournalThatTakesNothingAsksToComeAgain() throws {
        let pixel = Request(path: "/p.gif", query: "s=key&u=https://example.com/")
        #expect(try answer(pixel).header("Retry-After") == nil)
        journal.writer.close()
        let response = try answer(pixel)
        #expect(response.status == 200)
        #expect(response.body == Pixel.image)
        #expect(response.header("Retry-After") == "5")
        #expect(try answer(Request(path: "/p.gif", query: "s=no")).header("Retry-After") == nil)
    }

    /// What `footfall replay` says of a request that nginx kept: it came when nginx had it, but not in the future, nor
    /// longer ago than 30 days.
    @Test func anEventThatNginxKeptHasTheTimeOfThen() throws {
        let now = Clock.wallMilliseconds()
        let day: Int64 = 24 * 60 * 60 * 1000
        for said in ["\(now - 5 * day)", "\(now + 5 * day)", "\(now - 50 * day)", "-1", "nonsense"] {
            let request = post(good, ["CONTENT_TYPE": "", "FOOTFALL_RECEIVED_AT": said])
            #expect(try answer(request).status == 204)
        }
        let ages = stored.map { now - $0.receivedAt.milliseconds }
        let hour: Int64 = 60 * 60 * 1000
        #expect(ages[0] == 5 * day)
        #expect(abs(ages[1]) < hour)
        #expect(abs(ages[2] - 30 * day) < hour)
        #expect(abs(ages[3] - 30 * day) < hour)
        #expect(abs(ages[4]) < hour)
        #expect(stored.allSatisfy { $0.time == $0.receivedAt })
    }

    @Test func aHeaderOfTheClientsDoesNotChangeTheTime() throws {
        let now = Clock.wallMilliseconds()
        let forged: Parameters = ["CONTENT_TYPE": "", "HTTP_FOOTFALL_RECEIVED_AT": "\(now - 999_999_999)"]
        #expect(try answer(post(good, forged)).status == 204)
        #expect(try #require(stored.first).receivedAt.milliseconds >= now)
    }

    @Test func eventsOfOneRequestKeepTheirOrderInTime() throws {
        #expect(try answer(post("[\(good),\(good),\(good)]")).status == 204)
        let times = stored.map { $0.time.milliseconds(since: $0.receivedAt) }
        #expect(times == [-2, -1, 0])
    }

    @Test func aDroppedEventIsAnsweredLikeAnyOther() throws {
        let response = try answer(post("{\"s\":\"key\",\"u\":\"https://example.com/\",\"n\":\"unwanted\"}"))
        #expect(response.status == 204)
        #expect(stored.isEmpty)
        #expect(collector.statistics.dropped == 1)
    }

    @Test(arguments: [
        ("{\"u\":\"https://example.com/\"}", "{\"error\":\"is missing: the site's key\",\"field\":\"s\"}\n"),
        ("{\"s\":\"no\",\"u\":\"https://example.com/\"}", "{\"error\":\"is not the key of a site\",\"field\":\"s\"}\n"),
        ("{\"s\":\"key\"}", "{\"error\":\"is missing: the page's full URL\",\"field\":\"u\"}\n"),
        ("{\"s\":\"key\",\"u\":\"/a\"}", "{\"error\":\"is not a full http or https URL\",\"field\":\"u\"}\n"),
        (
            "{\"s\":\"key\",\"u\":\"https://other.example/\"}",
            "{\"error\":\"host not allowed for this site\",\"field\":\"u\"}\n"
        ),
        ("{\"s\":\"key\",\"u\":\"https://example.com/\",\"n\":\"\"}", "{\"error\":\"is empty\",\"field\":\"n\"}\n"),
    ])
    func whatCanNeverSucceedIsAnsweredWithItsReason(body: String, answer expected: String) throws {
        let response = try answer(post(body))
        #expect(response.status == 400)
        #expect(String(decoding: response.body, as: UTF8.self) == expected)
        #expect(response.header("Content-Type") == "application/json")
        #expect(collector.statistics.rejected == 1)
    }

    @Test func oneBadEventOfSeveralIsNamedAndNoneIsStored() throws {
        let response = try answer(post("[\(good),{\"s\":\"no\",\"u\":\"https://example.com/\"}]"))
        #expect(String(decoding: response.body, as: UTF8.self).contains("\"index\":1"))
        #expect(stored.isEmpty)
    }

    @Test(arguments: [
        ("", 204), ("application/json", 204), ("Text/Plain; charset=UTF-8", 204), ("multipart/form-data", 415),
    ])
    func bodiesAreJSONWhateverTheyAreCalled(type: String, status: Int) throws {
        #expect(try answer(post(good, ["CONTENT_TYPE": type])).status == status)
    }

    @Test func aJournalThatTakesNothingAsksToComeAgain() throws {
        #expect(try answer(post(good)).status == 204)
        journal.writer.close()
        let response = try answer(post(good))
        #expect(response.status == 503)
        let seconds = try #require(response.header("Retry-After").flatMap { Int($0) })
        #expect((5...15).contains(seconds))
        #expect(collector.statistics.refused == 1)
    }

    @Test func whileTheSitesAreUnknownSendersAreAskedToComeAgain() throws {
        let early = Collector(journal: journal.writer, sites: { nil }, chain: { [chain] in chain })
        #expect(try answer(post(good), by: early).status == 503)
        #expect(try answer(Request(path: "/p.gif"), by: early).body.count == 43)
    }

    @Test func theOriginOfASiteIsEchoedAndNoOther() throws {
        let own = try answer(post(good, ["HTTP_ORIGIN": "https://example.com"]))
        #expect(own.header("Access-Control-Allow-Origin") == "https://example.com")
        #expect(own.header("Access-Control-Allow-Credentials") == "true")
        #expect(own.header("Vary") == "Origin")
        for origin in ["https://evil.example", "null", "https://example.com.evil.example", ""] {
            #expect(try answer(post(good, ["HTTP_ORIGIN": origin])).header("Access-Control-Allow-Origin") == nil)
        }
        // A refusal can be read too.
        let refused = try answer(post("{", ["HTTP_ORIGIN": "https://example.com"]))
        #expect(refused.header("Access-Control-Allow-Origin") == "https://example.com")
    }

    @Test func aPreflightAllowsWhatItAsksFor() throws {
        let response = try answer(
            Request(
                method: "OPTIONS", path: "/e",
                parameters: [
                    "HTTP_ORIGIN": "https://other.example", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "content-type",
                ]))
        #expect(response.status == 204)
        #expect(response.header("Access-Control-Allow-Methods") == "POST, OPTIONS")
        #expect(response.header("Access-Control-Allow-Headers") == "content-type")
    }

    @Test(arguments: ["", "s=no", "s=key", "s=key&u=%zz", "s=key&u=https%3A%2F%2Fexample.com%2Fpixel"])
    func thePixelAlwaysAnswersItsImage(query: String) throws {
        let response = try answer(Request(path: "/p.gif", query: query))
        #expect(response.status == 200)
        #expect(response.header("Content-Type") == "image/gif")
        #expect(response.body == Pixel.image)
        #expect((response.header("X-Footfall-Refused") == nil) == query.contains("pixel"))
    }

    @Test func thePixelTakesThePageFromTheReferrer() throws {
        _ = try answer(
            Request(path: "/p.gif", query: "s=key", parameters: ["HTTP_REFERER": "https://example.com/from-referrer"]))
        #expect(stored.count == 1)
    }

    @Test func theScriptIsServedAndRecognised() throws {
        let first = try answer(Request(path: "/footfall.js"))
        #expect(first.status == 200)
        #expect(first.header("Content-Type") == "text/javascript; charset=utf-8")
        let tag = try #require(first.header("ETag"))
        let second = try answer(Request(path: "/footfall.js", parameters: ["HTTP_IF_NONE_MATCH": "W/\(tag)"]))
        #expect(second.status == 304)
        #expect(second.body.isEmpty)
    }

    @Test(arguments: [("GET", "/e", 405), ("POST", "/p.gif", 405), ("DELETE", "/footfall.js", 405), ("GET", "/x", 404)])
    func othersAreRefused(method: String, path: String, status: Int) throws {
        #expect(try answer(Request(method: method, path: path)).status == status)
    }
}
