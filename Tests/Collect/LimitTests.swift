import Configuration
import Cryptography
import EventModel
import FastCGI
import Journal
import Pipeline
import Platform
import PluginAPI
import TestSupport
import Testing

@testable import Collect

/// What a client is told when it sends too much, and what the ledger learns of it.
@Suite struct LimitTests {
    private let journal: TestJournal
    private let clock = StandingClock()
    private let chain: Chain
    private let first = Site(
        id: SiteID(rawValue: 7), domain: "example.com", key: "key", hosts: ["example.com"], timeZone: "UTC")
    private let second = Site(
        id: SiteID(rawValue: 8), domain: "other.example", key: "other", hosts: ["other.example"], timeZone: "UTC",
        eventsPerSecond: 1)
    private static let one = SecretKey.make()
    private static let both = SecretKey.make()

    init() throws {
        let plan = try ChainPlan(
            [.table(["plugin": .text("forget")]), .table(["plugin": .text("nowhere")])],
            catalog: [PluginFactory(Forget.self), PluginFactory(Nowhere.self)])
        chain = try plan.build { PluginContext(id: $0) }
        journal = try TestJournal()
    }

    private func collector(site: Int = 0, key: Int = 0, address: Int = 0) -> Collector {
        let limits = RateLimits(
            RateLimits.Settings(
                siteEventsPerSecond: site, keyEventsPerSecond: key, addressEventsPerSecond: address, burstSeconds: 2)
        ) { [clock] in clock.now }
        let snapshot = SiteSnapshot(
            sites: [first, second],
            secretKeys: [
                SecretKey.hash(Self.one): SendingKey(number: 1, sites: [first.id]),
                SecretKey.hash(Self.both): SendingKey(number: 2, sites: [first.id, second.id]),
            ])
        return Collector(
            journal: journal.writer, limits: limits, sites: { snapshot }, chain: { [chain] in chain })
    }

    private func answer(_ request: Request, by collector: Collector) throws -> Response {
        let answer = Monitor<Response?>(nil)
        collector.handle(Exchange(request) { response in answer.withLock { $0 = response } })
        return try #require(answer.wait(milliseconds: 60_000) { $0 })
    }

    private let good = "{\"s\":\"key\",\"u\":\"https://example.com/\"}"

    private func page(_ body: String? = nil, _ address: String = "192.0.2.1") -> Request {
        Request(
            method: "POST", path: "/e",
            parameters: ["REMOTE_ADDR": address, "HTTP_ORIGIN": "https://example.com"],
            body: Array((body ?? good).utf8))
    }

    private func server(_ events: [String], _ key: String = LimitTests.one) -> Request {
        Request(
            method: "POST", path: "/api/v1/events", parameters: ["HTTP_AUTHORIZATION": "Bearer \(key)"],
            body: Array(events.joined(separator: "\n").utf8))
    }

    private func text(_ response: Response) -> String { String(decoding: response.body, as: UTF8.self) }

    private var batch: Batch? { try? journal.read() }

    @Test func aPageIsToldWhenToComeAgain() throws {
        let collector = collector(site: 2)
        for _ in 0..<4 { #expect(try answer(page(), by: collector).status == 204) }
        let refused = try answer(page(), by: collector)
        #expect(refused.status == 429)
        #expect(refused.header("RateLimit-Policy") == "\"site\";q=4;w=2;footfall-unit=\"events\"")
        #expect(refused.header("RateLimit") == "\"site\";r=0;t=1")
        let seconds = try #require(refused.header("Retry-After").flatMap { Int($0) })
        #expect((1...2).contains(seconds))
        // A page on another origin can read all of it.
        #expect(refused.header("Access-Control-Allow-Origin") == "https://example.com")
        #expect(refused.header("Access-Control-Expose-Headers")?.contains("Retry-After") == true)
        #expect(text(refused).contains("too many events of this site"))
        clock.go(seconds: Double(seconds))
        #expect(try answer(page(), by: collector).status == 204)
        #expect(batch?.hits.count == 5)
    }

    /// Events, not requests.
    @Test func aRequestOfManyEventsTakesManyTokens() throws {
        let collector = collector(site: 10)
        let many = "[" + Array(repeating: good, count: 15).joined(separator: ",") + "]"
        #expect(try answer(page(many), by: collector).status == 204)
        #expect(try answer(page(many), by: collector).status == 429)
        #expect(collector.limitState(of: first.id)?.left == 5)
        #expect(collector.limitState(of: first.id)?.refused == 15)
    }

    /// A flood costs as little as can be: its body is not even read.
    @Test func anAddressIsRefusedBeforeItsBodyIsRead() throws {
        let collector = collector(address: 1)
        #expect(try answer(page("{"), by: collector).status == 400)
        #expect(try answer(page("{"), by: collector).status == 400)
        let refused = try answer(page("{"), by: collector)
        #expect(refused.status == 429)
        #expect(text(refused).contains("from this network"))
        #expect(try answer(page("{", "192.0.2.200"), by: collector).status == 429)
        #expect(try answer(page("{", "198.51.100.1"), by: collector).status == 400)
        let preflight = Request(method: "OPTIONS", path: "/e", parameters: ["REMOTE_ADDR": "192.0.2.1"])
        #expect(try answer(preflight, by: collector).status == 204)
    }

    @Test func manyEventsOfOneRequestCountForItsAddress() throws {
        let collector = collector(address: 5)
        let many = "[" + Array(repeating: good, count: 10).joined(separator: ",") + "]"
        #expect(try answer(page(many), by: collector).status == 204)
        #expect(try answer(page(), by: collector).status == 429)
    }

    @Test func thePixelIsAnsweredInAnyCase() throws {
        let collector = collector(site: 1)
        let pixel = Request(path: "/p.gif", query: "s=key&u=https://example.com/", parameters: ["REMOTE_ADDR": "::1"])
        for _ in 0..<2 { #expect(try answer(pixel, by: collector).header("X-Footfall-Refused") == nil) }
        let refused = try answer(pixel, by: collector)
        #expect(refused.status == 200)
        #expect(refused.body == Pixel.image)
        #expect(refused.header("X-Footfall-Refused")?.hasPrefix("too many events of this site") == true)
        #expect(refused.header("Retry-After") != nil)
        #expect(refused.header("RateLimit") == "\"site\";r=0;t=1")
        let flooded = self.collector(address: 1)
        for _ in 0..<2 { _ = try answer(pixel, by: flooded) }
        #expect(try answer(pixel, by: flooded).header("X-Footfall-Refused")?.contains("network") == true)
    }

    @Test func aServerSeesItsLimitBeforeItMeetsIt() throws {
        let collector = collector(key: 5)
        let event = "{\"u\":\"https://example.com/\"}"
        let taken = try answer(server(Array(repeating: event, count: 8)), by: collector)
        #expect(taken.status == 200)
        #expect(taken.header("RateLimit-Policy") == "\"key\";q=10;w=2;footfall-unit=\"events\"")
        #expect(taken.header("RateLimit") == "\"key\";r=2;t=2")
        #expect(taken.header("Retry-After") == nil)
        let refused = try answer(server(Array(repeating: event, count: 8)), by: collector)
        #expect(refused.status == 429)
        #expect(refused.header("Retry-After") != nil)
        #expect(text(refused).contains("too many events with this key"))
        #expect(batch?.hits.count == 8)
        // Another key has a limit of its own.
        let other = "{\"s\":\"key\",\"u\":\"https://example.com/\"}"
        #expect(try answer(server([other], Self.both), by: collector).status == 200)
    }

    /// One that is larger than the bucket comes as soon as that is full, and the next one waits until it is paid off.
    @Test func aBatchLargerThanTheBucketIsTakenWhenThatIsFull() throws {
        let collector = collector(key: 5)
        let event = "{\"u\":\"https://example.com/\"}"
        let batch = Array(repeating: event, count: 25)
        #expect(try answer(server(batch), by: collector).status == 200)
        // Whoever comes when the answers say so is served: the first may not know yet how large the batch is.
        var statuses: [Int] = []
        repeat {
            let response = try answer(server(batch), by: collector)
            statuses.append(response.status)
            clock.go(seconds: response.header("Retry-After").flatMap { Double($0) } ?? 0)
        } while statuses.last == 429 && statuses.count < 3
        #expect(statuses.first == 429 && statuses.last == 200)
        #expect(self.batch?.hits.count == 50)
    }

    @Test func aPageMaySendMoreAtOnceThanItsNetworksBucketHolds() throws {
        let collector = collector(address: 2)
        let many = "[" + Array(repeating: good, count: 20).joined(separator: ",") + "]"
        #expect(try answer(page(many), by: collector).status == 204)
        #expect(try answer(page(), by: collector).status == 429)
        clock.go(seconds: 11)
        #expect(try answer(page(many), by: collector).status == 204)
    }

    /// Some of it may be taken when it comes again: a client that is told 400 throws it away.
    @Test func nothingTakenForTheLimitIsNoMistakeOfTheSenders() throws {
        let collector = collector()
        let there = "{\"s\":\"other\",\"u\":\"https://other.example/\"}"
        #expect(try answer(server([there, there], Self.both), by: collector).status == 200)
        let refused = try answer(server([there, "{}"], Self.both), by: collector)
        #expect(refused.status == 429)
        #expect(refused.header("Retry-After") != nil)
        #expect(text(refused).contains("\"accepted\":0") && text(refused).contains("too many events of this site"))
        #expect(try answer(server(["{}"], Self.both), by: collector).status == 400)
    }

    /// What is wrong with a key's events costs as much as what is right: else nonsense would be free.
    @Test func rejectedEventsTakeTokensOfTheKey() throws {
        let collector = collector(key: 5)
        #expect(try answer(server(Array(repeating: "{}", count: 10)), by: collector).status == 400)
        #expect(try answer(server(["{}"]), by: collector).status == 429)
    }

    @Test func oneFullSiteOfSeveralIsRefusedByItself() throws {
        let collector = collector(site: 100)
        let here = "{\"s\":\"key\",\"u\":\"https://example.com/\"}"
        let there = "{\"s\":\"other\",\"u\":\"https://other.example/\"}"
        #expect(try answer(server([there, here, there], Self.both), by: collector).status == 200)
        let mixed = try answer(server([there, here], Self.both), by: collector)
        #expect(mixed.status == 200)
        #expect(text(mixed).contains("\"accepted\":1"))
        #expect(text(mixed).contains("too many events of this site"))
        #expect(text(mixed).contains("\"index\":0"))
        #expect(mixed.header("Retry-After") != nil)
        #expect(try answer(server([there], Self.both), by: collector).status == 429)
        #expect(batch?.hits.map(\.site) == [second.id, first.id, second.id, first.id])
        #expect(collector.limitState(of: second.id)?.refused == 2)
    }

    /// Who tries out keys meets the limit of his address.
    @Test func guessingKeysIsLimited() throws {
        let collector = collector(address: 1)
        let wrong = Request(
            method: "POST", path: "/api/v1/events",
            parameters: ["HTTP_AUTHORIZATION": "Bearer ff_sk_wrong", "REMOTE_ADDR": "192.0.2.1"])
        #expect(try (0..<4).map { _ in try answer(wrong, by: collector).status } == [401, 401, 429, 429])
        var right = server(["{\"u\":\"https://example.com/\"}"])
        right.parameters = ["HTTP_AUTHORIZATION": "Bearer \(Self.one)", "REMOTE_ADDR": "192.0.2.1"]
        #expect(try answer(right, by: collector).status == 200, "a server with its key is no flood")
    }

    @Test func aFloodDoesNotFillTheJournal() throws {
        let collector = collector(site: 1)
        for _ in 0..<1002 { _ = try answer(page(), by: collector) }
        #expect(batch?.ledger.isEmpty == true)
        collector.settleRefusals()
        // The journal commits on a thread of its own.
        let pause = Monitor(false)
        for _ in 0..<6000 where batch?.ledger.isEmpty != false { _ = pause.wait(milliseconds: 10) { $0 ? true : nil } }
        let ledger = try #require(batch?.ledger)
        #expect(ledger.map(\.count) == [1000])
        #expect(ledger.first?.reason == "rate_limited")
        #expect(ledger.first?.outcome == .rejected)
        #expect(ledger.first?.site == first.id)
        collector.settleRefusals()
        #expect(batch?.ledger.count == 1)
        #expect(collector.statistics.limited.first { $0.limit == "site" }?.count == 1000)
    }

    @Test func whatTheJournalHasNoRoomForIsKept() throws {
        let refusals = Refusals()
        let day = Timestamp(milliseconds: 20_000 * 86_400_000)
        refusals.count(3, of: first.id, reason: .rateLimited, at: day)
        let taken = refusals.takeWaiting()
        #expect(refusals.takeWaiting().isEmpty)
        refusals.count(2, of: first.id, reason: .rateLimited, at: day)
        refusals.putBack(taken)
        #expect(refusals.takeWaiting().map(\.count) == [5])
    }

    /// nginx has answered them long ago: they must not be lost now.
    @Test func whatNginxHasKeptIsNotLimited() throws {
        let collector = collector(site: 1)
        var request = page()
        request.parameters = ["FOOTFALL_RECEIVED_AT": "\(Clock.wallMilliseconds())"]
        for _ in 0..<10 { #expect(try answer(request, by: collector).status == 204) }
    }

    @Test func aSiteSeesWhereItsLimitStands() throws {
        let collector = collector(site: 100)
        let own = try #require(collector.limitState(of: second.id))
        #expect(own.eventsPerSecond == 1 && own.isOwn && own.burst == 2 && own.left == 2 && own.refused == 0)
        let usual = try #require(collector.limitState(of: first.id))
        #expect(usual.eventsPerSecond == 100 && !usual.isOwn && usual.burst == 200)
        #expect(self.collector().limitState(of: first.id)?.eventsPerSecond == nil)
        #expect(collector.limitState(of: SiteID(rawValue: 99)) == nil)
    }
}
