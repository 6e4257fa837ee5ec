/// Visits as columns: what a scan read of them.
struct ScannedVisits {
    /// Part in which the visit began; 0 before the first, one more than their number after the last.
    var parts: [Int32] = []
    var weights: [Int32] = []
    /// Milliseconds.
    var durations: [Int] = []
    var views: [Int32] = []
    var interactions: [Int32] = []
    /// Milliseconds.
    var engaged: [Int32] = []
    /// Keys of the visit, `width` for each: one for each dimension of visits.
    var keys: [Int64] = []

    var count: Int { parts.count }

    /// What the visit counts for where it began.
    func measures(_ visit: Int) -> Measures {
        let weight = Int(weights[visit])
        var measures = Measures()
        measures.visits = weight
        measures.viewing = views[visit] > 0 ? weight : 0
        measures.bounces = views[visit] == 1 && interactions[visit] == 0 && engaged[visit] < 10_000 ? weight : 0
        measures.duration = durations[visit] &* weight
        measures.views = Int(views[visit]) &* weight
        measures.engaged = Int(engaged[visit]) &* weight
        return measures
    }
}

/// What happened, as columns: events put together as far as nobody tells them apart.
struct ScannedActivity {
    var parts: [Int32] = []
    /// 0 for an event without a visitor.
    var visitors: [Int64] = []
    var weights: [Int32] = []
    var pageviews: [Int32] = []
    var events: [Int32] = []
    var revenues: [Int64] = []
    /// Place of the visit; -1 for an event without one.
    var visits: [Int32] = []
    /// Keys of the events, as many for each as there are dimensions of events.
    var keys: [Int64] = []
    /// For events without a visit: keys of dimensions of visits, in the order of their appearance.
    var loneKeys: [Int64] = []
    /// Where an event's `loneKeys` begin; -1 for one with a visit.
    var lonePlaces: [Int32] = []

    var count: Int { parts.count }

    /// Makes room for so many rows with so many keys each.
    mutating func reserve(_ count: Int, keys width: Int) {
        parts.reserveCapacity(count)
        visitors.reserveCapacity(count)
        weights.reserveCapacity(count)
        pageviews.reserveCapacity(count)
        events.reserveCapacity(count)
        revenues.reserveCapacity(count)
        visits.reserveCapacity(count)
        lonePlaces.reserveCapacity(count)
        keys.reserveCapacity(count * width)
    }

    mutating func append(
        part: Int32, visitor: Int64?, weight: Int32, pageviews: Int, events: Int, revenue: Int64, visit: Int32
    ) {
        parts.append(part)
        visitors.append(visitor ?? 0)
        weights.append(weight)
        self.pageviews.append(Int32(clamping: pageviews))
        self.events.append(Int32(clamping: events))
        revenues.append(revenue)
        visits.append(visit)
        lonePlaces.append(-1)
    }
}

/// Everything that a scan read.
struct ScanResult {
    var visits = ScannedVisits()
    var activity = ScannedActivity()
    /// Dimensions of visits and of events, in the order of the keys.
    var visitDimensions: [Dimension] = []
    var eventDimensions: [Dimension] = []
    /// For dimensions whose keys are codes: the key that each one stands for.
    var codes: [Dimension: [Int64]] = [:]
    /// The texts of keys, by dimension, where they stand in no dictionary.
    var texts: [Dimension: [Int64: String]] = [:]

    /// The key of some activity.
    @inline(__always)
    func key(_ row: Int, _ dimension: KeyPlace) -> Int64 {
        switch dimension {
        case .event(let place): return activity.keys[row &* eventDimensions.count &+ place]
        case .visit(let place):
            let visit = activity.visits[row]
            if visit >= 0 { return visits.keys[Int(visit) &* visitDimensions.count &+ place] }
            let lone = activity.lonePlaces[row]
            return lone >= 0 ? activity.loneKeys[Int(lone) &+ place] : 0
        }
    }

    /// Where the key of a dimension is found.
    enum KeyPlace {
        case visit(Int)
        case event(Int)
    }

    /// Where the keys of a dimension are.
    func place(of dimension: Dimension) -> KeyPlace? {
        if let place = visitDimensions.firstIndex(of: dimension) { return .visit(place) }
        return eventDimensions.firstIndex(of: dimension).map { .event($0) }
    }
}
