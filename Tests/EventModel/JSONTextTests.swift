import EventModel
import Testing

@Suite struct JSONTextTests {
    @Test(arguments: [
        (Property("a", .number(5)), #"{"a":5}"#), (Property("a", .number(-0.5)), #"{"a":-0.5}"#),
        (Property("a", .number(1e300)), #"{"a":1e+300}"#),
        (Property("a", .number(9_007_199_254_740_992)), #"{"a":9007199254740992.0}"#),
        (Property("a", .flag(false)), #"{"a":false}"#),
        (Property("q\"", .text("\\ \u{1f}\u{7f}ü")), #"{"q\"":"\\ \u001f\#u{7f}ü"}"#),
    ])
    func propertiesAreWrittenAsJSON(property: Property, json: String) {
        #expect(JSONText.object([property]).map { String(decoding: $0, as: UTF8.self) } == json)
    }

    @Test func whatJSONCannotSayIsNil() {
        #expect(JSONText.object([Property("a", .number(.nan))]) == nil)
        #expect(JSONText.object([Property("a", .number(-.infinity))]) == nil)
        #expect(JSONText.object([]).map { String(decoding: $0, as: UTF8.self) } == "{}")
    }

    @Test func hexadecimalDigitsAreCounted() {
        var bytes: [UInt8] = []
        JSONText.append(hexadecimal: 0xfedc_ba98_7654_3210, digits: 16, to: &bytes)
        JSONText.append(hexadecimal: 0x1_0a, digits: 2, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "fedcba98765432100a")
    }
}
