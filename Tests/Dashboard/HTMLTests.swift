import Testing

@testable import Dashboard

/// Cross-site scripting: everything that arrives at run time comes out as text.
struct HTMLTests {
    private func text(_ html: HTML) -> String { String(decoding: html.bytes, as: UTF8.self) }

    @Test func xssAScriptElementInTextStaysText() {
        let name = "<script>alert(1)</script>"
        #expect(text("<td>\(name)</td>") == "<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>")
    }

    @Test func xssAQuoteCannotEndAnAttribute() {
        let name = "\" onmouseover=\"alert(1)"
        #expect(text("<p title=\"\(name)\">") == "<p title=\"&quot; onmouseover=&quot;alert(1)\">")
        let single = "' onmouseover='alert(1)"
        #expect(text("<p title='\(single)'>") == "<p title='&#39; onmouseover=&#39;alert(1)'>")
    }

    @Test func xssAnEscapedTextIsEscapedOnceMore() {
        let name = "&lt;b&gt; &#60;"
        #expect(text("\(name)") == "&amp;lt;b&amp;gt; &amp;#60;")
    }

    @Test func xssSubstringsAreEscapedLikeStrings() {
        let name = "<b>".dropLast(0)
        #expect(text("\(name)") == "&lt;b&gt;")
    }

    @Test(arguments: [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
        "java\nscript:alert(1)", "\u{1}javascript:alert(1)", "javascript&colon;alert(1):", "vbscript:x",
        "data:text/html,<script>alert(1)</script>", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "\\/evil.example", "https:\\evil.example", "blob:https://a/b", "file:///etc/passwd", "mailto:a@b", "a:b",
        "http\u{0}://x", "https://exa mple", "\u{7F}javascript:x", ":", "1:2",
    ])
    func xssADangerousAddressBecomesANumberSign(url: String) {
        #expect(text("<a href=\"\(url: url)\">") == "<a href=\"#\">")
    }

    @Test(arguments: [
        ("https://example.com/a?b=c&d=e", "https://example.com/a?b=c&amp;d=e"),
        ("HTTP://example.com", "HTTP://example.com"),
        ("/dashboard", "/dashboard"), ("?period=7d", "?period=7d"), ("#content", "#content"), ("a/b:c", "a/b:c"),
        ("?next=javascript:x", "?next=javascript:x"), ("", ""), ("/ü", "/ü"), ("/a\"b", "/a&quot;b"),
    ])
    func anHonestAddressIsKept(url: String, written: String) {
        #expect(text("\(url: url)") == written)
    }

    @Test func xssControlCharactersAndNoncharactersAreReplaced() {
        let bad: [UInt32] = [0, 8, 0xB, 0x1B, 0x7F, 0x80, 0x9F, 0xFDD0, 0xFFFE, 0x1FFFF, 0x10FFFF]
        for code in bad {
            let character = Unicode.Scalar(code).map { String($0) } ?? ""
            #expect(text("a\(character)b") == "a\u{FFFD}b", "U+\(String(code, radix: 16))")
        }
        let good = "tab\t line\n feed\u{C} return\r \u{A0}é 日本 👣"
        #expect(text("\(good)") == good)
    }

    @Test func literalsAreTrustedAndNestingEscapesNothingTwice() {
        let inner: HTML = "<b>\("<")</b>"
        #expect(text("<p>\(inner)</p>") == "<p><b>&lt;</b></p>")
        let missing: HTML? = nil
        #expect(text("<p>\(missing)</p>") == "<p></p>")
    }

    @Test func rowsComeFromANamedFunction() {
        func row(_ name: String) -> HTML { "<li>\(name)</li>" }
        #expect(text("<ul>\(each: ["a", "<", "c"], row)</ul>") == "<ul><li>a</li><li>&lt;</li><li>c</li></ul>")
    }

    @Test func numbersAreWrittenWithoutExponents() {
        #expect(text("\(-5) \(Int.max) \(UInt8(3))") == "-5 9223372036854775807 3")
        #expect(text("\(0.5) \(12.0) \(1.006) \(-0.04) \(33.333333)") == "0.5 12 1.01 -0.04 33.33")
        #expect(text("\(Double.nan) \(Double.infinity) \(1e300)") == "0 0 0")
    }

    /// Everything that a visitor can choose, in every place where a page shows it.
    @Test(arguments: [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onfocus='alert(1)' autofocus='",
        "</title><script>alert(1)</script>", "</style><script>alert(1)</script>", "</svg><script>alert(1)</script>",
        "<!--", "]]><script>alert(1)</script>", "\u{0}<script>", "&lt;script&gt;",
    ])
    func xssNothingThatAVisitorSendsBecomesMarkup(name: String) {
        for (path, query, mood) in [
            ("/dashboard/\(name)", "period=7d", Fixture.Mood.countries),
            ("/dashboard/\(name)", "period=today", .sparse),
            ("/dashboard/\(name)", "", .waiting), ("/dashboard", "", .busy), ("/dashboard/\(name)x", "", .busy),
            ("/dashboard/shop.example/quality", "", .busy), ("/dashboard/shop.example/inspector", "", .busy),
            ("/dashboard/shop.example/privacy", "", .busy), ("/footfall/privacy/shop.example", "", .busy),
            ("/dashboard/shop.example/privacy", "", .waiting), ("/dashboard/shop.example/inspector", "", .waiting),
        ] {
            let honest = page(path, query: query, mood: mood, name: "honest")
            let hostile = page(path, query: query, mood: mood, name: name)
            for marker in ["<script>", "<img", "onerror=alert(1)>", "<!--", "\u{0}"] {
                let isExpected = honest.contains(marker)
                #expect(hostile.contains(marker) == isExpected, "\(marker) in \(path)")
            }
            #expect(Markup(hostile).problems == [], "\(path)")
        }
    }
}
