import TestSupport
import Testing

@testable import Reports

@Suite struct VisitorSketchTests {
    private func sketch(_ visitors: some Sequence<Int>) -> VisitorSketch {
        var sketch = VisitorSketch()
        for visitor in visitors { sketch.insert(Int64(visitor)) }
        return sketch
    }

    /// Five standard errors: a different hash would pass as well.
    @Test(arguments: [0, 1, 2, 10, 100, 1000, 1023, 1024, 1025, 5000, 10_000, 12_000, 100_000, 1_000_000])
    func theEstimateIsAsGoodAsItsFormulaSays(count: Int) {
        let estimate = sketch(0..<count).estimate
        #expect(abs(estimate - Double(count)) <= max(0.5, Double(count) * 5 * 1.04 / 64), "\(estimate)")
    }

    @Test func itDoesNotMatterHowVisitorsArePutTogether() {
        var random = SeededRandom(31)
        for size in [3, 200, 900, 3000, 20_000] {
            let visitors = (0..<size).map { _ in Int.random(in: 0..<size, using: &random) }
            let whole = sketch(visitors)
            let cut = Int.random(in: 0...size, using: &random)
            var (one, other) = (sketch(visitors[..<cut]), sketch(visitors[cut...]))
            let left = one
            one.merge(other)
            other.merge(left)
            #expect(one.estimate == whole.estimate && other.estimate == whole.estimate)
        }
    }

    @Test func whatWasWrittenIsRead() {
        for size in [0, 1, 5, 1000, 1500, 50_000] {
            var bytes: [UInt8] = []
            let sketch = sketch(0..<size)
            sketch.append(to: &bytes)
            #expect(bytes.count <= 4096 + 2)
            var reader = ByteReader(bytes, from: 0)
            #expect(VisitorSketch(&reader) == sketch)
            #expect(reader.isAtEnd)
        }
    }

    @Test func hostileBytesAreNoSketchOrAHarmlessOne() {
        var random = SeededRandom(32)
        for size in [5, 300, 5000] {
            var good: [UInt8] = []
            sketch(0..<size).append(to: &good)
            for _ in 0..<2000 {
                var bytes = good
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
                var reader = ByteReader(bytes, from: 0)
                guard var sketch = VisitorSketch(&reader) else { continue }
                sketch.insert(7)
                sketch.merge(self.sketch(0..<2000))
                #expect(sketch.estimate.isFinite)
            }
        }
    }

    @Test func aRowIsNeverMoreThanItsDaysNorLessThanTheLargest() {
        var random = SeededRandom(33)
        for _ in 0..<300 {
            var days: [DistinctVisitors] = []
            var (sum, most) = (0, 0)
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let visitors = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    Int.random(in: 0...60, using: &random)
                }
                // A sample: each stands for three.
                let count = Set(visitors).count * 3
                days.append(DistinctVisitors(sketch(visitors), visitors: count))
                (sum, most) = (sum + count, max(most, count))
            }
            var all = days[0]
            for day in days.dropFirst() { all += day }
            #expect(all.repeated >= 0 && sum - all.repeated >= most)
            if days.count == 1 { #expect(all.repeated == 0) }
        }
    }
}
