import FastCGI
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Replay

/// A gateway that answers as told, and remembers what came.
private final class Gateway: Sendable {
    private let dispatcher: Dispatcher
    private let bodies = Bodies()

    private final class Bodies: Sendable {
        let all = Mutex<[String]>([])
    }

    init(_ path: String, answer: @escaping @Sendable (Request, _ body: String) -> Response) throws {
        let listener = try Listener.open(name: "test", path: path, environment: [:])
        dispatcher = try Dispatcher(
            listener: listener, limits: Limits(bodyBytes: 1 << 20), log: Log(process: "test")
        ) { [bodies] exchange in
            let body = String(decoding: exchange.request.body, as: UTF8.self)
            bodies.all.withLock { $0.append(body) }
            exchange.answer(answer(exchange.request, body))
        }
        try dispatcher.start(threads: 2, name: "test")
    }

    deinit { dispatcher.stop(milliseconds: 1000) }

    var seen: [String] { bodies.all.withLock { $0 } }
}

@Suite struct ReplayerTests {
    private let folder: TemporaryFolder
    private let spool: SpoolFolder
    private var socket: String { "\(folder.path)/s" }

    init() throws {
        folder = try TemporaryFolder()
        spool = SpoolFolder(folder.path)
    }

    private func write(_ name: String, _ lines: [String], end: String = "\n") throws {
        let text = lines.joined(separator: "\n") + end
        try Files.append("\(folder.path)/\(name)", bytes: Array(text.utf8), mode: 0o600)
    }

    private func replay(
        removesFiles: Bool = true, pause: @escaping (Int) -> Bool = { _ in false }
    ) throws -> ReplayReport {
        try Replayer(
            spool, socket: socket, removesFiles: removesFiles, log: Log(process: "test"), pause: pause
        ).run()
    }

    private var files: [String] { (try? Files.list(folder.path).filter { $0 != "s" }) ?? [] }

    @Test func filesAreHandedInOldestFirstAndGo() throws {
        let gateway = try Gateway(socket) { _, _ in Response(status: 204) }
        // By number, not by name.
        try write("events-99.log", ["a"].map { spoolLine(body: $0) })
        try write("events-100.log", (0..<40).map { spoolLine(body: "b\($0)") })
        try write("other.txt", ["not ours"])
        let report = try replay()
        #expect((report.files, report.taken, report.refused, report.kept) == (2, 41, 0, 0))
        #expect(gateway.seen.first == "a")
        #expect(gateway.seen.sorted() == (["a"] + (0..<40).map { "b\($0)" }).sorted())
        #expect(files == ["other.txt"])
    }

    @Test func aFileThatNginxMayStillWriteToIsLeft() throws {
        let now = Clock.wallMilliseconds()
        for number in [now / 10_000, now / 10_000 + 1, 7] { try write("events-\(number).log", []) }
        #expect(try spool.finished(now: now).map(\.number) == [7])
        let end = (now / 10_000 + 1) * 10_000
        #expect(try spool.finished(now: end + SpoolFolder.grace - 1).count == 1)
        #expect(try spool.finished(now: end + SpoolFolder.grace).count == 2)
    }

    @Test func whatCannotBeReadIsKeptAndHarmsNoOther() throws {
        let gateway = try Gateway(socket) { _, _ in Response(status: 204) }
        let torn = String(spoolLine(body: "torn").prefix(100))
        try write("events-1.log", [spoolLine(body: "1"), "garbage", torn + spoolLine(body: "2"), "", torn], end: "")
        let report = try replay()
        #expect((report.files, report.taken, report.kept) == (1, 2, 3))
        #expect(gateway.seen.sorted() == ["1", "2"])
        #expect(files == ["refused.log"])
        #expect(try Files.read("\(folder.path)/refused.log") == "garbage\n\(torn)\n\(torn)\n")
    }

    @Test func whatTheGatewayRefusesIsCountedAndDoesNotComeAgain() throws {
        let gateway = try Gateway(socket) { request, body in
            guard request.path == "/p.gif" else { return Response(status: body == "bad" ? 400 : 204) }
            var response = Response(status: 200, type: "image/gif", body: [])
            response.addHeader("X-Footfall-Refused", "is not the key of a site")
            return response
        }
        try write(
            "events-1.log",
            [spoolLine(body: "bad"), spoolLine(body: "good"), spoolLine(method: "GET", path: "/p.gif", body: "")])
        let report = try replay()
        #expect((report.files, report.taken, report.refused, report.kept) == (1, 1, 2, 0))
        #expect(gateway.seen.count == 3)
        #expect(files.isEmpty)
    }

    @Test func aGatewayThatIsFullOrAwayIsWaitedFor() throws {
        let full = Mutex(3)
        try write("events-1.log", (0..<5).map { spoolLine(body: "\($0)") })
        // The gateway comes while the replay waits.
        var gateway: Gateway?
        var waits = 0
        let report = try replay { milliseconds in
            if milliseconds > 0 { waits += 1 }
            if waits == 2, gateway == nil {
                gateway = try? Gateway(socket) { _, _ in
                    let isFull = full.withLock { left in
                        defer { left = max(0, left - 1) }
                        return left > 0
                    }
                    guard isFull else { return Response(status: 204) }
                    var response = Response(status: 503)
                    response.addHeader("Retry-After", "5")
                    return response
                }
            }
            return false
        }
        #expect(report.taken == 5)
        #expect(waits >= 5)
        #expect(Set(gateway?.seen ?? []) == ["0", "1", "2", "3", "4"])
        #expect(files.isEmpty)
    }

    @Test func whoIsToldToStopLeavesTheFile() throws {
        try write("events-1.log", [spoolLine()])
        let report = try replay { $0 > 0 }
        #expect(report.isStopped)
        #expect(report.files == 0)
        #expect(files == ["events-1.log"])
    }

    @Test func onlyTheLineThatHarmsTheGatewayIsKeptBack() throws {
        let gateway = try Gateway(socket) { _, body in Response(status: body == "poison" ? 500 : 204) }
        try write("events-1.log", (0..<10).map { spoolLine(body: $0 == 4 ? "poison" : "\($0)") })
        let report = try replay()
        #expect((report.taken, report.kept) == (9, 1))
        #expect(gateway.seen.filter { $0 == "poison" }.count == Courier.attempts + 1)
        #expect(try Files.read("\(folder.path)/refused.log") == spoolLine(body: "poison") + "\n")
        #expect(files == ["refused.log"])
    }

    @Test func filesThatAreToBeKeptStay() throws {
        let gateway = try Gateway(socket) { _, _ in Response(status: 204) }
        try write("events-1.log", [spoolLine()])
        #expect(try replay(removesFiles: false).taken == 1)
        #expect(gateway.seen.count == 1)
        #expect(files == ["events-1.log"])
    }
}
