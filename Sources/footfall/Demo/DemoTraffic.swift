import EventModel

/// What the demo is made of.
struct DemoOptions {
    var site: SiteID
    var host: String
    var events = 100_000
    var days = 30
    var seed: UInt64 = 1
    var paths = 2000
    /// The moment at which the last event has happened.
    var end: Int64
}

/// The hits of all visits in the order of their time, as a gateway would meet them, made while they are asked for: only
/// visits that are going on take memory.
struct DemoTraffic {
    /// How many visits have begun.
    private(set) var visits = 0

    private let options: DemoOptions
    private let writer: DemoHitWriter
    private let sources: DemoSources
    private let planner: DemoVisitPlanner
    private var shape: DemoShape
    private var visitors: DemoVisitors
    private var random: DemoRandom
    /// Ids are of one run: they are not those of the same seed at another time, whose events are other events.
    private var ids: DemoRandom
    private var queue = DemoQueue()
    /// Events of the visits that are planned.
    private var planned = 0
    private var upcoming: DemoVisit?

    /// `facts` are the names of those that the chain declares.
    init(_ options: DemoOptions, facts: Set<String>) {
        self.options = options
        let salt = DemoRandom.mix(options.seed ^ DemoRandom.mix(UInt64(bitPattern: options.end)))
        let pages = DemoPages(count: options.paths)
        sources = DemoSources(declared: facts)
        writer = DemoHitWriter(
            site: options.site, host: options.host, pages: pages, afterLanding: sources.direct,
            hasGroups: facts.contains("page_group"))
        planner = DemoVisitPlanner(pages: pages)
        shape = DemoShape(events: options.events, days: options.days, end: options.end, seed: options.seed)
        visitors = DemoVisitors(people: DemoPeople(declared: facts), salt: salt)
        random = DemoRandom(options.seed)
        ids = DemoRandom(~salt)
        upcoming = begin(notBefore: shape.begin)
    }

    /// The next hits, at most so many; none when that was all.
    mutating func next(_ count: Int) -> [Hit] {
        var hits: [Hit] = []
        hits.reserveCapacity(count)
        while hits.count < count {
            admit()
            guard var visit = queue.removeFirst() else { break }
            let id = EventID(UInt128(ids.next()) << 64 | UInt128(ids.next()))
            hits.append(writer.hit(id, visit, visitors))
            visit.place += 1
            if visit.place < visit.steps.count { queue.insert(visit) }
        }
        return hits
    }

    /// Lets visits begin until the first event is one of a visit that has.
    private mutating func admit() {
        while let visit = upcoming, queue.first.map({ visit.start <= $0 }) ?? true {
            visits += 1
            queue.insert(visit)
            upcoming = begin(notBefore: visit.start)
        }
    }

    /// Plans the next visit. It begins at the moment at which as many events ought to have happened as those before it
    /// have; so all of them together follow the shape, and there are exactly as many as were asked for.
    private mutating func begin(notBefore earliest: Int64) -> DemoVisit? {
        guard planned < options.events else { return nil }
        let source = sources.pick(&random)
        var steps = Array(planner.plan(from: source, &random).prefix(options.events - planned))
        let moment = Double(planned) + random.unit() * Double(steps.count)
        let start = max(shape.time(ofEvent: moment), earliest)
        // What has not happened yet is not told.
        steps = steps.filter { start + $0.after < options.end }
        planned += steps.count
        let visitor = visitors.visitor(at: start, staying: steps.last?.after ?? 0, &random)
        return DemoVisit(number: planned, start: start, visitor: visitor, source: source, steps: steps)
    }
}

/// A visit that is going on.
struct DemoVisit {
    /// Tells visits apart that go on at the same moment, so that their order is always the same.
    var number: Int
    var start: Int64
    var visitor: DemoVisitor
    var source: DemoSource
    var steps: [DemoStep]
    /// Which of the steps is the next.
    var place = 0

    /// When the next event happens.
    var next: Int64 { start + steps[place].after }
}

/// Visits by the time of their next event: a binary heap.
struct DemoQueue {
    private var visits: [DemoVisit] = []

    /// When the first event happens.
    var first: Int64? { visits.first?.next }

    mutating func insert(_ visit: DemoVisit) {
        visits.append(visit)
        var place = visits.count - 1
        while place > 0, isBefore(place, (place - 1) / 2) {
            visits.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() -> DemoVisit? {
        guard let last = visits.popLast() else { return nil }
        guard let first = visits.first else { return last }
        visits[0] = last
        var place = 0
        while let child = earlierChild(of: place), isBefore(child, place) {
            visits.swapAt(place, child)
            place = child
        }
        return first
    }

    private func earlierChild(of place: Int) -> Int? {
        let left = 2 * place + 1
        guard left < visits.count else { return nil }
        return left + 1 < visits.count && isBefore(left + 1, left) ? left + 1 : left
    }

    private func isBefore(_ place: Int, _ other: Int) -> Bool {
        (visits[place].next, visits[place].number) < (visits[other].next, visits[other].number)
    }
}
