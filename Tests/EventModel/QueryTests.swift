import EventModel
import Testing

@Suite struct QueryTests {
    private func pairs(_ url: String) -> [String] {
        var pairs: [String] = []
        Query.forEach(in: url) { pairs.append("\($0)|\($1)") }
        return pairs
    }

    @Test(
        arguments: [
            ("https://a.example/", []), ("https://a.example/?", []), ("?a=1&b=2", ["a|1", "b|2"]),
            ("?a=1#b=2", ["a|1"]), ("?a&&b=", ["a|", "b|"]), ("?a=b=c", ["a|b=c"]), ("?=x", ["|x"]), ("#?a=1", []),
            ("?a=1;b=2&amp;c=3", ["a|1", "b|2", "amp|", "c|3"]),
            ("?a=1?b=2", ["a|1?b=2"]),
        ] as [(String, [String])])
    func parametersComeInOrder(url: String, expected: [String]) {
        #expect(pairs(url) == expected)
    }

    @Test func noQueryIsEndless() {
        #expect(pairs("?" + String(repeating: "a=1&", count: 10_000)).count == 100)
    }

    @Test(arguments: [
        ("a+b%20c", "a b c"), ("%20x%20", "x"), ("", ""), ("%20", ""), ("%0Ax", "x"), ("%C3%A4%C3%B6", "äö"),
        ("%zz", "%zz"), ("shoes?", "shoes?"), ("red/blue", "red/blue"), ("50%25", "50%"),
    ])
    func valuesAreReadable(value: String, text: String) {
        #expect(Query.text(value[...], limit: 100) == text)
    }

    @Test(arguments: [
        ("https://Mail.example/reset/ann?token=1", "mail.example"),
        ("see+https%3A%2F%2Fa.example%2Fann+now", "see a.example now"),
        ("https%253A%252F%252Fa.example%252Fann", "a.example"), ("//a.example/ann", "a.example"),
        ("a.example/x%3Ftoken%3D1", "a.example/x"), ("ftp://ann:secret@a.example/x", "a.example"), ("x://", ""),
    ])
    func ofALinkTheHostIsLeft(value: String, text: String) {
        #expect(Query.text(value[...], limit: 100) == text)
    }

    @Test func longValuesAreCutBetweenCharacters() {
        #expect(Query.text(String(repeating: "%C3%A4", count: 500)[...], limit: 5) == "ää")
    }
}
