import Testing

@testable import Replay

/// A line as nginx writes it.
func spoolLine(
    method: String = "POST", path: String = "/e", id: String = "000102030405060708090a0b0c0d0e0f", body: String = "{}"
) -> String {
    #"{"spool":1,"msec":"1764066070.123","seconds":"0.005","id":"\#(id)","method":"\#(method)","path":"\#(path)","#
        + #""query":"a=%3C","type":"text/plain","origin":"https://shop.example","referer":"","dnt":"","gpc":"1","purpose":"prefetch","#
        + #""body":"\#(body)"}"#
}

@Suite struct SpoolLineTests {
    private func read(_ text: String) -> SpoolLine? { SpoolLine(Array(text.utf8)[...]) }

    @Test func aLineIsTheRequestAsNginxHadIt() throws {
        let line = try #require(read(spoolLine()))
        // It began five milliseconds before it was written.
        #expect(line.receivedAt == 1_764_066_070_118)
        let parameters = Dictionary(
            uniqueKeysWithValues: line.parameters.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) })
        #expect(
            parameters == [
                "REQUEST_METHOD": "POST", "DOCUMENT_URI": "/e", "QUERY_STRING": "a=%3C", "CONTENT_TYPE": "text/plain",
                "HTTP_ORIGIN": "https://shop.example", "FOOTFALL_REQUEST_ID": "000102030405060708090a0b0c0d0e0f",
                "FOOTFALL_RECEIVED_AT": "1764066070118", "HTTP_SEC_GPC": "1", "HTTP_SEC_PURPOSE": "prefetch",
            ])
    }

    @Test func aLineOfAnOlderConfigurationHasNoSignals() throws {
        let line = try #require(read(spoolLine().replacing(#""dnt":"","gpc":"1","purpose":"prefetch","#, with: "")))
        #expect(line.signals.isEmpty)
        #expect(line.parameters.count == 7)
    }

    @Test func theBodyIsByteForByteWhatTheBrowserSent() throws {
        let written = #"\"\\\n\r\t\b\f\u0000\u001F/ü"#
        var bytes = Array(spoolLine(body: written).utf8)
        // A byte that is no UTF-8, which nginx leaves as it is.
        bytes.insert(0xff, at: bytes.count - 2)
        let line = try #require(SpoolLine(bytes[...]))
        #expect(line.body == [0x22, 0x5c, 0x0a, 0x0d, 0x09, 0x08, 0x0c, 0x00, 0x1f, 0x2f, 0xc3, 0xbc, 0xff])
    }

    @Test func everyLineThatIsNotWholeIsRefused() {
        let whole = spoolLine()
        for length in 0..<whole.utf8.count {
            #expect(SpoolLine(Array(whole.utf8)[..<length]) == nil)
        }
        for wrong in [whole + "x", " " + whole, "{}", "nonsense", whole.replacing("\"id\"", with: "\"ix\"")] {
            #expect(read(wrong) == nil)
        }
        #expect(read(spoolLine(body: #"\x"#)) == nil)
        #expect(read(spoolLine(body: #"\u01ff"#)) == nil)
        #expect(read(whole.replacing("1764066070.123", with: "-")) == nil)
        #expect(read(whole.replacing("1764066070.123", with: "99999999999999999999.123")) == nil)
    }

    /// Somebody who can write into the folder reaches no more than a browser does.
    @Test(arguments: [("GET", "/metrics"), ("POST", "/api/v1/events"), ("POST", "/p.gif"), ("GET", "/e")])
    func onlyEventsAreHandedIn(method: String, path: String) {
        #expect(read(spoolLine(method: method, path: path)) == nil)
    }

    @Test func aTornLineTakesNoneOfItsNeighboursAlong() {
        let whole = spoolLine()
        let torn = whole.prefix(150)
        let parts = SpoolLine.parts(of: Array("\(torn)\(whole)\(whole)".utf8))
        #expect(parts.map { String(decoding: $0, as: UTF8.self) } == [String(torn), whole, whole])
        // What a visitor writes cannot look like the beginning of a line.
        let imitation = spoolLine(body: #"{\"spool\":1,\"msec\":\""#)
        #expect(SpoolLine.parts(of: Array(imitation.utf8)).count == 1)
        #expect(SpoolLine.parts(of: []) == [[]])
    }
}
