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

/// `POST /api/v1/events`.
@Suite struct ServerEventsTests {
    private let journal: TestJournal
    private let collector: Collector
    private static let key = SecretKey.make()

    init() throws {
        let site = Site(
            id: SiteID(rawValue: 7), domain: "example.com", key: "public", hosts: ["example.com"], timeZone: "UTC")
        let sites = SiteSnapshot(
            sites: [site], secretKeys: [SecretKey.hash(Self.key): SendingKey(number: 1, sites: [site.id])])
        let plan = try ChainPlan(
            [.table(["plugin": .text("forget")]), .table(["plugin": .text("nowhere")])],
            catalog: [PluginFactory(Forget.self), PluginFactory(Nowhere.self)])
        let chain = try plan.build { PluginContext(id: $0) }
        journal = try TestJournal()
        var settings = CollectSettings()
        settings.batchBytes = 100_000
        collector = Collector(journal: journal.writer, settings: settings, sites: { sites }, chain: { chain })
    }

    private func send(_ body: [UInt8], _ parameters: Parameters? = nil) throws -> Response {
        let request = Request(
            method: "POST", path: "/api/v1/events",
            parameters: parameters ?? ["HTTP_AUTHORIZATION": "Bearer \(Self.key)"], body: body)
        let answer = Monitor<Response?>(nil)
        collector.handle(Exchange(request) { response in answer.withLock { $0 = response } })
        return try #require(answer.wait(milliseconds: 60_000) { $0 })
    }

    private func send(_ text: String, _ parameters: Parameters? = nil) throws -> Response {
        try send(Array(text.utf8), parameters)
    }

    private func text(_ response: Response) -> String { String(decoding: response.body, as: UTF8.self) }

    private var stored: [Hit] { (try? journal.read())?.hits ?? [] }

    private let good = "{\"u\":\"https://example.com/a\",\"n\":\"buy\",\"i\":\"1\"}"
    private let foreign = "{\"u\":\"https://example.org/\"}"

    @Test(arguments: ["%", "[%]", " [ % ] ", "%\n"]) func oneEventInAnyForm(form: String) throws {
        let response = try send(form.replacing("%", with: good))
        #expect(response.status == 200)
        #expect(text(response) == "{\"accepted\":1,\"rejected\":[]}\n")
        #expect(stored.map(\.name) == ["buy"])
        #expect(stored.first?.site == SiteID(rawValue: 7))
    }

    @Test(arguments: ["[\n", ""]) func everyEventIsJudgedByItself(opening: String) throws {
        let isArray = !opening.isEmpty
        let lines = [good, foreign, "{\"u\":7}", good].joined(separator: isArray ? ",\n" : "\n")
        let response = try send(opening + lines + (isArray ? "]" : "\n"))
        #expect(response.status == 200)
        #expect(
            text(response) == """
                {"accepted":2,"rejected":[{"error":"host not allowed for this site","field":"u","index":1},\
                {"error":"must be a text","field":"u","index":2}]}

                """)
        #expect(stored.count == 2)
        let batch = try #require(try journal.read())
        #expect(batch.ledger.map(\.reason).sorted() == ["host_not_allowed", "invalid_field"])
        #expect(batch.ledger.allSatisfy { $0.site == SiteID(rawValue: 7) && $0.outcome == .rejected })
    }

    /// The only event that the chain has seen of three: its sender must know which one it was.
    @Test func whatTheChainRefusesIsNamedByItsPlace() throws {
        let refused = "{\"u\":\"https://example.com/\",\"n\":\"refused\"}"
        #expect(text(try send("[\(foreign),\(refused)]")).contains("\"error\":\"is refused\",\"index\":1"))
        #expect(text(try send("[\(foreign),\(refused),\(good)]")).contains("\"error\":\"is refused\",\"index\":1"))
    }

    @Test func whenNoneIsTakenThatIsAnError() throws {
        let response = try send("[\(foreign)]")
        #expect(response.status == 400)
        #expect(text(response).hasPrefix("{\"accepted\":0,"))
    }

    @Test func whatIsNotJSONIsRefusedAsAWhole() throws {
        let response = try send("\(good)\n{\"u\":")
        #expect(response.status == 400)
        #expect(text(response).contains("is not JSON at byte"))
        #expect(stored.isEmpty)
    }

    @Test(
        arguments: [
            [:], ["HTTP_AUTHORIZATION": "Bearer ff_sk_wrong"], ["HTTP_AUTHORIZATION": "Basic \(key)"],
            ["HTTP_AUTHORIZATION": ""], ["HTTP_AUTHORIZATION": "Bearer public"],
        ] as [Parameters])
    func withoutASecretKeyNothingIsTaken(parameters: Parameters) throws {
        let response = try send(good, parameters)
        #expect(response.status == 401)
        #expect(response.header("WWW-Authenticate") == "Bearer")
        #expect(stored.isEmpty)
    }

    @Test func theVisitorIsWhomTheFieldsDescribe() throws {
        let event = try #require(
            try ServerEvents(
                request: Request(
                    method: "POST", path: "/api/v1/events",
                    parameters: [
                        "HTTP_AUTHORIZATION": "bearer \(Self.key)", "REMOTE_ADDR": "198.51.100.1",
                        "HTTP_USER_AGENT": "curl",
                    ],
                    body: Array(
                        "{\"u\":\"https://example.com/\",\"address\":\"192.0.2.7\",\"user_agent\":\"Mozilla\"}".utf8)),
                sites: SiteSnapshot(
                    sites: [
                        Site(
                            id: SiteID(rawValue: 1), domain: "example.com", key: "k", hosts: ["example.com"],
                            timeZone: "UTC")
                    ], secretKeys: [SecretKey.hash(Self.key): SendingKey(number: 1, sites: [SiteID(rawValue: 1)])]),
                limit: 1000, now: Timestamp(milliseconds: 1_700_000_000_000)
            ).read(with: SendingKey(number: 1, sites: [SiteID(rawValue: 1)])).events.first)
        #expect(event.visitor.address.reveal() == IPAddress("192.0.2.7"))
        #expect(event.visitor.userAgent.reveal() == "Mozilla")
    }

    /// Whoever guesses the number of an order and sends it from a browser first must not take the server's event away.
    @Test(arguments: ["order-42", "ff", "ffffffffffffffffffffffffffffffff"])
    func noBrowserCanUseTheIDOfAServersEvent(id: String) throws {
        let fromServer = try send("{\"u\":\"https://example.com/a\",\"i\":\"\(id)\"}")
        let page = Request(
            method: "POST", path: "/e",
            body: Array("{\"s\":\"public\",\"u\":\"https://example.com/a\",\"i\":\"\(id)\"}".utf8))
        let answer = Monitor<Response?>(nil)
        collector.handle(Exchange(page) { response in answer.withLock { $0 = response } })
        _ = try #require(answer.wait(milliseconds: 60_000) { $0 })
        #expect(fromServer.status == 200)
        let ids = stored.map(\.id)
        #expect(ids.count == 2)
        #expect(Set(ids).count == 2)
        #expect(try send("{\"u\":\"https://example.com/a\",\"i\":\"\(id)\"}").status == 200)
        #expect(stored.last?.id == ids.first, "the server's second try is the same event")
    }

    @Test func gzipIsUnpackedAndBounded() throws {
        let gzip: Parameters = ["HTTP_AUTHORIZATION": "Bearer \(Self.key)", "HTTP_CONTENT_ENCODING": "gzip"]
        let packed = try packedWithGzip(Array("[\(good)]".utf8))
        #expect(try send(packed, gzip).status == 200)
        #expect(try send(Array(packed.dropLast(4)), gzip).status == 400)
        // 100 KB of spaces are a few hundred bytes.
        #expect(try send(try packedWithGzip([UInt8](repeating: 0x20, count: 100_001)), gzip).status == 413)
        #expect(try send([UInt8](repeating: 0x20, count: 100_001)).status == 413)
        let unknown: Parameters = ["HTTP_AUTHORIZATION": "Bearer \(Self.key)", "HTTP_CONTENT_ENCODING": "br"]
        #expect(try send(good, unknown).status == 415)
        #expect(stored.count == 1)
    }

    @Test func moreThanABatchIsRefused() throws {
        #expect(try send("[" + Array(repeating: "{}", count: 5001).joined(separator: ",") + "]").status == 400)
        #expect(stored.isEmpty)
    }
}

/// What Debian's gzip makes of the bytes.
private func packedWithGzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try Files.replace("\(folder.path)/plain", bytes: bytes)
    return try #require(try Program("gzip")?.run(["-c", "\(folder.path)/plain"])).output
}
