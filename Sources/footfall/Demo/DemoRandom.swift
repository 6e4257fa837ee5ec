import Glibc

/// Random numbers that are the same for the same seed on every machine (SplitMix64: Steele, Lea and Flood, 2014). Swift's
/// own ways to make ranges and shuffles of them may change with its version, so they are not used.
struct DemoRandom {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return DemoRandom.mix(state)
    }

    /// From 0 to below 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Whether something happens that happens with this probability.
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// From 0 to below `limit`.
    mutating func below(_ limit: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(max(limit, 1))).high)
    }

    /// One of them; there must be one.
    mutating func one<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }

    /// How long until something happens that on average takes so long.
    mutating func wait(mean: Double) -> Double { -log(1 - unit()) * mean }

    /// A place from 0 to below `count`, each about as frequent as one by its number: Zipf's law. Its distribution
    /// function is nearly a logarithm, which needs no table, however many places there are.
    mutating func rank(of count: Int) -> Int {
        min(max(Int(exp(unit() * log(Double(count) + 1))) - 1, 0), max(count - 1, 0))
    }

    /// Scatters bits: numbers that are alike become numbers that have nothing to do with each other.
    static func mix(_ bits: UInt64) -> UInt64 {
        var mixed = bits
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// Things to choose from, some more often than others.
struct DemoChoice<Element: Sendable>: Sendable {
    private let elements: [Element]
    /// The sums of the weights, ascending.
    private let sums: [Double]

    /// There must be one.
    init(_ weighted: [(Element, Double)]) {
        elements = weighted.map(\.0)
        var sum = 0.0
        sums = weighted.map { entry in
            sum += entry.1
            return sum
        }
    }

    /// One of them.
    func pick(_ random: inout DemoRandom) -> Element {
        let wanted = random.unit() * (sums.last ?? 0)
        var low = 0
        var high = elements.count - 1
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > wanted { high = middle } else { low = middle + 1 }
        }
        return elements[low]
    }
}
