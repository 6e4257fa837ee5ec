import Database
import EventModel
import PluginAPI
import TestSupport
import Testing

@testable import PostgresPlugin

/// A visit is a pure function of its events (DESIGN section 7).
@Suite struct VisitTests {
    private let minute = StoreFixture.minute
    private let midnight = StoreFixture.midnight

    @Test(arguments: 0..<12)
    func anyOrderAndAnyBatchingGivesTheVisitsOfTheDefinition(seed: UInt64) throws {
        var random = SeededRandom(seed)
        // Seed 0 ends a month as well.
        let start = seed == 0 ? midnight + 7 * 24 * StoreFixture.hour - 20 * minute : midnight - 20 * minute
        let hits = random.hits(60, visitors: 5, from: start).shuffled(using: &random)
        let batch = Int.random(in: 1...30, using: &random)
        try StoreFixture.with { fixture in
            let result = try fixture.store().loadAll(hits, journal: StoreFixture.journal(), batch: batch)
            #expect(result.failures == 0)
            let unique = Set(hits.map(\.id)).count
            #expect(result.receipt == StoreReceipt(stored: unique, duplicates: hits.count - unique))
            #expect(try fixture.count("SELECT count(*) FROM event") == unique)
            #expect(try BruteForce.stored(fixture.connection) == BruteForce.visits(of: hits))
        }
    }

    @Test(arguments: 0..<8)
    func aVisitGoesOnAcrossTheChangeOfIdentityInAnyOrder(seed: UInt64) throws {
        var random = SeededRandom(seed)
        // Evening under 100 + n, morning under 200 + n, which carries the old id for half an hour.
        var evening: [Hit] = []
        var morning: [Hit] = []
        for n: UInt64 in 0..<6 {
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let time = midnight - Int64.random(in: 1...70, using: &random) * minute + Int64(n)
                evening.append(StoreFixture.hit(UInt128(random.next()), at: time, visitor: 100 + n, path: "/e\(n)"))
            }
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let time = midnight + Int64.random(in: 0...70, using: &random) * minute + Int64(n)
                morning.append(
                    StoreFixture.hit(UInt128(random.next()), at: time, visitor: 200 + n, path: "/m\(n)") { hit in
                        if time < midnight + 30 * minute { hit.visitorBefore = VisitorID(rawValue: 100 + n) }
                    })
            }
        }
        // The evening is loaded before the morning; within each, anything goes.
        let hits = evening.shuffled(using: &random) + morning.shuffled(using: &random)
        try StoreFixture.with { fixture in
            let batch = Int.random(in: 1...20, using: &random)
            _ = try fixture.store().loadAll(hits, journal: StoreFixture.journal(), batch: batch)
            #expect(try BruteForce.stored(fixture.connection) == BruteForce.visits(of: hits))
        }
    }

    @Test func aLateEventOfTheEveningJoinsTheVisitThatWentOn() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            let evening = StoreFixture.hit(1, at: midnight - 5 * minute, visitor: 7, path: "/evening")
            let morning = StoreFixture.hit(2, at: midnight + 5 * minute, visitor: 8, path: "/morning") {
                $0.visitorBefore = VisitorID(rawValue: 7)
            }
            let later = StoreFixture.hit(3, at: midnight + 34 * minute, visitor: 8, path: "/later")
            let late = StoreFixture.hit(4, at: midnight - 30 * minute, visitor: 7, path: "/late")
            for hit in [evening, morning, later, late] { try store.append([hit]) }
            let visits = try BruteForce.stored(fixture.connection)
            #expect(visits == BruteForce.visits(of: [evening, morning, later, late]))
            #expect(visits.map(\.visitor) == [7])
            #expect(visits.map(\.visitorAfter) == [8])
            #expect(visits.map(\.entry) == ["/late"])
        }
    }

    @Test func aLinkThatIsLearntLateReachesBackThroughTheVisitThatWasThere() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            // 33 minutes lie between the evening and the event that tells who it was, but less on both sides of the
            // event between them.
            let evening = StoreFixture.hit(1, at: midnight - 5 * minute, visitor: 7, path: "/evening")
            let morning = StoreFixture.hit(2, at: midnight + 10 * minute, visitor: 8, path: "/morning")
            let telling = StoreFixture.hit(3, at: midnight + 28 * minute, visitor: 8, path: "/telling") {
                $0.visitorBefore = VisitorID(rawValue: 7)
            }
            for hit in [evening, morning, telling] { try store.append([hit]) }
            let visits = try BruteForce.stored(fixture.connection)
            #expect(visits == BruteForce.visits(of: [evening, morning, telling]))
            #expect(visits.count == 1)
        }
    }

    @Test func aLateEventThatClosesTheGapMakesOneVisitOfTwo() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.append([
                StoreFixture.hit(1, at: midnight, path: "/a"), StoreFixture.hit(2, at: midnight + 60 * minute),
            ])
            #expect(try fixture.count("SELECT count(*) FROM session") == 2)
            try store.append([StoreFixture.hit(3, at: midnight + 30 * minute, path: "/b")])
            #expect(try fixture.count("SELECT count(*) FROM session") == 1)
            #expect(try fixture.count("SELECT count(DISTINCT session_id) FROM event") == 1)
            #expect(try fixture.count("SELECT pageviews::bigint FROM session") == 3)
        }
    }

    @Test func theGapIsThirtyMinutesExactly() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.append([
                StoreFixture.hit(1, at: midnight, visitor: 1),
                StoreFixture.hit(2, at: midnight + 1_800_000, visitor: 1),
                StoreFixture.hit(3, at: midnight, visitor: 2),
                StoreFixture.hit(4, at: midnight + 1_800_001, visitor: 2),
            ])
            #expect(try fixture.count("SELECT count(*) FROM session WHERE visitor = 1") == 1)
            #expect(try fixture.count("SELECT count(*) FROM session WHERE visitor = 2") == 2)
        }
    }

    @Test func anEventWithoutAVisitorHasNoVisit() throws {
        try StoreFixture.with { fixture in
            try fixture.store().append([StoreFixture.hit(1, at: midnight, visitor: nil)])
            #expect(try fixture.count("SELECT count(*) FROM event WHERE visitor IS NULL AND session_id IS NULL") == 1)
            #expect(try fixture.count("SELECT count(*) FROM session") == 0)
        }
    }

    @Test func theDaysOfTheEventsAndOfTheVisitsBeginningsAreTouched() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            func versions() throws -> [String: Int] {
                var versions: [String: Int] = [:]
                for row in try fixture.connection.query("SELECT day, version FROM site_day WHERE site_id = 1") {
                    versions[try row.value(0)] = try row.value(1)
                }
                return versions
            }
            // 22:50 in Berlin on the 23rd.
            let evening = midnight - 130 * minute
            try store.append([StoreFixture.hit(1, at: evening)])
            #expect(try versions() == ["2026-11-23": 1])
            // 00:20 on the 24th, another visitor.
            try store.append([StoreFixture.hit(2, at: midnight - 40 * minute, visitor: 2)])
            #expect(try versions() == ["2026-11-23": 1, "2026-11-24": 1])
            // 23:15 and 23:40: the same day, the same visit.
            try store.append([
                StoreFixture.hit(3, at: evening + 25 * minute), StoreFixture.hit(4, at: evening + 50 * minute),
            ])
            #expect(try versions() == ["2026-11-23": 2, "2026-11-24": 1])
            // 00:05: an event of the 24th that lengthens a visit of the 23rd.
            try store.append([StoreFixture.hit(5, at: evening + 75 * minute)])
            #expect(try versions() == ["2026-11-23": 3, "2026-11-24": 2])
            // A duplicate changes nothing.
            try store.append([StoreFixture.hit(5, at: evening + 75 * minute)])
            #expect(try versions() == ["2026-11-23": 3, "2026-11-24": 2])
        }
    }
}

/// The sum over parts of a visit does not depend on how they are put together.
@Suite struct VisitSummaryTests {
    @Test(arguments: 0..<50)
    func mergingIsAssociativeAndCommutative(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let hits = random.hits(12, visitors: 1, from: StoreFixture.midnight)
        var memory = LoadMemory(maximumAgeDays: 400, rememberedTexts: 100, facts: [])
        var texts = NewTexts()
        var parts: [VisitSummary] = []
        var seen: Set<EventID> = []
        for hit in hits where seen.insert(hit.id).inserted {
            if let visit = try EncodedHit(hit, &memory, new: &texts).visit { parts.append(visit) }
        }
        var whole = parts[0]
        for part in parts.dropFirst() { whole.merge(part) }
        for _ in 0..<20 {
            var rest = parts.shuffled(using: &random)
            while rest.count > 1 {
                let index = Int.random(in: 0..<rest.count - 1, using: &random)
                let next = rest.remove(at: index + 1)
                rest[index].merge(next)
            }
            #expect(rest == [whole])
        }
    }

    @Test func countsStopAtTheMaximum() {
        #expect(Int32.max.addingUpToMaximum(1) == Int32.max)
        #expect((2 as Int32).addingUpToMaximum(3) == 5)
    }
}
