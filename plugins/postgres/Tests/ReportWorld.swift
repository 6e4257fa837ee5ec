import EventModel
import PluginAPI
import Reports
import TestSupport

@testable import PostgresPlugin

/// Random events of a random site: a few people over a few local days, many of them up at midnight.
struct ReportWorld {
    let zone: TestZone
    /// The local days on which something happens.
    let days: ClosedRange<Int>
    /// The moment of the questions.
    let now: Int64
    private(set) var hits: [Hit] = []
    /// Events that count nowhere: of programs, and such as wait for a person's look.
    private var others: [Hit] = []
    /// Whom an event belongs to, by its id: their events are kept in the order of identity periods.
    private var people: [UInt128: Int] = [:]

    /// What the facts describe, as plugins declare it.
    static let facts: [Fact] = [
        fact("browser", .device), fact("os", .device), fact("channel", .acquisition),
        fact("utm_campaign", .acquisition), fact("utm_source", .acquisition), fact("region", .place),
        fact("page_group", .event), fact("search_term", .event), fact("status", .event),
    ]

    private static func fact(_ name: String, _ subject: Fact.Subject) -> Fact {
        Fact(name: name, sensitivity: .anonymous, meaning: name, subject: subject)
    }

    /// Values of what can be asked about. Some have in them what means something to LIKE.
    static func values(_ dimension: Dimension) -> [String] {
        switch dimension {
        case .source: ["", "Google", "example.org", "go_ogle"]
        case .referrer: ["", "www.google.com", "example.org"]
        case .hostname: ["shop.example", "www.shop.example"]
        case .country: ["", "DE", "AT", "FR"]
        case .page, .entryPage, .exitPage: ["", "/", "/blog/one", "/blog/two", "/a_b", "/axb", "/100%", "/Thanks"]
        case .title: ["", "Home", "Blog: 1\\2", "Straße"]
        case .event: ["pageview", "signup", "sign_up", "engagement", "Download"]
        case .pageGroup: ["", "blog", "shop"]
        case .searchTerm: ["", "red shoes", "Red Socks", "*"]
        case .channel: ["", "Organic Search", "Direct"]
        case .utmCampaign: ["", "spring", "Summer_26"]
        case .utmSource: ["", "mail"]
        case .region: ["", "DE-BE", "DE-BY"]
        case .browser: ["", "Firefox", "Chrome"]
        case .os: ["", "Linux", "macOS"]
        case .property("plan"): ["", "pro", "free", "Pro Plus"]
        case .property("amount"): ["", "19.99", "5", "0.5", "-3.25", "x", "007.5", "0.00005", "1e3", "true"]
        case .property("count"): ["", "1", "2"]
        case .fact("status"): ["", "404", "200"]
        case .fact("interactive"): ["", "false"]
        default: [""]
        }
    }

    /// A world. `isSmall` is one in which a person finds a mistake by eye.
    init(_ random: inout SeededRandom, isSmall: Bool) {
        zone = TestZone.all.randomElement(using: &random) ?? TestZone.all[0]
        let length = Int.random(in: 3...5, using: &random)
        let middle = zone.days.randomElement(using: &random) ?? 0
        let first = middle - Int.random(in: 0..<length, using: &random)
        days = first...(first + length - 1)
        // Often on the last day, before it is over; not at night, when the clock may show the same time twice.
        let daysLater = random.next() % 2 == 0 ? 0 : Int.random(in: 1...4, using: &random)
        now =
            zone.moment(wall: Int64(days.upperBound + daysLater) * 86_400_000)
            + Int64.random(in: 6 * 3_600_000...20 * 3_600_000, using: &random)
        let people = Int.random(in: isSmall ? 1...3 : 3...40, using: &random)
        let count = Int.random(in: isSmall ? 5...25 : 40...300, using: &random)
        let weights: [Int32] = random.next() % 3 == 0 ? [1, 1, 10, 4] : [1]
        while hits.count < count { addVisit(people, weights, &random) }
        // An earlier year, for comparisons.
        if random.next() % 3 == 0 {
            for _ in 0..<5 { addVisit(people, weights, yearsAgo: 1, &random) }
        }
        dropTheFuture()
        endLongVisits()
        others = hits.filter { _ in random.next() % 25 == 0 }.map { hit in
            var hit = hit
            hit.id = EventID(hit.id.value ^ 1)
            if random.next() % 2 == 0 { hit.isBot = true } else { hit.quarantine = "strange" }
            return hit
        }
    }

    // MARK: Events

    private mutating func addVisit(
        _ people: Int, _ weights: [Int32], yearsAgo: Int = 0, _ random: inout SeededRandom
    ) {
        let person = Int.random(in: 0..<people, using: &random)
        let weight = weights[person % weights.count]
        var day = Int.random(in: days, using: &random)
        if yearsAgo > 0 { day = Civil(number: day).yearBefore.number }
        let start = zone.localDay(day).time.lowerBound
        var time = start + Int64.random(in: 0..<79_200_000, using: &random)
        if random.next() % 2 == 0 { time = start - Int64.random(in: -1_200_000...5_400_000, using: &random) }
        // Now and then exactly at midnight.
        if random.next() % 12 == 0 { time = start }
        let isNobody = random.next() % 12 == 0
        for _ in 0..<Int.random(in: 1...7, using: &random) {
            add(isNobody ? nil : person, time, weight, &random)
            let gaps: [Int64] = [0, 1, 1000, 5000, 60_000, 600_000, 1_500_000, 1_799_999, 1_800_000, 1_800_001]
            time += gaps.randomElement(using: &random) ?? 0
        }
    }

    private mutating func add(_ person: Int?, _ time: Int64, _ weight: Int32, _ random: inout SeededRandom) {
        let id = UInt128(random.next()) << 64 | UInt128(random.next())
        var hit = Hit(
            site: SiteID(rawValue: 0), id: EventID(id), name: Hit.pageview,
            receivedAt: Timestamp(milliseconds: time + 50), time: Timestamp(milliseconds: time))
        hit.weight = weight
        if let person {
            people[id] = person
            hit.visitor = visitor(person, time)
            let day = zone.day(of: time)
            if isDaily(person), time < zone.localDay(day).time.lowerBound + 1_800_000 {
                hit.visitorBefore = identity(person, day - 1)
            }
        }
        func pick(_ dimension: Dimension) -> String {
            ReportWorld.values(dimension).randomElement(using: &random) ?? ""
        }
        hit.path = pick(.page)
        hit.title = pick(.title)
        hit.source = pick(.source)
        hit.referrerHost = pick(.referrer)
        hit.hostname = pick(.hostname)
        hit.country = pick(.country)
        for dimension: Dimension in [
            .browser, .os, .channel, .utmCampaign, .utmSource, .region, .pageGroup, .searchTerm,
        ] { hit.setFact(dimension.name, pick(dimension)) }
        if let status = Double(pick(.fact("status"))) { hit.setFact("status", .number(status)) }
        if random.next() % 3 == 0 { hit.name = pick(.event) }
        if hit.name == "engagement" || random.next() % 20 == 0 { hit.setFact("interactive", .flag(false)) }
        if hit.name == "engagement" || random.next() % 8 == 0 {
            let times: [Double] = [1, 4000, 9999, 10_000, 45_000]
            let engaged = times.randomElement(using: &random) ?? 0
            hit.setFact("engaged_ms", .number(engaged))
        }
        if random.next() % 2 == 0 { addProperties(&hit, pick(.property("plan")), pick(.property("amount")), &random) }
        hits.append(hit)
    }

    private func addProperties(_ hit: inout Hit, _ plan: String, _ amount: String, _ random: inout SeededRandom) {
        if !plan.isEmpty || random.next() % 2 == 0 { hit.properties.append(Property("plan", .text(plan))) }
        if amount == "true" {
            hit.properties.append(Property("amount", .flag(true)))
        } else if let number = Double(amount), ["19.99", "5", "0.5", "-3.25"].contains(amount), random.next() % 2 == 0 {
            hit.properties.append(Property("amount", .number(number)))
        } else if !amount.isEmpty {
            hit.properties.append(Property("amount", .text(amount)))
        }
        if random.next() % 2 == 0 { hit.properties.append(Property("count", .number(Double(random.next() % 2 + 1)))) }
    }

    // MARK: People

    /// Most people are somebody else every day.
    private func isDaily(_ person: Int) -> Bool { person % 4 != 3 }

    private func visitor(_ person: Int, _ time: Int64) -> VisitorID {
        isDaily(person) ? identity(person, zone.day(of: time)) : VisitorID(rawValue: UInt64(person) + 1)
    }

    private func identity(_ person: Int, _ day: Int) -> VisitorID {
        var random = SeededRandom(UInt64(person) << 32 | UInt64(day))
        return VisitorID(rawValue: random.next())
    }

    /// An event that comes late, of somebody who is the same all the time.
    func lateHit(_ random: inout SeededRandom) -> Hit {
        var world = self
        world.hits = []
        let day = Int.random(in: days, using: &random)
        let start = zone.localDay(day).time.lowerBound
        // Beside an event of that person where there is one.
        let near = hits.filter { hit in people[hit.id.value].map { $0 == 3 } ?? false }.randomElement(using: &random)
        let time =
            near.map { $0.time.milliseconds + Int64.random(in: -3_600_000...3_600_000, using: &random) }
            ?? start + Int64.random(in: -1_800_000...7_200_000, using: &random)
        world.add(3, min(time, now), near?.weight ?? 1, &random)
        return world.hits[0]
    }

    // MARK: What the engine does not promise

    /// Nothing happens after now.
    private mutating func dropTheFuture() { hits.removeAll { $0.time.milliseconds > now } }

    /// Visits of more than a day are looked at no further than that.
    private mutating func endLongVisits() {
        while let long = BruteForce.visits(of: hits).first(where: { $0.lastAt - $0.startedAt > 72_000_000 }) {
            let from = long.startedAt + 36_000_000
            let members = Set(long.members)
            hits.removeAll { hit in
                members.contains(hit.id.value) && (from..<from + 7_200_000).contains(hit.time.milliseconds)
            }
        }
    }

    // MARK: Batches

    /// The events as a journal has them: in any order, some twice, in batches of any size. Only the evening of somebody who
    /// becomes somebody else at midnight comes before the morning: which of them were one is not stored.
    func batches(_ random: inout SeededRandom) -> [[Hit]] {
        var order = hits.shuffled(using: &random)
        for person in Set(people.values) where isDaily(person) {
            let places = order.indices.filter { people[order[$0].id.value] == person }
            // Within a day the order stays as it is.
            let sorted = places.map { (zone.day(of: order[$0].time.milliseconds), $0) }.sorted { $0 < $1 }
                .map { order[$0.1] }
            for (place, hit) in zip(places, sorted) { order[place] = hit }
        }
        order += order.filter { _ in random.next() % 20 == 0 }
        for other in others { order.insert(other, at: Int.random(in: 0...order.count, using: &random)) }
        let size = Int.random(in: 1...60, using: &random)
        var batches: [[Hit]] = []
        var rest = order[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Int.random(in: 1...size, using: &random))
            rest = rest.dropFirst(batch.count)
            batches.append(Array(batch))
        }
        return batches
    }
}
