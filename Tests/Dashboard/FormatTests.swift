import Testing

@testable import Dashboard

struct FormatTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1k"), (1049, "1k"), (1050, "1.1k"), (1234, "1.2k"), (9949, "9.9k"),
        (9950, "10k"), (12_345, "12.3k"), (99_949, "99.9k"), (99_950, "100k"), (123_456, "123k"), (999_500, "1M"),
        (999_950, "1M"), (1_234_567, "1.2M"), (12_345_678, "12.3M"), (999_950_000, "1B"),
        (1_234_567_890_123, "1,235B"), (-1234, "-1.2k"),
    ])
    func compact(number: Int, text: String) {
        #expect(Format.compact(number) == text)
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000"),
        (Int.min, "-9,223,372,036,854,775,808"),
    ])
    func grouped(number: Int, text: String) {
        #expect(Format.grouped(number) == text)
    }

    @Test(arguments: [
        (0.0, "0s"), (59.4, "59s"), (59.6, "1m 00s"), (187.2, "3m 07s"), (3600, "1h 00m"), (3725, "1h 02m"), (-1, "–"),
        (.nan, "–"),
    ])
    func duration(seconds: Double, text: String) {
        #expect(Format.duration(seconds) == text)
    }

    @Test(arguments: [(0.0, "0%"), (0.001, "<1%"), (0.413, "41%"), (1, "100%"), (12.5, "1,250%"), (.nan, "–")])
    func percent(share: Double, text: String) {
        #expect(Format.percent(share) == text)
    }

    @Test(arguments: [
        ("2026-11-24", "2026-11-24", "24 November 2026"), ("2026-11-18", "2026-11-24", "18 – 24 November 2026"),
        ("2026-10-26", "2026-11-24", "26 October – 24 November 2026"),
        ("2026-12-26", "2027-01-24", "26 December 2026 – 24 January 2027"),
    ])
    func ranges(first: String, last: String, text: String) throws {
        #expect(LocalMoment.range(from: try #require(LocalMoment(first)), to: try #require(LocalMoment(last))) == text)
    }

    @Test func weekdays() throws {
        #expect(LocalMoment("2026-11-24")?.weekdayName == "Tuesday")
        #expect(LocalMoment("2024-02-29")?.weekdayName == "Thursday")
        #expect(LocalMoment("2000-01-01")?.weekdayName == "Saturday")
        #expect(LocalMoment("2026-11-24 15:00")?.long == "15:00")
        for label in ["", "x", "2026-13-01", "2026-11", "2026-11-24-1", "0-0-0"] { #expect(LocalMoment(label) == nil) }
    }

    @Test(arguments: [
        (0, 1, 1), (1, 1, 1), (3, 1, 3), (4, 1, 4), (5, 2, 6), (9, 5, 10), (17, 5, 20), (20, 5, 20), (21, 10, 30),
        (100, 50, 100),
        (101, 50, 150), (582, 200, 600), (1666, 500, 2000), (999_999, 500_000, 1_000_000), (-5, 1, 1),
    ])
    func axesHaveRoundSteps(maximum: Int, step: Int, top: Int) {
        let scale = NiceScale(maximum: maximum)
        #expect(scale.step == step)
        #expect(scale.top == top)
        #expect(scale.top >= maximum && scale.ticks.count <= 5 && scale.ticks.first == 0 && scale.ticks.last == top)
    }

    @Test func axesOfHugeNumbersDoNotTrap() {
        _ = NiceScale(maximum: Int.max / 2)
    }

    @Test func changesAreWordsColoursAndArrows() {
        func text(_ change: Change) -> String {
            String(decoding: change.html(comparedWith: "before").bytes, as: UTF8.self)
        }
        let up = text(Change(from: 100, to: 112, moreIsBetter: true) { "\(Int($0))" })
        #expect(up.contains("good") && up.contains("▲") && up.contains("12%") && up.contains("from 100"))
        let worse = text(Change(points: 0.4, to: 0.43, moreIsBetter: false))
        #expect(worse.contains("bad") && worse.contains("▲") && worse.contains("3 points"))
        #expect(text(Change(points: 0.4, to: 0.39, moreIsBetter: false)).contains("1 point "))
        #expect(text(Change(from: 0, to: 5, moreIsBetter: true) { "\($0)" }).contains("no earlier data"))
        #expect(text(Change(from: 5, to: 5, moreIsBetter: true) { "\($0)" }).contains("unchanged"))
        #expect(text(Change(from: 1, to: Double(Int.max), moreIsBetter: true) { "\($0)" }).contains("a lot"))
    }
}
