import EventModel

/// Somebody who visits the demo's site.
struct DemoVisitor {
    var number: UInt64
    var device: DemoDevice
    /// When the next visit may begin: sooner, it would be the same visit.
    var freeAt: Int64
}

/// Who is there today, and who comes back.
struct DemoVisitors {
    private let people: DemoPeople
    private let salt: UInt64
    private var count: UInt64 = 0
    private var day: Int64 = 0
    /// Of so many visitors of today one may come back: enough for millions of visits a day.
    private var known: [DemoVisitor] = []

    private static let most = 50_000
    /// Visits of somebody who was there today already; a few of them find nobody who could be.
    private static let returning = 0.237

    /// `salt` makes pseudonyms that no other run has.
    init(people: DemoPeople, salt: UInt64) {
        self.people = people
        self.salt = salt
    }

    /// Who begins a visit at this moment; moments ascend. The visit takes so many milliseconds.
    mutating func visitor(at time: Int64, staying milliseconds: Int64, _ random: inout DemoRandom) -> DemoVisitor {
        let today = time / DemoShape.day
        if today != day {
            day = today
            known.removeAll(keepingCapacity: true)
        }
        let freeAt = time + milliseconds + 31 * 60_000
        if !known.isEmpty, random.chance(DemoVisitors.returning) {
            for _ in 0..<6 {
                let place = random.below(known.count)
                guard known[place].freeAt <= time else { continue }
                known[place].freeAt = freeAt
                return known[place]
            }
        }
        count += 1
        let new = DemoVisitor(number: count, device: people.pick(&random), freeAt: freeAt)
        if known.count < DemoVisitors.most {
            known.append(new)
        } else {
            known[random.below(known.count)] = new
        }
        return new
    }

    /// The pseudonym that somebody has on a day: as `visitor_id` gives a new one each day.
    func pseudonym(of visitor: UInt64, on day: Int64) -> VisitorID {
        let daily = DemoRandom.mix(salt &+ UInt64(bitPattern: day) &* 0xd6e8_feb8_6659_fd93)
        return VisitorID(rawValue: DemoRandom.mix(daily ^ DemoRandom.mix(visitor)))
    }
}
