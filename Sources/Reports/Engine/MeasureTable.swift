/// The rows of a breakdown, by key: the number of a text in the site's dictionary, or one of `texts`. 0 is what is not there.
///
/// A table of its own instead of a dictionary: keys are hashes already, and a report may add up a million rows.
struct MeasureTable: Sendable {
    private(set) var keys: [Int64] = []
    var sums: [Measures] = []
    /// By key, who the visitors are, where their ids live longer than a day.
    private(set) var visitors: [Int64: DistinctVisitors] = [:]
    /// The texts of keys that are not numbers of the dictionary.
    var texts: [Int64: String] = [:]
    /// Places of keys, one more than they are; 0 for none. Open addressing, at most half full.
    private var places = [Int32](repeating: 0, count: 64)

    init() {}

    /// With these rows. A key may come more than once.
    init(_ sums: [Measures], keys: [Int64]) {
        reserve(sums.count)
        for (key, sums) in zip(keys, sums) { add(sums, to: key) }
    }

    var count: Int { keys.count }

    /// The sums of a key; nothing where it is not there.
    subscript(key: Int64) -> Measures {
        let slot = slot(of: key)
        return places[slot] == 0 ? Measures() : sums[Int(places[slot]) - 1]
    }

    /// Says who the visitors of a key are, or that these are among them, too.
    mutating func add(_ more: DistinctVisitors, to key: Int64) {
        if visitors[key] == nil { visitors[key] = more } else { visitors[key]? += more }
    }

    /// Counts everybody once who was there on several days. From then on nothing more can be added.
    mutating func settleVisitors() {
        for (key, visitors) in visitors { sums[place(of: key)].visitors -= visitors.repeated }
        visitors = [:]
    }

    /// Adds to a key's sums.
    mutating func add(_ measures: Measures, to key: Int64) {
        let place = place(of: key)
        sums[place] += measures
    }

    /// Takes the revenue of each row from another table, also where there is no such row yet: an event without a visitor
    /// may carry an amount.
    mutating func takeRevenue(of other: MeasureTable) {
        for place in sums.indices { sums[place].revenue = 0 }
        for (key, measures) in zip(other.keys, other.sums) where measures.revenue != 0 {
            let place = place(of: key)
            sums[place].revenue = measures.revenue
        }
    }

    /// Makes sure that there is a row.
    mutating func touch(_ key: Int64) { _ = place(of: key) }

    /// Makes room for so many more rows.
    mutating func reserve(_ more: Int) {
        while places.count < (keys.count + more) * 2 { grow() }
        keys.reserveCapacity(keys.count + more)
        sums.reserveCapacity(sums.count + more)
    }

    /// The place of a key in `sums`, which is made where it is not there.
    mutating func place(of key: Int64) -> Int {
        var slot = slot(of: key)
        if places[slot] != 0 { return Int(places[slot]) - 1 }
        if (keys.count + 1) * 2 > places.count {
            grow()
            slot = self.slot(of: key)
        }
        keys.append(key)
        sums.append(Measures())
        places[slot] = Int32(keys.count)
        return keys.count - 1
    }

    private func slot(of key: Int64) -> Int {
        let mask = places.count - 1
        // Moments and small numbers are keys, too: they need to be spread.
        var slot = Int(truncatingIfNeeded: (UInt64(bitPattern: key) &* 0x9e37_79b9_7f4a_7c15) >> 20) & mask
        while places[slot] != 0, keys[Int(places[slot]) - 1] != key { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        places = [Int32](repeating: 0, count: places.count * 2)
        for (index, key) in keys.enumerated() { places[slot(of: key)] = Int32(index + 1) }
    }
}
