import Compression
import TestSupport
import Testing

@testable import Reports

/// A day's visits as columns: written and read, and nothing that a damaged row could do to the program.
@Suite struct DayVisitsTests {
    private func coded(_ rows: Int, _ values: Int, _ random: inout SeededRandom) -> DayVisits.Coded {
        DayVisits.Coded(
            values: (0..<values).map { _ in Int64.random(in: .min ... .max, using: &random) },
            codes: (0..<rows).map { _ in Int32.random(in: 0...Int32(values), using: &random) })
    }

    private func day(_ random: inout SeededRandom) -> DayVisits {
        var day = DayVisits()
        day.countries = ["DE", "AT", "CH"]
        day.properties = Bool.random(using: &random) ? ["{\"plan\": \"cup\"}", "{\"plan\": \"ü\"}"] : nil
        let (visits, lone) = (Int.random(in: 0...60, using: &random), Int.random(in: 0...5, using: &random))
        let rows = visits + lone
        day.visits.count = visits
        func column(_ range: ClosedRange<Int32>, _ count: Int) -> [Int32] {
            (0..<count).map { _ in Int32.random(in: range, using: &random) }
        }
        day.visits.visitors = column(1...200, visits).sorted() + [Int32](repeating: 0, count: lone)
        day.visits.parts = column(0...1, rows)
        day.visits.crossings = column(0...1, rows)
        day.visits.weights = column(1...300, rows)
        day.visits.durations = column(0...2_000_000_000, rows).map { Int($0) * 3 }
        day.visits.views = column(0...200, rows)
        day.visits.interactions = column(0...3, rows)
        day.visits.engaged = column(0...2_000_000_000, rows)
        day.visits.eventCounts = column(0...6, visits) + [Int32](repeating: 1, count: lone)
        day.visits.countries = column(0...3, rows)
        let events = Int(day.visits.eventCounts.reduce(0, +))
        for name in DayVisits.Visits.columns { day.visits.numbers[name] = coded(rows, 20, &random) }
        for name in DayVisits.Events.columns { day.events.numbers[name] = coded(events, 20, &random) }
        for name in [IDColumn.entryPath, .exitPath] {
            day.visits.numbers[name]?.values = day.events.numbers[.path]?.values ?? []
        }
        day.events.parts = column(0...2, events)
        day.events.visitors = column(0...200, events)
        day.events.weights = column(1...3, events)
        day.events.properties = day.properties == nil ? [Int32](repeating: 0, count: events) : column(0...2, events)
        return day
    }

    @Test func whatWasWrittenIsRead() throws {
        var random = SeededRandom(21)
        for _ in 0..<50 {
            let day = day(&random)
            #expect(DayVisits(try day.bytes()) == day)
        }
    }

    @Test func columnsThatNobodyAsksForAreLeftOut() throws {
        var random = SeededRandom(22)
        let day = day(&random)
        let read = try #require(DayVisits(try day.bytes(), only: [.source, .exitPath]))
        #expect(Set(read.visits.numbers.keys) == [.source, .exitPath])
        #expect(Set(read.events.numbers.keys) == [.name, .path])
        #expect(read.visits.numbers[.source] == day.visits.numbers[.source])
        #expect(read.visits.numbers[.exitPath] == day.visits.numbers[.exitPath])
        #expect(read.events.parts == day.events.parts)
    }

    @Test func damagedBytesAreNoDayOrAHarmlessOne() throws {
        var random = SeededRandom(23)
        let good = try day(&random).bytes()
        let plain = try ZstdFrame.decompress(Array(good.dropFirst()), limit: 1 << 20)
        for length in 0..<plain.count {
            #expect(DayVisits([DayVisits.version] + (try ZstdFrame.compress(Array(plain.prefix(length))))) == nil)
        }
        for length in 0..<good.count { #expect(DayVisits(Array(good.prefix(length))) == nil) }
        for _ in 0..<3000 {
            var bytes = plain
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            guard let day = DayVisits([DayVisits.version] + (try ZstdFrame.compress(bytes))) else { continue }
            // Whoever reads it looks up these codes.
            for coded in Array(day.visits.numbers.values) + day.events.numbers.values {
                #expect(coded.codes.allSatisfy { $0 >= 0 && $0 <= coded.values.count })
            }
            #expect(day.visits.eventCounts.reduce(0) { $0 + Int($1) } == day.events.count)
            #expect(day.visits.countries.allSatisfy { $0 >= 0 && $0 <= day.countries.count })
        }
    }
}

/// Names that sites give their properties never make one table look like another.
@Suite struct BreakdownNameTests {
    @Test func blanksInNamesAreNoBoundaries() {
        let breakdowns: [[Dimension]] = [
            [.property("a"), .property("b")], [.property("a property:b")], [.property("a%20property:b")],
            [.property("a"), .property("b ")], [.property("a "), .property("b")],
        ]
        let names = Set(breakdowns.map { Dimension.name(ofBreakdown: $0) })
        #expect(names.count == breakdowns.count)
        let shapes = Set(
            breakdowns.map { Shape.custom($0, needsEvents: true).name }
                + [Shape.custom([.property("a")], needsEvents: true, revenue: "b").name]
                + [Shape.custom([.property("a revenue=b")], needsEvents: true).name])
        #expect(shapes.count == breakdowns.count + 2)
    }
}
