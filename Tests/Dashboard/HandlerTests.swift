import EventModel
import FastCGI
import Reports
import Testing

@testable import Dashboard

struct HandlerTests {
    @Test(arguments: [
        ("/dashboard", 200), ("/dashboard/", 308), ("/dashboard/shop.example", 200), ("/dashboard/shop.example/", 308),
        ("/dashboard/other.example", 404), ("/footfall/assets", 404), ("/footfall/assets/", 404),
        ("/footfall/assets/dashboard-0.css", 404), ("/footfall/assets/../x", 404), ("/dashboard//", 404),
        ("/dashboard/a/b", 404), ("/dashboardx", 404), ("/dashboard/shop.example/quality", 200),
        ("/dashboard/shop.example/quality/", 308), ("/dashboard/shop.example/inspector", 200),
        ("/dashboard/shop.example/privacy", 200), ("/dashboard/shop.example/pages", 200),
        ("/dashboard/shop.example/goals", 200), ("/dashboard/shop.example/realtime", 200),
        ("/dashboard/shop.example/locations.csv", 200), ("/dashboard/shop.example/goals.csv", 404),
        ("/dashboard/shop.example/x.csv", 404), ("/dashboard/other.example/pages.csv", 404),
        ("/dashboard/other.example/pages", 404), ("/api/v1/query", 405),
        ("/dashboard/shop.example/overview", 404),
        ("/dashboard/shop.example/Quality", 404), ("/dashboard/shop.example//", 404),
        ("/dashboard/shop.example/quality/x", 404), ("/dashboard/shop.example/quality//", 404),
        ("/dashboard/other.example/quality", 404), ("/dashboard/other.example/inspector", 404),
        ("/dashboard/other.example/privacy", 404), ("/dashboard//quality", 404), ("/footfall", 404),
        ("/footfall/", 404), ("/footfall/privacy", 404),
        ("/footfall/privacy/", 404), ("/footfall/privacy/shop.example", 200), ("/footfall/privacy/shop.example/", 308),
        ("/footfall/privacy/other.example", 404), ("/footfall/privacy/shop.example/x", 404),
        ("/footfall/assets/x.css", 404), ("/footfall/sign-out", 405), ("/footfall/privacy/assets", 404),
        ("/footfall/privacy/assets/", 308),
        ("/footfall/privacy/assets/x.css", 404), ("/footfall.js", 404), ("/", 404), ("", 404),
        ("/dashboard/\u{0}", 404),
    ])
    func everyAddressHasAnAnswer(path: String, status: Int) {
        let response = answer(path)
        #expect(response.status == status)
        #expect(response.header("X-Content-Type-Options") == "nosniff")
        #expect(response.header("Content-Security-Policy")?.hasPrefix("default-src 'none';") == true)
    }

    @Test func thePolicyForbidsEverythingThatPagesDoNotNeed() {
        let response = answer("/dashboard")
        #expect(
            response.header("Content-Security-Policy")
                == "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
                + "frame-ancestors 'none'")
        #expect(response.header("Referrer-Policy") == "same-origin")
        #expect(response.header("Content-Type") == "text/html; charset=utf-8")
        #expect(response.header("Cache-Control") == "private, no-store")
    }

    @Test(arguments: ["text/css; charset=utf-8", "text/javascript; charset=utf-8"])
    func filesAreKeptForEverUnderANameThatChangesWithThem(type: String) throws {
        let asset = try #require(Asset.all.first { "\($0.type)" == type })
        let response = answer(asset.path)
        #expect(response.status == 200)
        #expect(response.header("Cache-Control") == "public, max-age=31536000, immutable")
        #expect(response.header("Content-Type") == type)
        #expect(response.body == asset.bytes)
        #expect(page("/dashboard").contains("=\"\(asset.path)\""))
    }

    @Test func theScriptIsSmall() {
        #expect(Asset.script.bytes.count < 10_000)
    }

    @Test func aTableIsAFileWithAllRowsAndNoFormulas() {
        let file = answer("/dashboard/shop.example/events.csv")
        #expect(file.header("Content-Type") == "text/csv; charset=utf-8")
        #expect(file.header("Content-Disposition") == "attachment; filename=\"event-2026-11-18-2026-11-24.csv\"")
        let text = String(decoding: file.body.dropFirst(3), as: UTF8.self)
        #expect(text == "event,visitors,events\r\nadd_to_cart,1412,141\r\nsignup,900,90\r\n")
        let rows = [ReportAnswer.Row(keys: ["=1+1,\"x\""], values: [nil])]
        let answer = ReportAnswer(
            first: Fixture.today, last: Fixture.today, totals: [], rows: rows, computedAt: Timestamp(milliseconds: 0))
        let hostile = CSV(answer, dimension: .page, metrics: [.visitors]).bytes.dropFirst(3)
        #expect(String(decoding: hostile, as: UTF8.self) == "page,visitors\r\n\"'=1+1,\"\"x\"\"\",\r\n")
    }

    @Test func aSlashAtTheEndIsRedirectedWithItsQuery() {
        #expect(answer("/dashboard/").header("Location") == "/dashboard")
        let response = answer("/dashboard/shop.example/", query: "period=7d")
        #expect(response.header("Location") == "/dashboard/shop.example?period=7d")
        #expect(
            answer("/dashboard/ü x\r\nSet-Cookie: a/").header("Location")
                == "/dashboard/%C3%BC%20x%0D%0ASet-Cookie%3A%20a")
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "", "get"])
    func onlyReadingIsAllowed(method: String) {
        let response = answer("/dashboard", method: method)
        #expect(response.status == 405)
        #expect(response.header("Allow") == "GET, HEAD")
    }

    @Test func aDatabaseThatIsAwayGivesAPageWithTheIdOfTheLog() {
        let id = "00112233445566778899aabbccddeeff"
        let response = answer("/dashboard/shop.example", mood: .away, parameters: ["FOOTFALL_REQUEST_ID": id])
        #expect(response.status == 503)
        #expect(response.header("Retry-After") == "10")
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.contains("<code>\(id)</code>"))
        #expect(!text.contains("refused"), "what the database said is for the log")
    }

    @Test func aFaultOfOursIsA500() {
        let response = answer("/dashboard", mood: .broken)
        #expect(response.status == 500)
        #expect(!String(decoding: response.body, as: UTF8.self).contains("42P01"))
    }

    @Test(arguments: [
        "", "short", "<script>alert(1)</script>", "0011223344556677889\n", "00112233445566778899AABBCCDDEEFF",
    ])
    func anIdThatIsNotNginxsIsNotRepeated(id: String) {
        let made = ErrorID(Request(path: "/", parameters: ["FOOTFALL_REQUEST_ID": id])).text
        #expect(made != id)
        #expect(made.utf8.count == 16)
    }

    @Test func waitingTurnsByItself() {
        #expect(answer("/dashboard/shop.example", mood: .waiting).header("Refresh") == "3")
        #expect(answer("/dashboard/shop.example").header("Refresh") == nil)
    }

    @Test(arguments: [
        ("stats.example", "on", "https://stats.example/footfall.js"),
        ("127.0.0.1:8080", "", "http://127.0.0.1:8080/footfall.js"),
        ("", "", "\"/footfall.js"), ("evil\"><script>", "on", "\"/footfall.js"), ("a b", "", "\"/footfall.js"),
    ])
    func theSnippetNamesTheHostThatTheReaderSees(host: String, https: String, source: String) {
        let response = answer(
            "/dashboard/shop.example", mood: .waiting, parameters: ["HTTP_HOST": host, "HTTPS": https])
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.contains(source))
        #expect(text.contains("data-site=\"demo\"") && !text.contains("<script>"))
    }
}
