import EventModel
import Testing

@testable import Collect

private func decode(_ text: String) -> Result<[WireEvent], Rejection> {
    do throws(Rejection) {
        return .success(try WireEvent.decode(Array(text.utf8)))
    } catch {
        return .failure(error)
    }
}

@Suite struct WireEventTests {
    @Test func aFullEventIsRead() throws {
        let events = try decode(
            """
            {"s":"key","n":"buy","u":"https://example.com/?a=1","r":"https://g.example/","t":"Täglich \\u00fc \\ud83d\\ude00",
             "w":1280.5,"p":{"plan":"gold","price":9.5,"new":true,"none":null},"i":"0af","ts":1700000000000,"zz":{"a":[1,{}]}}
            """
        ).get()
        #expect(
            events == [
                WireEvent(
                    site: "key", name: "buy", url: "https://example.com/?a=1", referrer: "https://g.example/",
                    title: "Täglich ü 😀", width: 1280, id: "0af",
                    properties: [
                        Property("plan", .text("gold")), Property("price", .number(9.5)), Property("new", .flag(true)),
                    ], clock: ClientClock(happenedAt: 1_700_000_000_000))
            ])
    }

    @Test func anArrayIsSeveralEventsAndNullIsAbsence() throws {
        let events = try decode("[{\"s\":\"a\",\"n\":null},{\"s\":\"b\"}]").get()
        #expect(events.map(\.site) == ["a", "b"])
        #expect(events.map(\.name) == ["pageview", "pageview"])
    }

    @Test(
        arguments: [
            ("", nil, "is not JSON at byte 0"), ("[]", nil, "has no event"), ("7", nil, "must be an object"),
            ("{\"s\":7}", "s", "must be a text"), ("{\"w\":\"x\"}", "w", "must be a number"),
            ("{\"ts\":\"now\"}", "ts", "must be a number of milliseconds"), ("{\"p\":[]}", "p", "must be an object"),
            ("{\"p\":{\"a\":{}}}", "p.a", "must be a text, a number, true or false"),
            ("{\"p\":{\"\":1}}", "p", "has a name that is empty or longer than 100 bytes"),
            ("{\"s\":\"a\"}x", nil, "is not JSON at byte 9"), ("{\"s\":\"a\"", nil, "is not JSON at byte 8"),
            ("{\"s\":\"\u{1}\"}", nil, "is not JSON at byte 6"), ("{\"x\":01}", nil, "is not JSON at byte 6"),
            ("{\"w\":1e999}", nil, "is not JSON at byte 5"),
        ] as [(String, String?, String)])
    func whatIsWrongIsNamed(text: String, field: String?, message: String) {
        // A fault of the text itself is counted apart from one of a field.
        let reason: Rejection.Reason = field == nil ? .malformed : .invalidField
        #expect(decode(text) == .failure(Rejection(reason, field: field, message)))
    }

    @Test func sizesAreLimited() {
        let long = String(repeating: "x", count: 3000)
        for body in [
            "{\"s\":\"\(long)\"}", "{\"n\":\"\(long)\"}", "{\"u\":\"\(long)\(long)\(long)\"}",
            "{\"p\":{\"a\":\"\(long)\"}}",
            "{\"p\":{" + (0...30).map { "\"a\($0)\":1" }.joined(separator: ",") + "}}",
            "[" + Array(repeating: "{}", count: 101).joined(separator: ",") + "]",
        ] {
            #expect((try? decode(body).get()) == nil, "\(body.prefix(40))")
        }
        // A title or a foreign page's address is nothing that the sender could help.
        #expect((try? decode("{\"t\":\"\(long)\",\"r\":\"\(long)\"}").get())?[0].title.utf8.count == 1024)
    }

    @Test func deepNestingIsRefusedAndDoesNotOverflowTheStack() {
        let deep = String(repeating: "[", count: 100_000)
        #expect((try? decode("{\"x\":\(deep)").get()) == nil)
    }

    @Test(arguments: [
        ("\\u0000", "\u{FFFD}"), ("\\ud800", "\u{FFFD}"), ("\\udc00x", "\u{FFFD}x"), ("\\ud800\\u0041", "\u{FFFD}A"),
        ("\\ud83d\\ude00", "😀"), ("\\n", " "),
    ])
    func noTextLeavesThatPostgreSQLRefuses(escaped: String, text: String) throws {
        #expect(try decode("{\"t\":\"\(escaped)\"}").get()[0].title == text)
    }

    @Test func invalidUTF8BecomesReplacementCharacters() throws {
        let body = Array("{\"t\":\"a".utf8) + [0xff, 0xc3] + Array("\"}".utf8)
        #expect(try WireEvent.decode(body)[0].title == "a\u{FFFD}\u{FFFD}")
    }

    /// Every prefix and every single changed byte of a good event is either read or refused, never a trap.
    @Test func mutatedEventsNeverTrap() {
        let body = Array(
            "[{\"s\":\"key\",\"n\":\"b\\u00fcy\",\"u\":\"https://e.example/\",\"w\":12e2,\"p\":{\"a\":true,\"b\":null}}]"
                .utf8)
        for end in body.indices { _ = try? WireEvent.decode(Array(body[..<end])) }
        for index in body.indices {
            for byte in [0, 0x22, 0x5c, 0x7b, 0x5d, 0x75, 0x80, 0xff] as [UInt8] {
                var mutated = body
                mutated[index] = byte
                _ = try? WireEvent.decode(mutated)
            }
        }
    }

    @Test func thePixelReadsItsQuery() {
        let event = WireEvent(query: "s=key&u=https%3A%2F%2Fe.example%2F%3Fa%3Db&r=x+y&n=&t=%C3%BC&w=360&zz=1&i=ab&s2")
        #expect(event.site == "key")
        #expect(event.url == "https://e.example/?a=b")
        #expect(event.referrer == "x y")
        #expect(event.name == "pageview")
        #expect(event.title == "ü")
        #expect(event.width == 360)
        #expect(event.id == "ab")
    }

    @Test func aRefusalIsJSONAndRepeatsNothingDangerous() {
        let rejection = Rejection(field: "p.<script>\"\\", "is \"wrong\"", index: 3)
        #expect(
            String(decoding: rejection.json, as: UTF8.self)
                == "{\"error\":\"is \\\"wrong\\\"\",\"field\":\"p.\\u003cscript>\\\"\\\\\",\"index\":3}\n")
    }
}
