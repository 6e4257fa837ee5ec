import FastCGI
import Platform
import Synchronization
import TestSupport
import Testing

/// A dispatcher on a socket of its own, with a raw client.
private final class Bench: Sendable {
    let folder: TemporaryFolder
    let dispatcher: Dispatcher
    let path: String

    init(threads: Int = 2, bodyBytes: Int = 1000, handler: @escaping @Sendable (Exchange) -> Void) throws {
        folder = try TemporaryFolder()
        path = "\(folder.path)/s"
        let listener = try Listener.open(name: "test", path: path, environment: [:])
        dispatcher = try Dispatcher(
            listener: listener, limits: Limits(bodyBytes: bodyBytes), log: Log(process: "test"), handler: handler)
        try dispatcher.start(threads: threads, name: "test")
    }

    deinit { dispatcher.stop(milliseconds: 1000) }

    func connect() throws -> Int32 { try UnixSocket.connect(path: path, timeoutMilliseconds: 20_000) }

    /// Sends the requests over one connection, each when the one before is answered, as nginx does. Returns what
    /// stood in the answers.
    func ask(_ requests: [UInt8]...) throws -> String {
        let socket = try connect()
        defer { UnixSocket.close(socket) }
        return requests.map { request in
            UnixSocket.writeAll(socket, request) ? answer(socket) : ""
        }.joined()
    }

    /// The contents of all records up to END_REQUEST (type 3), or to the end of the connection.
    private func answer(_ socket: Int32) -> String {
        var text = ""
        while true {
            let header = readExactly(socket, count: 8)
            guard header.count == 8 else { return text }
            let content = readExactly(socket, count: Int(header[4]) << 8 + Int(header[5]) + Int(header[6]))
            if header[1] == 3 { return text }
            text += String(decoding: content, as: UTF8.self)
        }
    }
}

private func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    [1, type, 0, 1, UInt8(content.count >> 8), UInt8(content.count & 0xff), 0, 0] + content
}

private func pair(_ name: String, _ value: String) -> [UInt8] {
    [UInt8(name.utf8.count), UInt8(value.utf8.count)] + Array(name.utf8) + Array(value.utf8)
}

private func request(
    _ path: String, body: String = "", length: Int? = nil, keep: Bool = false, address: String = "192.0.2.1"
) -> [UInt8] {
    let parameters =
        pair("REQUEST_METHOD", body.isEmpty ? "GET" : "POST") + pair("SCRIPT_NAME", path) + pair("REMOTE_ADDR", address)
        + pair("CONTENT_LENGTH", "\(length ?? body.utf8.count)") + pair("HTTP_X_TWICE", "first")
        + pair("HTTP_X_TWICE", "second")
    let stdin = body.isEmpty ? [] : record(5, Array(body.utf8))
    return record(1, [0, 1, keep ? 1 : 0, 0, 0, 0, 0, 0]) + record(4, parameters) + record(4, []) + stdin
        + record(5, [])
}

@Suite struct DispatcherTests {
    @Test func aRequestArrivesWholeAndItsAnswerToo() throws {
        let seen = Mutex<Request?>(nil)
        let bench = try Bench { exchange in
            seen.withLock { $0 = exchange.request }
            exchange.answer(Response(status: 200, type: "text/plain", body: Array("hello".utf8)))
        }
        let answer = try bench.ask(request("/e?x=1", body: "payload"))
        #expect(answer.contains("Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"))
        let request = try #require(seen.withLock { $0 })
        #expect(request.method == "POST")
        #expect(request.path == "/e")
        #expect(request.body == Array("payload".utf8))
        #expect(request.header("X_TWICE") == "first")
        #expect(request.header("MISSING") == nil)
    }

    @Test func aRequestMayBeAnsweredLaterFromAnotherThread() throws {
        let parked = Monitor<[Exchange]>([])
        let bench = try Bench(threads: 1) { exchange in
            if exchange.request.path == "/park" {
                parked.withLock { $0.append(exchange) }
            } else {
                exchange.answer(Response(status: 204))
            }
        }
        let sockets = try (0..<5).map { _ in
            let socket = try bench.connect()
            #expect(UnixSocket.writeAll(socket, request("/park")))
            return socket
        }
        #expect(parked.wait(milliseconds: 20_000) { $0.count == 5 ? true : nil } == true)
        // Five requests wait, and the only thread is free.
        #expect(try bench.ask(request("/now")).contains("Status: 204"))
        parked.withLock { exchanges in
            for exchange in exchanges { exchange.answer(Response(status: 404)) }
            exchanges = []
        }
        for socket in sockets {
            #expect(String(decoding: UnixSocket.readAll(socket, limit: 1 << 20), as: UTF8.self).contains("Status: 404"))
            UnixSocket.close(socket)
        }
    }

    @Test func aForgottenRequestIsAnsweredAnyway() throws {
        let bench = try Bench { _ in }
        #expect(try bench.ask(request("/")).contains("Status: 500"))
    }

    @Test func idleConnectionsCostNoThread() throws {
        let bench = try Bench(threads: 2) { $0.answer(Response(status: 204)) }
        var idle: [Int32] = []
        for _ in 0..<50 {
            let socket = try bench.connect()
            #expect(UnixSocket.writeAll(socket, request("/", keep: true)))
            idle.append(socket)
        }
        #expect(try bench.ask(request("/")).contains("Status: 204"))
        for socket in idle { UnixSocket.close(socket) }
    }

    @Test func aBodyOverTheLimitIsRefusedAndTheConnectionLivesOn() throws {
        let bench = try Bench(bodyBytes: 100) { $0.answer(Response(status: 204)) }
        let long = String(repeating: "x", count: 300)
        let answer = try bench.ask(request("/", body: long, keep: true), request("/"))
        #expect(answer.contains("Status: 413"))
        #expect(answer.contains("Status: 204"))
    }

    @Test(arguments: [3, 50])
    func aBodyThatIsNotAsLongAsItSaysIsRefused(length: Int) throws {
        let bench = try Bench { $0.answer(Response(status: 204)) }
        #expect(try bench.ask(request("/", body: "payload", length: length)).contains("Status: 400"))
    }

    /// Bytes of a body that nobody reads would be parsed as records: here a whole request from another address.
    @Test func aRequestInsideABodyIsNeverExecuted() throws {
        let addresses = Mutex<Set<String>>([])
        let bench = try Bench(bodyBytes: 50) { exchange in
            addresses.withLock { _ = $0.insert(exchange.request.parameters["REMOTE_ADDR"] ?? "") }
            exchange.answer(Response(status: 204))
        }
        let smuggled = String(decoding: request("/", address: "9.9.9.9"), as: UTF8.self)
        for length in [nil, 0, 10] {
            _ = try bench.ask(request("/", body: smuggled, length: length, keep: true), request("/"))
        }
        #expect(!addresses.withLock { $0.contains("9.9.9.9") })
    }

    @Test func garbageEndsItsConnectionAndNothingElse() throws {
        let bench = try Bench { $0.answer(Response(status: 204)) }
        let good = request("/")
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            _ = try bench.ask((0..<64).map { _ in UInt8.random(in: 0...255, using: &random) | 2 })
        }
        for end in stride(from: 0, to: good.count, by: 7) {
            let socket = try bench.connect()
            #expect(UnixSocket.writeAll(socket, Array(good[..<end])))
            UnixSocket.close(socket)
        }
        #expect(try bench.ask(good).contains("Status: 204"))
    }

    @Test func stoppingAnswersWhatIsUnderWay() throws {
        let parked = Monitor<[Exchange]>([])
        let bench = try Bench { exchange in parked.withLock { $0.append(exchange) } }
        let socket = try bench.connect()
        #expect(UnixSocket.writeAll(socket, request("/", keep: true)))
        #expect(parked.wait(milliseconds: 20_000) { $0.isEmpty ? nil : true } == true)
        let answering = try Thread(name: "answer") {
            Clock.sleep(milliseconds: 100)
            parked.withLock { exchanges in
                for exchange in exchanges { exchange.answer(Response(status: 204)) }
                exchanges = []
            }
        }
        #expect(bench.dispatcher.stop(milliseconds: 20_000))
        answering.join()
        #expect(String(decoding: UnixSocket.readAll(socket, limit: 1 << 20), as: UTF8.self).contains("Status: 204"))
        UnixSocket.close(socket)
    }

    @Test func headersCannotBeSplit() {
        var response = Response(status: 302)
        response.addHeader("Location", "/x\r\nSet-Cookie: a=b")
        #expect(response.header("location") == nil)
    }

    @Test func aLivingSocketIsNotTakenAndADeadOneIs() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/s"
        let first = try Listener.open(name: "test", path: path, environment: [:])
        #expect(throws: PlatformError.self) { try Listener.open(name: "test", path: path, environment: [:]) }
        UnixSocket.close(first.descriptor)
        let second = try Listener.open(name: "test", path: path, environment: [:])
        second.close()
        #expect(!Files.exists(path))
    }

    @Test func theHealthProbeReadsTheStatus() throws {
        let bench = try Bench { $0.answer(Response(status: $0.request.path == "/healthz" ? 200 : 404)) }
        #expect(Client.status(of: "/healthz", socket: bench.path, timeoutMilliseconds: 20_000) == 200)
        #expect(Client.status(of: "/other", socket: bench.path, timeoutMilliseconds: 20_000) == 404)
        #expect(Client.status(of: "/healthz", socket: bench.path + "x", timeoutMilliseconds: 100) == nil)
    }

    /// Lengths on both sides of what one byte, and one record, can say.
    @Test(arguments: [0, 1, 127, 128, 300, 65_535, 65_536, 200_000])
    func theClientsRequestsArriveWholeOneAfterTheOther(size: Int) throws {
        let seen = Mutex<[Request]>([])
        let bench = try Bench(bodyBytes: 1 << 20) { exchange in
            seen.withLock { $0.append(exchange.request) }
            var response = Response(status: 202, type: "text/plain", body: Array("no: header\n".utf8))
            response.addHeader("Retry-After", "7")
            exchange.answer(response)
        }
        let body = [UInt8](repeating: UInt8(ascii: "b"), count: size)
        let value = [UInt8](repeating: UInt8(ascii: "v"), count: min(size, 60_000))
        let client = try Client(socket: bench.path, timeoutMilliseconds: 20_000)
        for _ in 0..<2 {
            #expect(
                client.send(
                    [("REQUEST_METHOD", Array("POST".utf8)), ("DOCUMENT_URI", Array("/e".utf8)), ("VALUE", value)],
                    body: body, keepsConnection: true))
            guard case .answered(let answer) = client.receive() else {
                Issue.record("no answer")
                return
            }
            #expect(answer.status == 202)
            #expect(answer.header("retry-after") == "7")
            #expect(answer.header("no") == nil)
        }
        let requests = seen.withLock { $0 }
        #expect(requests.count == 2)
        for request in requests {
            #expect(request.path == "/e")
            #expect(request.body == body)
            #expect(request.parameters.slice("VALUE").map(Array.init) == value)
        }
    }
}
