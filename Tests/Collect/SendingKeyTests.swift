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

/// What a secret key is good for.
@Suite struct SendingKeyTests {
    private let journal: TestJournal
    private let collector: Collector
    private static let keys = (0..<7).map { _ in SecretKey.make() }

    init() throws {
        let sites = (1...3 as ClosedRange<Int32>).map { number in
            Site(
                id: SiteID(rawValue: number), domain: "\(number).example", key: "site\(number)",
                hosts: ["\(number).example"], timeZone: "UTC")
        }
        let now = Clock.wallMilliseconds()
        let (one, two) = (SiteID(rawValue: 1), SiteID(rawValue: 2))
        let keys = [
            SendingKey(number: 1, sites: [one]),
            SendingKey(number: 2, sites: [one, two]),
            SendingKey(number: 3, sites: [one], scopes: [.read]),
            SendingKey(number: 4, sites: [one], expiresAt: Timestamp(milliseconds: now - 1)),
            SendingKey(
                number: 5, sites: [one], scopes: [.read, .send], expiresAt: Timestamp(milliseconds: now + 86_400_000)),
            SendingKey(number: 6, sites: []),
            SendingKey(number: 0, sites: [one]),
        ]
        let snapshot = SiteSnapshot(
            sites: sites,
            secretKeys: Dictionary(uniqueKeysWithValues: zip(Self.keys.map { SecretKey.hash($0) }, keys)))
        let plan = try ChainPlan(
            [.table(["plugin": .text("forget")]), .table(["plugin": .text("nowhere")])],
            catalog: [PluginFactory(Forget.self), PluginFactory(Nowhere.self)])
        let chain = try plan.build { PluginContext(id: $0) }
        journal = try TestJournal()
        collector = Collector(journal: journal.writer, sites: { snapshot }, chain: { chain })
    }

    private func send(_ events: String, _ key: Int) throws -> Response {
        let request = Request(
            method: "POST", path: "/api/v1/events", parameters: ["HTTP_AUTHORIZATION": "Bearer \(Self.keys[key])"],
            body: Array(events.utf8))
        let answer = Monitor<Response?>(nil)
        collector.handle(Exchange(request) { response in answer.withLock { $0 = response } })
        return try #require(answer.wait(milliseconds: 60_000) { $0 })
    }

    private func event(_ site: Int, named: Bool = true) -> String {
        "{\(named ? "\"s\":\"site\(site)\"," : "")\"u\":\"https://\(site).example/\"}"
    }

    private func text(_ response: Response) -> String { String(decoding: response.body, as: UTF8.self) }

    private var stored: [Int32] { ((try? journal.read())?.hits ?? []).map(\.site.rawValue) }

    private func refused(_ reason: String) -> Int? {
        collector.statistics.refusedKeys.first { $0.reason == reason }?.count
    }

    @Test func aKeyForOneSiteNeedsNoName() throws {
        #expect(try send(event(1, named: false), 0).status == 200)
        #expect(try send(event(1), 0).status == 200)
        #expect(stored == [1, 1])
    }

    @Test func withAKeyForSeveralEachEventNamesItsSite() throws {
        let response = try send([event(1), event(2), event(1, named: false), event(3)].joined(separator: "\n"), 1)
        #expect(
            text(response) == """
                {"accepted":2,"rejected":[{"error":"is missing: this secret key is good for several sites, so each event \
                names its own","field":"s","index":2},{"error":"is not the key of a site that this secret key is good \
                for","field":"s","index":3}]}

                """)
        #expect(stored == [1, 2])
        #expect(refused("site_not_of_key") == 2)
        #expect(try journal.read()?.ledger.map(\.reason) == ["site_not_of_key", "site_not_of_key"])
    }

    @Test(arguments: [2, 3]) func anotherSitesKeyIsRefusedClearly(site: Int) throws {
        let response = try send(event(site), 0)
        #expect(response.status == 400)
        #expect(text(response).contains("this secret key is good for"))
        #expect(stored.isEmpty)
    }

    @Test func aKeyForNoSiteSaysSo() throws {
        #expect(text(try send(event(1, named: false), 5)).contains("good for no site"))
        #expect(try send(event(1), 5).status == 400)
        #expect(stored.isEmpty)
    }

    @Test func aKeyForReadingCannotSend() throws {
        let response = try send(event(1), 2)
        #expect(response.status == 403)
        #expect(text(response) == "{\"error\":\"this secret key may not send events\"}\n")
        #expect(response.header("WWW-Authenticate") == "Bearer error=\"insufficient_scope\"")
        #expect(stored.isEmpty)
        #expect(refused("key_scope") == 1)
        let ledger = try #require(try journal.read()?.ledger.first)
        #expect(ledger.reason == "key_scope" && ledger.site == SiteID(rawValue: 1))
    }

    @Test func anExpiredKeyCannotSend() throws {
        let response = try send(event(1), 3)
        #expect(response.status == 401)
        #expect(text(response) == "{\"error\":\"this secret key has expired\"}\n")
        #expect(response.header("WWW-Authenticate") == "Bearer error=\"invalid_token\"")
        #expect(stored.isEmpty)
        #expect(refused("key_expired") == 1)
        #expect(try send(event(1), 4).status == 200, "one that will expire tomorrow can")
    }

    /// Once a day for each key, and never what could not send.
    @Test func theDayOfTheLastUseIsNoted() throws {
        for key in [0, 1, 0, 4, 2, 3, 6, 0] { _ = try send(event(1), key) }
        let day = Int32(Clock.wallMilliseconds() / 86_400_000)
        let waiting = collector.keyUses.takeWaiting()
        // Where midnight lies between: some of the same keys, on two days.
        #expect(Set(waiting.flatMap(\.keys)) == [1, 2, 5])
        #expect(waiting.allSatisfy { [day, day - 1].contains($0.day) })
        collector.keyUses.putBack(waiting)
        #expect(collector.keyUses.takeWaiting() == waiting)
    }

    @Test func aKeyThatIsUsedAllDayIsNotedOnce() {
        let uses = KeyUses()
        let key = SendingKey(number: 9, sites: [])
        let morning = Timestamp(milliseconds: 20_000 * 86_400_000)
        for hour in 0..<24 as Range<Int64> { uses.note(key, at: morning.advanced(byMilliseconds: hour * 3_600_000)) }
        #expect(uses.takeWaiting() == [KeyUses.Day(day: 20_000, keys: [9])])
        uses.note(key, at: morning.advanced(byMilliseconds: 3_600_000))
        #expect(uses.takeWaiting().isEmpty)
        uses.note(key, at: morning.advanced(byMilliseconds: 90_000_000))
        uses.putBack([KeyUses.Day(day: 20_000, keys: [9])])
        #expect(uses.takeWaiting() == [KeyUses.Day(day: 20_001, keys: [9])], "the newest day is the one that counts")
    }
}
