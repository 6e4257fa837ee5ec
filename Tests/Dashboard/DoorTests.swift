import Accounts
import EventModel
import FastCGI
import Testing

@testable import Dashboard

/// What comes through the door with an answer, and what must not.
struct DoorTests {
    /// A renewed cookie in an answer that caches keep for everybody would sign everybody in.
    @Test(arguments: [
        "/footfall/brand/7/colours.css-abc", "/footfall/privacy/shop.example", Asset.all.first?.path ?? "",
    ])
    func whatIsKeptForEverybodyHoldsNobodysCookie(path: String) {
        let response = answer(path)
        #expect(response.status == 200)
        #expect(response.header("Cache-Control")?.hasPrefix("public") == true)
        #expect(response.header("Set-Cookie") == nil)
        #expect(answer("/dashboard").header("Set-Cookie")?.contains("renewed") == true, "this reader has one to renew")
    }

    @Test func filesOfALookAreFoundByWhoeverHasTheirWholeNameOnly() {
        for path in [
            "/footfall/brand/7/colours.css-abd", "/footfall/brand/7/logo-abc", "/footfall/brand/1/logo-",
            "/footfall/brand/x/logo-",
        ] {
            #expect(answer(path).status == 404)
        }
    }

    /// What a form's own answer sets is the last word: signing out must not be followed by another token.
    @Test func anAnswersOwnCookiesStay() {
        var response = Response(status: 303)
        response.addHeader("Set-Cookie", Cookie.webToken.header("", seconds: 0))
        response.add(cookies: [Cookie.webToken.header("renewed"), Cookie.forms.header("seed")])
        let cookies = response.headers.filter { "\($0.name)" == "Set-Cookie" }.map { $0.value.prefix { $0 != ";" } }
        #expect(cookies == ["__Host-footfall=", "__Host-footfall-forms=seed"])
    }

    /// A link that is locked to a filter must not open when the filter is not understood.
    @Test func aLinkWhoseFilterIsNotUnderstoodShowsNothing() {
        #expect(answer("/footfall/share/board").status == 200)
        for ending in ["", "/pages", "/pages.csv", "/realtime"] {
            #expect(answer("/footfall/share/other-version\(ending)").status == 404)
        }
    }

    @Test(arguments: [
        ("", 0), ("filter=country,is,DE", 1), ("dimension=page&operator=contains&value=%2Fa", 1),
        ("filter=country,is,DE&dimension=page&operator=is&value=%2Fa", 2), ("dimension=page&operator=is&value=", 0),
        ("filter=country,is,DE&filter=page,is,/a", 2),
    ])
    func filtersAreReadWhole(query: String, count: Int) {
        #expect(ReportState.allFilters(of: query)?.count == count)
    }

    @Test(arguments: [
        "filter=", "filter=mood,is,good", "filter=country,sounds_like,DE", "filter=country,is,DE&filter=x",
        "filter=x&dimension=page&operator=is&value=%2Fa",
        "dimension=mood&operator=is&value=good",
        "filter=country,is,DE&filter=country,is,DE", "filter=country,is,%00",
    ])
    func orNotAtAll(query: String) {
        #expect(ReportState.allFilters(of: query) == nil)
    }
}
