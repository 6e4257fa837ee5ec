import TestSupport
import Testing

@testable import Reports

/// Questions as JSON, and the dates in them.
@Suite struct QuestionTests {
    private func problem(_ fields: String) -> QuestionProblem? {
        let text = #"{"site": "shop.example", \#(fields)}"#
        do throws(QuestionProblem) {
            let goals = [Goal(name: "Bought", target: .event("purchase"))]
            _ = try QuestionReader(goals: goals).query(try QuestionReader.draft(Array(text.utf8)))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            (#""metrics": []"#, "metrics"), (#""metrics": ["visitor"]"#, "metrics[0]"),
            (#""metrics": ["visits", "visits"]"#, "metrics[1]"), (#""metrics": ["visits"], "limits": 1"#, "limits"),
            (#""metrics": ["visits"], "dimensions": ["page", "source", "os"]"#, "dimensions"),
            (#""metrics": ["visits"], "dimensions": ["page", "property:"]"#, "dimensions[1]"),
            (#""metrics": ["visits"], "from": "2026-02-30", "to": "2026-03-01""#, "from"),
            (#""metrics": ["visits"], "from": "2026-03-02", "to": "2026-03-01""#, "to"),
            (#""metrics": ["visits"], "from": "2026-03-02""#, "to"),
            (#""metrics": ["visits"], "from": "2020-01-01", "to": "2026-03-01""#, "to"),
            (#""metrics": ["revenue"]"#, "goal"), (#""metrics": ["visits"], "goal": "Sold""#, "goal"),
            (#""metrics": ["visits"], "goal": {"page": "/a", "event": "b"}"#, "goal"),
            (#""metrics": ["visits"], "order": [["bounce_rate", "asc"]]"#, "order[0][0]"),
            (#""metrics": ["visits"], "order": [["visits", "up"]]"#, "order[0][1]"),
            (#""metrics": ["visits"], "filters": {"and": []}"#, "filters.and"),
            (
                #""metrics": ["visits"], "filters": {"or": [{"dimension": "page", "operator": "like", "values": ["a"]}]}"#,
                "filters.or[0].operator"
            ),
            (
                #""metrics": ["visits"], "filters": {"not": {"dimension": "page", "operator": "is", "values": ["\u0000"]}}"#,
                "filters.not.values[0]"
            ),
            (#""metrics": ["visits"], "filters": {"goal": "Sold"}"#, "filters.goal"),
        ] as [(String, String)])
    func whatIsWrongIsNamed(fields: String, field: String) {
        #expect(problem(fields)?.field == field)
    }

    @Test func aQuestionMayNotKeepTheDatabaseBusyForEver() {
        func question(_ count: Int, _ comparison: String, _ dimension: String = "page") -> String {
            let values = (0..<count).map { "\"v\($0)\"" }.joined(separator: ",")
            return """
                "metrics": ["visits"], "filters": {"dimension": "\(dimension)", "operator": "\(comparison)", "values": [\(values)]}
                """
        }
        #expect(problem(question(1000, "is")) == nil)
        #expect(problem(question(100, "contains")) == nil)
        #expect(problem(question(101, "contains"))?.field == "filters")
        #expect(problem(question(101, "is_not", "property:plan"))?.field == "filters")
    }

    @Test func datesGoToNumbersAndBack() {
        for number in stride(from: -200_000, through: 200_000, by: 37) {
            let date = LocalDate(number: number)
            #expect(LocalDate(year: date.year, month: date.month, day: date.day) == date)
            #expect(date.adding(days: 1).number == number + 1)
            #expect(date.monday <= date && date.number - date.monday.number < 7)
        }
        #expect(LocalDate("1970-01-01")?.number == 0 && LocalDate("1970-01-01")?.weekday == 3)
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "20260101", "", "2026-11-24 "] {
            #expect(LocalDate(text) == nil)
        }
        #expect(LocalDate(year: 2028, month: 2, day: 29).adding(months: -12).description == "2027-02-28")
        #expect(LocalDate(year: 2026, month: 3, day: 31).adding(months: -1).description == "2026-02-28")
    }
}

/// Slices as bytes, which may come from a Redis that anybody writes to.
@Suite struct SliceBytesTests {
    private func slice(_ random: inout SeededRandom) -> Slice {
        func measures(_ random: inout SeededRandom) -> Measures {
            var measures = Measures()
            for field in 0..<Measures.count where Bool.random(using: &random) {
                measures[field] = Int.random(in: -5...1_000_000, using: &random)
            }
            return measures
        }
        var slice = Slice()
        slice.totals = measures(&random)
        for name in ["page", "country", "page property:x"] {
            var table = MeasureTable()
            for _ in 0..<Int.random(in: 0...200, using: &random) {
                let key = Int64.random(in: .min ... .max, using: &random)
                table.add(measures(&random), to: key)
                if Bool.random(using: &random) { table.texts[key] = "text \(key) ü" }
            }
            slice.tables[name] = table
        }
        return slice
    }

    @Test func whatWasWrittenIsRead() throws {
        var random = SeededRandom(11)
        for _ in 0..<50 {
            let slice = slice(&random)
            let bytes = try #require(SliceBytes(SliceBytes(slice).bytes))
            #expect(bytes.totals == slice.totals)
            for (name, table) in slice.tables {
                var read = MeasureTable()
                bytes.add(name, to: &read)
                #expect(read.count == table.count && read.texts == table.texts)
                for (key, sums) in zip(table.keys, table.sums) { #expect(read[key] == sums) }
            }
        }
    }

    /// Numbers of ten bytes are negative ones.
    @Test func aTableThatSaysItHasLessThanNoRowsHasNone() throws {
        let negative: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
        for body in [negative, [0] + negative] {
            let hostile = [SliceBytes.version, 0, 0, 4] + Array("page".utf8) + [UInt8(body.count)] + body
            var table = MeasureTable()
            try #require(SliceBytes(hostile)).add("page", to: &table)
            #expect(table.count == 0 && table.texts.isEmpty)
        }
    }

    @Test func hostileBytesAreNoSliceOrHarmless() {
        var random = SeededRandom(12)
        let good = SliceBytes(slice(&random)).bytes
        for _ in 0..<3000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            guard let slice = SliceBytes(bytes) else { continue }
            _ = slice.totals
            for name in ["page", "country"] {
                var table = MeasureTable()
                slice.add(name, to: &table)
                #expect(table.count <= bytes.count)
            }
        }
        #expect(SliceBytes([]) == nil)
        #expect(SliceBytes([99]) == nil)
    }
}
