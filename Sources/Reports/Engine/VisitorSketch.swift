import Glibc

/// About how many different visitors there were, in a form that can be put together with that of another day: HyperLogLog
/// (Flajolet, Fusy, Gandouet, Meunier: "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm", 2007)
/// with 4,096 registers, so with a standard error of 1.6 %, and linear counting where there are few. Nobody is found in it.
struct VisitorSketch: Equatable, Sendable {
    /// Registers; each takes the 12 lowest bits of a hash for its number.
    private static let count = 4096
    /// Registers beyond which all of them are kept, and not only those that are not 0.
    private static let mostFew = 1024

    /// Those that are not 0, by number: the number times 256, and its value.
    private var few: [UInt32] = []
    /// All of them, once they are many; empty before.
    private var all: [UInt8] = []

    /// Nobody.
    init() {}

    /// Counts a visitor in.
    mutating func insert(_ visitor: Int64) {
        // Pseudonyms are keyed hashes; mixed once more (SplitMix64), because events may come with any number.
        var hash = UInt64(bitPattern: visitor) &+ 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        hash ^= hash >> 31
        let rank = (hash >> 12 | 1 << 52).trailingZeroBitCount + 1
        raise(Int(hash & 4095), to: UInt8(rank))
    }

    /// Counts everybody of another one in.
    mutating func merge(_ other: VisitorSketch) {
        if other.all.isEmpty {
            for entry in other.few { raise(Int(entry >> 8), to: UInt8(truncatingIfNeeded: entry)) }
        } else {
            spread()
            for (register, rank) in other.all.enumerated() where all[register] < rank { all[register] = rank }
        }
    }

    private mutating func raise(_ register: Int, to rank: UInt8) {
        guard all.isEmpty else {
            all[register] = max(all[register], rank)
            return
        }
        var (low, high) = (0, few.count)
        while low < high {
            let middle = (low + high) / 2
            if Int(few[middle] >> 8) < register { low = middle + 1 } else { high = middle }
        }
        let entry = UInt32(register) << 8 | UInt32(rank)
        if low < few.count, Int(few[low] >> 8) == register {
            few[low] = max(few[low], entry)
        } else {
            few.insert(entry, at: low)
            if few.count > VisitorSketch.mostFew { spread() }
        }
    }

    private mutating func spread() {
        guard all.isEmpty else { return }
        all = [UInt8](repeating: 0, count: VisitorSketch.count)
        for entry in few { all[Int(entry >> 8)] = UInt8(truncatingIfNeeded: entry) }
        few = []
    }

    /// About how many there are.
    var estimate: Double {
        let registers = Double(VisitorSketch.count)
        var zeros = VisitorSketch.count - few.count
        var sum = Double(zeros)
        if all.isEmpty {
            for entry in few { sum += VisitorSketch.share(UInt8(truncatingIfNeeded: entry)) }
        } else {
            (zeros, sum) = (0, 0)
            for rank in all {
                if rank == 0 { zeros += 1 }
                sum += VisitorSketch.share(rank)
            }
        }
        // Few visitors hardly share registers: those that are empty say more (linear counting).
        let linear = zeros > 0 ? registers * log(registers / Double(zeros)) : .infinity
        let raw = 0.7213 / (1 + 1.079 / registers) * registers * registers / sum
        return raw <= 2.5 * registers && zeros > 0 ? linear : raw
    }

    /// 2 to the power of -rank.
    private static func share(_ rank: UInt8) -> Double { Double(sign: .plus, exponent: -Int(rank), significand: 1) }
}

extension VisitorSketch {
    /// Adds the sketch to bytes: how many registers are not 0, and these, or all of them.
    func append(to bytes: inout [UInt8]) {
        if !all.isEmpty {
            bytes.append(varint: VisitorSketch.count)
            bytes += all
            return
        }
        bytes.append(varint: few.count)
        var before = 0
        for entry in few {
            bytes.append(varint: Int(entry >> 8) - before)
            bytes.append(UInt8(truncatingIfNeeded: entry))
            before = Int(entry >> 8)
        }
    }

    /// Reads what `append` wrote; `nil` where it is something else.
    init?(_ reader: inout ByteReader) {
        guard let count = reader.varint(), count >= 0, count <= VisitorSketch.count else { return nil }
        if count == VisitorSketch.count {
            guard let registers = reader.bytes(count), registers.allSatisfy({ $0 <= 53 }) else { return nil }
            all = registers
            return
        }
        var register = 0
        for place in 0..<count {
            guard let step = reader.varint(), step >= (place == 0 ? 0 : 1), step < VisitorSketch.count,
                let rank = reader.bytes(1)?.first, rank >= 1, rank <= 53
            else { return nil }
            register += step
            guard register < VisitorSketch.count else { return nil }
            few.append(UInt32(register) << 8 | UInt32(rank))
        }
        if few.count > VisitorSketch.mostFew { spread() }
    }
}

/// The visitors of several days, each of which knows its own exactly.
///
/// The share of them that is different is estimated, and their number multiplied by it: what both estimates have wrong in
/// common goes away, and visitors who stand for several (a sample) count as often as they stand for.
struct DistinctVisitors: Equatable, Sendable {
    private(set) var sketch: VisitorSketch
    /// Visitors of all days, and about how many the sketches of the days say that is.
    private(set) var sum: Int
    private var estimates: Double
    /// Visitors of the day that had the most.
    private var most: Int

    /// Those of one day.
    init(_ sketch: VisitorSketch, visitors: Int) {
        self.sketch = sketch
        sum = visitors
        most = visitors
        estimates = sketch.estimate
    }

    /// Adds those of another day.
    static func += (left: inout DistinctVisitors, right: DistinctVisitors) {
        left.sketch.merge(right.sketch)
        left.sum += right.sum
        left.estimates += right.estimates
        left.most = max(left.most, right.most)
    }

    /// How many of the sum have been counted before: no fewer than none, and never so many that a single day had more.
    var repeated: Int {
        guard estimates > 0, sum > most else { return 0 }
        let different = (Double(sum) * sketch.estimate / estimates).rounded()
        return sum - min(sum, max(most, Int(different)))
    }
}
