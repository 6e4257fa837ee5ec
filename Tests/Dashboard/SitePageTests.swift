import EventModel
import FastCGI
import Reports
import Synchronization
import Testing

@testable import Dashboard

/// The pages of a site beside its overview.
struct SitePageTests {
    private static let quality = "/dashboard/shop.example/quality"
    private static let inspector = "/dashboard/shop.example/inspector"
    private static let privacy = "/dashboard/shop.example/privacy"
    private static let record = "/footfall/privacy/shop.example"

    /// A gateway that remembers what it was asked.
    private final class Asked: Sendable {
        let tracing = Mutex<[SiteID?]>([])

        func gateway(isPublic: Bool = true, _ mood: Fixture.Mood = .busy) -> GatewaySource {
            let base = Fixture.gateway(mood)
            return GatewaySource(privacyRecord: base.privacyRecord, isRecordPublic: { isPublic }) { site in
                self.tracing.withLock { $0.append(site) }
                return base.state(site)
            }
        }
    }

    // MARK: All of them

    @Test(arguments: [
        ("/dashboard/shop.example", "Overview"), (quality, "Data quality"), (inspector, "Live inspector"),
        (privacy, "Privacy"),
    ])
    func everyPageLeadsToAllOthersAndSaysWhichIsOpen(path: String, title: String) {
        let text = page(path)
        for other in ["", "/quality", "/inspector", "/privacy"] {
            #expect(text.contains("<a href=\"/dashboard/shop.example\(other)\""))
        }
        #expect(text.contains("<a href=\"\(path)\" aria-current=\"page\">\(title)</a>"))
    }

    @Test(arguments: [quality, inspector, privacy])
    func nobodyKeepsAPageOfTheDashboard(path: String) {
        for method in ["GET", "HEAD"] {
            let response = answer(path, method: method)
            #expect(response.status == 200)
            #expect(response.header("Cache-Control") == "private, no-store")
            #expect(response.header("X-Robots-Tag") == "noindex, nofollow")
        }
        #expect(answer(path, method: "POST").status == 405)
    }

    @Test(arguments: [quality, inspector, privacy, record])
    func theDatabaseMayBeAway(path: String) {
        let response = answer(path, mood: .away)
        #expect(response.status == 503)
        #expect(response.header("Retry-After") == "10")
        #expect(answer(path, mood: .broken).status == 500)
    }

    @Test(arguments: [quality, inspector, privacy])
    func aSlashAtTheEndIsRedirectedWithItsQuery(path: String) {
        #expect(answer(path + "/", query: "pause=1").header("Location") == path + "?pause=1")
    }

    // MARK: Data quality

    @Test func theBooksAreShownToBalance() {
        let text = page(SitePageTests.quality)
        #expect(text.contains("Every event is accounted for"))
        #expect(!text.contains("⚠") && !text.contains("Unaccounted"))
        #expect(text.contains("Deliveries, on the day on which they arrived"))
    }

    @Test func whatIsMissingFromTheBooksIsSaidLoudly() {
        let text = page(SitePageTests.quality, mood: .unbalanced)
        #expect(text.contains("12 events are not accounted for"))
        #expect(!text.contains("Every event is accounted for"))
        #expect(text.contains("<th scope=\"col\">Unaccounted</th>"))
        #expect(text.components(of: "<tr class=\"odd\">") == 2)
    }

    @Test func daysThatAreWrongInOppositeWaysAreNotCalledBalanced() {
        var report = Fixture.quality(.busy)
        report.days[3].counts.received += 2
        report.days[4].counts.received -= 2
        func text() -> String {
            String(
                decoding: QualityPage(
                    place: Place(site: Fixture.site, base: "/dashboard/shop.example"), report: report, state: nil
                ).html.bytes, as: UTF8.self)
        }
        #expect(text().contains("The days do not balance") && !text().contains("Every event is accounted for"))
        report.days[4].counts.received -= 7
        #expect(text().contains("7 events more ended than arrived"))
    }

    @Test func anEmptyLedgerPromisesNothing() {
        let text = page(SitePageTests.quality, mood: .waiting)
        #expect(text.contains("Nothing has arrived in these 30 days."))
        #expect(!text.contains("accounted for"))
    }

    @Test func aSilentGatewayIsSaidAndTheRestIsShown() {
        let text = page(SitePageTests.quality, mood: .unbalanced)
        #expect(text.contains("The collecting process does not answer."))
        #expect(text.contains("Opted out"))
    }

    @Test func wordsAreExplainedAndUnknownOnesShownAsTheyAre() {
        let text = page(SitePageTests.quality)
        #expect(text.contains("Opted out <code>opted_out</code>"))
        #expect(text.contains("The visitor asked not to be counted on this site."))
        #expect(text.contains("<bdi>by_our_own_plugin</bdi>"))
        #expect(text.contains("known by name"))
        #expect(text.contains("geo: country data of 2026-06-25, 153 days old"))
    }

    @Test(arguments: [
        "opted_out", "do_not_track", "global_privacy_control", "no_consent", "excluded_address", "excluded_host",
        "excluded_path", "excluded_country", "own_traffic", "prefetch", "bot", "sampled", "personal_data",
        "filter_failed", "malformed", "invalid_field", "missing_field", "unknown_site", "host_not_allowed", "too_large",
        "unsupported_type", "crashed", "missing_property", "unknown_property", "invalid_type", "out_of_range",
        "not_allowed_value", "unknown_event", "too_long", "refused_by_chain",
    ])
    func everyWordOfOursHasAMeaning(word: String) {
        #expect(ReasonWords.of(word) != nil)
    }

    @Test func qualityDoesNotBeginToTrace() {
        let asked = Asked()
        _ = page(SitePageTests.quality, gateway: asked.gateway())
        #expect(asked.tracing.withLock { $0 } == [nil])
    }

    // MARK: Live inspector

    @Test func lookingIsWhatKeepsTheTracingAlive() {
        let asked = Asked()
        for query in ["", "pause=1"] { _ = page(SitePageTests.inspector, query: query, gateway: asked.gateway()) }
        #expect(asked.tracing.withLock { $0 } == [Fixture.site.id, Fixture.site.id])
        _ = page("/dashboard/other.example/inspector", gateway: asked.gateway())
        #expect(asked.tracing.withLock { $0.count } == 2)
    }

    @Test(arguments: [("", "3"), ("pause=0", "3"), ("x=pause=1", "3"), ("pause=1", nil), ("a=b&pause=1", nil)])
    func itTurnsByItselfUntilItIsPaused(query: String, refresh: String?) {
        #expect(answer(SitePageTests.inspector, query: query).header("Refresh") == refresh)
    }

    @Test func onlyTheNewestEventIsOpen() {
        let text = page(SitePageTests.inspector)
        #expect(text.components(of: "<details class=\"card event\" open>") == 1)
        #expect(text.components(of: "<details class=\"card event\"") == 4)
        #expect(text.contains("<time datetime=\"2026-11-24T15:20:55Z\">15:20:55 UTC</time>"))
    }

    @Test func aStepSaysWhatItSawAndDid() {
        let text = page(SitePageTests.inspector)
        #expect(text.contains("<span>visitor.page_url</span> <code>•••• (23 bytes)</code>"))
        #expect(
            text.contains(
                "<span>hostname</span> <i>unknown</i> <span class=\"hidden\">became</span>"
                    + "<span aria-hidden=\"true\">→</span> <code>shop.example</code>"))
        #expect(text.contains("1.4 µs") && text.contains("0.09 µs") && text.contains("1,234 µs"))
        #expect(text.contains("Nothing of it is kept; only counted."))
        #expect(text.contains("are masked"))
    }

    @Test func withoutEventsItSaysWhatToDo() {
        #expect(page(SitePageTests.inspector, mood: .waiting).contains("the next 20 events appear here"))
        #expect(page(SitePageTests.inspector, mood: .unbalanced).contains("The collecting process does not answer."))
    }

    @Test(arguments: [
        (-5, "0"), (0, "0"), (4, "0"), (95, "0.09"), (999, "0.99"), (1412, "1.4"), (99_999, "99.9"), (100_000, "100"),
        (Int.max, "9,223,372,036,854,775"),
    ])
    func durationsAreMicroseconds(nanoseconds: Int, text: String) {
        #expect(TraceCard.microseconds(nanoseconds) == text)
    }

    // MARK: Privacy

    @Test func theRecordIsPublicOnlyWhenSomebodySaysSo() {
        for method in ["GET", "HEAD"] {
            #expect(answer(SitePageTests.record, method: method).status == 200)
            #expect(
                answer(SitePageTests.record, method: method, gateway: Asked().gateway(isPublic: false)).status == 404)
        }
        #expect(answer(SitePageTests.record, method: "POST").status == 405)
    }

    @Test func theRecordMayBeKeptForFiveMinutesAndFound() {
        let response = answer(SitePageTests.record)
        #expect(response.header("Cache-Control") == "public, max-age=300")
        #expect(response.header("X-Robots-Tag") == nil)
        #expect(response.header("Content-Security-Policy")?.hasPrefix("default-src 'none';") == true)
        #expect(!page(SitePageTests.record).contains("noindex"))
        #expect(answer("/footfall/privacy/other.example").header("Cache-Control") == "private, no-store")
    }

    /// Nobody can find out here which sites there are, nor where the dashboard is.
    @Test func strangersLearnNothingElse() {
        let asked = Asked()
        let hidden = page(SitePageTests.record, gateway: asked.gateway(isPublic: false))
        #expect(hidden == page("/footfall/privacy/other.example"))
        #expect(asked.tracing.withLock { $0.isEmpty })
        for text in [
            hidden, page(SitePageTests.record), page(SitePageTests.record, mood: .away),
            page(SitePageTests.record, mood: .broken), page("/footfall/x"),
        ] {
            #expect(!text.contains("/dashboard/") && !text.contains("\"/dashboard\""))
            #expect(text.contains("href=\"\(Asset.stylesheet.path)\""))
        }
        #expect(answer(Asset.stylesheet.path).header("Content-Type") == "text/css; charset=utf-8")
    }

    @Test func theSameIsSaidToVisitorsAsToReaders() {
        func list(_ text: String) -> Substring {
            text.drop(whileNot: "<h2 id=\"short-title\">").prefix(until: "</main>")
        }
        #expect(list(page(SitePageTests.privacy)) == list(page(SitePageTests.record)))
        #expect(!list(page(SitePageTests.record)).isEmpty)
    }

    @Test func readersSeeWhereThePublicPageIs() {
        let host: Parameters = ["HTTP_HOST": "stats.example", "HTTPS": "on"]
        func text(_ isPublic: Bool) -> String {
            String(
                decoding: answer(
                    SitePageTests.privacy, gateway: Asked().gateway(isPublic: isPublic), parameters: host
                ).body, as: UTF8.self)
        }
        #expect(text(true).contains("<a href=\"https://stats.example/footfall/privacy/shop.example\">"))
        #expect(!text(false).contains("<a href=\"https://stats.example"))
        #expect(text(false).contains("public_record: true"))
    }

    @Test(arguments: [privacy, record])
    func nothingIsClaimedThatIsForALawyerToSay(path: String) {
        let text = page(path).lowercased()
        for claim in ["consent", "anonym", "gdpr", "compliant", "legal"] { #expect(!text.contains(claim), "\(claim)") }
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of part: String) -> Int {
        split(separator: part, omittingEmptySubsequences: false).count - 1
    }

    fileprivate func drop(whileNot part: String) -> Substring {
        guard let range = ranges(of: part).first else { return "" }
        return self[range.lowerBound...]
    }
}

extension Substring {
    fileprivate func prefix(until part: String) -> Substring {
        guard let range = ranges(of: part).first else { return "" }
        return self[..<range.lowerBound]
    }
}
