import Platform
import Testing

@testable import Dashboard

/// What holds for every page.
struct PageTests {
    @Test(arguments: PageCase.all)
    func isWellFormedAndHasNothingInline(_ page: PageCase) {
        #expect(Markup(page.text).problems == [])
    }

    @Test(arguments: PageCase.all)
    func hasTheLandmarksThatScreenReadersJumpTo(_ page: PageCase) {
        let elements = Markup(page.text).elements
        #expect(elements.count { $0.name == "main" } == 1)
        #expect(elements.count { $0.name == "h1" } == 1)
        #expect(elements.contains { $0.name == "html" && $0.attributes["lang"] == "en" })
        #expect(elements.contains { $0.name == "a" && $0.attributes["href"] == "#content" })
        for element in elements where element.name == "svg" {
            let isDecoration = element.attributes["aria-hidden"] == "true"
            let isNamed =
                ["img", "group"].contains(element.attributes["role"] ?? "")
                && element.attributes["aria-label"]?.isEmpty == false
            #expect(isDecoration || isNamed)
        }
        let ids = Set(elements.compactMap { $0.attributes["id"] })
        for label in elements.compactMap({ $0.attributes["aria-labelledby"] }) { #expect(ids.contains(label)) }
    }

    @Test(arguments: PageCase.all)
    func headingsGoDownOneByOneAndTablesSayWhatTheirHeadsAreOf(_ page: PageCase) {
        let elements = Markup(page.text).elements
        let levels = elements.compactMap {
            $0.name.count == 2 && $0.name.hasPrefix("h") ? Int($0.name.dropFirst()) : nil
        }
        #expect(levels.first == 1)
        for (level, next) in zip(levels, levels.dropFirst()) { #expect(next <= level + 1) }
        for head in elements where head.name == "th" {
            #expect(["col", "row"].contains(head.attributes["scope"] ?? ""))
        }
    }

    @Test(arguments: PageCase.all)
    func loadsNothingFromElsewhere(_ page: PageCase) {
        for element in Markup(page.text).elements where ["link", "img", "script"].contains(element.name) {
            let address = element.attributes["href"] ?? element.attributes["src"] ?? ""
            let isOurs = ["/footfall/assets/", "/footfall/brand/1/", "data:image/"].contains { address.hasPrefix($0) }
            #expect(isOurs, "\(address)")
        }
    }

    @Test func everyMetricIsExplainedNextToItsNumber() {
        let text = page("/dashboard/shop.example")
        for phrase in [
            "Distinct visitor ids.", "gaps of at most 30 minutes", "no interactive custom event",
            "zero seconds",
        ] {
            #expect(text.contains(phrase))
        }
    }

    @Test func theChartHasATableForThoseWhoDoNotSeeIt() {
        let text = page("/dashboard/shop.example", query: "period=30d")
        #expect(text.contains("<th scope=\"row\">Tuesday, 24 November</th>"))
        #expect(Markup(text).elements.count { $0.name == "title" } == 31, "30 tooltips and the title of the page")
    }

    @Test func theChosenPeriodAndMetricAreMarkedAndKept() {
        let text = page("/dashboard/shop.example", query: "period=30d&metric=visits")
        #expect(text.contains("<a href=\"?period=30d&amp;metric=visits\" aria-current=\"page\">30 days</a>"))
        #expect(text.contains("<a href=\"?period=30d&amp;metric=visits\" aria-current=\"true\">Visits"))
        #expect(text.contains("<a href=\"?period=today&amp;metric=visits\">Today</a>"))
        #expect(text.contains("<figcaption>Visits by day</figcaption>"))
    }

    @Test func aRowFiltersAndAChipTakesTheFilterAway() {
        let text = page("/dashboard/shop.example/sources", query: "tab=source&filter=country,is,DE,AT")
        #expect(text.contains("?filter=country,is,DE,AT&amp;filter=source,is,Google&amp;tab=source"))
        #expect(text.contains("Country is <strong><bdi>Germany or Austria</bdi></strong><a href=\"?tab=source\""))
    }

    @Test func whatTheFormsSendBecomesAFilterAndDays() {
        let text = page(
            "/dashboard/shop.example",
            query: "from=2026-11-01&to=2026-11-09&compare=none&dimension=page&operator=contains&value=a%2Cb+c%26")
        #expect(text.contains("Page contains <strong><bdi>a,b c&amp;</bdi></strong>"))
        #expect(text.contains("1 – 9 November 2026"))
        #expect(text.contains("filter=page,contains,a%2Cb%20c%26"))
    }

    @Test func aFilterThatAFormCarriesAlongStaysWhatItIs() {
        let text = page(
            "/dashboard/shop.example", query: "filter=page%2Cmatches%2C%2Fa%252Cb%2F%252A&from=2026-01-01&to=2026-01-31"
        )
        #expect(text.contains("Page matches <strong><bdi>/a,b/*</bdi></strong>"))
        #expect(text.contains("name=\"filter\" value=\"page,matches,/a%2Cb/%2A\""))
    }

    @Test(arguments: [
        "period=", "period=1y", "metric=nothing&period", "&&=&=", "period=7d;DROP", "%00=%00", "filter=country,is",
        "filter=x,is,y", "filter=country,like,DE", "from=2026-11-09&to=2026-11-01", "from=2026-02-30&to=2026-03-01",
        "goal=None", "interval=minute", "turned=-1", "filter=page,is,%00", "search=a%00b", "tab=%00",
        "dimension=page&operator=is&value=%00", "goal=%00",
    ])
    func aQueryThatMeansNothingShowsTheUsualPage(query: String) {
        #expect(page("/dashboard/shop.example", query: query) == page("/dashboard/shop.example"))
    }

    @Test func countriesAreHiddenUntilSomebodyFindsThemOut() {
        #expect(!page("/dashboard/shop.example").contains("Countries"))
        #expect(page("/dashboard/shop.example", mood: .countries).contains("Côte d’Ivoire"))
    }

    @Test func largeNumbersAreShortWithAllDigitsInTheTooltip() {
        #expect(page("/dashboard/shop.example").contains("<data value=\"1412\" title=\"1,412\">1.4k</data>"))
    }

    /// The sources of the pages themselves: what a reviewer would look for.
    @Test func templatesQuoteTheirAttributesAndHaveNothingInline() throws {
        let room = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        for folder in ["Pages", "Components"] {
            for file in try Files.list("\(room)/Sources/Dashboard/\(folder)") {
                let source = try Files.read("\(room)/Sources/Dashboard/\(folder)/\(file)")
                for line in source.split(separator: "\n") where line.contains("<") && !line.contains("///") {
                    for forbidden in ["=\\(", "='", " style=", " onclick", " onload", "<script>", "<style"] {
                        #expect(!line.contains(forbidden), "\(file): \(line)")
                    }
                }
            }
        }
    }
}
